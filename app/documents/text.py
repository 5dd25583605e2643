"""The neutral text of a paper. Facts become this once; PDF, Word and page only lay it out."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """What a piece of a paper is: a party or an address (no indent), a paragraph, an item, a heading, a table."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    HEADING = "heading"
    TABLE = "table"


class Form(StrEnum):
    """How a paper is laid out."""

    DECISION = "decision"
    CERTIFICATE = "certificate"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece. A table has `text` as its caption; `widths` are its columns' shares.

    `row_heads`: the first cell of each row is its heading, and there is no heading row. `tall` rows have room for
    a signature.
    """

    kind: BlockKind
    text: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()
    row_heads: bool = False
    tall: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How anybody verifies the paper."""

    code: str
    url: str
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperText:
    """A whole paper in words. `closing` are the lines at its right end.

    `access` is the line with the code for the person's own room, or empty.
    """

    kind: str
    form: Form
    court: str
    title: str
    number: str
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    access: str
    verification: Verification
    digest: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", _digest(self))

    @property
    def document_title(self) -> str:
        """Return the title of the file: no person's name stands in it."""
        return f"{self.court}{self.title}{self.number}"

    @property
    def digest_line(self) -> str:
        """Return the line that lets two copies be compared: SHA-256 over all words of the paper."""
        return f"内容校验值（SHA-256）：{self.digest}"

    @property
    def code_line(self) -> str:
        """Return the line with the code that stands in the QR picture."""
        return f"核验码：{self.verification.code}"

    @property
    def url_line(self) -> str:
        """Return the line with the address that the QR picture leads to."""
        return f"核验网址：{self.verification.url}"

    def strings(self) -> Iterator[str]:
        """Yield every text that is printed, in reading order."""
        yield from (self.code_line, self.url_line, self.verification.explanation, self.digest_line)
        yield from (self.court, self.title, self.number)
        for block in self.blocks:
            if block.text:
                yield block.text
            yield from block.head
            for row in block.rows:
                yield from row
        if self.access:
            yield self.access
        yield from self.closing


def _digest(paper: PaperText) -> str:
    words = asdict(paper)
    del words["digest"]
    canonical = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def clean(text: str) -> str:
    """Return a text on one line, without control characters: neither Word nor PDF can hold them."""
    one_line = re.sub(r"[ \t\r\n\v\f]+", " ", text.strip())
    return "".join(one for one in one_line if unicodedata.category(one) not in {"Cc", "Cs"})


def line(text: str) -> Block:
    """Return a line without indent."""
    return Block(kind=BlockKind.LINE, text=clean(text))


def paragraph(text: str) -> Block:
    """Return one paragraph."""
    return Block(kind=BlockKind.PARAGRAPH, text=clean(text))


def item(text: str) -> Block:
    """Return one numbered item; the number is part of the text."""
    return Block(kind=BlockKind.ITEM, text=clean(text))


def heading(text: str) -> Block:
    """Return a heading."""
    return Block(kind=BlockKind.HEADING, text=clean(text))


def table(
    caption: str,
    rows: tuple[tuple[str, ...], ...],
    *,
    head: tuple[str, ...] = (),
    widths: tuple[int, ...],
    tall: tuple[int, ...] = (),
) -> Block:
    """Return a table; without `head` the first cell of each row is its heading."""
    return Block(
        kind=BlockKind.TABLE,
        text=clean(caption),
        head=tuple(clean(one) for one in head),
        rows=tuple(tuple(clean(one) for one in row) for row in rows),
        widths=widths,
        row_heads=not head,
        tall=tall,
    )
