"""Two journeys by the keyboard alone, with the stopwatch running: a clerk enters an order, a president decides twenty."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.functional.conftest import Watched
from tests.functional.live import LiveRegistry
from tests.functional.stacks import clear_table, put_checked, put_known_case, states_of
from tests.functional.test_main_job import invented_number, press, sign_in
from tests.functional.test_pages import SIZES, faults_of

DELAY = 80  # milliseconds between two keys of a practised typist
MOUSE = "addEventListener('mousedown', () => console.error('the mouse was used'), true)"
scripted = pytest.mark.parametrize("javascript", [True], indirect=True, ids=["with JavaScript"])
plain = pytest.mark.parametrize("javascript", [False], indirect=True, ids=["without JavaScript"])


class Hands:
    """Types as a person does, and knows in which order this browser's date fields take a date."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.context.add_init_script(MOUSE)
        page.set_content('<input type="date" max="2099-12-31" autofocus>')
        page.focus("input")
        page.keyboard.type("20010203")
        self.year_first = page.input_value("input") == "2001-02-03"

    def type(self, text: str) -> None:
        self.page.keyboard.type(text, delay=DELAY)

    def date(self, text: str) -> None:
        year, month, day = text.split("-")
        self.type(year + month + day if self.year_first else month + day + year)

    def keys(self, *names: str) -> None:
        for name in names:
            time.sleep(DELAY / 1000)
            self.page.keyboard.press(name)

    def paste(self, text: str) -> None:
        time.sleep(2 * DELAY / 1000)
        self.page.keyboard.insert_text(text)

    def focused(self) -> str:
        return str(self.page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))


def finish_listing(hands: Hands, *, warned_on: str) -> None:
    """Go on from the grounds to the confirmation."""
    page = hands.page
    hands.keys("4", "Enter")
    hands.type("财产报告令送达回证，逾期未报告。")
    hands.keys("Tab")
    hands.date(warned_on)
    hands.keys("Enter")
    hands.paste("被告于判决生效后十日内偿还原告虚构人借款本金330000元。")
    hands.keys("Tab")
    hands.paste("于判决生效后十日内偿还借款本金330000元。")
    hands.keys("Tab", "1", "Enter")
    hands.type("33w")
    hands.keys("Control+Enter")
    page.wait_for_url("**/check")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator("main")).to_contain_text("叁拾叁万元整")
    hands.keys("Enter")
    page.wait_for_url("**/submitted")


def told_time(page: Page, started: float, what: str) -> float:
    """Return the seconds since `started`, and see that the page tells about the same to who typed."""
    took = time.monotonic() - started
    shown = re.search(r"用时 (\d+) 秒", page.locator("h1").inner_text())
    assert shown is not None
    assert abs(int(shown[1]) - took) < 5
    print(f"\n{what}: {took:.1f} s, the page says {shown[1]} s")  # noqa: T201 - a figure to be read
    return took


@scripted
class TestClerk:
    def test_enters_an_order_of_a_new_case_in_under_a_minute(self, desktop: Watched, live: LiveRegistry) -> None:
        page, hands = desktop.page, Hands(desktop.page)
        sign_in_by_keys(hands, live, "clerk")
        started = time.monotonic()

        hands.keys("n")
        page.wait_for_url("**/desk/e/new")
        assert hands.focused() == "case_number"
        hands.type("8801")
        hands.keys("Enter")
        expect(page.locator("[name=case_number]")).to_have_value(re.compile("^（20..）京0199执8801号$"))
        hands.date("2026-06-01")
        hands.keys("Enter")
        hands.type("（2025）京0199民初8801号")
        hands.keys("Enter")
        hands.type("示例市示范区人民法院")
        hands.keys("Enter", "Enter")
        assert hands.focused() == "number"
        hands.type(invented_number(881))
        hands.keys("Enter")
        hands.type("虚构键入")
        hands.keys("Enter")
        finish_listing(hands, warned_on="2026-07-01")

        assert told_time(page, started, "J1, typed in full") < 60
        assert hands.focused() == "再录一条"
        hands.keys("Enter")
        page.wait_for_url("**/desk/e/new")

    def test_enters_an_order_of_a_known_case_faster_still(self, desktop: Watched, live: LiveRegistry) -> None:
        put_known_case(live, serial=8802, name="虚构已知")
        page, hands = desktop.page, Hands(desktop.page)
        sign_in_by_keys(hands, live, "clerk")
        started = time.monotonic()

        hands.keys("n")
        page.wait_for_url("**/desk/e/new")
        hands.type("8802")
        hands.keys("Enter")
        page.locator("[name=debtor]").wait_for()
        hands.keys("Alt+2", "1")
        expect(page.locator("[name=name]")).to_have_value("虚构已知")
        expect(page.locator("[name=basis_number]")).to_have_value("（2025）京0199民初8902号")
        filed_on = page.input_value("[name=filed_on]")
        hands.keys("Alt+3")
        finish_listing(hands, warned_on=filed_on)

        assert told_time(page, started, "J1, case known") < 60
        assert "7101**************" in page.locator("main").inner_text()

    def test_is_led_from_the_summary_to_the_first_fault(self, desktop: Watched, live: LiveRegistry) -> None:
        page, hands = desktop.page, Hands(desktop.page)
        sign_in_by_keys(hands, live, "clerk")
        hands.keys("n")
        page.wait_for_url("**/desk/e/new")
        hands.type("没有号")

        hands.keys("Control+s")

        expect(page.locator(".error-summary")).to_be_focused()
        hands.keys("Enter")
        assert hands.focused() in {"case_number", "filed_on"}

    def test_switches_the_keys_off_and_on_again(self, desktop: Watched, live: LiveRegistry) -> None:
        page, hands = desktop.page, Hands(desktop.page)
        sign_in_by_keys(hands, live, "clerk")
        hands.keys("?")
        page.wait_for_url("**/desk/keys")

        page.locator("[data-keys-switch]").focus()
        hands.keys("Enter")
        expect(page.locator("[data-keys-switch]")).to_have_text("打开快捷键")
        hands.keys("n")
        page.wait_for_timeout(200)

        assert page.url.endswith("/desk/keys")
        page.locator("[data-keys-switch]").focus()
        hands.keys("Enter")
        expect(page.locator("[data-keys-switch]")).to_have_text("关闭快捷键")
        hands.keys("n")
        page.wait_for_url("**/desk/e/new")


