"""Which encoding a text file has: strict UTF-8, with or without a mark, or GB18030; never a mixture, never a guess."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

from blacklist.importing.findings import FileFaultError, Finding, finding

_CHUNK = 1 << 20
_MOST_FAULTS = 50
_SURE = 8  # so many bytes beyond ASCII are UTF-8 by chance in one GB18030 line out of many thousands


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def detect_encoding(path: Path) -> str:
    """Return `utf-8-sig` or `gb18030`.

    Raises:
        FileFaultError: empty, another encoding, or several; the first lines that do not fit are named.
    """
    if path.stat().st_size == 0:
        raise FileFaultError(finding(1, "", "empty-file"))
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise FileFaultError(finding(1, "", "bad-encoding"))
    if _decodes(path, "utf-8"):
        return "utf-8-sig"
    return _by_lines(path)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _by_lines(path: Path) -> str:
    """Judge a file that is not UTF-8 as a whole; neither encoding has a line feed inside a character."""
    utf8: list[int] = []  # lines that are UTF-8 beyond chance
    other: list[int] = []  # lines that are not
    neither: list[int] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            if _is(line, "utf-8"):
                if len(line.translate(None, bytes(range(128)))) >= _SURE:
                    utf8.append(number)
                continue
            other.append(number)
            if not _is(line, "gb18030"):
                neither.append(number)
    if utf8 and other:
        raise FileFaultError(*_findings(other if len(utf8) >= len(other) else utf8, "mixed-encoding"))
    if neither:
        raise FileFaultError(*_findings(neither, "bad-encoding"))
    return "gb18030"


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _findings(lines: list[int], code: str) -> list[Finding]:
    return [finding(line, "", code) for line in lines[:_MOST_FAULTS]]
