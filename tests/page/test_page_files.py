"""Berkas: a file is sent, its column chosen, judged while one watches, fetched and deleted."""

import csv
import io
from pathlib import Path

import httpx
from playwright.sync_api import Page, Route, expect
from visits import Open

TABLE = b"id,teks,suka\n1,situs slot gacor,4\n2,kucing,7\n3,,1\n4,bukan slot,2\n5,situs slot gacor,9\n"


def send(page: Page, name: str = "unggahan.csv", table: bytes = TABLE) -> None:
    page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": table})


def finish(page: Page) -> None:
    page.get_by_role("button", name="Mulai menilai").click()
    expect(page.get_by_role("heading", name="selesai dinilai")).to_be_focused()


def test_a_file_comes_back_with_verdicts(visit: Open, tmp_path: Path) -> None:
    with visit() as visitor:
        page = visitor.enter("berkas")
        send(page)
        expect(page.get_by_role("heading", name="Kolom mana")).to_be_focused()
        assert page.locator("#column").input_value() == "teks"
        expect(page.get_by_text("karena namanya lazim untuk teks")).to_be_visible()
        assert page.locator("td.chosen").all_inner_texts()[:2] == ["situs slot gacor", "kucing"]
        finish(page)
        expect(page.get_by_text("5 dibaca = 4 dinilai + 1 tidak terbaca")).to_be_visible()
        assert page.locator(".counts li", has_text="Perjudian").inner_text().endswith("2 (50%)")
        assert page.get_by_label("Format tabel").input_value().endswith("format=csv")
        with page.expect_download() as download:
            page.get_by_role("button", name="Unduh tabel").click()
        assert download.value.suggested_filename.endswith(".csv")
        download.value.save_as(tmp_path / "table.csv")
        rows = list(csv.DictReader(io.StringIO((tmp_path / "table.csv").read_text(encoding="utf-8-sig"))))
        assert len(rows) == 5 and len(rows[0]) > 3 and rows[0]["teks"] == "situs slot gacor"
        with page.expect_download() as download:
            page.get_by_role("button", name="Unduh laporan (HTML)").click()
        download.value.save_as(tmp_path / "report.html")
        assert b"<html" in (tmp_path / "report.html").read_bytes()
        page.get_by_role("button", name="Hapus sekarang").click()
        expect(page.get_by_text("Letakkan berkas di sini")).to_be_visible()
        assert page.evaluate("sessionStorage.getItem('saring.jobs')") == "[]"


def test_nothing_is_chosen_for_the_person_where_several_columns_may_be_meant(visit: Open) -> None:
    with visit() as visitor:
        page = visitor.enter("berkas")
        send(page, table=b"teks,komentar\nkucing,situs slot\n")
        start = page.get_by_role("button", name="Mulai menilai")
        expect(start).to_be_disabled()
        page.get_by_label("Kolom teks").select_option("komentar")
        assert page.locator(".chosen").all_inner_texts() == ["komentar", "situs slot"]
        with page.expect_request("**/start") as started:
            start.click()
        assert started.value.post_data_json == {"text_column": "komentar"}


def test_a_reload_goes_on_with_the_file_and_asks_where_no_events_come(visit: Open) -> None:
    with visit() as visitor:
        page = visitor.enter("berkas")
        page.route("**/events", lambda route: route.abort())
        send(page)
        page.wait_for_selector(".preview")
        page.reload()
        page.wait_for_selector(".preview")
        finish(page)
        page.reload()
        expect(page.get_by_role("heading", name="unggahan.csv selesai dinilai")).to_be_visible()
        [job] = page.evaluate("JSON.parse(sessionStorage.getItem('saring.jobs'))")
        httpx.delete(f"{visitor.address}/jobs/{job['id']}", timeout=60).raise_for_status()
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("sudah tidak ada di layanan")
        page.get_by_role("button", name="Nilai berkas lain").click()
        expect(page.get_by_text("Letakkan berkas di sini")).to_be_visible()
        expect(page.get_by_text("Berkas Anda")).to_have_count(0)


def test_progress_is_told_with_rate_and_time_left(visit: Open) -> None:
    shown = {"done": 0, "total": 10_000}

    with visit() as visitor:
        page = visitor.enter("berkas")
        send(page)
        page.wait_for_selector(".preview")

        def running(route: Route) -> None:
            job = httpx.get(route.request.url, timeout=60).json()
            shown["done"] += 2_000
            route.fulfill(json=job | {"state": "running", "rows": shown})

        page.route("**/jobs/*", running)
        page.route("**/events", lambda route: route.abort())
        page.get_by_role("button", name="Mulai menilai").click()
        line = page.locator(".progress-line")
        expect(line).to_contain_text("baris per detik")
        expect(line).to_contain_text("lagi")
        assert " dari 10.000 baris" in line.inner_text()
        gauge = page.get_by_role("progressbar")
        assert int(gauge.get_attribute("aria-valuenow") or 0) >= 20
        page.unroute("**/jobs/*")
        with page.expect_request(lambda request: request.method == "DELETE"):
            page.get_by_role("button", name="Batalkan").click()
        expect(page.get_by_text("Letakkan berkas di sini")).to_be_visible()


def test_a_file_that_cannot_be_read_is_refused_with_a_way_out(visit: Open) -> None:
    with visit() as visitor:
        page = visitor.enter("berkas")
        send(page, name="gambar.png", table=b"\x89PNG")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("Simpan sebagai CSV")
        page.get_by_role("button", name="Nilai berkas lain").click()
        expect(page.get_by_text("Letakkan berkas di sini")).to_be_visible()
