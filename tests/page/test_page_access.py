"""A service with keys: the page asks for one, keeps it for the tab, and hides what it does not open."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from access_service import add_keys
from page_service import page_service
from playwright.sync_api import Browser, expect
from service_process import Process
from visits import Open
from visits import visit as open_visit

from saring_serve.access import Role


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("service")


@pytest.fixture(scope="module")
def keys(folder: Path) -> dict[Role, str]:
    return add_keys(folder / "data")


@pytest.fixture(scope="module")
def guarded(models: Path, folder: Path, keys: dict[Role, str]) -> Iterator[Process]:
    with page_service(models, folder, SARING_REQUIRE_KEYS="1") as process:
        yield process


@pytest.fixture
def visit(browser: Browser, guarded: Process) -> Open:
    return partial(open_visit, browser, guarded.address)


def test_a_key_is_asked_for_and_kept_for_the_tab(visit: Open, keys: dict[Role, str]) -> None:
    with visit() as visitor:
        page = visitor.enter("periksa")
        expect(page.get_by_role("heading", name="Layanan ini memakai kunci")).to_be_visible()
        assert visitor.barriers() == []
        page.get_by_label("Kunci akses").fill("bukan-kunci")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Kunci ini tidak dikenal")).to_be_visible()
        page.get_by_label("Kunci akses").fill(keys["classify"])
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Apakah teks ini aman")).to_be_focused()
        expect(page.locator(".holder")).to_contain_text("classify · penilai")
        rooms = page.get_by_role("navigation").get_by_role("link")
        assert rooms.all_inner_texts() == ["Periksa", "Berkas", "Pedoman"]
        page.fill("#text", "situs slot")
        expect(page.locator(".headline-title")).to_have_text("Ditandai: Perjudian")
        expect(page.get_by_role("button", name="Ini keliru?")).to_have_count(0)
        assert not [request for request in visitor.requests if keys["classify"] in request.url]
        page.reload()
        expect(page.locator(".holder")).to_be_visible()
        page.get_by_role("button", name="Keluar").click()
        expect(page.get_by_label("Kunci akses")).to_be_visible()
        assert page.evaluate("sessionStorage.getItem('saring.key')") is None


def test_files_are_sent_followed_and_fetched_with_the_key(visit: Open, keys: dict[Role, str]) -> None:
    with visit() as visitor:
        page = visitor.enter("berkas")
        page.get_by_label("Kunci akses").fill(keys["review"])
        page.keyboard.press("Enter")
        page.wait_for_selector(".drop")
        table = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"teks\nsitus slot\n"}
        page.set_input_files("#file", table)
        page.get_by_role("button", name="Mulai menilai").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Unduh tabel").click()
        assert download.value.suggested_filename.endswith(".csv")
        page.get_by_role("link", name="Tinjau").click()
        expect(page.get_by_role("heading", name="Tidak ada yang perlu ditinjau")).to_be_visible()


def test_a_key_that_is_no_longer_valid_leads_back_to_the_door(visit: Open) -> None:
    with visit() as visitor:
        visitor.page.add_init_script("sessionStorage.setItem('saring.key', 'dicabut')")
        expect(visitor.enter("tinjau").get_by_label("Kunci akses")).to_be_visible()
