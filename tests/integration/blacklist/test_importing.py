"""Whole files, both databases: dry run, apply, kill and finish, refuse a second time."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from blacklist.actors import Actor, ActorKind
from blacklist.engine import create_registry_engine
from blacklist.errors import ConflictError, InvalidError, SamePersonError, WrongCourtError
from blacklist.identity.documents import parse_document
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.importing.writing import Deciders
from blacklist.models import (
    AuditEntry,
    Case,
    Court,
    CourtTask,
    ImportRun,
    Order,
    OrderBinding,
    Person,
    Publication,
    PublicationBigram,
    RoleGrant,
    Subject,
    SubjectDocument,
    SubjectName,
)
from blacklist.services import importing
from blacklist.services.importing import AlreadyImportedError, CourtRule, Plan, apply_import, plan_import

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
COLUMNS = [
    "iname",
    "sexy",
    "age",
    "cardNum",
    "businessEntity",
    "courtName",
    "areaName",
    "partyTypeName",
    "caseCode",
    "gistId",
    "gistUnit",
    "regDate",
    "publishDate",
    "duty",
    "performance",
    "performedPart",
    "unperformPart",
    "disruptTypeName",
]


@pytest.fixture
def own_engine(own_database_url: str) -> Iterator[Engine]:
    made = create_registry_engine(own_database_url)
    yield made
    made.dispose()


@pytest.fixture
def upper(own_engine: Engine, at: datetime) -> tuple[int, Actor, Actor]:
    """An upper court with a proposer and a decider."""
    with Session(own_engine) as session:
        court_id = new_id()
        session.add(Court(id=court_id, code="京", name="示例省高级人民法院", region="北京"))
        actors = []
        for name, role in (("导入提议", "clerk"), ("导入决定", "president")):
            person_id = new_id()
            session.add(Person(id=person_id, name=name, created_at=at))
            session.flush()
            session.add(RoleGrant(id=new_id(), person_id=person_id, court_id=court_id, role=role, granted_at=at))
            actors.append(Actor(kind=ActorKind.COMMAND, person_id=person_id, display_name=name))
        session.commit()
    return court_id, actors[0], actors[1]


def row_of(number: int, **changed: str) -> dict[str, str]:
    """Return a sound row; `number` makes case and name its own."""
    return {
        "iname": f"测试{number}",
        "sexy": "",
        "age": "0",
        "cardNum": "91710100MA0000007L",
        "businessEntity": "测试甲",
        "courtName": "示例市示范区人民法院",
        "areaName": "北京",
        "partyTypeName": "1",
        "caseCode": f"（2026）京0199执{number}号",
        "gistId": f"（2025）京0199民初{number}号",
        "gistUnit": "示例市示范区人民法院",
        "regDate": "20260105",
        "publishDate": "2026年02月06日",
        "duty": "偿还借款本金100元",
        "performance": "全部未履行",
        "performedPart": "暂无",
        "unperformPart": "100元",
        "disruptTypeName": "违反财产报告制度",
    } | changed


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def sound_lines(path: Path, target: Path) -> Path:
    """Copy a CSV without the lines named in `faults.json`."""
    faults = json.loads((SAMPLES / "faults.json").read_text(encoding="utf-8"))
    bad = {line for name, lines in faults.items() if "valid" not in name and "duplicate" not in name for line in lines}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    target.write_text("".join(text for line, text in enumerate(lines, 1) if line not in bad), encoding="utf-8")
    return target


def plan(engine: Engine, path: Path, vault: Vault, at: datetime, parent: int | None) -> Plan:
    with Session(engine.execution_options(read_only=True)) as session:
        return plan_import(session, path, vault=vault, at=at, courts=CourtRule(make_missing=True, parent_id=parent))


def apply(engine: Engine, planned: Plan, vault: Vault, at: datetime, who: tuple[int, Actor, Actor]) -> int:
    with Session(engine) as session:
        return apply_import(
            session,
            planned,
            proposer=who[1],
            decider=who[2],
            confirmed=planned.to_write,
            vault=vault,
            at=at,
            commit=lambda one: one.commit(),
        )


def count(engine: Engine, model: type) -> int:
    with Session(engine.execution_options(read_only=True)) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def in_lines(planned: Plan) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for one in planned.faults:
        found.setdefault(one.code, []).append(one.line)
    return found


CODES = {
    "bad-check-digit": "bad-check-digit",
    "letter O for zero": "letter-for-digit",
    "minor": "minor",
    "unknown ground": "unknown-ground",
    "no name": "missing",
    "impossible date": "bad-date",
    "spreadsheet destroyed the number": "destroyed-by-spreadsheet",
    "formula as name": "formula",
    "case number without year": "bad-case-number",
}
DESTROYED_IN_WORKBOOK = [7, 118, 155, 192, 229, 266]


class TestSamples:
    @pytest.mark.parametrize("name", ["court-orders.csv", "court-orders.gb18030.csv", "court-orders.xlsx"])
    def test_every_fault_is_found_on_its_line_and_nothing_else(
        self, own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, name: str
    ) -> None:
        expected = json.loads((SAMPLES / "faults.json").read_text(encoding="utf-8"))
        last = 3010 if name == "court-orders.csv" else 301
        wanted = {code: sorted(line for line in expected[key] if line <= last) for key, code in CODES.items()}
        if name.endswith("xlsx"):
            wanted["destroyed-by-spreadsheet"] = sorted(wanted["destroyed-by-spreadsheet"] + DESTROYED_IN_WORKBOOK)
        planned = plan(own_engine, SAMPLES / name, vault, at, upper[0])
        assert in_lines(planned) == {code: lines for code, lines in wanted.items() if lines}
        notes = Counter(one.code for one in planned.notes)
        duplicates = [one.line for one in planned.notes if one.code == "exact-duplicate"]
        assert duplicates == [line for line in sorted(expected["exact duplicate row (appended)"]) if line <= last]
        assert set(notes) <= {"exact-duplicate", "fifteen-digits", "full-width"}
        with pytest.raises(InvalidError):
            apply(own_engine, planned, vault, at, upper)
        assert count(own_engine, Order) == count(own_engine, ImportRun) == 0
        assert count(own_engine, Court) == 1

    def test_public_list_is_shown_and_answers_nothing(
        self, own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, tmp_path: Path
    ) -> None:
        planned = plan(own_engine, SAMPLES / "public-list.jsonl", vault, at, upper[0])
        assert in_lines(planned) == {"unknown-ground": [93], "formula": [215], "destroyed-by-spreadsheet": [247]}
        lines = (SAMPLES / "public-list.jsonl").read_text(encoding="utf-8").splitlines()
        path = tmp_path / "sound.jsonl"
        path.write_text(
            "\n".join(text for line, text in enumerate(lines, 1) if line not in (93, 215, 247)), encoding="utf-8"
        )
        planned = plan(own_engine, path, vault, at, upper[0])
        assert not planned.faults
        assert planned.needs_release
        assert apply(own_engine, planned, vault, at, upper) == 297
        with Session(own_engine) as session:
            types = Counter(session.scalars(select(SubjectDocument.type)))
            assert types["masked"] == 295
            assert session.scalar(select(func.count(SubjectDocument.document_index))) == 2
        assert count(own_engine, Publication) > 0
        assert count(own_engine, Subject) == 297

    def test_killed_half_way_and_finished(
        self, own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, tmp_path: Path
    ) -> None:
        path = sound_lines(SAMPLES / "court-orders.csv", tmp_path / "sound.csv")
        planned = plan(own_engine, path, vault, at, upper[0])
        assert not planned.faults
        total = planned.to_write

        def die(session: Session) -> None:
            session.commit()
            raise KeyboardInterrupt

        with Session(own_engine) as session, pytest.raises(KeyboardInterrupt):
            apply_import(
                session, planned, proposer=upper[1], decider=upper[2], confirmed=total, vault=vault, at=at, commit=die
            )
        assert count(own_engine, Order) == 2000
        again = plan(own_engine, path, vault, at, upper[0])
        assert (again.done_before, again.to_write) == (2000, total - 2000)
        assert apply(own_engine, again, vault, at, upper) == total - 2000
        assert count(own_engine, Order) == count(own_engine, OrderBinding) == total
        assert count(own_engine, AuditEntry) == 2
        with pytest.raises(AlreadyImportedError):
            plan(own_engine, path, vault, at, upper[0])
        with Session(own_engine) as session:
            states = Counter(session.scalars(select(Order.state)))
            assert states["effective"] == session.scalar(select(func.count()).select_from(Publication))
            assert states["effective"] == session.scalar(select(func.count()).select_from(CourtTask))
            assert states["expired"] > 0
            assert session.scalar(select(func.count()).select_from(PublicationBigram))
        # The same rows in another encoding are known decisions.
        other = tmp_path / "other.csv"
        other.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
        third = plan(own_engine, other, vault, at, upper[0])
        assert third.to_write == 0
        assert apply(own_engine, third, vault, at, upper) == 0
        assert count(own_engine, Order) == total


def test_what_a_row_becomes(
    own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, tmp_path: Path
) -> None:
    rows = [
        row_of(1, disruptTypeName="有履行能力而拒不履行生效法律文书确定义务,违反财产报告制度"),
        row_of(2, publishDate="2023-01-05", regDate="2023/1/2"),
        row_of(3, cardNum="M000100Y4", iname="测试一号有限公司"),
        row_of(4, cardNum="91350100M000100Y43", iname="测试一号有限公司"),
    ]
    planned = plan(own_engine, write_csv(tmp_path / "rows.csv", rows), vault, at, upper[0])
    assert not planned.faults
    assert apply(own_engine, planned, vault, at, upper) == 4
    with Session(own_engine) as session:
        orders = {order.order_no: order for order in session.scalars(select(Order))}
        first = orders["（2026）京0199执1号-失信1"]
        assert (first.state, first.ends_on, first.grounds, first.source) == ("effective", None, "G1,G4", "import")
        assert first.effective_at is not None
        assert first.effective_at.astimezone(at.tzinfo).isoformat() == "2026-02-06T00:00:00+08:00"
        assert str(first.amount_due) == "100"
        assert vault.open(first.duty or b"", table="orders", row=first.id, column="duty") == "偿还借款本金100元"
        assert orders["（2026）京0199执2号-失信1"].state == "expired"
        # The organisation code contained in a credit code is the same subject.
        assert orders["（2026）京0199执3号-失信1"].subject_id == orders["（2026）京0199执4号-失信1"].subject_id
        assert first.subject_id == orders["（2026）京0199执2号-失信1"].subject_id
        names = session.scalars(select(SubjectName).where(SubjectName.subject_id == first.subject_id)).all()
        assert {vault.open(one.name, table="subject_names", row=one.id, column="name") for one in names} == {
            "测试1",
            "测试2",
        }
        index = vault.document_index(parse_document("org_code", "M000100Y4", today=at.date()))
        assert session.scalar(select(SubjectDocument.subject_id).where(SubjectDocument.document_index == index))
        court = session.scalars(select(Court).where(Court.code == "京0199")).one()
        assert (court.name, court.parent_id) == ("示例市示范区人民法院", upper[0])


def test_consumption_beside_a_listing_opens_no_task(
    own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, tmp_path: Path
) -> None:
    rows = [row_of(1, kind=""), row_of(1, kind="consumption"), row_of(2, kind="listing")]
    planned = plan(own_engine, write_csv(tmp_path / "rows.csv", rows), vault, at, upper[0])
    assert not planned.faults
    assert apply(own_engine, planned, vault, at, upper) == 3
    with Session(own_engine) as session:
        numbers = set(session.scalars(select(Order.order_no).join(CourtTask, CourtTask.order_id == Order.id)))
        assert numbers == {"（2026）京0199执2号-失信1"}


def test_contradictions_with_the_file_and_the_registry(
    own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "one.csv", [row_of(1), row_of(1, duty="另一内容"), row_of(1)])
    planned = plan(own_engine, path, vault, at, upper[0])
    assert in_lines(planned) == {"conflicting-duplicate": [3]}
    assert [(one.line, one.code) for one in planned.notes] == [(4, "exact-duplicate")]
    planned = plan(own_engine, write_csv(tmp_path / "two.csv", [row_of(1)]), vault, at, upper[0])
    apply(own_engine, planned, vault, at, upper)
    path = write_csv(tmp_path / "three.csv", [row_of(1, publishDate="20260301"), row_of(2)])
    planned = plan(own_engine, path, vault, at, upper[0])
    assert in_lines(planned) == {"already-in-force": [2]}


def test_courts_and_persons(
    own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "one.csv", [row_of(1), row_of(2, caseCode="（2014）朝执字第01234号")])
    with Session(own_engine.execution_options(read_only=True)) as session:
        planned = plan_import(session, path, vault=vault, at=at)
        assert in_lines(planned) == {"unknown-court": [2], "no-court": [3]}
        planned = plan_import(session, path, vault=vault, at=at, courts=CourtRule("京0199", make_missing=True))
        assert in_lines(planned) == {"unknown-court": [3]}
    planned = plan(own_engine, write_csv(tmp_path / "two.csv", [row_of(1)]), vault, at, None)
    with pytest.raises(WrongCourtError):
        apply(own_engine, planned, vault, at, upper)
    with pytest.raises(SamePersonError):
        apply(own_engine, planned, vault, at, (upper[0], upper[1], upper[1]))
    assert count(own_engine, ImportRun) == count(own_engine, Case) == 0


def test_the_decider_confirms_the_count_of_this_very_file(
    own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "one.csv", [row_of(number) for number in range(1, 102)])
    planned = plan(own_engine, path, vault, at, upper[0])
    assert (planned.to_write, planned.needs_release) == (101, True)
    with Session(own_engine) as session, pytest.raises(ConflictError):
        apply_import(
            session, planned, proposer=upper[1], decider=upper[2], confirmed=100, vault=vault, at=at,
            commit=lambda one: one.commit(),
        )  # fmt: skip
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(ConflictError):
        apply(own_engine, planned, vault, at, upper)
    assert count(own_engine, Order) == 0


def test_a_file_too_large_for_memory_is_read_twice(
    own_engine: Engine,
    upper: tuple[int, Actor, Actor],
    vault: Vault,
    at: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(importing, "MOST_KEPT", 5)
    monkeypatch.setattr(importing, "BATCH_ROWS", 4)
    path = write_csv(tmp_path / "one.csv", [row_of(number) for number in range(1, 12)])
    planned = plan(own_engine, path, vault, at, upper[0])
    assert planned.kept is None
    assert apply(own_engine, planned, vault, at, upper) == 11
    assert count(own_engine, AuditEntry) == 3


def test_synthetic_people_pass_the_importer_and_repeat(
    own_engine: Engine, upper: tuple[int, Actor, Actor], vault: Vault, at: datetime
) -> None:
    from app.cli.demo.synthetic import load_synthetic, synthetic_rows

    assert list(synthetic_rows(50, seed=3, on=at.date())) == list(synthetic_rows(50, seed=3, on=at.date()))
    rows = list(synthetic_rows(3000, seed=3, on=at.date()))
    assert len({row.cardNum for row in rows}) == len({row.caseCode for row in rows}) == 3000
    assert any("·" in row.iname for row in rows)
    persons = Deciders(upper[1].person_id or 0, upper[2].person_id or 0)
    for expected in (3000, 0):
        with Session(own_engine) as session:
            written = load_synthetic(
                session,
                orders=3000,
                seed=3,
                vault=vault,
                persons=persons,
                at=at,
                commit=lambda one: one.commit(),
                parent_id=upper[0],
            )
        assert written == expected
    assert count(own_engine, Subject) == count(own_engine, Order) == 3000
