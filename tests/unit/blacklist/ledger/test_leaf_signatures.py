"""A court's signature on a leaf: Ed25519 of its system, or WebAuthn of a person, with the vectors of W3C."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from blacklist.ledger.faults import FormatError, SignatureError
from blacklist.ledger.leaf_signatures import (
    LeafSignature,
    SignatureMethod,
    read_leaf_signature,
    verify_assertion,
    verify_leaf_signature,
)
from blacklist.ledger.leaves import Leaf, LeafKind

LEAF = Leaf(kind=LeafKind.LIST, time=1_795_651_200, court="京0199", tag=bytes(16), commitment=bytes(32))
SIGNED = LEAF.signed_bytes()
SYSTEM = Ed25519PrivateKey.from_private_bytes(bytes(32))
BY_SYSTEM = LeafSignature(method=SignatureMethod.ED25519, key_id="court-1", signature=SYSTEM.sign(SIGNED))

SITE, PAGE = "registry.example", "https://registry.example"
PERSON = ec.derive_private_key(7, ec.SECP256R1())


def p256(x: str, y: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicNumbers(int(x, 16), int(y, 16), ec.SECP256R1()).public_key()


# W3C Web Authentication Level 3, §16: challenge, authenticator data, client data, signature, public key. The first has
# its person verified; the second has not; the third was asked from another page's frame; the fourth is Ed25519.
W3C = {
    "long-id": (
        "ef1deba56dce48f674a447ccf63b9599258ce87648e5c396f2ef0ca1da460e3b",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50d00000000",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a22377833727057334f53505a307045664d396a7556"
        "6d53574d36485a4935634f573875384d6f647047446a73222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c"
        "2263726f73734f726967696e223a66616c73657d",
        "304502203ecef83fb12a0cae7841055f9f87103a99fd14b424194bbf06c4623d3ee6e3fd022100d2ace346db262b1374a6b70faa51f518a4"
        "2ddca13a4125ce6f5052a75bac9fb6",
        p256(
            "3b8176b7504489cc593046d7988abb7905a742de6ac2cdc748a873c663e90cb1",
            "1436d5edc9a75f23999eef9d5950a5c2455514ee1014084720f841a06b828a11",
        ),
    ),
    "unverified": (
        "39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a55585430"
        "49393770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c"
        "2263726f73734f726967696e223a66616c73657d",
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d"
        "78c6e486013f937295ea13653e331e87",
        p256(
            "afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61",
            "930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
        ),
    ),
    "framed": (
        "876aa517ba83fdee65fcffdbca4c84eeae5d54f8041a1fc85c991e5bbb273137",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50500000000",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a226832716c463771445f65356c5f505f62796b7945"
        "377135645650674547685f49584a6b655737736e4d5463222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c"
        "2263726f73734f726967696e223a747275652c22657874726144617461223a22636c69656e74446174614a534f4e206d6179206265206578"
        "74656e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869"
        "733a2039327063545644304162792d713464746d6a36656667227d",
        "3046022100eb12fcf23b12764c0f122e22371fab92e283879fd798f38ee1841c951b6e40e7022100c76237ff9db77b3c56f30837cda6a09a"
        "cfa2e915544e609c0733b1184036d1cf",
        p256(
            "22200a473f90b11078851550d03b4e44a2279f8c4eca27b3153dedfe03e4e97d",
            "cbd0be95e746ad6f5a8191be11756e4c0420e72f65b466d39bc56b8b123a9c6e",
        ),
    ),
    "ed25519": (
        "895957e01c633a698348a2d8a31a54b7db27e8c1c43b2080d79ae2190267bfd2",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000",
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a2269566c583442786a4f6d6d4453"
        "4b4c596f7870557439736e364d48454f7943413135726947514a6e763949222c226f726967696e223a2268747470733a2f2f6578616d706c"
        "652e6f7267222c2263726f73734f726967696e223a66616c73657d",
        "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097d6607525713223a0"
        "dc0d453993dae00b",
        Ed25519PublicKey.from_public_bytes(
            bytes.fromhex("44e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832")
        ),
    ),
}


def w3c(name: str):
    challenge, authenticator, client, signature, key = W3C[name]
    return (
        LeafSignature(
            method=SignatureMethod.WEBAUTHN,
            key_id="credential",
            signature=bytes.fromhex(signature),
            authenticator_data=bytes.fromhex(authenticator),
            client_data=bytes.fromhex(client),
        ),
        bytes.fromhex(challenge),
        key,
    )


def by_person(
    *, flags: int = 0x05, site: str = SITE, key: ec.EllipticCurvePrivateKey = PERSON, **said
) -> LeafSignature:
    """A WebAuthn key's answer to the leaf; `said` changes what the page tells it."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(SIGNED).digest()).rstrip(b"=").decode()
    client = {"type": "webauthn.get", "challenge": challenge, "origin": PAGE, "crossOrigin": False} | said
    client_data = json.dumps(client).encode()
    authenticator = hashlib.sha256(site.encode()).digest() + bytes([flags]) + bytes(4)
    return LeafSignature(
        method=SignatureMethod.WEBAUTHN,
        key_id="credential",
        signature=key.sign(authenticator + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256())),
        authenticator_data=authenticator,
        client_data=client_data,
    )


