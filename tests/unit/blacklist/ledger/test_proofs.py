"""Proofs for the drawer: C2SP tlog-proof."""

from __future__ import annotations

import base64
from dataclasses import replace
from hashlib import sha256

import pytest

from blacklist.ledger import merkle
from blacklist.ledger.checkpoints import cosign, parse_checkpoint, sign_checkpoint
from blacklist.ledger.faults import FormatError, ProofError, SignatureError
from blacklist.ledger.note_keys import KeyKind, SignerKey
from blacklist.ledger.policies import Log, Policy, Witness
from blacklist.ledger.proofs import TlogProof, parse_proof, verify_proof
from blacklist.ledger.signed_notes import parse_note, with_signatures

LOG = SignerKey("registry.example/log", KeyKind.ED25519, bytes(32))
WITNESS = SignerKey("rail.example/witness", KeyKind.COSIGNATURE, bytes([1]) * 32)
POLICY = Policy((Log(LOG.verifier),), (Witness("rail", WITNESS.verifier),), (), "rail")
LEAVES = [b'{"k":"list","v":%d}' % number for number in range(11)]


def hash_at(level: int, index: int) -> bytes:
    hashes = [sha256(b"\x00" + leaf).digest() for leaf in LEAVES[index << level : (index + 1) << level]]
    while len(hashes) > 1:
        hashes = [sha256(b"\x01" + one + two).digest() for one, two in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


ROOT = merkle.root_of(merkle.frontier_of(11, hash_at), 11)
BARE = sign_checkpoint(LOG, size=11, root=ROOT)
NOTE = with_signatures(BARE, [cosign(parse_checkpoint(parse_note(BARE).text), WITNESS, time=1)])
PROOF = TlogProof(3, merkle.inclusion_proof(3, 11, hash_at), NOTE)
# The example of the standard; the lines it abbreviates are made up, and so is its extra data, which is no base64 there.
SPEC = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=
EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=
RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=
AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog hI2DJwAA
— witness1.example mJirIkAA
— witness2.example TnKKVHAA
— witness3.example S4X82uAA
"""


class TestForm:
    def test_of_the_standards_example(self):
        proof = parse_proof(SPEC)
        assert (proof.index, len(proof.path), proof.extra) == (73894, 5, b"age-v1.2.1-darwin-arm64.tar.gz")
        assert proof.path[0].hex() == "8122b25e861952067a8ddb9662b9033804629ce30626f7978e032405371d3e54"
        assert proof.checkpoint == SPEC[SPEC.index("example.com/") :]
        assert proof.written() == SPEC

    def test_is_written_line_by_line(self):
        assert PROOF.written() == (
            "c2sp.org/tlog-proof@v1\nindex 3\n"
            + "".join(f"{merkle_text(one)}\n" for one in PROOF.path)
            + f"\nregistry.example/log\n11\n{merkle_text(ROOT)}\n\n"
            + "".join(one.line() for one in parse_note(NOTE).signatures)
        )

    def test_reads_as_it_was_written(self):
        single = TlogProof(0, (), sign_checkpoint(LOG, size=1, root=hash_at(0, 0)))
        for proof in (PROOF, replace(PROOF, extra=b"\x00any"), single):
            assert parse_proof(proof.written()) == proof
            assert parse_proof(proof.written().encode()) == proof

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("c2sp.org/tlog-proof@v1\n", ""),
            ("@v1", "@v2"),
            ("@v1", "@v1 "),
            ("c2sp", "\nc2sp"),
            ("index 3\n", ""),
            ("index 3", "3"),
            ("index 3", "index 03"),
            ("index 3", "index  3"),
            ("index 3", "index 3 "),
            ("index 3", "index -3"),
            ("index 3", "Index 3"),
            ("index 3", "index"),
            ("index 3", "index 11"),  # of a tree of eleven
            ("index 3", "index 3\nindex 3"),
            ("index 3", "extra \nindex 3"),
            ("index 3", "extra YQ\nindex 3"),
            ("index 3", "extra YQ==\nextra YQ==\nindex 3"),
            ("index 3\n", "index 3\nextra YQ==\n"),
            ("index 3\n", "index 3\n\n"),
            ("index 3\n", "index 3\r\n"),
            ("index 3\n", "index 3\nAAAA\n"),
            ("\n\nregistry", "\nregistry"),
            ("\n\nregistry", "\n\n\nregistry"),
            ("\n11\n", "\n011\n"),
            ("\n\n— registry", "\n— registry"),
        ],
    )
    def test_in_any_other_form_is_refused(self, old, new):
        assert old in PROOF.written()
        with pytest.raises(FormatError):
            parse_proof(PROOF.written().replace(old, new, 1))

    @pytest.mark.parametrize("content", ["", "\n\n", "c2sp.org/tlog-proof@v1\n\n", b"c2sp.org/tlog-proof@v1\n\xff\n\n"])
    def test_nothing_is_no_proof(self, content):
        with pytest.raises(FormatError):
            parse_proof(content)

    @pytest.mark.parametrize("head", ["", "\nextra YQ=="])
    def test_without_an_index_is_refused(self, head):
        with pytest.raises(FormatError):
            parse_proof(f"c2sp.org/tlog-proof@v1{head}\n\n{NOTE}")

    def test_cannot_be_written_of_these(self):
        assert replace(PROOF, path=(ROOT,) * 63).written()
        for wrong in ({"index": -1}, {"index": 11}, {"path": (b"short",)}, {"path": (ROOT,) * 64}, {"extra": b""}):
            with pytest.raises(FormatError):
                replace(PROOF, **wrong)
        with pytest.raises(FormatError):
            replace(PROOF, checkpoint="no note")


def merkle_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


class TestVerifying:
    def test_every_leaf_is_proven_and_no_other(self):
        for index, leaf in enumerate(LEAVES):
            proof = parse_proof(TlogProof(index, merkle.inclusion_proof(index, 11, hash_at), NOTE).written())
            assert verify_proof(proof, leaf=leaf, policy=POLICY).checkpoint.root == ROOT
            for other in (leaf + b" ", LEAVES[index - 1], b""):
                with pytest.raises(ProofError):
                    verify_proof(proof, leaf=other, policy=POLICY)

    def test_fails_at_another_index_and_with_another_path(self):
        for wrong in (
            {"index": 2},
            {"path": PROOF.path[:-1]},
            {"path": (*PROOF.path, ROOT)},
            {"path": PROOF.path[::-1]},
        ):
            with pytest.raises(ProofError):
                verify_proof(replace(PROOF, **wrong), leaf=LEAVES[3], policy=POLICY)

    def test_fails_without_the_quorum(self):
        with pytest.raises(SignatureError, match="too few"):
            verify_proof(replace(PROOF, checkpoint=BARE), leaf=LEAVES[3], policy=POLICY)

    def test_fails_under_a_checkpoint_of_another_log(self):
        other = SignerKey(LOG.name, LOG.kind, bytes([9]) * 32)
        forged = sign_checkpoint(other, size=11, root=ROOT)
        with pytest.raises(SignatureError):
            verify_proof(replace(PROOF, checkpoint=forged), leaf=LEAVES[3], policy=POLICY)

    def test_says_nothing_of_the_extra_data(self):
        assert verify_proof(replace(PROOF, extra=b"anything"), leaf=LEAVES[3], policy=POLICY).checkpoint.size == 11
