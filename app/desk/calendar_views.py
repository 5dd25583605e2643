"""Pages of the holiday calendar: what is loaded; a new year read back and proposed; loaded by another person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import read_form
from app.database import writes
from app.desk.acting import Desk, done, must_prove, open_desk, prove_address
from app.desk.blueprint import bp
from app.desk.calendar import balance_text, list_days, list_year_views, missing_text, view_months, view_year
from app.desk.calendar_forms import YearDecisionForm, YearForm
from blacklist.errors import Fault, ForbiddenError, MissingRoleError, StaleVersionError
from blacklist.importing.calendar_files import MOST_BYTES, read_year_file, write_year_file
from blacklist.models import CalendarYear
from blacklist.queries.calendars import get_year, year_of_row
from blacklist.rules.calendar_years import InvalidYearError, is_balanced
from blacklist.rules.permissions import require_other_person
from blacklist.rules.working_days import Year
from blacklist.services.calendars import approve_year, may_keep_calendar, propose_year

_NO_ROLE = "节假日表由院领导或者监督人员维护。"
_PLACES = {"": "整个文件", "year": "年度", "source": "来源", "holidays": "放假日", "make_up_working_days": "调休上班日"}


@dataclass(frozen=True, slots=True)
class PlacedFault:
    """A fault of an uploaded file with its place in words."""

    place: str
    text: str


@bp.get("/calendar")
@for_audience(Audience.STAFF)
def show_calendar() -> ResponseReturnValue:
    """Show every year with its state, source and counts."""
    desk = open_desk()
    return render_template(
        "desk/calendar.html",
        years=list_year_views(desk),
        missing=missing_text(desk),
        may_keep=may_keep_calendar(desk.actor),
    )


@bp.get("/calendar/<int:year>")
@for_audience(Audience.STAFF)
def show_calendar_year(year: int) -> ResponseReturnValue:
    """Show the twelve months of a year."""
    desk = open_desk()
    row = get_year(desk.session, year)
    return render_template(
        "desk/calendar_year.html",
        year=view_year(desk, row),
        months=view_months(year_of_row(row)),
        may_decide=row.state == "proposed" and not _why_not(desk, row),
    )


@bp.get("/calendar/new")
@for_audience(Audience.STAFF)
def show_new_year() -> ResponseReturnValue:
    """Ask for a year's file."""
    desk = open_desk()
    _require_keeper(desk)
    return _upload_page({}, errors={})


@bp.post("/calendar/new")
@for_audience(Audience.STAFF)
@writes
def take_new_year() -> ResponseReturnValue:
    """Read a file back with every day it names; propose it once that was looked at."""
    desk = open_desk()
    _require_keeper(desk)
    form = {name: request.form.get(name, "") for name in ("year", "source")}
    values, errors = read_form(YearForm(), request.form)
    if errors:
        return _upload_page(form, errors=errors), 422
    try:
        year = _read_year(values)
    except InvalidYearError as error:
        return _upload_page(form, errors={"file": error.detail}, faults=error.errors), 422
    if values["do"] == "readback":
        return _readback_page(year)
    propose_year(desk.session, year, actor=desk.actor, at=desk.at)
    return done("/desk/calendar", "year-proposed")


@bp.get("/calendar/<int:year>/decide")
@for_audience(Audience.STAFF)
def show_decide_year(year: int) -> ResponseReturnValue:
    """Show a proposed year to whoever may load it, and to others why they may not."""
    desk = open_desk()
    return _decide_page(desk, get_year(desk.session, year))


@bp.post("/calendar/<int:year>/decide")
@for_audience(Audience.STAFF)
@writes
def take_decide_year(year: int) -> ResponseReturnValue:
    """Load it; wants the password given within the last five minutes."""
    desk = open_desk()
    values, errors = read_form(YearDecisionForm(), request.form)
    if errors:
        return _decide_page(desk, get_year(desk.session, year), errors), 422
    if must_prove(desk.at):
        return redirect(prove_address(f"/desk/calendar/{year}/decide"), 303)
    try:
        approve_year(desk.session, year, digest=values["digest"], actor=desk.actor, at=desk.at)
    except StaleVersionError as error:  # the page shows what is proposed now
        return _decide_page(desk, get_year(desk.session, year), {"": error.detail}), 409
    return done(f"/desk/calendar/{year}", "year-loaded")


def _read_year(values: Mapping[str, str]) -> Year:
    year = int(values["year"]) if values["year"] else None
    if values["do"] == "propose":
        return read_year_file(values["content"].encode(), year=year, source=values["source"])
    file = request.files.get("file")
    data = b"" if file is None else file.stream.read(MOST_BYTES + 1)
    return read_year_file(data, year=year, source=values["source"])


def _upload_page(form: dict[str, str], *, errors: dict[str, str], faults: tuple[Fault, ...] = ()) -> str:
    placed = [PlacedFault(_place(fault.pointer), fault.detail) for fault in faults]
    return render_template("desk/calendar_new.html", form=form, errors=errors, faults=placed)


def _readback_page(year: Year) -> str:
    return render_template(
        "desk/calendar_readback.html",
        year=year.year,
        source=year.source,
        days=list_days(year),
        months=view_months(year),
        balance=balance_text(year),
        balanced=is_balanced(year),
        content=write_year_file(year),
    )


def _decide_page(desk: Desk, row: CalendarYear, errors: dict[str, str] | None = None) -> str:
    why_not = _why_not(desk, row)
    year = year_of_row(row)
    return render_template(
        "desk/calendar_decide.html",
        year=view_year(desk, row),
        days=list_days(year),
        months=view_months(year),
        may_decide=not why_not,
        why_not=why_not,
        prove_href=prove_address(f"/desk/calendar/{row.year}/decide") if must_prove(desk.at) else "",
        errors=errors or {},
    )


def _why_not(desk: Desk, row: CalendarYear) -> str:
    if row.state != "proposed":
        return "该年度已经载入。"
    if not may_keep_calendar(desk.actor):
        return _NO_ROLE
    try:
        require_other_person(desk.actor, row.proposer_id)
    except ForbiddenError as error:
        return error.detail
    return ""


def _require_keeper(desk: Desk) -> None:
    if not may_keep_calendar(desk.actor):
        raise MissingRoleError(_NO_ROLE, "Presidents and supervisors keep the calendar.", role="president")


def _place(pointer: str) -> str:
    name, _, index = pointer.strip("/").partition("/")
    if name == "lines":
        return f"第 {index} 行"
    place = _PLACES.get(name, "整个文件")
    return f"{place}第 {int(index) + 1} 项" if index.isdecimal() else place
