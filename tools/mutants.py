"""Mutants of `blacklist/rules`: prepare a copy, run what mutmut cannot, print the figures (docs/developer/mutation.md).

`.venv/bin/python tools/mutants.py prepare|imported|figures FOLDER [MODULE ...]`
"""

from __future__ import annotations

import ast
import copy
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES, TESTS = Path("blacklist/rules"), Path("tests/unit/blacklist/rules")
CONFTEST = '''"""No databases here; the runner calls the same test from several sessions of one process."""
from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutants", suppress_health_check=[HealthCheck.differing_executors], derandomize=True, database=None, deadline=None
)
settings.load_profile("mutants")
'''
SETTINGS = f"""
[tool.mutmut]
source_paths = ["blacklist/"]
only_mutate = ["{RULES}/*.py"]
pytest_add_cli_args_test_selection = ["{TESTS}"]
"""
# Functions that build a module's tables: they have run before a worker is forked, so each mutant needs a new process.
IMPORTED = {
    "articles": (("_in_chinese", "_all_articles"), ("articles", "removals", "exclusions", "corrections")),
    "measures": (("_measure", "_read_catalogue", "_by_kind_and_purpose"), ("measures", "checking", "permits")),
    "repair": (
        ("_removes", "_nothing", "_look", "_for_all", "_performance", "_case_over", "_agreed"),
        ("repair",),
    ),
}
# Where texts for people stand among the arguments; the first two of every error are its Chinese and its English text.
TEXTS = {"Fault": (2, 3), "_no_step": (0,), "_fault": (1, 2)}
TEXTS_OF_MODULE = {("exclusions", "_refuse"): (1, 2), ("extensions", "_refuse"): (0, 1)}
TEXT_NAMES = {"detail", "english", "what"}
KILLED, SURVIVED = {1, 3}, {0: "survived", 33: "no test", 5: "no test", None: "not run"}


class _Words(ast.NodeTransformer):
    """Hides the words of a text: every string in it but those in brackets, which are keys."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("#") if isinstance(node.value, str) else node


class _Skeleton(ast.NodeTransformer):
    """Takes the texts out of a function and keeps them beside it."""

    def __init__(self, module: str) -> None:
        self.module = module
        self.texts: list[list[str]] = []

    def _take(self, *texts: ast.expr) -> ast.Constant:
        none = [isinstance(text, ast.Constant) and text.value is None for text in texts]
        words = [ast.dump(_Words().visit(text)) for text in texts]
        self.texts.append(["" if gone else text for gone, text in zip(none, words, strict=True)])
        return ast.Constant("#")

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name.endswith("Error") and node.args:
            node.args = [self._take(*node.args[:2]), *node.args[2:]]
        else:
            places = TEXTS_OF_MODULE.get((self.module, name), TEXTS.get(name, ()))
            node.args = [self._take(each) if index in places else each for index, each in enumerate(node.args)]
        for keyword in node.keywords:
            if keyword.arg in TEXT_NAMES:
                keyword.value = self._take(*getattr(keyword.value, "elts", [keyword.value]))
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        names, values = [node.targets[0]], [node.value]
        if isinstance(names[0], ast.Tuple) and isinstance(values[0], ast.Tuple):
            names, values = names[0].elts, values[0].elts
        if {getattr(each, "id", "") for each in names} <= TEXT_NAMES:
            node.value = self._take(*values)
        return node


def is_text_only(original: ast.FunctionDef, mutant: ast.FunctionDef, module: str) -> bool:
    """Tell whether a mutant differs in the words of a text alone: other words, none, or one text of an error's two."""
    before, after = _Skeleton(module), _Skeleton(module)
    shapes = [one.visit(copy.deepcopy(each)) for one, each in ((before, original), (after, mutant))]
    shapes[1].name = shapes[0].name
    return ast.dump(shapes[0]) == ast.dump(shapes[1]) and all(
        set(new) <= {*old, ""} for old, new in zip(before.texts, after.texts, strict=True)
    )