def verify(signature: LeafSignature, signed: bytes = SIGNED, key=None) -> None:
    verify_leaf_signature(signature, signed, key or PERSON.public_key(), site=SITE, origins=[PAGE])


class TestMember:
    @pytest.mark.parametrize("signature", [BY_SYSTEM, by_person()])
    def test_reads_as_it_was_written(self, signature):
        assert read_leaf_signature(signature.members()) == signature

    def test_is_the_designs(self):
        assert list(BY_SYSTEM.members()) == ["g", "i", "x"]
        assert list(by_person().members()) == ["g", "i", "x", "d", "j"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"g": "rsa"},
            {"g": None},
            {"i": ""},
            {"i": "a b"},
            {"i": "京"},
            {"i": "a" * 1_401},
            {"x": ""},
            {"x": "AA="},
            {"x": 1},
            {"d": "AA=="},
            {"j": "AA=="},
            {"d": ""},
            {"y": "more"},
            {"g": "webauthn"},
        ],
    )
    def test_in_any_other_form_is_refused(self, wrong):
        with pytest.raises(FormatError):
            read_leaf_signature(BY_SYSTEM.members() | wrong)

    @pytest.mark.parametrize("missing", ["g", "i", "x", "d", "j"])
    def test_with_a_member_missing_is_refused(self, missing):
        members = by_person().members()
        del members[missing]
        with pytest.raises(FormatError):
            read_leaf_signature(members)

    @pytest.mark.parametrize("wrong", [{"authenticator_data": b"1"}, {"client_data": b"1"}])
    def test_of_a_system_is_not_made_with_what_a_person_signs(self, wrong):
        with pytest.raises(FormatError):
            replace(BY_SYSTEM, **wrong)

    @pytest.mark.parametrize("wrong", [{"authenticator_data": b""}, {"client_data": b""}])
    def test_of_a_person_is_not_made_without_it(self, wrong):
        with pytest.raises(FormatError):
            replace(by_person(), **wrong)

    @pytest.mark.parametrize("value", [None, [], "text", 1, {}])
    def test_what_is_no_object_is_refused(self, value):
        with pytest.raises(FormatError):
            read_leaf_signature(value)


