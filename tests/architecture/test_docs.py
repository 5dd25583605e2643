"""The documents say what the code does: settings, rules, life cycle, links."""

from __future__ import annotations

import ast
import re
import unicodedata
from pathlib import Path

import pytest

from blacklist.rules.lifecycle import mermaid
from config import PREFIX, SETTINGS, Config, ConfigError

ROOT = Path(__file__).resolve().parent.parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
RULES = ROOT / "blacklist" / "rules"
# What a production process is told as missing when nothing is set: the settings without a default.
NAMED_MISSING = re.compile(rf"({PREFIX}[A-Z_]+) is not set")
ROW_OF_RULE = re.compile(r"^\| [^|]+ \| ([^|]+) \| `([a-z_]+)\.([a-z_]+)` \| ([^|]+) \|$", re.MULTILINE)
NAMED_TEST = re.compile(r"`(test_[a-z_]+\.py)((?:::[A-Za-z_0-9]+)+)`")
NAMED_PATH = re.compile(r"`((?:tests|app|blacklist|sync|tools|migrations)/[a-z_/0-9]+(?:\.[a-z]+)?/?)`")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def without_default() -> set[str]:
    with pytest.raises(ConfigError) as caught:
        Config.from_env({})
    return {name for fault in caught.value.faults for name in NAMED_MISSING.findall(fault)}


def rules() -> dict[tuple[str, str], str]:
    """Every public function of the rules that names its basis, with that basis."""
    found = {}
    for path in sorted(RULES.glob("*.py")):
        for node in ast.parse(text_of(path)).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            basis = re.search(r"^Basis: (.+?)\.?$", ast.get_docstring(node) or "", re.MULTILINE)
            if basis:
                found[path.stem, node.name] = basis[1]
    return found


def cases_of(path: Path) -> set[str]:
    """The tests of a file as `::Class::name` and `::name`, and its classes."""
    found = set()
    for node in ast.parse(text_of(path)).body:
        if isinstance(node, ast.FunctionDef):
            found.add(f"::{node.name}")
        if isinstance(node, ast.ClassDef):
            found.add(f"::{node.name}")
            found |= {f"::{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return found


def headings_of(path: Path) -> set[str]:
    """The anchors GitHub makes of a page's headings."""
    anchors = set()
    for title in re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE):
        kept = [one for one in title.strip().lower() if one in " -_" or unicodedata.category(one)[0] in "LN"]
        anchors.add("".join(kept).replace(" ", "-"))
    return anchors


class TestSettings:
    """Style, 3.1 item 8."""

    def test_are_documented_and_nothing_else_is(self):
        rows = re.findall(rf"^\| `{PREFIX}([A-Z_]+)` \|", text_of(DOCS / "settings.md"), re.MULTILINE)

        assert sorted(rows) == sorted(SETTINGS)

    def test_without_a_default_are_those_of_the_example(self):
        named = re.findall(rf"^({PREFIX}[A-Z_]+)=", text_of(ROOT / ".env.example"), re.MULTILINE)

        assert set(named) == without_default()
        assert len(named) == len(set(named))

    def test_without_a_default_say_so_in_their_row(self):
        page = text_of(DOCS / "settings.md")
        marked = {row[0] for row in re.findall(rf"^\| `({PREFIX}[A-Z_]+)` \| [^|]+ \| (–[^|]*) \|", page, re.MULTILINE)}

        assert marked == without_default()

    def test_of_the_example_start_a_production_process(self):
        lines = [one for one in text_of(ROOT / ".env.example").splitlines() if one.startswith(PREFIX)]
        env = {name: value.strip('"') for name, value in (one.split("=", 1) for one in lines)}

        assert Config.from_env(env).env == "production"


class TestDomain:
    """Style, 3.1 item 7."""

    def test_lists_every_rule_with_its_basis(self):
        rows = ROW_OF_RULE.findall(text_of(DOCS / "domain.md"))

        assert {(module, function): basis for basis, module, function, _ in rows} == rules()

    def test_gives_every_rule_a_test(self):
        rows = ROW_OF_RULE.findall(text_of(DOCS / "domain.md"))

        assert [function for _, _, function, named in rows if not NAMED_TEST.search(named)] == []


class TestLifecycle:
    def test_is_drawn_as_the_code_has_it(self):
        drawn = text_of(DOCS / "developer" / "structure.md").split("<!-- lifecycle -->")

        assert len(drawn) == 3
        assert drawn[1].strip() == f"```mermaid\n{mermaid()}```"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
class TestPages:
    def test_name_tests_that_exist(self, page):
        missing = []
        for file, case in NAMED_TEST.findall(text_of(page)):
            found = [path for path in (ROOT / "tests").rglob(file) if case in cases_of(path)]
            if not found:
                missing.append(file + case)

        assert missing == []

    def test_name_files_that_exist(self, page):
        assert [path for path in NAMED_PATH.findall(text_of(page)) if not (ROOT / path).exists()] == []

    def test_link_to_pages_and_headings_that_exist(self, page):
        broken = []
        for link in LINK.findall(text_of(page)):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or (anchor and anchor not in headings_of(target)):
                broken.append(link)

        assert broken == []
