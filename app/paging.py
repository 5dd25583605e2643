"""Page numbers and their addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode


def address(path: str, query: Mapping[str, str]) -> str:
    """Return the address of a page without empty parameters."""
    return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"


@dataclass(frozen=True, slots=True)
class Page:
    """Where a reader is in a list."""

    number: int
    last: int
    total: int
    previous: str | None
    next: str | None

    @classmethod
    def of(cls, number: int, total: int, *, size: int, path: str, query: Mapping[str, str]) -> Self:
        """Return the page with the addresses of its neighbours."""
        last = max(1, -(-total // size))

        def page(one: int) -> str:
            return address(path, {**query, "page": str(one)})

        return cls(
            number=number,
            last=last,
            total=total,
            previous=page(number - 1) if number > 1 else None,
            next=page(number + 1) if number < last else None,
        )