@plain
def test_a_clerk_enters_an_order_of_a_known_case_without_scripts(desktop: Watched, live: LiveRegistry) -> None:
    put_known_case(live, serial=8803, name="虚构无脚")
    page = desktop.page
    sign_in(page, live, "clerk")
    page.goto("/desk/e/new")
    page.fill("[name=case_number]", "8803")
    press(page, "按案号带出")

    expect(page.locator("[name=basis_number]")).to_have_value("（2025）京0199民初8903号")
    expect(page.locator("[name=debtor]")).to_be_checked()
    page.check("[name=grounds][value=G4]")
    page.fill("[name=evidence]", "财产报告令送达回证。")
    page.fill("[name=warned_on]", page.input_value("[name=filed_on]"))
    page.fill("[name=duty]", "偿还借款本金330000元。")
    page.fill("[name=duty_public]", "偿还借款本金330000元。")
    page.fill("[name=amount_due]", "33万")
    press(page, "核对并送核验")
    expect(page.locator("main")).to_contain_text("虚构无脚")
    press(page, "送核验")

    expect(page.locator("h1")).to_have_text("已送核验")
    assert page.locator("a:has-text('再录一条')").count() == 1


@scripted
def test_a_president_decides_twenty_within_two_minutes(desktop: Watched, live: LiveRegistry) -> None:
    clear_table(live)
    public_ids = put_checked(live, 20, first_serial=6101)
    page, hands = desktop.page, Hands(desktop.page)
    sign_in_by_keys(hands, live, "president")
    started = time.monotonic()

    page.goto("/desk/sign")
    expect(page.locator("[data-card]").first).to_be_focused()
    opened = 0
    for number in range(20):
        card = page.locator("[data-card]").nth(number)
        expect(card).to_be_focused()
        if card.get_attribute("data-closed") is not None:
            hands.keys("a")
            expect(page.locator("[data-say]")).to_contain_text("须先")
            hands.keys(" ")
            expect(card.locator("[data-details] dd").first).to_be_visible()
            opened += 1
        time.sleep(2)  # somebody reads
        hands.keys("a")
    expect(page.locator("[data-counts]")).to_contain_text("同意 20")
    hands.keys("Control+Enter")
    page.wait_for_url("**/sign/confirm")
    expect(page.locator("h1")).to_contain_text("20 份同意，0 份退回，0 份搁置")
    hands.keys("Control+Enter")
    page.wait_for_url("**/signed/**")
    took = time.monotonic() - started

    print(f"\nJ2, twenty orders with two seconds of reading each, {opened} opened: {took:.1f} s")  # noqa: T201
    assert set(states_of(live, public_ids)) == {"issued"}
    assert took < 120


@scripted
def test_a_president_moves_holds_and_returns_by_keys_and_finds_it_again(desktop: Watched, live: LiveRegistry) -> None:
    clear_table(live)
    put_checked(live, 4, first_serial=6201)
    page, hands = desktop.page, Hands(desktop.page)
    sign_in_by_keys(hands, live, "president")
    page.goto("/desk/sign")
    cards = page.locator("[data-card]")

    hands.keys("j", "j", "k")
    expect(cards.nth(1)).to_be_focused()
    hands.keys("h")
    hands.keys("r")
    expect(page.locator("[data-say]")).to_contain_text("1 事实与案卷材料不一致")
    hands.keys("2")
    expect(page.locator("[data-counts]")).to_contain_text("退回 1　搁置 1")
    page.reload()

    expect(cards.nth(1).locator("[value=hold]")).to_be_checked()
    expect(cards.nth(2).locator("[value=return]")).to_be_checked()
    expect(cards.nth(2).locator("input[name^=reason]")).to_have_value("认定情形的证据不足，请补充证据。")
    hands.keys("Control+Enter")
    page.wait_for_url("**/sign/confirm")
    expect(page.locator("h1")).to_contain_text("0 份同意，1 份退回，1 份搁置")
    assert page.locator("main button:has-text('退回 1 份')").count() == 1


