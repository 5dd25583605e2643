"""Every page as its reader meets it: accessible, sound HTML, nothing from elsewhere, no sideways scroll."""

from __future__ import annotations

import time
from collections.abc import Iterator

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.functional.conftest import Watched
from tests.functional.live import LiveRegistry
from tests.functional.test_main_job import sign_in

PUBLIC = ("/", "/search?q=张伟", "/search?q=查无此人", "/list", "/v", "/guide", "/privacy", "/accessibility", "/login",
          "/dev/errors", "/dev/errors/bad-check-digit", "/e/0000000000")  # fmt: skip
CLERK = ("/desk", "/desk/e", "/desk/e?state=returned", "/desk/e/new", "/account/password", "/desk/due",
         "/desk/due?month=2026-10", "/desk/calendar", "/desk/calendar/2026", "/desk/papers")  # fmt: skip
SIZES = {"phone": (390, 844), "desktop": (1366, 768), "narrow": (320, 700)}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module", params=list(SIZES))
def reader(request: pytest.FixtureRequest, chromium: Browser, live: LiveRegistry) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = chromium.new_context(viewport={"width": width, "height": height}, base_url=live.base_url)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def clerk(reader: Page, live: LiveRegistry) -> Page:
    sign_in(reader, live, "clerk")
    return reader


def visit(page: Page, path: str) -> str:
    """Open a page and return its text; wait where the public limit asks for it, as a visitor would."""
    for _ in range(5):
        answer = page.goto(path)
        assert answer is not None
        if answer.status != 429:
            return answer.text()
        time.sleep(int(answer.headers["retry-after"]))
    raise AssertionError("the limit never lets a patient visitor in")


def faults_of(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    rules = [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in found.response["violations"]
        for node in one["nodes"][:2]
    ]
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    headings = page.locator("h1").count()
    return (
        rules
        + ([f"scrolls sideways by {sideways}"] if sideways > 1 else [])
        + ([f"{headings} first headings"] if headings != 1 else [])
    )


class TestPublicPages:
    @pytest.mark.parametrize("path", PUBLIC)
    def test_are_accessible_and_fit(self, reader: Page, path: str) -> None:
        visit(reader, path)

        assert faults_of(reader) == []

    @pytest.mark.parametrize("path", PUBLIC)
    def test_are_sound_html(self, reader: Page, path: str) -> None:
        text = visit(reader, path)

        html5lib.HTMLParser(strict=True).parse(text)

    def test_of_an_entry_is_accessible(self, reader: Page) -> None:
        visit(reader, "/list")
        visit(reader, str(reader.locator(".card a").first.get_attribute("href")))

        assert faults_of(reader) == []


class TestDeskPages:
    @pytest.mark.parametrize("path", CLERK)
    def test_are_accessible_and_fit(self, clerk: Page, path: str) -> None:
        clerk.goto(path)

        assert faults_of(clerk) == []

    def test_of_an_order_is_accessible(self, clerk: Page) -> None:
        clerk.goto("/desk/e")
        clerk.locator("td a[href^='/desk/e/']").first.click()
        clerk.wait_for_load_state()

        assert faults_of(clerk) == []

    def test_of_a_faulty_entry_names_each_fault(self, clerk: Page) -> None:
        clerk.goto("/desk/e/new")
        clerk.locator("form[method=post] button", has_text="存草稿").click()
        clerk.wait_for_load_state()

        assert "错误" in clerk.title()
        assert faults_of(clerk) == []


class TestHints:
    @pytest.mark.parametrize("javascript", [True], indirect=True, ids=["with JavaScript"])
    def test_of_a_number_tell_sex_and_birth_date_as_it_is_typed(self, desktop: Watched, live: LiveRegistry) -> None:
        sign_in(desktop.page, live, "clerk")
        desktop.page.goto("/desk/e/new")

        desktop.page.fill("[name=number]", "11010519491231002X")
        desktop.page.press("[name=number]", "Tab")

        expect(desktop.page.locator("main")).to_contain_text("1949")
