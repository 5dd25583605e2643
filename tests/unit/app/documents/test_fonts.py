from __future__ import annotations

from dataclasses import replace

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from app.documents.fonts import font_chain
from app.documents.glyphs import missing_glyphs
from app.documents.paper import Press
from config import Config, ConfigError
from tests.unit.app.documents.reading import text_of_pdf
from tests.unit.app.documents.samples import AT, PERSON, SAMPLES

RARE = "\U0001f600"


def square():
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 700), (800, 700), (800, 0)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


def font_of(folder, family):
    """A font of one rare character, as a court might have it made."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "rare"])
    builder.setupCharacterMap({ord(RARE): "rare"})
    builder.setupGlyf({".notdef": square(), "rare": square()})
    builder.setupHorizontalMetrics({".notdef": (900, 100), "rare": (900, 100)})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.save(folder / "court.ttf")


class TestChain:
    def test_is_ours_where_a_court_has_none(self):
        chain = font_chain()

        assert chain.body == ("Noto Serif SC", "Noto Sans SC")
        assert chain.heading == ("Noto Sans SC", "Noto Serif SC")

    @pytest.mark.parametrize(
        ("family", "body", "title"),
        [
            ("Court FangSong", 0, 2),
            ("FZXiaoBiaoSong-B05S", 2, 0),
            ("Court Rare", 2, 2),
        ],
    )
    def test_puts_a_courts_font_where_it_belongs(self, tmp_path, family, body, title):
        font_of(tmp_path, family)

        chain = font_chain(tmp_path)

        assert chain.body.index(family) == body
        assert chain.title.index(family) == title
        assert chain.version.endswith("+court")


class TestSetting:
    def test_is_empty_unless_set(self):
        assert Config.from_env({"REGISTRY_ENV": "development"}).court_font_path is None

    def test_names_a_folder(self, tmp_path):
        env = {"REGISTRY_ENV": "development", "REGISTRY_COURT_FONT_PATH": str(tmp_path)}

        assert Config.from_env(env).court_font_path == tmp_path

    def test_that_names_no_folder_stops_the_start(self, tmp_path):
        env = {"REGISTRY_ENV": "development", "REGISTRY_COURT_FONT_PATH": str(tmp_path / "none")}

        with pytest.raises(ConfigError) as caught:
            Config.from_env(env)
        assert caught.value.faults == ["REGISTRY_COURT_FONT_PATH is not a folder"]


class TestCourtFont:
    def test_lends_the_characters_that_ours_lack(self, tmp_path):
        font_of(tmp_path, "Court Rare")
        named = replace(SAMPLES["permit"], party=replace(PERSON, name=f"测试{RARE}"))

        assert missing_glyphs(RARE) == RARE
        assert missing_glyphs(RARE, court_fonts=tmp_path) == ""
        assert f"测试{RARE}" in text_of_pdf(Press(tmp_path).render_pdf(named, at=AT))

    def test_changes_nothing_while_its_folder_is_empty(self, tmp_path):
        facts = SAMPLES["permit"]

        assert Press(tmp_path).render_pdf(facts, at=AT) == Press().render_pdf(facts, at=AT)
