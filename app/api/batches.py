"""Batches: flat loops over up to 5,000 subjects, one read for all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from app.accounts.agency_keys import require_purpose
from app.api.faults import load
from app.api.questions import faults_of, is_plain_subject, subject_of
from app.api.schemas import MOST_SUBJECTS, BatchSchema, SubjectSchema
from app.errors import prefers_english
from blacklist.errors import InvalidError
from blacklist.identity.sealing import Vault
from blacklist.queries.agencies import KeyHolder
from blacklist.queries.standing import Execute, find_permits, find_standing_many
from blacklist.rules.purposes import PURPOSES
from blacklist.services.asking import Asker, CheckRow, ClearAnswers, Question, answer_found

Result = dict[str, Any] | orjson.Fragment
_batch = BatchSchema()
_subject = SubjectSchema()


def answer_batch(
    body: dict[str, Any], *, holder: KeyHolder, at: datetime, vault: Vault, execute: Execute
) -> tuple[list[Result], list[CheckRow]]:
    """Return the results in order, ready for orjson, and the records of those that were answered.

    Raises:
        InvalidError: the envelope is wrong. PurposeError: the agency may not ask this.
    """
    subjects = body.get("subjects")
    if not (
        body.keys() == {"purpose", "subjects"}
        and isinstance(body["purpose"], str)
        and body["purpose"] in PURPOSES
        and isinstance(subjects, list)
        and 0 < len(subjects) <= MOST_SUBJECTS
    ):
        _refuse_envelope(body)
    assert isinstance(subjects, list)  # noqa: S101 - for the type checker; _refuse_envelope raised otherwise
    require_purpose(holder, body["purpose"])

    today, english = at.date(), prefers_english()
    questions = [_read(item, today=today) for item in subjects]
    index = {
        position: vault.document_index(question.document)
        for position, question in enumerate(questions)
        if isinstance(question, Question)
    }
    found = find_standing_many(execute, list(set(index.values())))
    permits = find_permits(execute, [one for one in found.values() if one.orders])
    asker = Asker(body["purpose"], holder.agency_id, holder.key_row_id)
    clear = ClearAnswers(asker, at=at, vault=vault)
    results: list[Result] = []
    records: list[CheckRow] = []
    for position, question in enumerate(questions):
        if isinstance(question, InvalidError):
            results.append({"outcome": "invalid", "errors": faults_of(question, english=english)})
            continue
        key = index[position]
        standing = found.get(key)
        answer: Result
        if standing is None or not standing.orders:
            answer, record = clear.answer(question, index=key, subject_id=standing.subject_id if standing else None)
        else:
            answer, record = answer_found(
                execute,
                question,
                index=key,
                found=standing,
                asker=asker,
                at=at,
                vault=vault,
                permits=permits.get(standing.subject_id, ()),
            )
        results.append(answer)
        records.append(record)
    return results, records


def _read(item: object, *, today: Any) -> Question | InvalidError:
    try:
        if not is_plain_subject(item):
            load(_subject, item)  # type: ignore[arg-type]
        return subject_of(item, today=today)  # type: ignore[arg-type]
    except InvalidError as error:
        return error


def _refuse_envelope(body: dict[str, Any]) -> None:
    """Raise for a wrong envelope; the items are not looked at."""
    subjects = body.get("subjects")
    stand_in: Any = subjects
    if isinstance(subjects, list) and 0 < len(subjects) <= MOST_SUBJECTS:
        stand_in = [{"document": {"type": "resident_id", "number": "0"}}]
    elif isinstance(subjects, list):
        stand_in = [{"document": {"type": "resident_id", "number": "0"}}] * len(subjects)
    load(_batch, {**body, "subjects": stand_in} if "subjects" in body else body)
    raise InvalidError("提交的内容有误。", "The body is not right.")
