"""Tinjau: one doubtful text at a time, answered with the keyboard alone."""

import httpx
from page_service import DOUBTFUL
from playwright.sync_api import expect
from service_process import Process
from visits import Open

TABLE = b"teks\nsitus slot\nanjing bukan slot\nburung bukan slot\n"


def leave_in_doubt(service: Process, text: str) -> None:
    httpx.post(f"{service.address}/classify", json={"text": text}, timeout=60).raise_for_status()


def test_a_text_is_confirmed_or_corrected_with_one_key_each(visit: Open, service: Process) -> None:
    leave_in_doubt(service, DOUBTFUL)
    with visit() as visitor:
        page = visitor.enter("tinjau")
        text = page.locator(".review-text")
        expect(text).to_have_text(DOUBTFUL)
        expect(text).to_be_focused()
        asked = page.get_by_role("radiogroup", name="Perjudian")
        expect(asked).to_have_class("label-row asked")
        expect(asked.get_by_label("Ragu")).to_be_checked()
        expect(page.get_by_role("radiogroup", name="Hoaks").get_by_label("Tidak")).to_be_checked()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Jawab dulu kategori yang bertanda")).to_be_visible()
        page.keyboard.press("6")
        expect(asked.get_by_label("Ya")).to_be_checked()
        page.keyboard.press("6")
        expect(asked.get_by_label("Tidak")).to_be_checked()
        page.keyboard.press("1")
        page.keyboard.press("1")
        with page.expect_request("**/feedback") as sent:
            page.keyboard.press("Enter")
        labels = sent.value.post_data_json["labels"]
        assert sent.value.post_data_json["text"] == DOUBTFUL
        assert labels == dict.fromkeys(labels, 0) | {"hoaks": 1} and len(labels) == 8
        expect(page.get_by_role("heading", name="Tidak ada yang perlu ditinjau")).to_be_visible()
        expect(page.locator(".standing")).to_contain_text("Menunggu latihan berikutnya1")


def test_the_rows_of_a_file_are_reviewed_from_its_results(visit: Open) -> None:
    with visit() as visitor:
        page = visitor.enter("berkas")
        page.set_input_files("#file", {"name": "hewan.csv", "mimeType": "text/csv", "buffer": TABLE})
        page.get_by_role("button", name="Mulai menilai").click()
        page.get_by_role("button", name="Tinjau yang meragukan").click()
        text = page.locator(".review-text")
        expect(page.get_by_text("2 teks lagi")).to_be_visible()
        first = text.inner_text()
        page.keyboard.press("ArrowRight")
        expect(text).not_to_have_text(first)
        page.keyboard.press("6")
        with page.expect_response("**/feedback") as kept:
            page.keyboard.press("Enter")
        assert kept.value.status == 201
        expect(page.get_by_text("Tidak ada baris berkas ini")).to_be_visible()
        page.get_by_label("Sumber").select_option("Antrean layanan")
        expect(page.get_by_text("SARING_STORE_TEXT=1")).to_be_visible()


def test_shortcuts_are_told_and_can_be_switched_off(visit: Open, service: Process) -> None:
    leave_in_doubt(service, f"{DOUBTFUL} besar")
    with visit() as visitor:
        page = visitor.enter("tinjau")
        expect(page.locator(".review-text")).to_be_focused()
        page.keyboard.press("?")
        page.get_by_label("Pakai pintasan").uncheck()
        page.locator(".review-text").focus()
        page.keyboard.press("6")
        expect(page.get_by_role("radiogroup", name="Perjudian").get_by_label("Ragu")).to_be_checked()


def test_a_correction_that_is_not_kept_is_not_lost(visit: Open, service: Process) -> None:
    leave_in_doubt(service, f"{DOUBTFUL} kecil")
    with visit() as visitor:
        page = visitor.enter("tinjau")
        expect(page.locator(".review-text")).to_be_focused()
        refusal = {"code": "store_unavailable", "title": "t", "detail": "d", "hint": "h"}
        page.route("**/feedback", lambda route: route.fulfill(status=503, json=refusal))
        page.keyboard.press("6")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("jawaban Anda masih ada di sini")
        expect(page.get_by_role("radiogroup", name="Perjudian").get_by_label("Ya")).to_be_checked()
        page.unroute("**/feedback")
        with page.expect_response("**/feedback") as kept:
            page.get_by_role("button", name="Simpan dan lanjut").click()
        assert kept.value.status == 201