def functions_of(path: Path) -> dict[str, ast.FunctionDef]:
    """Return the functions of a generated file, those of classes too, by their generated names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def mutants_of(folder: Path, module: str) -> Iterator[tuple[str, str, bool]]:
    """Yield name, result and whether a text alone differs, of each mutant of a module."""
    generated = folder / "mutants" / RULES / f"{module}.py"
    results = json.loads(generated.with_suffix(".py.meta").read_text(encoding="utf-8"))["exit_code_by_key"]
    again = folder / "imported.json"
    if again.exists():
        results |= {key: code for key, code in json.loads(again.read_text("utf-8")).items() if key in results}
    functions = functions_of(generated)
    for key, code in results.items():
        name = key.rsplit(".", 1)[1]
        result = "killed" if code in KILLED else SURVIVED.get(code, "timeout")
        yield name, result, is_text_only(functions[original_of(name)], functions[name], module)


def original_of(name: str) -> str:
    """Return the generated name of what a mutant was made from."""
    return f"{name.rsplit('__mutmut_', 1)[0]}__mutmut_orig"


def prepare(folder: Path) -> None:
    """Copy what the unit tests of the rules need, with no database in it."""
    for part in (Path("blacklist"), TESTS):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "tests/calendars.py", folder / "tests")
    (folder / "tests/conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8") + SETTINGS, encoding="utf-8")


def run_imported(folder: Path) -> None:
    """Run each mutant of the functions of `IMPORTED` in a process of its own; needs mutmut on PYTHONPATH."""
    results: dict[str, int] = {}
    for module, (functions, files) in IMPORTED.items():
        tests = [str(TESTS / f"test_{file}.py") for file in files]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        for name, _, _ in mutants_of(folder, module):
            if re.sub("^x_|__mutmut_[0-9]+$", "", name) in functions:
                key = f"blacklist.rules.{module}.{name}"
                env = os.environ | {"MUTANT_UNDER_TEST": key, "PYTHONDONTWRITEBYTECODE": "1"}
                done = subprocess.run(command, cwd=folder / "mutants", env=env, capture_output=True, check=False)
                results[key] = min(done.returncode, 1)  # 2 and more: it cannot even be imported
    (folder / "imported.json").write_text(json.dumps(results), encoding="utf-8")


def figures(folder: Path, wanted: list[str]) -> None:
    """Print killed of all, and of all without mere texts, by module; with module names the survivors as well."""
    total = [Counter[bool](), Counter[bool]()]
    for meta in sorted((folder / "mutants" / RULES).glob("*.meta")):
        module = meta.name.split(".")[0]
        if not json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]:
            continue
        found = list(mutants_of(folder, module))
        counts = [
            Counter(result in ("killed", "timeout") for _, result, text in found if not (text and without))
            for without in (False, True)
        ]
        total = [sum_ + each for sum_, each in zip(total, counts, strict=True)]
        print(_line(module, counts))
        if module in wanted:
            _print_survivors(meta.with_suffix(""), found)
    print(_line("all", total))


def _line(name: str, counts: list[Counter[bool]]) -> str:
    cells = [f"{each[True]} of {each.total()} ({each[True] / max(each.total(), 1):.1%})" for each in counts]
    return f"| {name} | {' | '.join(cells)} |"


def _print_survivors(generated: Path, found: list[tuple[str, str, bool]]) -> None:
    functions = functions_of(generated)
    for name, result, text in found:
        if result in ("killed", "timeout") or text:
            continue
        bodies = [ast.unparse(functions[each]) for each in (original_of(name), name)]
        before, after = (re.sub("__mutmut_[a-z0-9]+", "", body).splitlines() for body in bodies)
        lines = [line for line in difflib.unified_diff(before, after, n=0, lineterm="") if line[0] in "+-"]
        print(f"    {name}: {result}", *(f"        {line}" for line in lines[2:]), sep="\n")


if __name__ == "__main__":
    what, where, *modules = sys.argv[1:]
    if what == "prepare":
        prepare(Path(where))
    elif what == "imported":
        run_imported(Path(where))
    else:
        figures(Path(where), modules)
