"""The keys of the desk on one page; they can be switched off there, browser by browser."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import Audience, for_audience
from app.desk.blueprint import bp
from app.desk.sign_table import RETURN_REASONS

KEYS = (
    (
        "任何页面",
        (
            ("H", "待办"),
            ("L", "决定查询"),
            ("N", "新增决定"),
            ("?", "本页"),
            ("Ctrl+Enter", "提交"),
            ("Ctrl+S", "存草稿"),
        ),
    ),
    (
        "新增决定",
        (
            ("Alt+1 至 Alt+6", "跳到第一至第六组"),
            ("Enter", "到下一栏（多行文本中为换行）"),
            ("数字", "焦点在单选、多选一组时，选第几项"),
        ),
    ),
    (
        "签批台",
        (
            ("J、K", "下一份、上一份"),
            ("空格", "查看全部内容"),
            ("A", "同意"),
            ("R，再按数字", "退回，理由：" + "；".join(f"{n} {text}" for n, text in enumerate(RETURN_REASONS, 1))),
            ("H", "搁置"),
        ),
    ),
)


@bp.get("/keys")
@for_audience(Audience.STAFF)
def show_keys() -> ResponseReturnValue:
    """Show all keys and the switch."""
    return render_template("desk/keys.html", groups=KEYS)
