"""Bringing subjects into the registry: by document, never by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from blacklist.errors import ConflictError
from blacklist.identity.documents import Document, derived_documents
from blacklist.identity.ids import new_id
from blacklist.identity.names import search_key, stored_name
from blacklist.identity.sealing import Vault
from blacklist.models import Subject, SubjectDocument, SubjectName
from blacklist.vocabulary import Sex


class DocumentsOfTwoError(ConflictError):
    """The documents belong to two subjects already; joining subjects is a two-person act of its own."""

    code = "documents-of-two-subjects"
    title = "证件分属不同主体"
    title_english = "The documents belong to different subjects"


def register_subject(
    session: Session,
    *,
    name: str,
    documents: Sequence[Document],
    vault: Vault,
    at: datetime,
    representative: str | None = None,
    birth_date: date | None = None,
    sex: Sex | None = None,
) -> Subject:
    """Return the subject of these documents, made if no document is known; new names and documents are added to it.

    Raises:
        InvalidError: the name cannot be one.
        DocumentsOfTwoError: two of the documents are known under two subjects.
    """
    name = stored_name(name)
    every = [*documents, *(other for one in documents for other in derived_documents(one))]
    indexes = {vault.document_index(one): one for one in every}

    def find_or_create() -> Subject:
        subject, missing = _find_subject(session, indexes)
        if subject is None:
            subject = _create_subject(session, documents[0], birth_date=birth_date, sex=sex, vault=vault, at=at)
        for document in missing:
            _add_document(session, subject, document, vault=vault, at=at)
        return subject

    try:
        with session.begin_nested():
            subject = find_or_create()
    except IntegrityError:  # somebody registered one of these documents at the same moment; now it is known
        subject = find_or_create()
    add_name(session, subject, name, vault=vault, at=at)
    if representative:
        set_representative(subject, representative, vault=vault)
    session.flush()
    return subject


def set_representative(subject: Subject, name: str, *, vault: Vault) -> None:
    """Name a unit's legal representative or principal: a fact about the unit, which binds nobody."""
    subject.representative = vault.seal(stored_name(name), table="subjects", row=subject.id, column="representative")


def correct_name(session: Session, subject: Subject, name: str, *, vault: Vault, at: datetime) -> None:
    """Make `name` the one the subject is shown by; earlier names stay known."""
    name = stored_name(name)
    index = vault.name_index(search_key(name))
    known = session.scalars(
        select(SubjectName).where(SubjectName.subject_id == subject.id, SubjectName.name_index == index)
    ).first()
    if known is None:
        add_name(session, subject, name, vault=vault, at=at)
        return
    known.created_at = at
    known.name = vault.seal(name, table="subject_names", row=known.id, column="name")
    session.flush()


def _find_subject(session: Session, indexes: Mapping[bytes, Document]) -> tuple[Subject | None, list[Document]]:
    """Return whose documents these are, and those not registered yet."""
    known = session.scalars(
        select(SubjectDocument).where(SubjectDocument.document_index.in_(indexes)).with_for_update()
    ).all()
    if len({row.subject_id for row in known}) > 1:
        raise DocumentsOfTwoError(
            "所填证件在登记中分属两个主体，请先核实；合并主体须另行经两人办理。",
            "These documents are registered under two subjects.",
        )
    present = {row.document_index for row in known}
    missing = [document for index, document in indexes.items() if index not in present]
    return (session.get(Subject, known[0].subject_id) if known else None), missing


def add_name(session: Session, subject: Subject, name: str, *, vault: Vault, at: datetime) -> None:
    """Add a name to a subject unless it bears it already."""
    index = vault.name_index(search_key(name))
    if session.scalars(
        select(SubjectName.id).where(SubjectName.subject_id == subject.id, SubjectName.name_index == index)
    ).first():
        return
    row_id = new_id()
    session.add(
        SubjectName(
            id=row_id,
            subject_id=subject.id,
            name=vault.seal(name, table="subject_names", row=row_id, column="name"),
            name_index=index,
            created_at=at,
        )
    )
    session.flush()


def _create_subject(
    session: Session,
    document: Document,
    *,
    birth_date: date | None,
    sex: Sex | None,
    vault: Vault,
    at: datetime,
) -> Subject:
    row_id = new_id()
    birth, sex = document.birth_date or birth_date, document.sex or sex
    subject = Subject(
        id=row_id,
        kind=document.kind.value,
        sex=sex.value if sex else None,
        birth_date=vault.seal(birth.isoformat(), table="subjects", row=row_id, column="birth_date") if birth else None,
        created_at=at,
    )
    session.add(subject)
    session.flush()
    return subject


def _add_document(session: Session, subject: Subject, document: Document, *, vault: Vault, at: datetime) -> None:
    row_id = new_id()
    session.add(
        SubjectDocument(
            id=row_id,
            subject_id=subject.id,
            type=document.type.value,
            country=document.country,
            number=vault.seal(document.number, table="documents", row=row_id, column="number"),
            document_index=vault.document_index(document),
            created_at=at,
        )
    )
    session.flush()
