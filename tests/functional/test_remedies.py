"""J4 in a real browser: a wrong person objects online, the court answers, the next higher court is asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from blacklist.identity.keys import Keyring
from blacklist.identity.sealing import Vault
from tests.functional.conftest import Watched
from tests.functional.live import LiveRegistry
from tests.functional.test_main_job import sign_in, sign_out
from tests.functional.test_pages import faults_of

Looking = Callable[[Page], list[str]]
_cases = count(0)
# Sandbox persons under a listing or consumption order, one for each run of the journey.
HOLDERS = (("11010519491231002X", "测试甲"), ("710100198006060100", "测试癸"))


def code_of(live: LiveRegistry, number: str) -> str:
    """Return the access code printed in this person's decision: what a paper of the court would show."""
    vault = Vault(Keyring.read(live.folder / "keys"))
    with sqlite3.connect(live.folder / "registry.sqlite3") as database:
        rows = database.execute(
            "SELECT d.id, d.number, o.id, o.access_code FROM documents d JOIN orders o ON o.subject_id = d.subject_id"
            " WHERE o.kind = 'consumption' AND o.state = 'effective'"
        ).fetchall()
    for document_id, sealed, order_id, code in rows:
        if vault.open(sealed, table="documents", row=document_id, column="number") == number:
            return vault.open(code, table="orders", row=order_id, column="access_code")
    raise AssertionError("no consumption order of this person is in force")


def test_a_wrong_person_objects_and_follows_it_to_the_higher_court(
    desktop: Watched, live: LiveRegistry, shots: Path, javascript: bool
) -> None:
    page = desktop.page
    faults: Looking = faults_of if javascript else lambda _: []  # the checker is a script itself
    number, name = HOLDERS[next(_cases)]

    page.goto("/me/object")
    assert faults(page) == []
    page.fill("[name=access_code]", code_of(live, number).lower())
    page.fill("[name=last_six]", number[-6:])
    page.fill("[name=name]", name)
    page.check("[name=claim][value=not_me]")
    page.fill("[name=statement]", "我不是该案被执行人（测试陈述）。")
    page.screenshot(path=shots / "me-object.png", full_page=True)
    page.click("main form button[type=submit]")
    expect(page.locator("h1")).to_contain_text("已收到您的纠正申请")
    assert faults(page) == []
    page.screenshot(path=shots / "me-received.png", full_page=True)
    received, code = page.locator(".mono").all_inner_texts()

    answer(page, live, f"/desk/objections/{received}", "reviewer", "president", shots, faults)
    sign_in(page, live, "clerk")
    page.goto(f"/desk/objections/{received}")
    page.locator(f"form[action='/desk/objections/{received}/serve'] button").click()
    expect(page.locator("main")).to_contain_text("决定送达已登记")
    sign_out(page)

    page.goto("/me/track")
    assert faults(page) == []
    page.fill("[name=number]", received)
    page.fill("[name=track_code]", code)
    page.click("main form button[type=submit]")
    expect(page.locator("main")).to_contain_text("申请被驳回")
    expect(page.locator("main")).to_contain_text("向上一级人民法院申请复议")
    assert faults(page) == []
    page.screenshot(path=shots / "me-track.png", full_page=True)

    sign_in(page, live, "reviewer_high")
    page.goto(f"/desk/appeals/new?reference={received}")
    assert faults(page) == []
    page.fill("[name=applicant]", name)
    page.fill("[name=statement]", "请求撤销（测试陈述）。")
    page.click("main form button[type=submit]")
    expect(page.locator("h1")).to_contain_text("已收到复议申请")
    appeal = page.locator(".mono").first.inner_text()
    sign_out(page)
    answer(page, live, f"/desk/appeals/{appeal}", "reviewer_high", "president_high", shots, faults)


def answer(
    page: Page, live: LiveRegistry, path: str, reviewer: str, president: str, shots: Path, faults: Looking
) -> None:
    """Let a reviewer propose to reject, and a president adopt it."""
    sign_in(page, live, reviewer)
    page.goto(path.rpartition("/")[0])
    assert faults(page) == []
    page.screenshot(path=shots / f"{path.split('/')[2]}.png", full_page=True)
    page.goto(path)
    accept = page.locator("button", has_text="受理，由我审查")
    if accept.count():
        accept.click()
        expect(page.locator("main")).to_contain_text("已受理")
    page.check("[name=founded][value=no]")
    page.fill("[name=reasons]", "证件号码与裁判文书一致（测试）。")
    page.click(f"form[action='{path}/outcome'] button")
    expect(page.locator("main")).to_contain_text("意见已提出")
    assert faults(page) == []
    sign_out(page)
    sign_in(page, live, president)
    page.goto(path)
    page.screenshot(path=shots / f"{path.split('/')[2]}-decide.png", full_page=True)
    assert faults(page) == []
    page.locator("button[value=adopt]").click()
    expect(page.locator("main")).to_contain_text("已作出决定")
    sign_out(page)


@pytest.mark.parametrize("javascript", [True], indirect=True, ids=["with JavaScript"])
def test_a_refusal_is_accessible(desktop: Watched) -> None:
    desktop.page.goto("/me/track")
    desktop.page.fill("[name=number]", "0000000000")
    desktop.page.fill("[name=track_code]", "0000-0000-0000")
    desktop.page.click("main form button[type=submit]")

    expect(desktop.page.locator("main")).to_contain_text("受理编号或者查询码不符")
    assert faults_of(desktop.page) == []
