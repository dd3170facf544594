"""Every room at a desk and on a telephone, in both looks: it fits, all can read it, nothing complains."""

import json
import time
from typing import Any

import httpx
import pytest
from page_service import DOUBTFUL
from service_process import Process
from visits import Open, Visit

TABLE = b"id,teks,suka\n1,situs slot gacor,4\n2,kucing,7\n3,,1\n4,bukan slot,2\n5,dasar goblok,9\n"


@pytest.fixture(scope="module")
def finished(service: Process) -> dict[str, Any]:
    """A job that is done."""
    with httpx.Client(base_url=service.address, timeout=60) as client:
        job = client.post("/jobs", files={"file": ("unggahan.csv", TABLE)}).json()
        deadline = time.monotonic() + 120
        while job["state"] != "done":
            assert time.monotonic() < deadline and job["state"] != "failed", job
            time.sleep(0.05)
            job = client.get(f"/jobs/{job['id']}").json()
    result: dict[str, Any] = job
    return result


def know(visitor: Visit, job: dict[str, Any]) -> None:
    """Let the tab remember ``job``, as if it had sent it."""
    known = json.dumps([{"id": job["id"], "name": job["name"]}])
    visitor.page.add_init_script(f"sessionStorage.setItem('saring.jobs', {json.dumps(known)})")


def correcting(visitor: Visit) -> None:
    page = visitor.enter("periksa")
    page.fill("#text", "Dasar goblok 🙈, situs slot gacor!")
    page.wait_for_selector(".headline[data-decision=flag]")
    page.click("text=Ini keliru?")
    page.wait_for_selector("form.panel")


def sharing(visitor: Visit) -> None:
    page = visitor.enter("periksa")
    page.fill("#text", DOUBTFUL)
    page.wait_for_selector(".headline[data-decision=review]")
    page.click("text=Bagikan hasil")
    page.wait_for_selector("#share-link")


def dropping(visitor: Visit) -> None:
    visitor.enter("berkas").wait_for_selector(".drop")


def choosing(visitor: Visit) -> None:
    page = visitor.enter("berkas")
    page.set_input_files("#file", {"name": "pilih.csv", "mimeType": "text/csv", "buffer": TABLE})
    page.wait_for_selector(".preview")


def results(visitor: Visit) -> None:
    visitor.enter("berkas").wait_for_selector(".summary")


def reviewing(visitor: Visit) -> None:
    httpx.post(f"{visitor.address}/classify", json={"text": DOUBTFUL}, timeout=60)
    page = visitor.enter("tinjau")
    page.wait_for_selector(".review-card")
    page.keyboard.press("?")
    page.wait_for_selector(".keys[open]")


def reading(visitor: Visit) -> None:
    visitor.enter("pedoman").wait_for_selector(".card")


@pytest.mark.parametrize("scene", [correcting, sharing, dropping, choosing, results, reviewing, reading])
def test_every_room_fits_and_can_be_read_by_all(visit: Open, finished: dict[str, Any], scene: Any) -> None:
    with visit() as visitor:
        if scene in (results, reviewing):
            know(visitor, finished)
        scene(visitor)
        for width in (1280, 390):
            visitor.look(width=width, theme="light")
            assert visitor.overflow() <= 0, width
            assert visitor.barriers() == [], width
            visitor.look(width=width, theme="dark")
            assert visitor.barriers("color-contrast") == [], width


def test_an_axe_that_finds_nothing_would_be_noticed(visit: Open) -> None:
    with visit() as visitor:
        page = visitor.enter("periksa")
        page.evaluate("document.querySelector('label[for=text]').remove()")
        page.evaluate("document.querySelector('#text').removeAttribute('placeholder')")
        assert [barrier.split(":")[0] for barrier in visitor.barriers()] == ["label"]
