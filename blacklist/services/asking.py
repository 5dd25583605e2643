"""An agency's question becomes an answer with its reasons, and a record of both.

The answer is a plain dict in the shape of `api.md` §2; the record is a row of `checks`, which the caller makes
durable before the answer leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson

from blacklist.identity.documents import Document
from blacklist.identity.ids import denial_code, new_id
from blacklist.identity.names import search_key
from blacklist.identity.sealing import Vault
from blacklist.models import Check
from blacklist.queries.standing import Execute, Found, find_permits, find_standing, has_name
from blacklist.rules.checking import Action, Decision, Outcome, Restriction, StandingPermit, decide
from blacklist.vocabulary import SubjectKind

Answer = dict[str, Any]
SHANGHAI = ZoneInfo("Asia/Shanghai")
_RELIED_UPON = "permits"  # beside a kept answer, never in one that leaves


class CheckRow(NamedTuple):
    """A row of `checks`, by the names of its columns."""

    id: int
    agency_id: int | None
    key_id: int | None
    purpose: str
    outcome: str
    subject_id: int | None
    document_index: bytes
    reference: bytes | None
    answer: bytes | None
    denial_code: str | None
    at: datetime


MESSAGES: Mapping[tuple[Outcome, Action], str] = MappingProxyType(
    {
        (Outcome.CLEAR, Action.PROCEED): "未查到限制该事项的有效决定，可以办理。",
        (Outcome.RESTRICTED, Action.REFUSE): ("依据{basis}，不得为其办理；请告知当事人凭拒绝码查询原因与救济途径。"),
        (Outcome.RESTRICTED, Action.REFER): (
            "存在依据{basis}的决定，由贵单位依法审慎决定是否办理；如不予办理，请告知当事人凭拒绝码查询原因与救济途径。"
        ),
        (Outcome.PERMITTED, Action.PROCEED): "当事人持有法院单次许可，可在许可期限内办理；办理后请回报许可已使用。",
        (Outcome.MISMATCH, Action.VERIFY): (
            "证件号码在册，但所报姓名与登记不一致。请停办并当面核验证件原件，不得仅凭本答复拒绝办理。"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Question:
    """What an agency asks about one subject. `name` is compared; it never identifies anybody."""

    document: Document
    name: str | None = field(default=None, repr=False)
    reference: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, for which purpose; both ids are None at the court's own terminal."""

    purpose: str
    agency_id: int | None = None
    key_row_id: int | None = None


def answer_one(
    execute: Execute, question: Question, *, asker: Asker, at: datetime, vault: Vault
) -> tuple[Answer, CheckRow]:
    """Return the answer to one question and the record of it. `at` is aware, in Asia/Shanghai."""
    index = vault.document_index(question.document)
    return answer_found(
        execute, question, index=index, found=find_standing(execute, index), asker=asker, at=at, vault=vault
    )


def answer_found(
    execute: Execute,
    question: Question,
    *,
    index: bytes,
    found: Found | None,
    asker: Asker,
    at: datetime,
    vault: Vault,
    permits: Sequence[StandingPermit] | None = None,
) -> tuple[Answer, CheckRow]:
    """Return answer and record where the standing orders were read already (batches).

    `permits` are the subject's, where they were read as well; None: they are read if an order would restrict.
    """
    decision = _decide(execute, question, found, permits, asker=asker, at=at, vault=vault)
    code = denial_code() if decision.outcome is Outcome.RESTRICTED else None
    row_id = new_id()
    check_id = vault.check_names.name(row_id)
    answer = build_answer(check_id, decision, purpose=asker.purpose, code=code, at=at)
    kept = None
    if decision.outcome is not Outcome.CLEAR:
        kept = vault.seal(_kept(answer, decision), table="checks", row=row_id, column="answer")
    reference = question.reference
    return answer, CheckRow(
        row_id,
        asker.agency_id,
        asker.key_row_id,
        asker.purpose,
        decision.outcome.value,
        found.subject_id if found else None,
        index,
        vault.seal(reference, table="checks", row=row_id, column="reference") if reference else None,
        kept,
        code,
        at,
    )


class ClearAnswers:
    """The `clear` answers of one batch: alike but for the check's name, so written once and filled in.

    For subjects whom no order binds; `answer_found` says the same of them, one by one.
    """

    def __init__(self, asker: Asker, *, at: datetime, vault: Vault) -> None:
        """Write the answer once. `at` is aware, in Asia/Shanghai."""
        decision = decide(asker.purpose, on=at.date(), subject_kind=SubjectKind.NATURAL, orders=())
        written = orjson.dumps(build_answer("", decision, purpose=asker.purpose, code=None, at=at))
        self._head, _, self._tail = written.partition(b'"check_id":"')
        self._head += b'"check_id":"'
        self._outcome = decision.outcome.value
        self._asker, self._at, self._vault = asker, at, vault

    def answer(self, question: Question, *, index: bytes, subject_id: int | None) -> tuple[orjson.Fragment, CheckRow]:
        """Return one answer, serialised, and the record of it."""
        row_id, asker, reference = new_id(), self._asker, question.reference
        name = self._vault.check_names.name(row_id)
        return orjson.Fragment(self._head + name.encode("ascii") + self._tail), CheckRow(
            row_id,
            asker.agency_id,
            asker.key_row_id,
            asker.purpose,
            self._outcome,
            subject_id,
            index,
            self._vault.seal(reference, table="checks", row=row_id, column="reference") if reference else None,
            None,
            None,
            self._at,
        )


