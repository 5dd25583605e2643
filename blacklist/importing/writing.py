"""Checked rows become subjects, cases, orders and publications, a batch at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from blacklist.errors import ConflictError
from blacklist.identity.documents import derived_documents
from blacklist.identity.ids import new_id, public_id
from blacklist.identity.sealing import Vault
from blacklist.importing.bulk import BulkTable, BulkTypes, Values
from blacklist.importing.known import IN_FORCE, Known, load_known
from blacklist.importing.rows import ImportedRow
from blacklist.models import (
    Base,
    Case,
    CourtTask,
    Order,
    OrderBinding,
    Publication,
    PublicationBigram,
    Subject,
    SubjectDocument,
    SubjectName,
)
from blacklist.rules.articles import RULE_VERSION
from blacklist.rules.lifecycle import OrderKind, OrderState
from blacklist.rules.subjects import BoundRole
from blacklist.rules.terms import is_over
from blacklist.vocabulary import SubjectKind

TASK_MISSING_CONSUMPTION: Final = "missing-consumption-order"
_SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
_SUFFIXES: Final = {OrderKind.LISTING: "失信", OrderKind.CONSUMPTION: "限消"}


def _table(model: type[Base], *columns: str) -> BulkTable:
    return BulkTable(Base.metadata.tables[model.__tablename__], *columns)


_SUBJECTS: Final = _table(Subject, "id", "kind", "sex", "birth_date", "representative", "created_at")
_NAMES: Final = _table(SubjectName, "id", "subject_id", "name", "name_index", "created_at")
_DOCUMENTS: Final = _table(
    SubjectDocument, "id", "subject_id", "type", "country", "number", "document_index", "created_at"
)
_CASES: Final = _table(Case, "id", "court_id", "number", "filed_on", "basis_number", "basis_maker", "created_at")
_ORDERS: Final = _table(
    Order, "id", "public_id", "order_no", "kind", "state", "court_id", "case_id", "subject_id", "grounds", "duty",
    "performance", "amount_due", "amount_performed", "decided_on", "ends_on", "effective_at", "ended_at",
    "end_reason", "drafted_by", "drafted_at", "submitted_at", "checked_by", "checked_at", "issued_by", "issued_at",
    "rule_version", "source",
)  # fmt: skip
_BINDINGS: Final = _table(OrderBinding, "id", "order_id", "subject_id", "role", "from_on")
_PUBLICATIONS: Final = _table(
    Publication, "order_id", "name", "name_key", "subject_kind", "sex", "birth_year", "court_id", "region",
    "published_at", "ends_on",
)  # fmt: skip
_BIGRAMS: Final = _table(PublicationBigram, "bigram", "order_id")
_TASKS: Final = _table(CourtTask, "id", "kind", "court_id", "order_id", "opened_at")
_IN_ORDER: Final = (  # a row's parents stand before it
    _SUBJECTS, _NAMES, _DOCUMENTS, _CASES, _ORDERS, _BINDINGS, _PUBLICATIONS, _BIGRAMS, _TASKS,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CourtPlace:
    """The court of a row: its id, and the region its publications stand under."""

    id: int
    region: str


@dataclass(frozen=True, slots=True)
class Deciders:
    """The two persons who answer for every decision of a file."""

    proposer_id: int
    decider_id: int


class BatchWriter:
    """Writes batches of checked rows. Commits nothing; each call is one transaction's worth."""

    def __init__(self, session: Session, *, vault: Vault, persons: Deciders, at: datetime) -> None:
        """`at` is the moment of entry; terms are judged on its day in Asia/Shanghai."""
        self._session = session
        self._vault = vault
        self._persons = persons
        self._at = at
        self._on = at.astimezone(_SHANGHAI).date()
        self._types = BulkTypes(session.get_bind().dialect)
        self._now = self._types.instant(at)
        self.in_force: list[int] = []  # ids of the orders of the last batch that restrict somebody from now on

    def write(
        self,
        rows: Sequence[ImportedRow],
        *,
        courts: Mapping[str, CourtPlace],
        default_court: str = "",
        consumption_in_file: Collection[tuple[str, str]] = frozenset(),
    ) -> int:
        """Write a batch; return how many decisions were new. `courts` holds every court word of the rows.

        `consumption_in_file` names case and subject of the consumption orders of the whole file.

        Raises:
            ConflictError: meanwhile the registry changed so that a row no longer fits.
        """
        known = load_known(self._session, rows, vault=self._vault)
        batch: dict[BulkTable, list[Values]] = {table: [] for table in _IN_ORDER}
        self.in_force = []
        written = 0
        for row in rows:
            if known.is_registered(row):
                continue
            if known.is_in_force(row) or known.has_two_subjects(row):
                raise ConflictError(
                    f"第{row.line}行与登记的现状冲突，请重新预演。",
                    f"Line {row.line} conflicts with the registry's present state; run the dry run again.",
                )
            place = courts[row.court_word or default_court]
            subject_id = self._subject(row, known, batch)
            case_id = self._case(row, place, known, batch)
            self._order(row, place, known, batch, subject_id=subject_id, case_id=case_id, others=consumption_in_file)
            written += 1
        connection = self._session.connection()
        for table in _IN_ORDER:
            table.insert(connection, batch[table])
        return written

    def _subject(self, row: ImportedRow, known: Known, batch: dict[BulkTable, list[Values]]) -> int:
        found = known.subject_of(row)
        subject_id = found if found is not None else new_id()
        seal, now = self._vault.seal, self._now
        if found is None:
            born = row.birth_date.isoformat() if row.birth_date else ""
            batch[_SUBJECTS].append((
                subject_id, row.subject_kind.value, row.sex.value if row.sex else None,
                seal(born, table="subjects", row=subject_id, column="birth_date") if born else None,
                seal(row.representative, table="subjects", row=subject_id, column="representative")
                if row.representative else None,
                now,
            ))  # fmt: skip
        self._documents(row, known, batch, subject_id=subject_id)
        name_index = self._vault.name_index(row.name_key)
        if found is None or (subject_id, name_index) not in known.names:
            known.names.add((subject_id, name_index))
            name_id = new_id()
            sealed = seal(row.name, table="subject_names", row=name_id, column="name")
            batch[_NAMES].append((name_id, subject_id, sealed, name_index, now))
        return subject_id

    def _documents(
        self, row: ImportedRow, known: Known, batch: dict[BulkTable, list[Values]], *, subject_id: int
    ) -> None:
        seal, now, rows = self._vault.seal, self._now, batch[_DOCUMENTS]
        document = row.document
        if document is None:
            row_id = new_id()
            sealed = seal(row.masked, table="documents", row=row_id, column="number")
            rows.append((row_id, subject_id, "masked", None, sealed, None, now))
            return
        if row.index not in known.subjects:
            row_id = new_id()
            sealed = seal(document.number, table="documents", row=row_id, column="number")
            rows.append((row_id, subject_id, document.type.value, document.country, sealed, row.index, now))
            known.subjects[row.index] = subject_id
        derived_index = known.derived.get(row.index)
        if derived_index is not None and derived_index not in known.subjects:
            row_id = new_id()
            code = derived_documents(document)[0]
            sealed = seal(code.number, table="documents", row=row_id, column="number")
            rows.append((row_id, subject_id, code.type.value, None, sealed, derived_index, now))
            known.subjects[derived_index] = subject_id

    def _case(self, row: ImportedRow, place: CourtPlace, known: Known, batch: dict[BulkTable, list[Values]]) -> int:
        case_id = known.cases.get(row.case_number)
        if case_id is None:
            case_id = known.cases[row.case_number] = new_id()
            batch[_CASES].append((
                case_id, place.id, row.case_number, self._types.day(row.filed_on), row.basis_number,
                row.basis_maker, self._now,
            ))  # fmt: skip
        return case_id

    def _order(
        self,
        row: ImportedRow,
        place: CourtPlace,
        known: Known,
        batch: dict[BulkTable, list[Values]],
        *,
        subject_id: int,
        case_id: int,
        others: Collection[tuple[str, str]],
    ) -> None:
        order_id, kind, day, now = new_id(), row.kind.value, self._types.day, self._now
        known.numbered[case_id, kind] += 1
        number = f"{row.case_number}-{_SUFFIXES[row.kind]}{known.numbered[case_id, kind]}"
        over = is_over(row.ends_on, self._on)
        state = OrderState.EXPIRED.value if over else OrderState.EFFECTIVE.value
        decided_on, ends_on = day(row.decided_on), day(row.ends_on)
        effective_at = self._types.instant(_midnight(row.decided_on))
        ended_at = self._types.instant(_midnight(row.ends_on + timedelta(days=1))) if over and row.ends_on else None
        sealed_duty = self._vault.seal(row.duty, table="orders", row=order_id, column="duty")
        proposer, decider = self._persons.proposer_id, self._persons.decider_id
        batch[_ORDERS].append((
            order_id, public_id(), number, kind, state, place.id, case_id, subject_id, row.grounds, sealed_duty,
            row.performance, row.amount_due, row.amount_performed, decided_on, ends_on, effective_at, ended_at,
            "R8" if over else None, proposer, now, now, decider, now, decider, now, RULE_VERSION, "import",
        ))  # fmt: skip
        known.orders.setdefault((case_id, kind, subject_id), []).append((state, row.decided_on))
        batch[_BINDINGS].append((new_id(), order_id, subject_id, BoundRole.DEBTOR.value, decided_on))
        if not over:
            self.in_force.append(order_id)
        if row.kind is not OrderKind.LISTING or over:
            return
        birth_year = row.birth_date.year if row.birth_date else None
        batch[_PUBLICATIONS].append((
            order_id, row.name, row.name_key, row.subject_kind.value, row.sex.value if row.sex else None, birth_year,
            place.id, place.region, effective_at, ends_on,
        ))  # fmt: skip
        if row.subject_kind is SubjectKind.ORGANISATION:
            key = row.name_key
            pairs = {key[start : start + 2] for start in range(len(key) - 1)}
            batch[_BIGRAMS] += [(pair, order_id) for pair in pairs]
        beside = known.orders.get((case_id, OrderKind.CONSUMPTION.value, subject_id), ())
        in_file = (row.case_number, row.identity[2]) in others
        if not in_file and not any(one in IN_FORCE for one, _ in beside):
            batch[_TASKS].append((new_id(), TASK_MISSING_CONSUMPTION, place.id, order_id, now))


@lru_cache(16_384)
def _midnight(day: date) -> datetime:
    """Return the beginning of a day at the courts."""
    return datetime.combine(day, time(), _SHANGHAI)
