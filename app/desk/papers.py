"""Papers: looked at before they are made, made, read on record, voided; and the list of what was made."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.accounts.forms import FormSchema, faults_of, read_form
from app.database import writes
from app.desk.acting import Desk, done, open_desk, version_sent
from app.desk.blueprint import bp
from app.desk.forms import choice, text
from app.desk.paper_due import PaperDue, find_due
from app.desk.paper_facts import TYPED
from app.desk.paper_making import make_paper, preview_paper
from app.desk.paper_views import list_rows, view_paper
from app.desk.views import view_order
from app.documents.errors import MissingFactsError, MissingGlyphsError
from app.documents.storing import facts_from_json
from app.documents.word import render_docx
from blacklist.errors import InvalidError
from blacklist.identity.texts import clean_text
from blacklist.models import Order
from blacklist.queries import orders as order_queries
from blacklist.queries import papers as paper_queries
from blacklist.queries import remedies as remedy_queries
from blacklist.queries.papers import PaperNotFoundError
from blacklist.rules.papers import PaperKind, printed_number
from blacklist.services.drafting import require_version
from blacklist.services.papering import (
    MOST_REASON,
    OpenedPaper,
    read_paper,
    require_may_make,
    require_ready,
    void_paper,
)

MOST_ROWS = 100
_PDF = "application/pdf"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class PaperForm(FormSchema):
    """Look again, or make it; with what the register leaves open."""

    version = text(9, required=True)
    do = choice(["preview", "make"], required=True)
    found = text(TYPED["found"][1])
    reasons = text(TYPED["reasons"][1])


class VoidForm(FormSchema):
    """A misprint."""

    reason = text(MOST_REASON, required=True)


@bp.get("/papers")
@for_audience(Audience.STAFF)
def list_papers() -> ResponseReturnValue:
    """Show the papers the actor's courts made, the newest first."""
    return render_template("desk/papers.html", rows=list_rows(open_desk(), most=MOST_ROWS), most=MOST_ROWS)


@bp.get("/e/<public_id>/papers/new")
@for_audience(Audience.STAFF)
def show_paper_new(public_id: str) -> ResponseReturnValue:
    """Show how a paper would read, or what it lacks."""
    desk = open_desk()
    order, due = _asked(desk, public_id)
    return _page(desk, order, due, {}, errors={})


@bp.post("/e/<public_id>/papers/new")
@for_audience(Audience.STAFF)
@writes
def take_paper_new(public_id: str) -> ResponseReturnValue:
    """Show it again with what was written, or make it."""
    desk = open_desk()
    order, due = _asked(desk, public_id, lock=True)
    values, errors = read_form(PaperForm(), request.form)
    if errors:
        return _page(desk, order, due, dict(request.form), errors=errors), 422
    try:
        typed = _typed(values)
        if values["do"] == "preview":
            return _page(desk, order, due, typed, errors={})
        require_version(order, version_sent())
        paper = make_paper(desk, order, due, typed)
    except MissingFactsError:
        return _page(desk, order, due, _sent(), errors={"": "缺少制作文书所需的事项，见下。"}), 422
    except MissingGlyphsError:
        return _page(desk, order, due, _sent(), errors={}), 422  # the page names the characters
    except InvalidError as error:
        return _page(desk, order, due, _sent(), errors=faults_of(error)), 422
    return done(f"/desk/papers/{paper.public_id}", "paper-made")


@bp.get("/papers/<paper_id>")
@for_audience(Audience.STAFF)
def show_paper(paper_id: str) -> ResponseReturnValue:
    """Show what is known of a paper without opening it."""
    return _paper_page(open_desk(), paper_id, errors={})


@bp.post("/papers/<paper_id>/void")
@for_audience(Audience.STAFF)
@writes
def take_paper_void(paper_id: str) -> ResponseReturnValue:
    """Void a misprint."""
    desk = open_desk()
    values, errors = read_form(VoidForm(), request.form)
    if not errors:
        try:
            void_paper(desk.session, paper_id, reason=values["reason"], actor=desk.actor, at=desk.at)
        except InvalidError as error:
            errors = faults_of(error)
        else:
            return done(f"/desk/papers/{paper_id}", "paper-voided")
    return _paper_page(desk, paper_id, errors=errors), 422


