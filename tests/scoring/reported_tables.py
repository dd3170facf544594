"""Tables to report on, a model whose errors are known, and a reader of the page that trusts nothing."""

import csv
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from saring.artefact.manifest import Manifest
from saring.backends.opening import open_backend
from saring.classifier import Classifier
from saring.scoring.tables import score_table
from saring.taxonomy import taxonomy

MEASURED = {
    "rows": 4704,
    "categories": {
        category: {"recall": {"value": 0.8}, "positives": positives, "known": 4700, "flagged": 190}
        for category, positives in zip(taxonomy().ids, (200, 100, 100, 100, 100, 150, 100, 5), strict=True)
    },
    "fairness": {
        "clean_flagged": 0.05,
        "identities": {
            "tionghoa": {"protected": True, "clean_rows": 52, "clean_flagged": 0.42},
            "islam": {"protected": True, "clean_rows": 95, "clean_flagged": 0.06},
            "syiah": {"protected": True, "clean_rows": 7, "clean_flagged": 0.9},
        },
    },
}


def measured_classifier(folder: Path) -> Classifier:
    """The model in ``folder``, with the figures of a test."""
    manifest = replace(Manifest.read(folder), evaluation=MEASURED)
    return Classifier(manifest, open_backend(folder, manifest))


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def posts(count: int) -> list[dict[str, str]]:
    texts = [
        "Situs slot gacor!",
        "selamat pagi",
        "dasar goblok @budi",
        "kucing lucu",
        "",
        "vcs 0812-3456-7890",
    ]
    return [
        {
            "tanggal": f"{1 + at % 28:02}/05/2024 {at % 24:02}.15" if at % 7 else "besok",
            "platform": ("X", "TikTok", "")[at % 3],
            "username": f"orang_{at % 5}",
            "teks": texts[at % len(texts)],
        }
        for at in range(count)
    ]


def report_of(folder: Path, source: Path, classifier: Classifier) -> tuple[dict[str, Any], str]:
    score_table(source, folder / "out.csv", classifier, report=folder / "laporan.html")
    return json.loads((folder / "laporan.json").read_bytes()), (folder / "laporan.html").read_text()


class _Parsed(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href", "srcset", "style")]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> _Parsed:
    """The page, every element of which is closed in its turn, and which asks for nothing."""
    found = _Parsed(page)
    assert not found.open and not found.addresses
    assert not found.tags & {"script", "link", "img", "iframe", "object", "base", "form"}
    assert not re.search(r"@import|url\(", page)
    assert "default-src 'none'" in page
    return found
