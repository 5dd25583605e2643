"""The main job, end to end: drafted, checked, issued, served, restricted; removed by two persons, clear, 410."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from blacklist.identity.check_digits import resident_check
from tests.functional.conftest import Watched
from tests.functional.live import LiveRegistry

SECOND = 1.0


def invented_number(serial: int) -> str:
    body = f"7101011980030{serial % 9 + 1}{serial:03d}"
    return body + resident_check(body)


def sign_in(page: Page, live: LiveRegistry, username: str) -> None:
    page.goto("/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", live.passwords[username])
    page.click("main button[type=submit], main button:not([type=button])")
    page.wait_for_url("**/desk**")


def sign_out(page: Page) -> None:
    page.click("text=退出登录")
    page.wait_for_url(re.compile("/login"))


def press(page: Page, text: str) -> None:
    page.locator("main button", has_text=text).first.click()
    page.wait_for_load_state()


def seconds_until(ask, outcome: str) -> float:
    started = time.monotonic()
    while ask() != outcome:
        assert time.monotonic() - started < 10, f"never became {outcome}"
        time.sleep(0.02)
    return time.monotonic() - started


def draft_listing(page: Page, *, number: str, name: str, serial: int, shots: Path) -> None:
    page.goto("/desk/e/new")
    page.check("[name=kind][value=listing]")
    page.fill("[name=case_number]", f"(2026)京0199执{serial}号")
    page.fill("[name=filed_on]", "2026-06-01")
    page.fill("[name=basis_number]", f"（2025）京0199民初{serial}号")
    page.fill("[name=basis_maker]", "示例市示范区人民法院")
    page.fill("[name=number]", " ".join([number[:6], number[6:14], number[14:].lower()]))
    page.fill("[name=name]", name)
    page.check("[name=grounds][value=G4]")
    page.fill("[name=evidence]", "财产报告令送达回证；逾期未报告。")
    page.fill("[name=warned_on]", "2026-07-01")
    page.fill("[name=duty]", "被告于判决生效后十日内偿还原告虚构人借款本金330000元。")
    page.fill("[name=duty_public]", "于判决生效后十日内偿还借款本金330000元。")
    page.fill("[name=amount_due]", "33万")
    page.screenshot(path=shots / "entry-filled.png", full_page=True)
    press(page, "核对并送核验")
    expect(page.locator("main")).to_contain_text("330,000.00")
    page.screenshot(path=shots / "read-back.png", full_page=True)
    press(page, "送核验")


def open_first(page: Page, path: str, name: str) -> None:
    page.goto(path)
    page.locator("tr", has_text=name).locator(f"a[href^='{path}/']").first.click()
    page.wait_for_load_state()


def test_an_order_restricts_within_a_second_and_its_removal_frees_as_fast(
    desktop: Watched, live: LiveRegistry, javascript: bool, shots: Path
) -> None:
    page = desktop.page
    serial = 7001 if javascript else 7002
    number, name = invented_number(serial % 1000), "虚构甲乙" if javascript else "虚构丙丁"

    def ask() -> str:
        return live.ask(number)

    assert ask() == "clear"

    sign_in(page, live, "clerk")
    draft_listing(page, number=number, name=name, serial=serial, shots=shots)
    sign_out(page)
    assert ask() == "clear"

    sign_in(page, live, "checker")
    for _ in range(2):  # the listing and its consumption order
        open_first(page, "/desk/review", name)
        page.fill("[name=last_six]", number[-6:])
        page.screenshot(path=shots / "check.png", full_page=True)
        press(page, "核验通过")
    sign_out(page)

    sign_in(page, live, "president")
    for kind in ("限制消费令", "纳入失信被执行人名单决定"):  # a listing needs the other one beside it
        page.goto("/desk/sign")
        card = page.locator(".sign-card", has_text=name).filter(has=page.locator("legend", has_text=kind))
        card.locator("a[href^='/desk/sign/']").click()
        page.wait_for_load_state()
        page.screenshot(path=shots / "sign.png", full_page=True)
        press(page, "签发")
    sign_out(page)
    assert ask() == "clear"  # nothing restricts before service was attempted and recorded

    sign_in(page, live, "clerk")
    for _ in range(2):
        page.goto("/desk/e?state=issued")
        page.locator("tr", has_text=name).locator("th a").first.click()
        page.wait_for_load_state()
        page.locator("main a:has-text('登记送达')").first.click()
        page.wait_for_load_state()
        page.select_option("[name=way]", "direct")
        page.check("[name=outcome][value=attempted]")
        page.fill("[name=proof]", "送达回证，现场无人，已留存影像。")
        page.screenshot(path=shots / "serve.png", full_page=True)
        press(page, "登记送达")
    assert seconds_until(ask, "restricted") < SECOND

    page.goto("/search?q=" + name)
    expect(page.locator("main")).to_contain_text("同名不等于同一人")
    page.locator(f".card a:has-text('{name}')").first.click()
    page.wait_for_load_state()
    entry = page.url.removeprefix(live.base_url)
    page.screenshot(path=shots / "public-entry.png", full_page=True)
    assert number not in page.content()
    assert number[4:10] not in page.content()

    propose_removals(page, name=name, shots=shots)
    sign_out(page)
    assert ask() == "restricted"

    sign_in(page, live, "president")
    for _ in range(2):
        page.goto("/desk")
        page.locator("tr", has_text=name).locator("a:has-text('决定')").last.click()
        page.wait_for_load_state()
        page.screenshot(path=shots / "decide-removal.png", full_page=True)
        press(page, "同意")
    assert seconds_until(ask, "clear") < SECOND
    assert live.status(entry) == 410
    page.goto(entry)
    assert name not in page.content()
    page.screenshot(path=shots / "gone.png", full_page=True)


def propose_removals(page: Page, *, name: str, shots: Path) -> None:
    for kind, reason in (("限消", "performed"), ("失信", "R9")):
        page.goto("/desk/e")
        page.locator("tr", has_text=name).filter(has_text=kind).locator("a").first.click()
        page.wait_for_load_state()
        page.screenshot(path=shots / "order.png", full_page=True)
        page.locator("main a[href$='/remove']").first.click()
        page.wait_for_load_state()
        page.check(f"[name=reason][value={reason}]")
        page.fill("[name=basis]", "名单规定第十条第一款第（一）项")
        page.fill("[name=document]", "（2026）京0199执7001号结案通知书")
        page.screenshot(path=shots / "remove.png", full_page=True)
        press(page, "提出")


@pytest.mark.parametrize("username", ["clerk", "checker"])
def test_nobody_checks_or_decides_by_the_wrong_role(desktop: Watched, live: LiveRegistry, username: str) -> None:
    sign_in(desktop.page, live, username)

    answer = desktop.page.goto("/desk/sign")

    assert answer is not None
    assert answer.status == 403
    assert desktop.page.locator("button:has-text('签发')").count() == 0