@plain
def test_a_president_decides_twenty_without_scripts(desktop: Watched, live: LiveRegistry) -> None:
    clear_table(live)
    public_ids = put_checked(live, 20, first_serial=6301)
    page = desktop.page
    sign_in(page, live, "president")
    page.goto("/desk/sign")
    for card in page.locator("[data-card]").all():
        if card.get_attribute("data-closed") is not None:
            card.locator("button:has-text('查看全部内容')").click()
            page.wait_for_load_state()
            assert page.locator("[data-details] dd").count() > 5
    for number, card in enumerate(page.locator("[data-card]").all()):
        card.locator(f"[value={'return' if number == 3 else 'hold' if number == 2 else 'agree'}]").check()
    page.locator("[name=reason_3]").fill("公开文本含有第三人信息。")
    press(page, "核对并签发")

    expect(page.locator("h1")).to_contain_text("18 份同意，1 份退回，1 份搁置")
    assert page.locator("tr:has-text('公开文本含有第三人信息')").count() == 1
    press(page, "签发 18 份")
    expect(page.locator(".alert")).to_contain_text("签发 18 份，退回 1 份")
    states = states_of(live, public_ids)
    assert (states.count("issued"), states[2], states[3]) == (18, "checked", "returned")

    page.click("text=可以收回")
    row = page.locator("section.card", has_text="纳入失信").filter(has=page.locator("form")).first
    row.locator("[name=reason]").fill("金额有误。")
    row.locator("button:has-text('收回')").click()
    page.wait_for_load_state()
    expect(page.locator(".alert")).to_contain_text("已收回")
    assert states_of(live, public_ids).count("issued") == 17


@pytest.fixture(scope="module", params=list(SIZES))
def president(request: pytest.FixtureRequest, chromium: Browser, live: LiveRegistry) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=live.base_url)
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, live, "president")
    yield page
    context.close()


class TestPages:
    def test_of_the_signing_table_are_accessible_and_fit(self, president: Page, live: LiveRegistry) -> None:
        clear_table(live)
        put_checked(live, 4, first_serial=6400 + 10 * list(SIZES.values()).index(viewport(president)))
        president.goto("/desk/sign")
        president.locator("button:has-text('查看全部内容')").first.click()
        president.locator("[data-details] dd").first.wait_for()
        assert faults_of(president) == []
        for number, card in enumerate(president.locator("[data-card]").all()):
            if card.get_attribute("data-closed") is not None:
                card.locator("button:has-text('查看全部内容')").click()
                card.locator("[data-details] dd").first.wait_for()
            card.locator(f"[value={'return' if number == 2 else 'hold' if number == 3 else 'agree'}]").check()
        president.locator("[name=reason_2]").fill("请补正。")
        press(president, "核对并签发")
        assert faults_of(president) == []

        press(president, "签发 2 份")

        assert faults_of(president) == []
        for path in ("/desk/sign/recent", "/desk/keys", "/desk/sign"):
            president.goto(path)
            assert faults_of(president) == [], path

    def test_of_an_entry_are_accessible_from_the_known_case_to_the_end(
        self, president: Page, live: LiveRegistry
    ) -> None:
        serial = 6600 + list(SIZES.values()).index(viewport(president))
        put_known_case(live, serial=serial, name="虚构之页")
        president.context.clear_cookies()
        sign_in(president, live, "clerk")
        president.goto("/desk/e/new")
        president.locator("[name=case_number]").fill(str(serial))
        president.keyboard.press("Tab")
        president.locator("[name=debtor]").check()
        assert faults_of(president) == []
        president.check("[name=grounds][value=G4]")
        president.fill("[name=evidence]", "财产报告令送达回证。")
        president.fill("[name=warned_on]", president.input_value("[name=filed_on]"))
        president.fill("[name=duty]", "偿还借款本金330000元。")
        press(president, "核对并送核验")
        assert faults_of(president) == []

        press(president, "送核验")

        expect(president.locator("h1")).to_contain_text("已送核验")
        assert faults_of(president) == []
        president.context.clear_cookies()
        sign_in(president, live, "president")

    def test_of_a_table_with_faults_are_accessible(self, president: Page, live: LiveRegistry) -> None:
        clear_table(live)
        put_checked(live, 2, first_serial=6500 + 10 * list(SIZES.values()).index(viewport(president)))
        president.goto("/desk/sign")
        president.locator("[name=choice_0][value=return]").check()
        press(president, "核对并签发")

        assert "错误" in president.title()
        assert faults_of(president) == []


def viewport(page: Page) -> tuple[int, int]:
    size = page.viewport_size
    assert size is not None
    return size["width"], size["height"]


def sign_in_by_keys(hands: Hands, live: LiveRegistry, username: str) -> None:
    page = hands.page
    page.goto("/login")
    page.focus("[name=username]")
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(live.passwords[username])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk**")
