"""An agency reports what it did after a check."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from blacklist.actors import Actor, ActorKind
from blacklist.errors import ConflictError, Fault, InvalidError, NotFoundError
from blacklist.events import AuditEvent
from blacklist.identity.ids import new_id
from blacklist.identity.sealing import Vault
from blacklist.identity.texts import clean_text
from blacklist.models import CheckOutcome
from blacklist.queries import permits as permit_queries
from blacklist.queries.agencies import find_check
from blacklist.services import auditing
from blacklist.services.asking import permits_relied_upon
from blacklist.services.ending_permits import record_ends
from blacklist.services.using_permits import use_permits

CLOCK_ALLOWANCE = timedelta(minutes=5)
MOST_NOTE = 500


class CheckNotFoundError(NotFoundError):
    """There is no such check of this agency."""

    code = "check-not-found"


class NoPermitError(ConflictError):
    """The check was not answered `permitted`, so no permit was used."""

    code = "no-permit"
    title = "该次查询没有单次许可"
    title_english = "That check had no permit"


def report_outcome(
    session: Session,
    check_id: str,
    *,
    agency_id: int,
    action: str,
    done_at: datetime,
    note: str | None,
    at: datetime,
    vault: Vault,
) -> CheckOutcome:
    """Record what was done. Later reports of the same check stand beside earlier ones.

    The first `permit_used` uses every permit the check relied on, once; its repeats use nothing more.

    Raises:
        CheckNotFoundError: there is no such check of this agency. InvalidError: the time is before the check or to come.
        NoPermitError: a permit is said to be used where none was answered. PermitUsedUpError: it has no use left.
    """
    check = find_check(session, check_id, agency_id=agency_id, vault=vault)
    if check is None:
        raise CheckNotFoundError("没有这条查询记录。", "There is no such check.")

    if not check.at - CLOCK_ALLOWANCE <= done_at <= at + CLOCK_ALLOWANCE:
        detail, english = "时间应在查询之后、现在之前。", "The time must lie between the check and now."
        raise InvalidError(detail, english, errors=(Fault("/at", "impossible-time", detail, english),))
    if action == "permit_used" and check.outcome != "permitted":
        raise NoPermitError("该次查询未答复单次许可，不能回报已使用。", "The check was not answered `permitted`.")
    cleaned = clean_text(note, pointer="/note", most=MOST_NOTE, multiline=True) if note else None

    relied_upon = permits_relied_upon(check, vault=vault) if action == "permit_used" else ()
    used = bool(relied_upon) and use_permits(session, check, relied_upon, used_at=done_at, at=at)

    row_id = new_id()
    outcome = CheckOutcome(
        id=row_id,
        check_row_id=check.id,
        action=action,
        done_at=done_at,
        note=vault.seal(cleaned, table="check_outcomes", row=row_id, column="note") if cleaned else None,
        recorded_at=at,
    )
    session.add(outcome)

    auditing.record(
        session,
        AuditEvent.OUTCOME_REPORTED,
        check.id,
        actor=Actor(kind=ActorKind.AGENCY),
        at=at,
        facts={"action": action, "agency_id": agency_id},
    )
    session.flush()
    if used:  # one use of each was taken here: what has none left had its last one now
        record_ends(session, permit_queries.list_used_up(session, relied_upon), at=at, vault=vault)
    return outcome
