"""What the registry already has of a batch of rows: subjects by document, cases by number, orders in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.documents import derived_documents
from blacklist.identity.sealing import Vault
from blacklist.importing.rows import ImportedRow
from blacklist.models import Case, Order, SubjectDocument, SubjectName
from blacklist.queries.orders import place_of

T = TypeVar("T")

_IN_LIST: Final = 500
IN_FORCE: Final = frozenset({"issued", "effective", "suspended"})


@dataclass(slots=True)
class Known:
    """Ids by blind index and case number; `derived` holds the organisation code's index of each credit code."""

    subjects: dict[bytes, int] = field(default_factory=dict)
    derived: dict[bytes, bytes] = field(default_factory=dict)
    names: set[tuple[int, bytes]] = field(default_factory=set)
    cases: dict[str, int] = field(default_factory=dict)
    orders: dict[tuple[int, str, int], list[tuple[str, date | None]]] = field(default_factory=dict)
    numbered: Counter[tuple[int, str]] = field(default_factory=Counter)

    def subject_of(self, row: ImportedRow) -> int | None:
        """Return the subject of a row's document, or of the organisation code within it."""
        found = self.subjects.get(row.index) if row.index else None
        if found is None and row.index in self.derived:
            found = self.subjects.get(self.derived[row.index])
        return found

    def has_two_subjects(self, row: ImportedRow) -> bool:
        """Tell whether a credit code and the organisation code within it belong to two subjects."""
        first = self.subjects.get(row.index)
        second = self.subjects.get(self.derived.get(row.index, b""))
        return first is not None and second is not None and first != second

    def standing_of(self, row: ImportedRow) -> list[tuple[str, date | None]]:
        """Return state and day of the orders of the same case, kind and subject."""
        subject_id, case_id = self.subject_of(row), self.cases.get(row.case_number)
        if subject_id is None or case_id is None:
            return []
        return self.orders.get((case_id, row.kind.value, subject_id), [])

    def is_registered(self, row: ImportedRow) -> bool:
        """Tell whether this very decision is there already."""
        return any(decided_on == row.decided_on for _, decided_on in self.standing_of(row))

    def is_in_force(self, row: ImportedRow) -> bool:
        """Tell whether another decision of the same case, kind and subject still stands."""
        return any(state in IN_FORCE for state, _ in self.standing_of(row))


def load_known(session: Session, rows: Sequence[ImportedRow], *, vault: Vault) -> Known:
    """Look up a batch. Fills in each row's blind index."""
    known = Known()
    for row in rows:
        if row.document is None:
            continue
        if not row.index:
            row.index = vault.document_index(row.document)
        for code in derived_documents(row.document):
            known.derived[row.index] = vault.document_index(code)
    _load_subjects(session, known, {row.index for row in rows if row.index} | set(known.derived.values()))
    load_cases(session, known, {row.case_number for row in rows})
    return known


def _load_subjects(session: Session, known: Known, indexes: set[bytes]) -> None:
    documents = select(SubjectDocument.document_index, SubjectDocument.subject_id)
    for part in _parts(indexes):
        for index, subject_id in session.execute(documents.where(SubjectDocument.document_index.in_(part))):
            known.subjects[bytes(index or b"")] = subject_id
    names = select(SubjectName.subject_id, SubjectName.name_index)
    for ids in _parts(set(known.subjects.values())):
        for subject_id, index in session.execute(names.where(SubjectName.subject_id.in_(ids))):
            known.names.add((subject_id, bytes(index)))


def load_cases(session: Session, known: Known, numbers: set[str]) -> None:
    """Look up cases by number, their orders, and the highest number given to a decision of each kind in each."""
    for part in _parts(numbers):
        for number, case_id in session.execute(select(Case.number, Case.id).where(Case.number.in_(part))):
            known.cases[number] = case_id
    orders = select(Order.case_id, Order.kind, Order.subject_id, Order.state, Order.decided_on, Order.order_no)
    for ids in _parts(set(known.cases.values())):
        for case_id, kind, subject_id, state, decided_on, order_no in session.execute(
            orders.where(Order.case_id.in_(ids))
        ):
            known.orders.setdefault((case_id, kind, subject_id), []).append((state, decided_on))
            if order_no is not None:
                known.numbered[case_id, kind] = max(known.numbered[case_id, kind], place_of(order_no))


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut a list into lengths both databases take as one IN list."""
    iterator = iter(values)
    while part := list(islice(iterator, _IN_LIST)):
        yield part
