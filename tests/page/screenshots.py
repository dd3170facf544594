"""Draws the rooms of a running service for the documentation: ``python tests/page/screenshots.py ADDRESS``.

The pictures go to ``docs/screenshots``. The service keeps what is sent here: start one for it, with
``SARING_DATA_DIR`` set to a new folder.
"""

import io
import random
import sys
from collections.abc import Callable
from pathlib import Path

from chromium import ARGUMENTS, chromium
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from visits import Theme, visit

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"
COLOURS = 128

ADVERTISEMENT = (
    "Situs slot gacor hari ini, deposit 10rb langsung maxwin! WD lancar, daftar sekarang.\n\n"
    "Kata teman di bank, saldo semua orang akan dipotong besok. Sebarkan sebelum dihapus!"
)
COMMENTS = [
    "Pelayanan hari ini cepat sekali, terima kasih petugas loket 3.",
    "Situs slot gacor, deposit 10rb langsung maxwin!",
    "Kapan SIM keliling ke Cibubur?",
    "Info dari teman: besok listrik padam tiga hari, sebarkan!",
    "Katanya bansos diganti, benar tidak ya? Tolong sebarkan ke keluarga.",
    "Dasar pejabat goblok, kerja kok tidur terus.",
    "Antre tiga jam tanpa kejelasan, tolong diperbaiki.",
    "Kalian semua pemalas, percuma digaji.",
]
SHARES = [30, 9, 25, 4, 3, 5, 22, 2]


def table() -> bytes:
    """Comments as an agency would export them."""
    comments = random.Random(1).choices(COMMENTS, SHARES, k=400)
    rows = [f'{at},2026-08-{1 + at % 28:02},"{comment}",{at % 17}' for at, comment in enumerate(comments)]
    return "\n".join(["id,tanggal,teks,suka", *rows]).encode()


def check(page: Page) -> None:
    page.fill("#text", ADVERTISEMENT)
    page.wait_for_selector(".headline[data-decision=flag]")
    page.evaluate("document.activeElement.blur()")


def judge(page: Page) -> None:
    page.set_input_files("#file", {"name": "komentar-agustus.csv", "mimeType": "text/csv", "buffer": table()})
    page.get_by_role("button", name="Mulai menilai").click()
    page.wait_for_selector(".summary")


def review(page: Page) -> None:
    page.goto(f"{page.url.split('#')[0]}#berkas")
    judge(page)
    page.get_by_role("button", name="Tinjau yang meragukan").click()
    page.wait_for_selector(".review-card")


def read(page: Page) -> None:
    page.wait_for_selector(".card")


SCENES: list[tuple[str, Callable[[Page], None], list[tuple[int, Theme]]]] = [
    ("periksa", check, [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")]),
    ("berkas", judge, [(1280, "light"), (390, "dark")]),
    ("tinjau", review, [(1280, "light"), (390, "dark")]),
    ("pedoman", read, [(1280, "light"), (390, "dark")]),
]


def draw(browser: Browser, address: str) -> None:
    for room, act, looks in SCENES:
        with visit(browser, address) as visitor:
            page = visitor.enter(room)
            act(page)
            for width, theme in looks:
                visitor.look(width=width, theme=theme)
                picture = Image.open(io.BytesIO(page.screenshot()))
                few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
                few.save(PICTURES / f"{room}-{width}-{theme}.png", optimize=True)


def main(address: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        draw(browser, address)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
