"""The fonts of the papers: a court's own before ours, loaded once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import typst
from fontTools.ttLib import TTCollection, TTFont
from pylopdf_fonts_zh_cn import serif_path

# Ours; both hold every character of GB 2312, URO and Ext A, and some beyond.
_SERIF = "Noto Serif SC"
_SANS = "Noto Sans SC"
# By a part of its name a court's font is known as what papers are set in. Any other stands behind ours, for the
# characters that ours lack.
_BODY_NAMES = ("fangsong", "仿宋")
_TITLE_NAMES = ("xiaobiaosong", "xbs", "小标宋")
_HEADING_NAMES = ("simhei", "heiti", "黑体")


@dataclass(frozen=True, slots=True)
class FontChain:
    """The fonts in the order in which a character is looked for, and all characters they hold together."""

    loaded: typst.Fonts
    body: tuple[str, ...]
    title: tuple[str, ...]
    heading: tuple[str, ...]
    characters: frozenset[int]
    version: str


@lru_cache(maxsize=4)
def font_chain(court_fonts: Path | None = None) -> FontChain:
    """Load the fonts. `court_fonts` is a folder with a court's own, or None."""
    folders = [*([court_fonts] if court_fonts else []), serif_path().parent]
    loaded = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    others = tuple(family for family in loaded.families() if family not in {_SERIF, _SANS})
    files = {(Path(one.path), one.index) for one in loaded.fonts() if one.path}
    return FontChain(
        loaded=loaded,
        body=_in_order(others, _BODY_NAMES, (_SERIF, _SANS)),
        title=_in_order(others, _TITLE_NAMES, (_SERIF, _SANS)),
        heading=_in_order(others, _HEADING_NAMES, (_SANS, _SERIF)),
        characters=frozenset().union(*(_characters_of(path, index) for path, index in files)),
        version=f"fonts {version('pylopdf-fonts-zh-cn')}{'+court' if others else ''}",
    )


def _in_order(others: tuple[str, ...], names: tuple[str, ...], ours: tuple[str, ...]) -> tuple[str, ...]:
    wanted = tuple(family for family in others if any(name in family.lower() for name in names))
    return (*wanted, *ours, *(family for family in others if family not in wanted))


def _characters_of(path: Path, index: int) -> frozenset[int]:
    if path.suffix.lower() in {".ttc", ".otc"}:
        with TTCollection(path, lazy=True) as collection:
            return frozenset(collection.fonts[index].getBestCmap() or {})
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap() or {})
