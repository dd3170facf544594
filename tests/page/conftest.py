"""A service and a browser for the tests of the page."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from chromium import ARGUMENTS, chromium
from page_service import doubtful_models, page_service
from playwright.sync_api import Browser, expect, sync_playwright
from service_process import Process
from visits import PATIENCE, Open
from visits import visit as open_visit


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Models of which the production one leaves some texts to a person."""
    return doubtful_models(tmp_path_factory.mktemp("doubtful"))


@pytest.fixture(scope="module")
def service(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A service that lets texts be stored, with a store of the module's own."""
    with page_service(models, tmp_path_factory.mktemp("service"), SARING_STORE_TEXT="1") as process:
        yield process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; of a module, as Playwright's event loop must not meet those of other tests."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, service: Process) -> Open:
    """Opens a visit to the service."""
    return partial(open_visit, browser, service.address)
