"""Why a paper is not made: a fact is missing, or a character that no font can print."""

from __future__ import annotations

from collections.abc import Sequence

from blacklist.errors import Fault, InvalidError


class MissingFactsError(InvalidError):
    """A paper is never printed with a blank; every missing fact is named, by its Chinese name."""

    code = "paper-facts-missing"
    title = "文书所需事项不完整"
    title_english = "Facts of the paper are missing"

    def __init__(self, missing: Sequence[tuple[str, str]]) -> None:
        """Take what is missing as (JSON pointer into the facts, Chinese name)."""
        names = tuple(name for _, name in missing)
        detail = f"缺少制作文书所需的事项：{'、'.join(names)}。"
        english = f"{len(names)} fact(s) of the paper are missing; errors name them."
        super().__init__(
            detail,
            english,
            errors=tuple(
                Fault(pointer, "missing", f"缺少：{name}。", "This fact is missing.") for pointer, name in missing
            ),
        )
        self.names = names


class MissingGlyphsError(InvalidError):
    """No font of the papers holds these characters; a box in the place of a name is worse than no paper."""

    code = "font-glyph-missing"
    title = "字体缺字"
    title_english = "No font holds a character of the paper"

    def __init__(self, characters: str) -> None:
        """Take the characters, each once."""
        named = "、".join(f"{one}（U+{ord(one):04X}）" for one in characters)
        super().__init__(
            f"字体缺字：{named}。请在本院字体目录中补充含有该字的字体。",
            "No font holds: "
            + ", ".join(f"U+{ord(one):04X}" for one in characters)
            + ". Add one to the court's fonts.",
        )
        self.characters = characters
