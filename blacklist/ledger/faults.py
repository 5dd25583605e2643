"""What a byte format answers to bytes that are not of it, and to a proof that does not hold."""

from __future__ import annotations


class FormatError(ValueError):
    """These bytes are not of the format, or not the only form in which it writes them."""


class SignatureError(FormatError):
    """The note is well formed, but the signature that is wanted is missing or does not verify."""


class ProofError(FormatError):
    """A proof does not lead to the root, or the parts to the commitment, that it must lead to."""
