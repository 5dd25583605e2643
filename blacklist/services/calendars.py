"""The holiday calendar, a year at a time: shipped with a release, or proposed by one person and loaded by another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from blacklist.actors import Actor, Role
from blacklist.errors import ConflictError, MissingRoleError, StaleVersionError, TransitionError
from blacklist.events import AuditEvent
from blacklist.models import CalendarYear
from blacklist.queries.calendars import find_year, get_year, year_of_row
from blacklist.rules.calendar_years import digest_of
from blacklist.rules.permissions import require_other_person
from blacklist.rules.working_days import Year, shipped_calendar
from blacklist.services import auditing

CALENDAR_ROLES = (Role.PRESIDENT, Role.SUPERVISOR)


class YearLoadedError(ConflictError):
    """The year counts already; a proposal cannot replace it."""

    code = "calendar-year-loaded"
    title = "该年度已经载入"
    title_english = "This year is loaded already"


class YearDiffersError(ConflictError):
    """The file of this release says something else than the row it once wrote."""

    code = "calendar-year-differs"
    title = "节假日表与发行版不一致"
    title_english = "The calendar differs from this release's"


@dataclass(frozen=True, slots=True)
class ShippedYears:
    """What became of the years a release ships: loaded now, or kept as two persons loaded them otherwise."""

    loaded: tuple[int, ...]
    kept_otherwise: tuple[int, ...]


def load_shipped_years(session: Session, *, actor: Actor, at: datetime) -> ShippedYears:
    """Load the years this release ships that are not loaded; may be run again.

    A year two persons loaded stands above the release's file; a year only proposed gives way to it.

    Raises:
        YearDiffersError: a row an earlier release wrote has other days than this release's file.
    """
    loaded, kept = [], []
    for year in shipped_calendar().years:
        row = find_year(session, year.year, lock=True)
        if row is not None and row.state == "loaded":
            if row.digest == digest_of(year):
                continue
            if row.shipped:
                raise YearDiffersError(
                    f"{year.year} 年节假日表与本发行版所附文件不一致，未作改动。",
                    f"The calendar of {year.year} differs from this release's file; nothing was changed.",
                    year=str(year.year),
                )
            kept.append(year.year)
            continue
        row = _written(session, row, year, at=at)
        row.state, row.shipped, row.proposer_id = "loaded", True, None
        _record(session, AuditEvent.CALENDAR_YEAR_LOADED, row, actor=actor, at=at)
        loaded.append(year.year)
    return ShippedYears(tuple(loaded), tuple(kept))


def propose_year(session: Session, year: Year, *, actor: Actor, at: datetime) -> CalendarYear:
    """Propose a year's arrangement; it counts for nothing until another person loads it.

    A proposal nobody decided yet is replaced by the newer one.

    Raises:
        MissingRoleError: neither president nor supervisor of any court. YearLoadedError: the year counts already.
    """
    row = find_year(session, year.year, lock=True)

    _require_calendar_role(actor)
    if row is not None and row.state == "loaded":
        raise YearLoadedError(
            f"{year.year} 年已经载入。更正已载入的年度须由两人同时在运维命令中办理（registry calendar correct）。",
            f"{year.year} is loaded; two persons correct it together by `registry calendar correct`.",
            year=str(year.year),
        )

    row = _written(session, row, year, at=at)
    row.state, row.shipped, row.proposer_id = "proposed", False, actor.person_id

    _record(session, AuditEvent.CALENDAR_YEAR_PROPOSED, row, actor=actor, at=at)
    session.flush()
    return row


def approve_year(session: Session, year: int, *, digest: str, actor: Actor, at: datetime) -> CalendarYear:
    """Load a proposed year: from now on deadlines are counted over it. `digest` is that of the days looked at.

    Raises:
        YearNotFoundError: nobody proposed it. YearLoadedError: it counts already.
        SamePersonError: who proposed does not decide. StaleVersionError: another proposal replaced the one seen.
    """
    row = get_year(session, year, lock=True)

    _require_calendar_role(actor)
    if row.state == "loaded":
        raise YearLoadedError(f"{year} 年已经载入。", f"{year} is loaded already.", year=str(year))
    require_other_person(actor, row.proposer_id)
    if row.digest != digest:
        raise StaleVersionError("该年度的安排已被重新提交，请刷新后重看。", "Another proposal replaced this one.")

    row.state, row.decider_id, row.decided_at = "loaded", actor.person_id, at

    _record(session, AuditEvent.CALENDAR_YEAR_LOADED, row, actor=actor, at=at)
    session.flush()
    return row


def correct_year(session: Session, year: Year, *, proposer: Actor, decider: Actor, at: datetime) -> CalendarYear:
    """Replace a loaded year by an amended arrangement, two persons acting together.

    Raises:
        YearNotFoundError, TransitionError: the year is not loaded. SamePersonError: both are one person.
    """
    row = get_year(session, year.year, lock=True)

    _require_calendar_role(proposer)
    _require_calendar_role(decider)
    require_other_person(decider, proposer.person_id)
    if row.state != "loaded":
        raise TransitionError("该年度尚未载入，不必更正。", "The year is not loaded yet.", year=str(year.year))
    before = year_of_row(row)

    row = _written(session, row, year, at=at)
    row.state, row.shipped = "loaded", False
    row.proposer_id, row.decider_id, row.decided_at = proposer.person_id, decider.person_id, at

    was = {"was": digest_of(before)}
    _record(session, AuditEvent.CALENDAR_YEAR_PROPOSED, row, actor=proposer, at=at, more=was)
    _record(session, AuditEvent.CALENDAR_YEAR_LOADED, row, actor=decider, at=at, more=was)
    session.flush()
    return row


def may_keep_calendar(actor: Actor) -> bool:
    """Tell whether somebody proposes or loads years: a president or supervisor, at whichever court."""
    return any(role in CALENDAR_ROLES for _, role in actor.roles)


def _require_calendar_role(actor: Actor) -> None:
    """The calendar is no court's own: the role counts, not where it is held."""
    if not may_keep_calendar(actor):
        raise MissingRoleError(
            "节假日表由院领导或者监督人员维护。", "Presidents and supervisors keep the calendar.", role="president"
        )


def _written(session: Session, row: CalendarYear | None, year: Year, *, at: datetime) -> CalendarYear:
    if row is None:
        row = CalendarYear(year=year.year)
        session.add(row)
    row.source = year.source
    row.holidays = sorted(day.isoformat() for day in year.holidays)
    row.make_up_working_days = sorted(day.isoformat() for day in year.make_up_working_days)
    row.digest = digest_of(year)
    row.proposed_at = at
    row.decider_id = row.decided_at = None
    return row


def _record(
    session: Session,
    event: AuditEvent,
    row: CalendarYear,
    *,
    actor: Actor,
    at: datetime,
    more: dict[str, str] | None = None,
) -> None:
    facts: auditing.Facts = {
        "digest": row.digest,
        "holidays": len(row.holidays),
        "make_up_working_days": len(row.make_up_working_days),
        **(more or {}),
    }
    auditing.record(session, event, row.year, actor=actor, at=at, facts=facts)
