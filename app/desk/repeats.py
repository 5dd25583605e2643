"""A form sent twice makes one draft: the page carries a random id, kept with what came of it (`security.md` H5)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from sqlalchemy.exc import IntegrityError

from app.desk.acting import Desk
from app.errors import MalformedError, StillRunningError
from blacklist.identity.ids import new_id
from blacklist.models import KeptAnswer

ROUTE = "desk.new"
SEE_OTHER = 303
_FORM_ID = re.compile(r"[A-Za-z0-9_-]{20,64}")


def new_form_id() -> str:
    """Return the id of a fresh form."""
    return secrets.token_urlsafe(24)


def once(desk: Desk, form_id: str, act: Callable[[], str], *, route: str = ROUTE) -> str:
    """Run `act` once per form and return its result (a text); a repeat gets the first one's.

    Raises:
        MalformedError: the form carries no id. StillRunningError: the first one is not done.
    """
    if _FORM_ID.fullmatch(form_id) is None:
        raise MalformedError("表单缺少编号，请返回刷新。", "The form carries no id.")
    kept = kept_result(desk, form_id, route=route)
    if kept is not None:
        return kept
    row = KeptAnswer(
        caller=_caller(desk),
        route=route,
        key=form_id,
        row_id=new_id(),
        body_hash=b"",
        status=SEE_OTHER,
        answer=b"",
        kept_at=desk.at,
    )
    try:
        with desk.session.begin_nested():
            desk.session.add(row)
    except IntegrityError as error:
        raise StillRunningError("同一表单正在办理，请稍后刷新。", "The same form is being worked on.") from error
    result = act()
    row.answer = desk.vault.seal(result, table="kept_answers", row=row.row_id, column="answer")
    desk.session.flush()
    return result


def kept_result(desk: Desk, form_id: str, *, route: str) -> str | None:
    """Return what came of a form this account sent before, or None."""
    kept = desk.session.get(KeptAnswer, (_caller(desk), route, form_id))
    if kept is None:
        return None
    return desk.vault.open(kept.answer, table="kept_answers", row=kept.row_id, column="answer")


def _caller(desk: Desk) -> str:
    return f"account:{desk.actor.account_id}"
