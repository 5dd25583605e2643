"""Opening what is sealed about a subject, for those who may see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from blacklist.identity.sealing import Vault
from blacklist.models import Subject, SubjectDocument, SubjectName
from blacklist.rules.masking import mask_number
from blacklist.vocabulary import Sex, SubjectKind


@dataclass(frozen=True, slots=True)
class OpenedSubject:
    """A subject with its newest name and its documents opened; `number` is its main document's."""

    id: int
    kind: SubjectKind
    name: str = field(repr=False)
    sex: Sex | None
    birth_date: date | None = field(repr=False)
    representative: str | None = field(repr=False)
    document_type: str
    number: str = field(repr=False)
    document_count: int

    @property
    def masked_number(self) -> str:
        """Return the number as staff see it before a reveal."""
        return mask_number(self.number)


def open_subject(session: Session, subject_id: int, *, vault: Vault) -> OpenedSubject:
    """Return the subject opened. The main document is the first one that is not derived from another."""
    subject = session.get_one(Subject, subject_id)
    name = session.scalars(
        select(SubjectName).where(SubjectName.subject_id == subject_id).order_by(SubjectName.created_at.desc())
    ).first()
    documents = session.scalars(
        select(SubjectDocument).where(SubjectDocument.subject_id == subject_id).order_by(SubjectDocument.id)
    ).all()
    main = documents[0]
    return OpenedSubject(
        id=subject.id,
        kind=SubjectKind(subject.kind),
        name=vault.open(name.name, table="subject_names", row=name.id, column="name") if name else "",
        sex=Sex(subject.sex) if subject.sex else None,
        birth_date=birth_date_of(subject, vault=vault),
        representative=representative_of(subject, vault=vault),
        document_type=main.type,
        number=vault.open(main.number, table="documents", row=main.id, column="number"),
        document_count=len(documents),
    )


def birth_date_of(subject: Subject, *, vault: Vault) -> date | None:
    """Return the sealed birth date opened, or None."""
    if subject.birth_date is None:
        return None
    return date.fromisoformat(vault.open(subject.birth_date, table="subjects", row=subject.id, column="birth_date"))


def representative_of(subject: Subject, *, vault: Vault) -> str | None:
    """Return the sealed name of a unit's legal representative opened, or None."""
    if subject.representative is None:
        return None
    return vault.open(subject.representative, table="subjects", row=subject.id, column="representative")


def find_subject_id(session: Session, document_index: bytes) -> int | None:
    """Return the id of the subject that bears a document, or None."""
    return session.scalars(
        select(SubjectDocument.subject_id).where(SubjectDocument.document_index == document_index)
    ).one_or_none()


def list_namesakes(session: Session, name_index: bytes, *, but: int | None, most: int = 20) -> list[int]:
    """Return ids of other subjects that bear a name; a hint for a person, never an identification."""
    query = select(SubjectName.subject_id).where(SubjectName.name_index == name_index).distinct().limit(most)
    if but is not None:
        query = query.where(SubjectName.subject_id != but)
    return list(session.scalars(query))