def build_answer(check_id: str, decision: Decision, *, purpose: str, code: str | None, at: datetime) -> Answer:
    """Return the answer in the shape of `api.md` §2; `as_of` names no log until there is one."""
    permit = decision.permit
    shown_at = _shown_instant(at)
    return {
        "check_id": check_id,
        "outcome": decision.outcome.value,
        "purpose": purpose,
        "restrictions": [_shown(one) for one in decision.restrictions],
        "permit": None
        if permit is None
        else {
            "permit_no": permit.permit_no,
            "valid_from": permit.valid_from.isoformat(),
            "valid_to": permit.valid_to.isoformat(),
            "uses_left": permit.uses_left,
        },
        "denial_code": code,
        "as_of": {"log_id": None, "size": None, "at": shown_at},
        "action": decision.action.value,
        "message": message_of(decision),
    }


@lru_cache(maxsize=64)
def _shown_instant(at: datetime) -> str:
    # All answers of a batch carry the same instant.
    return at.isoformat(timespec="milliseconds")


def recorded_answer(check: Check, *, vault: Vault) -> Answer:
    """Return a recorded answer as it was given. A `clear` one is rebuilt from its columns: they say it all."""
    if check.answer is not None:
        kept = _opened(check, vault=vault)
        kept.pop(_RELIED_UPON, None)
        return kept
    clear = Decision(Outcome.CLEAR, Action.PROCEED)
    name = vault.check_names.name(check.id)
    return build_answer(name, clear, purpose=check.purpose, code=None, at=check.at.astimezone(SHANGHAI))


def permits_relied_upon(check: Check, *, vault: Vault) -> tuple[str, ...]:
    """Return the numbers of the permits a recorded answer rests on, the one it showed first; none but for `permitted`."""
    return () if check.answer is None else tuple(_opened(check, vault=vault).get(_RELIED_UPON, ()))


def _kept(answer: Answer, decision: Decision) -> str:
    """Return what the record keeps: the answer, and beside it all permits it rests on, of which it shows one."""
    if decision.permit is None:
        return orjson.dumps(answer).decode()
    numbers = [decision.permit.permit_no, *(each.permit_no for each in decision.permits)]
    return orjson.dumps({**answer, _RELIED_UPON: list(dict.fromkeys(numbers))}).decode()


def _opened(check: Check, *, vault: Vault) -> Answer:
    opened: Answer = orjson.loads(vault.open(check.answer or b"", table="checks", row=check.id, column="answer"))
    return opened


def message_of(decision: Decision) -> str:
    """Return in Chinese what the outcome obliges the agency to do."""
    text = MESSAGES[decision.outcome, decision.action]
    if decision.outcome is not Outcome.RESTRICTED:
        return text
    bases = dict.fromkeys(one.legal_basis for one in decision.restrictions)
    return text.format(basis="；".join(bases))


def _decide(
    execute: Execute,
    question: Question,
    found: Found | None,
    permits: Sequence[StandingPermit] | None,
    *,
    asker: Asker,
    at: datetime,
    vault: Vault,
) -> Decision:
    if found is None or found.kind is None:
        return decide(asker.purpose, on=at.date(), subject_kind=SubjectKind.NATURAL, orders=())
    name_matches = None
    if question.name is not None and found.orders:
        name_matches = has_name(execute, found.subject_id, vault.name_index(search_key(question.name)))
    purpose, on, kind, orders = asker.purpose, at.date(), found.kind, found.orders
    decision = decide(
        purpose, on=on, subject_kind=kind, orders=orders, permits=permits or (), name_matches=name_matches
    )
    if permits is not None or decision.outcome is not Outcome.RESTRICTED:
        return decision
    own = find_permits(execute, (found,)).get(found.subject_id)
    if own is None:
        return decision
    return decide(purpose, on=on, subject_kind=kind, orders=orders, permits=own, name_matches=name_matches)


def _shown(one: Restriction) -> Answer:
    return {
        "order_no": one.order_no,
        "kind": one.kind.value,
        "measure": one.measure,
        "measure_name": one.measure_name,
        "role": one.role.value,
        "legal_basis": one.legal_basis,
        "court": one.court,
        "court_contact": one.court_contact,
        "since": one.since.isoformat(),
        "until": one.until.isoformat() if one.until else None,
    }
