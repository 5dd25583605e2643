"""The two keys with which the registry signs: the log's and the views'. They lie in the key file, never in a table."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from blacklist.identity.keys import KeyFileError, Keyring
from blacklist.ledger.note_keys import KeyKind, SignerKey


@dataclass(frozen=True, slots=True)
class Signers:
    """The log's key, whose name is the log's origin, and the views' key, `<origin>/view`."""

    log: SignerKey
    view: SignerKey

    @property
    def view_public(self) -> Ed25519PublicKey:
        """The key that verifies copy files."""
        return Ed25519PublicKey.from_public_bytes(self.view.verifier.public)


def signers_of(keyring: Keyring, origin: str) -> Signers:
    """Return the keys that sign for the log of this origin.

    Raises:
        KeyFileError: the key file was made before there was a log; `registry init` adds the keys.
    """
    if keyring.log is None or keyring.view is None:
        raise KeyFileError("the key file has no keys of the log yet; `registry init` adds them")
    return Signers(
        SignerKey(origin, KeyKind.ED25519, keyring.log), SignerKey(f"{origin}/view", KeyKind.ED25519, keyring.view)
    )
