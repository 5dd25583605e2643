"""The QR code of a paper: it holds the address at which the paper is verified."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno

_BORDER = 4  # the quiet zone that the standard asks for
_MODULE = 6  # pixels of a module in the raster picture


@dataclass(frozen=True, slots=True)
class QrPath:
    """The dark modules as one path of an SVG picture of `size` by `size` units, quiet zone included."""

    size: int
    path: str


def qr_path(text: str) -> QrPath:
    """Return the code for a page: drawn by the template, it needs no picture from elsewhere."""
    rows = [list(row) for row in _code(text).matrix_iter(border=_BORDER)]
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return QrPath(len(rows), path)


def qr_svg(text: str) -> str:
    """Return the code as an SVG picture, level M."""
    buffer = io.BytesIO()
    _code(text).save(
        buffer, kind="svg", border=_BORDER, xmldecl=False, svgns=True, omitsize=True, svgclass=None, lineclass=None
    )
    return buffer.getvalue().decode()


def qr_png(text: str) -> bytes:
    """Return the code as a PNG picture, level M; not every Word shows SVG."""
    buffer = io.BytesIO()
    _code(text).save(buffer, kind="png", border=_BORDER, scale=_MODULE)
    return buffer.getvalue()


def _code(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False, boost_error=False)
