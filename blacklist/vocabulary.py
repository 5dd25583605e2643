"""Words that every layer shares: what kind of subject stands in an order, and a natural person's sex."""

from __future__ import annotations

from enum import StrEnum


class SubjectKind(StrEnum):
    """A natural person (自然人), or a legal person or other organisation (法人或者其他组织)."""

    NATURAL = "natural"
    ORGANISATION = "organisation"


class Sex(StrEnum):
    """The sex written on an identity document; the parity of a resident number's serial says the same."""

    MALE = "male"
    FEMALE = "female"
