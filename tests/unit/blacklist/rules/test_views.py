"""What an agency is told of a document: `sync.md` §3."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blacklist.errors import InvalidError
from blacklist.rules.purposes import PURPOSES, bits_of
from blacklist.rules.views import CONFIRM, mask_of, view_flags

RAIL, AIR, HOTEL, CREDIT = 1 << 0, 1 << 1, 1 << 4, 1 << 11
U32 = st.integers(0, (1 << 32) - 1)


class TestViewFlags:
    @pytest.mark.parametrize(
        ("flags", "confirm", "lifted", "mask", "seen"),
        [
            pytest.param(RAIL | AIR, 0, 0, CONFIRM | AIR, AIR, id="its own purpose alone"),
            pytest.param(CREDIT, 0, 0, CONFIRM | RAIL | AIR, 0, id="nothing that is not its own"),
            pytest.param(RAIL | AIR, AIR, 0, CONFIRM | AIR, CONFIRM | AIR, id="to confirm: a permit may stand"),
            pytest.param(RAIL | AIR, RAIL, 0, CONFIRM | AIR, AIR, id="another's permit is not its business"),
            pytest.param(
                RAIL | AIR, RAIL, 0, CONFIRM | RAIL | AIR, CONFIRM | RAIL | AIR, id="confirms for all it sees"
            ),
            pytest.param(RAIL | AIR, 0, AIR, CONFIRM | RAIL | AIR, RAIL, id="lifted for this agency"),
            pytest.param(AIR, AIR, AIR, CONFIRM | AIR, 0, id="lifted altogether: gone, bit 31 too"),
            pytest.param(0, AIR, 0, CONFIRM | AIR, 0, id="confirm without a restriction says nothing"),
            pytest.param(CONFIRM, CONFIRM, 0, CONFIRM, 0, id="bit 31 is never a purpose"),
        ],
    )
    def test_shows(self, flags: int, confirm: int, lifted: int, mask: int, seen: int):
        assert view_flags(flags, confirm, lifted, mask) == seen

    @settings(deadline=None)
    @given(flags=U32, confirm=U32, lifted=U32, mask=U32)
    def test_never_shows_more_than_the_mask_and_never_bit_31_alone(
        self, flags: int, confirm: int, lifted: int, mask: int
    ):
        seen = view_flags(flags, confirm, lifted, mask | CONFIRM)

        assert seen & ~(mask | CONFIRM) == 0
        assert seen != CONFIRM
        assert seen & ~CONFIRM == flags & mask & ~lifted & ~CONFIRM
        assert bool(seen & CONFIRM) == bool(flags & mask & ~lifted & confirm & ~CONFIRM)


class TestMaskOf:
    def test_holds_the_purposes_and_bit_31(self):
        assert mask_of(["air_travel"]) == 2_147_483_650
        assert mask_of(["rail_high_class", "air_travel"]) == 2_147_483_651

    def test_of_all_purposes_leaves_bit_30_free(self):
        assert mask_of(PURPOSES) == 0xBFFFFFFF

    def test_of_none_is_bit_31(self):
        assert mask_of([]) == CONFIRM

    def test_refuses_an_unknown_purpose(self):
        with pytest.raises(InvalidError):
            mask_of(["teleport"])


class TestBitsOf:
    def test_unites_them(self):
        assert bits_of(["air_travel", "star_hotel", "air_travel"]) == AIR | HOTEL
