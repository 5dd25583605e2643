"""What reviewers would otherwise have to remember: who may import, commit, read the clock; what must be declared."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from pkgutil import walk_packages

import pytest

from blacklist import errors
from blacklist.models import Base
from blacklist.models.base import Secrecy
from sync.jobs import JOBS
from sync.runner import trigger_of

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("app", "blacklist", "sync")
SOURCES = sorted(
    [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")] + [ROOT / "config.py", ROOT / "wsgi.py"]
)
REVISIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))

MAY_COMMIT = {"app/database.py", "app/recording.py", "sync/runner.py"}  # the views, the record writer, the jobs
MAY_READ_CLOCK = {"app/clock.py", "sync/__main__.py", "sync/agent/clocks.py", "blacklist/identity/ids.py"}
CLOCK_CALLS = {"now", "utcnow", "today", "time", "time_ns"}
CLOCK_OWNERS = {"datetime", "date", "time"}
KINDS = (
    errors.InvalidError,
    errors.ForbiddenError,
    errors.NotFoundError,
    errors.ConflictError,
    errors.GoneError,
    errors.UnavailableError,
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node


def commits(path: Path) -> bool:
    return any(isinstance(one.func, ast.Attribute) and one.func.attr == "commit" for one in calls(path))


def reads_clock(path: Path) -> bool:
    return any(
        isinstance(one.func, ast.Attribute)
        and one.func.attr in CLOCK_CALLS
        and isinstance(one.func.value, ast.Name)
        and one.func.value.id in CLOCK_OWNERS
        for one in calls(path)
    )


def every_error() -> list[type[errors.RegistryError]]:
    """Every kind of refusal, wherever it is defined."""
    for package in PACKAGES:
        for module in walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                import_module(module.name)
    found: list[type[errors.RegistryError]] = []
    waiting = [errors.RegistryError]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += below
        waiting += below
    return found


class TestImports:
    """Style, 3.1 items 1 and 2."""

    def test_keep_the_contracts(self):
        result = subprocess.run(
            [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert result.returncode == 0, result.stdout

    def test_no_package_is_a_drawer_for_anything(self):
        drawers = {"utils", "util", "helpers", "common", "misc", "manager"}

        assert [name_of(path) for path in SOURCES if drawers & set(path.with_suffix("").parts[len(ROOT.parts) :])] == []


class TestEdge:
    """Style, 3.1 item 3."""

    def test_only_the_edge_commits(self):
        assert {name_of(path) for path in SOURCES if commits(path)} <= MAY_COMMIT

    def test_only_the_edge_reads_the_clock(self):
        assert {name_of(path) for path in SOURCES if reads_clock(path)} <= MAY_READ_CLOCK


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    from app import create_app
    from blacklist.identity.keys import create_key_file
    from config import Config
    from tests.databases import migrate

    folder = tmp_path_factory.mktemp("app")
    url = f"sqlite:///{folder / 'registry.sqlite3'}"
    migrate(url)
    create_key_file(folder / "keys")
    env = {"REGISTRY_ENV": "development", "REGISTRY_DATABASE_URL": url, "REGISTRY_KEY_FILE": str(folder / "keys")}
    return create_app(Config.from_env(env), clock=lambda: datetime(2026, 11, 24, 2, 5, tzinfo=UTC))


class TestRoutes:
    """Style, 3.1 item 4."""

    def test_each_says_whom_it_is_for(self, app):
        silent = [name for name, view in app.view_functions.items() if not hasattr(view, "audience")]

        assert silent == ["static"]

    def test_no_get_writes(self, app):
        # A view of several methods decides inside; those are listed by the ones that only read.
        writing = [
            str(rule)
            for rule in app.url_map.iter_rules()
            if rule.methods - {"HEAD", "OPTIONS"} == {"GET"}
            and getattr(app.view_functions[rule.endpoint], "writes", False)
        ]

        assert writing == []

    def test_have_kebab_case_paths(self, app):
        segment = re.compile(r"[a-z0-9-]*(\.[a-z0-9]+)?|<[a-z_:.()0-9=,]+>(\.[a-z0-9]+)?|~[a-z-]+", re.ASCII)
        odd = [
            str(rule)
            for rule in app.url_map.iter_rules()
            if rule.endpoint != "static" and not all(segment.fullmatch(one) for one in str(rule).split("/"))
        ]

        assert odd == []


class TestErrors:
    """Style, 3.1 item 5."""

    def test_are_of_exactly_one_kind(self):
        odd = [one.__name__ for one in every_error() if sum(issubclass(one, kind) for kind in KINDS) != 1]

        assert odd == []

    def test_have_a_code_of_their_own(self):
        found = every_error()

        assert [one.__name__ for one in found if "code" not in vars(one)] == []
        assert len({one.code for one in found}) == len(found)

    def test_have_a_kebab_case_code_and_a_title_in_both_languages(self):
        odd = [
            one.__name__
            for one in every_error()
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one.code)
            or one.title == errors.RegistryError.title
            or not one.title_english.isascii()
        ]

        assert odd == []


class TestRevisions:
    """Style, 3.1 item 9; that they make what the models say is tested on the databases themselves."""

    def test_are_numbered_without_a_gap(self):
        assert [path.name[:5] for path in REVISIONS] == [f"{n:04d}_" for n in range(1, len(REVISIONS) + 1)]

    def test_follow_one_another_and_bear_the_name_of_their_file(self):
        chain = [(declared(path, "down_revision"), declared(path, "revision")) for path in REVISIONS]
        names = [None, *(path.stem for path in REVISIONS)]

        assert chain == list(pairwise(names))

    def test_import_nothing_of_ours(self):
        ours = re.compile(r"^\s*(from|import) (app|blacklist|sync|config)\b", re.MULTILINE)

        assert [path.name for path in REVISIONS if ours.search(path.read_text(encoding="utf-8"))] == []


def declared(path: Path, name: str) -> str | None:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            value = ast.literal_eval(node.value)
            return None if value is None else str(value)
    raise AssertionError(f"{path.name} declares no {name}")


class TestJobs:
    """Style, 3.1 item 10."""

    def test_have_names_of_their_own(self):
        assert len({job.name for job in JOBS}) == len(JOBS)

    @pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
    def test_end_before_their_next_run(self, job):
        trigger = trigger_of(job.cron)
        first = trigger.get_next_fire_time(None, datetime(2026, 1, 1, tzinfo=UTC))
        second = trigger.get_next_fire_time(first, first + timedelta(seconds=1))

        assert job.lease < second - first

    @pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
    def test_are_timed_in_utc(self, job):
        assert trigger_of(job.cron).timezone == UTC


class TestColumns:
    """Security, D1: each column says how secret it is."""

    @pytest.mark.requirement("D1")
    def test_bear_their_class(self):
        known = {one.value for one in Secrecy}
        untagged = [
            str(column)
            for table in Base.metadata.tables.values()
            for column in table.columns
            if column.info.get("class") not in known
        ]

        assert untagged == []

    @pytest.mark.requirement("D1")
    def test_that_are_sealed_hold_bytes_or_a_slow_hash(self):
        sealed = [
            column
            for table in Base.metadata.tables.values()
            for column in table.columns
            if column.info.get("class") == Secrecy.SEALED.value
        ]

        assert [str(one) for one in sealed if one.type.python_type is not bytes] == ["accounts.password_hash"]