class TestBySystem:
    def test_verifies_for_this_leaf_alone(self):
        verify(BY_SYSTEM, key=SYSTEM.public_key())
        other = replace(LEAF, time=LEAF.time + 1).signed_bytes()
        with pytest.raises(SignatureError):
            verify(BY_SYSTEM, signed=other, key=SYSTEM.public_key())

    def test_is_bound_to_its_mark(self):
        """The bare leaf, signed for whatever other use, is no court's signature."""
        bare = replace(BY_SYSTEM, signature=SYSTEM.sign(LEAF.written()))
        with pytest.raises(SignatureError):
            verify(bare, key=SYSTEM.public_key())

    def test_of_another_key_or_kind_of_key_does_not(self):
        for key in (Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key(), PERSON.public_key()):
            with pytest.raises(SignatureError):
                verify(BY_SYSTEM, key=key)


class TestByPerson:
    def test_verifies_for_this_leaf_alone(self):
        verify(by_person())
        with pytest.raises(SignatureError, match="challenge"):
            verify(by_person(), signed=replace(LEAF, time=LEAF.time + 1).signed_bytes())

    @pytest.mark.parametrize(
        ("signature", "refusal"),
        [
            (by_person(type="webauthn.create"), "no authentication"),
            (by_person(challenge="AAAA"), "challenge"),
            (by_person(challenge=None), "challenge"),
            (by_person(origin="https://evil.example"), "another page"),
            (by_person(origin=None), "another page"),
            (by_person(crossOrigin=True), "another page"),
            (by_person(crossOrigin="false"), "another page"),
            (by_person(site="evil.example"), "another site"),
            (by_person(flags=0x01), "verified"),
            (by_person(flags=0x04), "verified"),
            (by_person(flags=0x00), "verified"),
            (by_person(key=ec.derive_private_key(8, ec.SECP256R1())), "does not verify"),
            (replace(by_person(), authenticator_data=by_person().authenticator_data[:-1]), "another site"),
            (replace(by_person(), client_data=b"{"), "no JSON"),
            (replace(by_person(), client_data=b"[]"), "no authentication"),
            (replace(by_person(), client_data=b"\xff"), "no JSON"),
            (replace(by_person(), client_data=b"[" * 100_000), "no JSON"),
            (replace(by_person(), signature=b"\x30"), "does not verify"),
        ],
    )
    def test_made_otherwise_does_not(self, signature, refusal):
        with pytest.raises(SignatureError, match=refusal):
            verify(signature)

    def test_what_the_authenticator_counted_is_covered(self):
        changed = by_person().authenticator_data[:-1] + b"\x01"
        with pytest.raises(SignatureError, match="does not verify"):
            verify(replace(by_person(), authenticator_data=changed))

    def test_on_another_curve_is_refused(self):
        key = ec.derive_private_key(7, ec.SECP384R1())
        with pytest.raises(SignatureError, match="curve"):
            verify(by_person(key=key), key=key.public_key())


class TestVectors:
    """W3C Web Authentication Level 3, §16."""

    def check(self, name: str, **changes) -> None:
        signature, challenge, key = w3c(name)
        given = {"site": "example.org", "origins": ["https://example.org"]} | changes
        verify_assertion(signature, challenge, key, **given)

    def test_of_a_verified_person_holds(self):
        self.check("long-id")

    @pytest.mark.parametrize(
        "changes", [{"site": "example.com"}, {"origins": ["https://example.com"]}, {"origins": []}]
    )
    def test_of_a_verified_person_holds_on_its_own_site_alone(self, changes):
        with pytest.raises(SignatureError):
            self.check("long-id", **changes)

    @pytest.mark.parametrize(("name", "refusal"), [("unverified", "verified"), ("framed", "another page")])
    def test_weaker_ones_are_refused_for_what_they_lack(self, name, refusal):
        with pytest.raises(SignatureError, match=refusal):
            self.check(name)

    def test_of_ed25519_is_computed_over_the_same_bytes(self):
        signature, _, key = w3c("ed25519")
        key.verify(signature.signature, signature.authenticator_data + hashlib.sha256(signature.client_data).digest())
        with pytest.raises(SignatureError, match="verified"):
            self.check("ed25519")
