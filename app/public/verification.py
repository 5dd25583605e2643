"""Anybody verifies a paper by its code: what it is, whose, what it is worth now, and whether a file is the one made.

Never a person's name or number, and never the paper itself: who holds it has them, who guesses a code shall not.
"""

from __future__ import annotations

import hashlib
import hmac
import logging

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from marshmallow import fields, validate

from app import clock
from app.access import Audience, for_audience
from app.accounts.forms import FormSchema, read_form
from app.database import current_session, database
from app.documents.kinds import KINDS
from app.errors import MalformedError, TooManyError
from app.keys import vault
from app.networks import network_of
from app.public.blueprint import bp
from app.quotas import Submission
from app.uploads import MOST_FILE, takes_file
from blacklist.errors import UnavailableError
from blacklist.identity.access_codes import printed_access_code
from blacklist.queries import papers
from blacklist.queries.papers import Verified
from blacklist.rules.papers import EFFECT_TAGS, Effect

log = logging.getLogger(__name__)

TRIES_AN_HOUR = 5
# In tenths of a try, which add up exactly: who verifies a pile of papers is not stopped, who guesses is.
_A_TRY = 10
_A_LOOK = 1
_EFFECT_TEXTS = {
    Effect.VALID: ("该文书真实，现行有效。", "The paper is genuine and in force."),
    Effect.NOT_NOW: ("该文书真实，当前不生效。", "The paper is genuine and has no effect at present."),
    Effect.LIFTED: (
        "该文书真实，所载措施已经解除，请勿再据此限制任何人。",
        "The paper is genuine; its measures are lifted. Restrict nobody by it.",
    ),
    Effect.VOID: (
        "该文书已经作废，请勿使用。",
        "The paper is void. Do not use it.",
    ),
}


class CodeForm(FormSchema):
    """A code as it is typed from paper."""

    code = fields.String(
        required=True,
        validate=validate.Length(min=1, max=40, error="请填写核验码。"),
        error_messages={"required": "请填写核验码。"},
    )


@bp.get("/v")
@for_audience(Audience.ANYONE)
def show_verify() -> ResponseReturnValue:
    """Show the form; a code in the query leads on to its clean address."""
    if set(request.args) - {"code"}:
        raise MalformedError("网址中有不能识别的参数。", "There is an unknown parameter.")
    code = request.args.get("code")
    return _form(errors={}) if code is None else _lead_on(code)


@bp.post("/v")
@for_audience(Audience.ANYONE)
def take_verify() -> ResponseReturnValue:
    """Lead a typed code on to its address."""
    values, errors = read_form(CodeForm(), request.form)
    return make_response(_form(errors=errors), 422) if errors else _lead_on(values["code"])


@bp.get("/v/<code>")
@for_audience(Audience.ANYONE)
def show_verified(code: str) -> ResponseReturnValue:
    """Show what a code stands for, or one text for every code nobody was given."""
    if request.args:
        raise MalformedError("网址中有不能识别的参数。", "There is an unknown parameter.")
    printed = printed_access_code(code)
    if printed is not None and printed != code:
        return redirect(f"/v/{printed}", 303)
    return _shown(code)


@bp.post("/v/<code>")
@for_audience(Audience.ANYONE)
@takes_file
def take_verify_file(code: str) -> ResponseReturnValue:
    """Compare a file with the paper that was made; the file is not kept."""
    sent = request.files.get("file")
    if sent is None or set(request.files) != {"file"} or set(request.form) - {"csrf_token"}:
        raise MalformedError("请选择一个文件。", "Send one file.")
    hashed, length = hashlib.sha256(), 0
    while block := sent.stream.read(65_536):
        hashed.update(block)
        length += len(block)
    if not length:
        return _shown(code, fault="请选择要比对的 PDF 文件。")
    if length > MOST_FILE:
        return _shown(code, fault="文件不能超过 10 MB。")
    return _shown(code, digest=hashed.hexdigest())


def _lead_on(code: str) -> ResponseReturnValue:
    printed = printed_access_code(code)
    if printed is None:
        return make_response(_form(errors={"code": "核验码由 12 个字母和数字组成，例如 K7Q2-9KDM-4TXA。"}), 422)
    return redirect(f"/v/{printed}", 303)


def _shown(code: str, *, digest: str = "", fault: str = "") -> ResponseReturnValue:
    _draw(_A_LOOK)
    found = papers.verify(current_session(), code, on=clock.today(), vault=vault())
    if found is None:
        _draw(_A_TRY - _A_LOOK)
        return make_response(render_template("public/verify_unknown.html", tries=TRIES_AN_HOUR), 404)
    page = render_template(
        "public/verified.html",
        code=code,
        paper=found,
        kind_title=KINDS[found.kind.value].title,
        tag=EFFECT_TAGS[found.effect],
        effect_text=_EFFECT_TEXTS[found.effect],
        same=_same(found, digest) if digest else None,
        digest=digest,
        errors={"file": fault} if fault else {},
        as_of=clock.now(),
    )
    return make_response(page, 422 if fault else 200)


def _same(found: Verified, digest: str) -> bool:
    return hmac.compare_digest(found.pdf_hash, digest)


def _form(*, errors: dict[str, str]) -> str:
    return render_template("public/verify.html", errors=errors)


def _draw(tenths: int) -> None:
    """Draw from the tries of the visitor's network: a wrong code costs one, a right one a tenth.

    Where tries cannot be counted, papers can be verified all the same: sixty random bits are not guessed.

    Raises:
        TooManyError: they are used up; the answer says after how many seconds to come again.
    """
    draw = Submission(
        bucket=f"verify:{network_of(request.remote_addr)}",
        cost=tenths,
        rate=TRIES_AN_HOUR * _A_TRY / 3600,
        burst=TRIES_AN_HOUR * _A_TRY,
        at=clock.now(),
    )
    try:
        draw.refusal = database().recorder.submit(draw)
    except UnavailableError as error:
        log.warning("tries not counted", extra={"code": error.code})
        return
    if draw.refusal is not None:
        seconds = draw.refusal.retry_after
        raise TooManyError(
            f"核验码输入错误次数过多，请在 {-(-seconds // 60)} 分钟后再试，或者致电作出文书的法院核实。",
            f"Too many wrong codes; please wait {seconds} seconds, or call the court.",
            headers={"Retry-After": str(seconds)},
        )
