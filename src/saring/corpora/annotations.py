"""Our own labels on public rows: ``data/annotations/annotations.csv`` holds keys and labels, no text.

Columns: ``corpus`` (of the catalogue, or ``unlabelled/<register>``), ``key`` (of the decoded text), the
categories (1, 0, empty = unknown) and ``readers``. The judgement is of the first 900 characters.
"""

import csv
import json
import lzma
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring.corpora.catalogue import corpora_root, load_catalogue
from saring.corpora.keys import row_key
from saring.corpora.readers import read_corpus
from saring.errors import CorpusError
from saring.taxonomy import taxonomy

JUDGED_CHARACTERS = 900
UNLABELLED = "unlabelled/"

_CHECKOUT = Path(__file__).resolve().parents[3]
_CELLS = {"1": 1.0, "0": 0.0, "": np.nan}

Annotations = dict[tuple[str, str], NDArray[np.float32]]
"""Labels float32 ``(categories,)`` by corpus and row key."""


def annotations_file() -> Path:
    """``data/annotations/annotations.csv`` of the checkout."""
    return _CHECKOUT / "data" / "annotations" / "annotations.csv"


def read_annotations(path: Path | None = None) -> Annotations:
    """Read the labels, by default the checkout's; raises ``CorpusError`` naming line and field."""
    path = path or annotations_file()
    if not path.is_file():
        raise CorpusError(f"no annotations at {path}; run from a checkout")
    annotations: Annotations = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream), start=2):
            try:
                cells = [_CELLS[row[category]] for category in taxonomy().ids]
                annotations[row["corpus"], row["key"]] = np.array(cells, dtype=np.float32)
            except KeyError as error:
                raise CorpusError(
                    f"{path}, line {number}: {error} is no column here, or not 1, 0 or empty"
                ) from None
    return annotations


def judged_keys() -> set[str]:
    """Row keys of all our labels; none where there is no checkout."""
    return {key for _, key in read_annotations()} if annotations_file().is_file() else set()


def unlabelled_root() -> Path | None:
    """The folder of the unlabelled registers: ``SARING_UNLABELLED``, or the checkout's neighbour, or none."""
    if named := os.environ.get("SARING_UNLABELLED"):
        return Path(named)
    beside = _CHECKOUT.parent / "shared" / "unlabelled"
    return beside if beside.is_dir() else None


def read_unlabelled(source: str, root: Path) -> Iterator[tuple[str, str]]:
    """Key and text of every line of ``unlabelled/<register>``."""
    path = root / f"{source.removeprefix(UNLABELLED)}.txt.xz"
    if not path.is_file():
        raise CorpusError(f"no {path}: set SARING_UNLABELLED to the folder that has it")
    for line in lzma.decompress(path.read_bytes()).decode("utf-8").split("\n"):
        if line:
            yield row_key(line), line


def every_text() -> dict[str, Iterable[tuple[str, str]]]:
    """Keys and texts of every corpus and unlabelled register at hand."""
    catalogue, root = load_catalogue(), corpora_root()
    texts: dict[str, Iterable[tuple[str, str]]] = {
        corpus.id: [(row.key, row.text) for row in read_corpus(corpus, root)] for corpus in catalogue.corpora
    }
    unlabelled = unlabelled_root()
    for path in sorted(unlabelled.glob("*.txt.xz")) if unlabelled else []:
        source = UNLABELLED + path.name.removesuffix(".txt.xz")
        texts[source] = read_unlabelled(source, path.parent)
    return texts


@dataclass(frozen=True)
class Conversion:
    """How many judged texts found their row; ``unmatched`` counts the others by corpus."""

    matched: int
    unmatched: Mapping[str, int]


def convert(judged: Path, texts_of: Mapping[str, Iterable[tuple[str, str]]], out: Path) -> Conversion:
    """Turn judged texts (JSON lines, zstd) into the key file ``out``.

    ``texts_of`` gives the keys and texts of every source. A judged text is matched with the row that
    begins with it; failing that, with the row whose letters and digits do.
    """
    lines = [json.loads(line) for line in _decompress(judged).split("\n") if line]
    by_source: dict[str, list[dict[str, object]]] = {}
    for line in lines:
        by_source.setdefault(line["corpus"], []).append(line)
    unmatched: Counter[str] = Counter()
    merged: dict[tuple[str, str], tuple[NDArray[np.float32], int]] = {}
    for source, rows in by_source.items():
        exact, loose = _openings(texts_of.get(source, ()))
        for row in rows:
            text, verdict = str(row["text"]), row["labels"]
            assert isinstance(verdict, dict) and isinstance(row["readers"], int)
            key = exact.get(text[:JUDGED_CHARACTERS].strip()) or loose.get(_letters(text))
            if key is None:
                unmatched[source] += 1
                continue
            labels = np.array(
                [np.nan if verdict[category] is None else verdict[category] for category in taxonomy().ids],
                dtype=np.float32,
            )
            earlier = merged.get((source, key))
            if earlier is not None:
                labels = agreed(earlier[0], labels)
            merged[source, key] = (labels, row["readers"] + (earlier[1] if earlier else 0))
    _write(merged, out)
    return Conversion(len(lines) - unmatched.total(), dict(unmatched))


def agreed(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Two opinions as one: unknown where they contradict, the known one where only one is known."""
    either = np.where(np.isnan(one), other, one)
    contradiction = ~np.isnan(one) & ~np.isnan(other) & ((one >= 0.5) != (other >= 0.5))
    return np.where(contradiction, np.nan, either).astype(np.float32)


def _openings(rows: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    loose: dict[str, str] = {}
    for key, text in rows:
        exact.setdefault(text[:JUDGED_CHARACTERS].strip(), key)
        loose.setdefault(_letters(text), key)
    return exact, loose


def _letters(text: str) -> str:
    # Decoders differ in how many characters a quirk becomes, so the cut falls a little elsewhere.
    return "".join(filter(str.isalnum, text[:JUDGED_CHARACTERS].casefold()))[:600]


def _decompress(path: Path) -> str:
    import zstandard

    with path.open("rb") as stream:
        return str(zstandard.ZstdDecompressor().stream_reader(stream).read().decode("utf-8"))


def _write(rows: Mapping[tuple[str, str], tuple[NDArray[np.float32], int]], out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["corpus", "key", *taxonomy().ids, "readers"])
        for (corpus, key), (labels, readers) in sorted(rows.items(), key=lambda item: item[0]):
            cells = ["" if np.isnan(label) else int(label) for label in labels]
            writer.writerow([corpus, key, *cells, readers])
