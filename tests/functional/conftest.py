"""A running registry and a real browser for the journeys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.functional.live import LiveRegistry, Processes

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveRegistry]:
    """A demo registry as two processes of its own."""
    processes = Processes(tmp_path_factory.mktemp("registry"))
    try:
        yield processes.start()
    finally:
        processes.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    if CHROMIUM is None:
        pytest.skip("NOT TESTED: no chromium on this machine, so no page was seen in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """A page whose console errors, foreign requests and policy violations are kept."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(base_url) else self.faults.append(f"request to {request.url}")
            ),
        )

    def _heard(self, message: ConsoleMessage) -> None:
        # The browser itself reports each answer of 400 and above; the journeys provoke some on purpose.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def javascript(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts: every journey works both ways."""
    return bool(request.param)


@pytest.fixture
def desktop(chromium: Browser, live: LiveRegistry, javascript: bool) -> Iterator[Watched]:
    """A fresh browser window of a clerk's screen."""
    context = chromium.new_context(
        viewport={"width": 1366, "height": 768}, java_script_enabled=javascript, locale="zh-CN", base_url=live.base_url
    )
    context.set_default_timeout(10_000)
    watched = Watched(context.new_page(), live.base_url)
    yield watched
    context.close()
    assert watched.faults == []


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go: `REGISTRY_SHOTS` or a scratch folder under var/."""
    folder = Path(os.environ.get("SHOTS", "var/shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
