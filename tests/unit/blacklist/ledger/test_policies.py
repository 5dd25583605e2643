"""Policies: C2SP tlog-policy, its example, every rule of its text."""

from __future__ import annotations

from itertools import combinations

import pytest

from blacklist.ledger.checkpoints import Checkpoint, cosign, sign_checkpoint
from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.note_keys import KeyKind, SignerKey
from blacklist.ledger.policies import Group, Log, Policy, Witness
from blacklist.ledger.policy_files import MOST_POLICY_BYTES, parse_policy
from blacklist.ledger.signed_notes import sign_note, with_signatures

LOG = SignerKey("registry.example/log", KeyKind.ED25519, bytes(32))
WITNESSES = {
    name: SignerKey(f"{name.lower()}.example/witness", KeyKind.COSIGNATURE, bytes([number]) * 32)
    for number, name in enumerate(("X1", "X2", "X3", "Y1", "Y2", "Y3"), start=1)
}
LOG_VKEY = LOG.verifier.written()
VKEYS = {name: key.verifier.written() for name, key in WITNESSES.items()}
# The example of the standard, with keys where it has <vkey>.
EXAMPLE = f"""log {LOG_VKEY}

witness X1 {VKEYS["X1"]}
witness X2 {VKEYS["X2"]}
witness X3 {VKEYS["X3"]}
group X-witnesses 2 X1 X2 X3

witness Y1 {VKEYS["Y1"]}
witness Y2 {VKEYS["Y2"]}
witness Y3 {VKEYS["Y3"]}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""
HEAD = Checkpoint("registry.example/log", 7, bytes(range(32)))
NOTE = sign_checkpoint(LOG, size=HEAD.size, root=HEAD.root)
W1, W2 = f"witness w1 {VKEYS['X1']}\n", f"witness w2 {VKEYS['X2']}\n"


def parse(text: str) -> Policy:
    return parse_policy(text.encode())


def cosigned_by(*names: str) -> str:
    return with_signatures(NOTE, [cosign(HEAD, WITNESSES[name], time=1) for name in names])


class TestReading:
    def test_the_example_of_the_standard(self):
        policy = parse(EXAMPLE)
        assert policy.logs == (Log(LOG.verifier),)
        assert policy.witnesses == tuple(Witness(name, key.verifier) for name, key in WITNESSES.items())
        assert policy.groups == (
            Group("X-witnesses", 2, ("X1", "X2", "X3")),
            Group("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
            Group("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
        )
        assert policy.quorum == "X-and-Y"

    def test_what_is_written_is_read_again(self):
        policy = parse(EXAMPLE)
        assert policy.written().decode() == (
            f"log {LOG_VKEY}\n"
            + "".join(f"witness {name} {vkey}\n" for name, vkey in VKEYS.items())
            + "group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses 1 Y1 Y2 Y3\n"
            + "group X-and-Y 2 X-witnesses Y-witnesses\nquorum X-and-Y\n"
        )
        assert parse_policy(policy.written()) == policy

    def test_white_space_comments_and_order_are_the_writers_own(self):
        policy = parse(
            f"\n# comment\n\t # another\n\twitness \t w1  {VKEYS['X1']}   https://w1.example/  \n \n  quorum\tw1\n"
            f"log {LOG_VKEY} https://registry.example/log/ \n#the end\n"
        )
        assert policy.witnesses == (Witness("w1", WITNESSES["X1"].verifier, "https://w1.example/"),)
        assert policy.logs == (Log(LOG.verifier, "https://registry.example/log/"),)
        assert parse_policy(policy.written()) == policy

    def test_a_quorum_of_none_needs_nobody(self):
        assert parse("quorum none\n") == Policy((), (), (), "none")

    def test_keywords_are_names_too(self):
        policy = parse(
            f"witness all {VKEYS['X1']}\nwitness any {VKEYS['X2']}\nwitness 1 {VKEYS['X3']}\n"
            "group group 3 all any 1\nquorum group\n"
        )
        assert policy.groups == (Group("group", 3, ("all", "any", "1")),)

    def test_names_are_octets(self):
        """The Kelvin sign is no K, and what is no UTF-8 is a name as well."""
        names = (b"K", "\u212a".encode(), b"\x80\xff", "律协".encode())
        lines = [b"witness %b %b\n" % (name, vkey.encode()) for name, vkey in zip(names, VKEYS.values(), strict=False)]
        policy = parse_policy(b"".join(lines) + b"quorum \xe2\x84\xaa\n")
        assert [one.name.encode("latin-1") for one in policy.witnesses] == list(names)
        assert policy.quorum.encode("latin-1") == "\u212a".encode()
        assert parse_policy(policy.written()) == policy

    def test_a_key_may_bear_any_name_of_a_note(self):
        key = SignerKey("律协.example/见证", KeyKind.COSIGNATURE, bytes(32)).verifier
        policy = parse(f"witness w {key.written()}\nquorum w\n")
        assert policy.witnesses[0].key == key
        assert parse_policy(policy.written()) == policy

    def test_thirty_two_of_each_are_read(self):
        keys = [SignerKey(f"w{at}.example", KeyKind.COSIGNATURE, bytes([at]) * 32).verifier for at in range(32)]
        logs = [SignerKey(f"l{at}.example", KeyKind.ED25519, bytes([at]) * 32).verifier for at in range(32)]
        text = "".join(f"log {key.written()}\n" for key in logs)
        text += "".join(f"witness w{at} {key.written()}\ngroup g{at} all w{at}\n" for at, key in enumerate(keys))
        policy = parse(text + "quorum g31\n")
        assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (32, 32, 32)


class TestRefusing:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n",
            "quorum none",
            "quorum none\r\n",
            "# \x01\nquorum none\n",
            "# \r\nquorum none\n",
            "# \x7f\nquorum none\n",
            "quorum\n",
            "quorum none none\n",
            "quorum none\nquorum none\n",
            f"{W1}quorum w1\nquorum w1\n",
            W1,
            "quorum unknown\n",
            f"quorum w1\n{W1}",
            "Quorum none\n",
            f"quibble w1\n{W1}quorum w1\n",
            "log\nquorum none\n",
            "log garbage\nquorum none\n",
            f"log {LOG_VKEY} https://a https://b\nquorum none\n",
            f"log {LOG_VKEY} https://a # comment\nquorum none\n",
            f"witness w1 {VKEYS['X1']} https://a https://b\nquorum none\n",
            f"log {LOG_VKEY}\nlog {LOG_VKEY} https://a\nquorum none\n",
            f"log {VKEYS['X1']}\nquorum none\n",
            "witness w1\nquorum none\n",
            f"witness w1 {LOG_VKEY}\nquorum w1\n",
            f"witness {VKEYS['X1']}\nquorum none\n",
            f"witness w1 {VKEYS['X1']} https://a # comment\nquorum w1\n",
            f"witness none {VKEYS['X1']}\nquorum none\n",
            f"{W1}witness w1 {VKEYS['X2']}\nquorum w1\n",
            f"{W1}group w1 any w1\nquorum w1\n",
            f"{W1}group g1\nquorum w1\n",
            f"{W1}group g1 1\nquorum w1\n",
            f"{W1}group g1 any\nquorum w1\n",
            f"{W1}group none any w1\nquorum none\n",
            f"{W1}group g1 0 w1\nquorum g1\n",
            f"{W1}group g1 -1 w1\nquorum g1\n",
            f"{W1}group g1 01 w1\nquorum g1\n",
            f"{W1}group g1 +1 w1\nquorum g1\n",
            f"{W1}group g1 2 w1\nquorum g1\n",
            f"{W1}group g1 99999999999999999999999999 w1\nquorum g1\n",
            f"{W1}group g1 some w1\nquorum g1\n",
            f"{W1}group g1 any w2\nquorum g1\n",
            f"group g1 any w1\n{W1}quorum g1\n",
            f"{W1}group g1 any none w1\nquorum g1\n",
            f"{W1}group g1 any g1 w1\nquorum g1\n",
            f"{W1}group g1 all w1 w1\nquorum g1\n",
            f"{W1}{W2}group g1 any w1 w2\ngroup g2 any w1\nquorum g1\n",
            f"witness w1 {VKEYS['X1'].replace('+', ' + ')}\nquorum w1\n",
        ],
    )
    def test_a_policy_that_is_none(self, text):
        with pytest.raises(FormatError):
            parse(text)

    def test_one_public_key_under_two_names(self):
        """Else one witness would count twice."""
        other = SignerKey("impostor.example", KeyKind.COSIGNATURE, WITNESSES["X1"].seed).verifier
        with pytest.raises(FormatError, match="twice"):
            parse(f"{W1}witness w2 {other.written()}\nquorum w1\n")

    def test_a_key_whose_name_is_no_utf8(self):
        with pytest.raises(FormatError, match="UTF-8"):
            parse_policy(b"log \xff+00000000+AAAA\nquorum none\n")

    def test_a_file_too_long(self):
        end = b"\nquorum none\n"
        comment = b"#" * (MOST_POLICY_BYTES - len(end))
        assert parse_policy(comment + end).quorum == "none"
        with pytest.raises(FormatError, match="at most"):
            parse_policy(b"#" + comment + end)

    @pytest.mark.parametrize(
        ("groups", "quorum"),
        [
            ((), "g"),
            ((Group("g", 1, ("w2",)),), "g"),
            ((Group("g", 1, ()),), "g"),
            ((Group("a b", 1, ("w1",)),), "a b"),
            ((Group("", 1, ("w1",)),), ""),
            ((Group("律", 1, ("w1",)),), "律"),
        ],
    )
    def test_one_that_is_put_together_wrongly(self, groups, quorum):
        with pytest.raises(FormatError):
            Policy((Log(LOG.verifier),), (Witness("w1", WITNESSES["X1"].verifier),), groups, quorum)

    @pytest.mark.parametrize("url", ["", "https://a b", "https://a\n"])
    def test_an_address_that_would_break_the_line(self, url):
        with pytest.raises(FormatError):
            Policy((Log(LOG.verifier, url),), (), (), "none")
        with pytest.raises(FormatError):
            Policy((), (Witness("w1", WITNESSES["X1"].verifier, url),), (), "none")


class TestQuorum:
    def test_of_the_example_for_every_set_of_witnesses(self):
        policy = parse(EXAMPLE)
        for count in range(7):
            for names in combinations(WITNESSES, count):
                enough = sum(name[0] == "X" for name in names) >= 2 and any(name[0] == "Y" for name in names)
                note = cosigned_by(*names)
                if enough:
                    assert policy.open_checkpoint(note).checkpoint == HEAD
                else:
                    with pytest.raises(SignatureError, match="too few"):
                        policy.open_checkpoint(note)

    def test_of_one_witness(self):
        policy = parse(f"log {LOG_VKEY}\n{W1}{W2}quorum w2\n")
        assert policy.open_checkpoint(cosigned_by("X2")).cosigned == {WITNESSES["X2"].verifier: 1}
        with pytest.raises(SignatureError):
            policy.open_checkpoint(cosigned_by("X1"))

    def test_of_none_still_wants_the_log(self):
        policy = parse(f"log {LOG_VKEY}\n{W1}quorum none\n")
        assert policy.open_checkpoint(NOTE).checkpoint == HEAD
        with pytest.raises(SignatureError):
            policy.open_checkpoint(sign_note(HEAD.text(), SignerKey(LOG.name, LOG.kind, b"1" * 32)))

    def test_without_a_log_nothing_is_accepted(self):
        with pytest.raises(SignatureError):
            parse("quorum none\n").open_checkpoint(NOTE)

    def test_counts_a_witness_once_however_often_it_signs(self):
        policy = parse(f"log {LOG_VKEY}\n{W1}{W2}group g all w1 w2\nquorum g\n")
        twice = NOTE + "".join(cosign(HEAD, WITNESSES["X1"], time=time).line() for time in (1, 2))
        with pytest.raises(SignatureError, match="too few"):
            policy.open_checkpoint(twice)

    def test_does_not_count_cosignatures_of_another_head(self):
        policy = parse(f"log {LOG_VKEY}\n{W1}quorum w1\n")
        other = cosign(Checkpoint(HEAD.origin, 8, HEAD.root), WITNESSES["X1"], time=1)
        with pytest.raises(SignatureError):
            policy.open_checkpoint(with_signatures(NOTE, [other]))
