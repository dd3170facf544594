"""A person at the page: a browser of their own, and whatever it asked for or complained about."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request

Theme = Literal["light", "dark"]
PATIENCE = 120_000  # milliseconds; jobs run at low priority, and the machine may be busy
GRAVE = ("serious", "critical")
REFUSED = "Failed to load resource"
"""What a browser says of every answer that is a refusal, however well the page deals with it."""


class Visit:
    """``page`` at the service's ``address``; ``requests`` and ``complaints`` since it was opened."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))

    def enter(self, room: str) -> Page:
        """Open the page in ``room``, named with or without more behind ``?``."""
        self.page.goto(f"{self.address}/#{room}")
        self.page.wait_for_selector("main h1")
        return self.page

    def look(self, *, width: int, theme: Theme) -> None:
        """Go on at another window and in another look."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme=theme)

    def barriers(self, *rules: str) -> list[str]:
        """What axe, or these of its rules, find that keeps people out, with the elements that they mean."""
        only = {"runOnly": rules} if rules else {}
        violations: list[dict[str, Any]] = (
            Axe().run(self.page, options={"resultTypes": ["violations"], **only}).response["violations"]
        )
        return [
            f"{found['id']}: {[node['html'][:150] for node in found['nodes'][:3]]}"
            for found in violations
            if found["impact"] in GRAVE
        ]

    def strangers(self) -> list[str]:
        """Addresses that it asked for which are not the service's."""
        ours = (f"{self.address}/", f"blob:{self.address}/", "data:")
        return [request.url for request in self.requests if not request.url.startswith(ours)]

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith(REFUSED):
            self.complaints.append(text)


Open = Callable[[], AbstractContextManager[Visit]]
"""Opens a visit to one service."""


@contextmanager
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    """A visit that must end without complaint and without a word to other hosts."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, color_scheme="light", reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    visitor = Visit(context.new_page(), address)
    try:
        yield visitor
        assert visitor.complaints == []
        assert visitor.strangers() == []
    finally:
        context.close()