@bp.get("/papers/<paper_id>.pdf")
@for_audience(Audience.STAFF)
def show_paper_pdf(paper_id: str) -> ResponseReturnValue:
    """Hand out the very bytes that were made."""
    return _open_pdf(paper_id)


@bp.get("/papers/<paper_id>.docx")
@for_audience(Audience.STAFF)
def show_paper_docx(paper_id: str) -> ResponseReturnValue:
    """Hand out the same words as a Word file, from the facts kept beside the paper."""
    return _open_docx(paper_id)


# The look is on record before the paper leaves: the record changes nothing anybody asked to change.
@writes
def _open_pdf(paper_id: str) -> ResponseReturnValue:
    opened = _opened(paper_id, "pdf")
    return _download(opened.pdf, _PDF, f"{printed_number(opened.paper.number)}.pdf")


@writes
def _open_docx(paper_id: str) -> ResponseReturnValue:
    opened = _opened(paper_id, "docx")
    made = render_docx(facts_from_json(opened.paper.kind, opened.facts_json))
    return _download(made, _DOCX, f"{printed_number(opened.paper.number)}.docx")


def _opened(paper_id: str, form: str) -> OpenedPaper:
    desk = open_desk()
    return read_paper(desk.session, paper_id, form=form, actor=desk.actor, at=desk.at, vault=desk.vault)


def _download(content: bytes, mimetype: str, name: str) -> Response:
    response = send_file(BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked(desk: Desk, public_id: str, *, lock: bool = False) -> tuple[Order, PaperDue]:
    """Return the order and the paper the address names; a higher court comes to an order by its own case alone."""
    kind, about = request.args.get("kind", ""), request.args.get("about", "")
    if kind == PaperKind.RECONSIDERATION.value:
        case = remedy_queries.get_reconsideration(desk.session, about, actor=desk.actor)
        order = remedy_queries.order_of(desk.session, case, lock=lock)
        if order.public_id != public_id:
            raise PaperNotFoundError("该决定没有这件复议。", "The reconsideration is about another order.")
    else:
        order = order_queries.get_order(desk.session, public_id, actor=desk.actor, lock=lock)
    due = find_due(desk, order, kind, about)
    require_may_make(desk.actor, due.court_id)
    return order, due


def _typed(values: dict[str, Any]) -> dict[str, str]:
    return {
        name: clean_text(values[name], pointer=f"/{name}", most=most, multiline=True)
        for name, (_, most) in TYPED.items()
        if values[name].strip()
    }


def _sent() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in TYPED}


def _page(desk: Desk, order: Order, due: PaperDue, typed: dict[str, str], *, errors: dict[str, str]) -> str:
    require_ready(desk.session, order, due.kind, due.about_id, at=desk.at)
    preview = preview_paper(desk, order, due, typed)
    own = order.court_id in desk.actor.court_ids()
    return render_template(
        "desk/paper_new.html",
        order=view_order(desk, order),
        back=f"/desk/e/{order.public_id}#papers" if own else "/desk/appeals",
        title=due.title,
        preview=preview,
        paper=preview.text,
        qr=preview.qr,
        typed=[(name, *TYPED[name], typed.get(name, "")) for name in preview.open_texts],
        errors=errors,
    )


def _paper_page(desk: Desk, paper_id: str, *, errors: dict[str, str]) -> str:
    paper = paper_queries.get_paper(desk.session, paper_id, actor=desk.actor)
    order = desk.session.get_one(Order, paper.order_id)
    return render_template(
        "desk/paper.html",
        order=view_order(desk, order),
        order_href=f"/desk/e/{order.public_id}" if order.court_id in desk.actor.court_ids() else "",
        paper=view_paper(desk, paper),
        errors=errors,
    )
