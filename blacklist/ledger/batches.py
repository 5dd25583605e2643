"""Many look-ups at once. numpy makes them about three times as fast where it is installed; nothing asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

HAS_NUMPY: Final = find_spec("numpy") is not None
WORTH_IT: Final = 32  # below, setting numpy to work takes longer than asking one by one

_numpy: Any = import_module("numpy") if HAS_NUMPY else None


def find_all(fingerprints: memoryview, flags: memoryview, wanted: Sequence[int]) -> list[int]:
    """Return the flags of each wanted fingerprint in two mapped columns, 0 where it is not; needs numpy."""
    if not fingerprints:
        return [0] * len(wanted)
    column = _numpy.frombuffer(fingerprints, dtype=_numpy.uint64)
    asked = _numpy.array(wanted, dtype=_numpy.uint64)
    order = asked.argsort()  # neighbours in the column are then asked one after the other
    ascending = asked[order]
    places = column.searchsorted(ascending)
    places[places == len(column)] = 0
    hits = column[places] == ascending
    found = _numpy.zeros(len(asked), dtype=_numpy.uint32)
    found[order] = _numpy.where(hits, _numpy.frombuffer(flags, dtype=_numpy.uint32)[places], 0)
    answer: list[int] = found.tolist()
    return answer
