"""From the pool of rows to the dataset: annotations are the law, corpus labels weak evidence."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from saring.corpora.annotations import JUDGED_CHARACTERS, UNLABELLED, agreed
from saring.corpora.authored import AUTHORED
from saring.corpora.dataset import Dataset, Origin, dataset_of
from saring.corpora.pool import Pool
from saring.corpora.split import Split, split_of
from saring.taxonomy import taxonomy

Licence = Literal["all", "permissive"]

CORPUS_ROWS_PER_PATTERN = 3000
"""How many rows of a corpus with the same soft labels enter."""

GAUGE_ROWS_PER_CORPUS = 2000


@dataclass
class _Rows:
    """Dataset rows as they are chosen, by the number of their pool row."""

    pool: Pool
    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)
    labels: list[NDArray[np.float32]] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)

    def add(self, number: int, text: str, split: Split, labels: NDArray[np.float32], origin: Origin) -> None:
        self.numbers.append(number)
        self.texts.append(text)
        self.splits.append(split)
        self.labels.append(labels)
        self.origins.append(origin)

    def dataset(self) -> Dataset:
        rows = self.pool.rows
        return dataset_of(
            self.texts,
            [rows.sources[number] for number in self.numbers],
            [rows.keys[number] for number in self.numbers],
            [self.pool.groups.names[number] for number in self.numbers],
            self.splits,
            self.labels,
            self.origins,
        )


def build_dataset(
    pool: Pool, *, licence: Licence = "all", rows_per_pattern: int = CORPUS_ROWS_PER_PATTERN
) -> Dataset:
    """Annotated and authored rows on the side of their group, corpus labels on the side of training.

    Out stay: rows that straddle the split, corpus rows whose text (but for digits and marks) is
    annotated or stands outside training, and everything in train and dev that nearly duplicates a test-only
    corpus. Corpora that contradict one another about a text leave that category unknown.
    """
    rows = _Rows(pool)
    judged = _add_annotated(rows, licence)
    _add_authored(rows)
    _add_corpus_rows(rows, licence, judged, rows_per_pattern)
    return rows.dataset()


def gauge_rows(
    pool: Pool, *, licence: Licence = "all", rows_per_corpus: int = GAUGE_ROWS_PER_CORPUS
) -> Dataset:
    """Rows held to be clean that training never saw, for the table of false alarms; all split ``test``.

    From corpora that train too, only groups on the test side; from the others, groups that bring
    nothing to train or dev. Rows that we annotated as anything but clean are left out.
    """
    trained_groups = _trained_groups(pool)
    rows = _Rows(pool)
    taken: Counter[str] = Counter()
    seen: set[int] = set()
    for number in _by_key(pool):
        source, group = pool.rows.sources[number], pool.groups.names[number]
        if source not in pool.catalogue.ids or not _licensed(pool, source, licence):
            continue
        role, unit = pool.catalogue[source].role, int(pool.signatures.skeletons[number])
        unseen = split_of(group) == "test" if role == "assumed-clean" else group not in trained_groups
        labels = _held_clean(pool, number)
        if (
            role == "train"
            or not unseen
            or labels is None
            or unit in seen
            or taken[source] >= rows_per_corpus
        ):
            continue
        seen.add(unit)
        taken[source] += 1
        rows.add(number, pool.rows.texts[number], "test", labels, "corpus")
    return rows.dataset()


def _add_annotated(rows: _Rows, licence: Licence) -> set[int]:
    """Add the annotated rows; returns the skeletons of all judged texts, whatever their licence."""
    pool = rows.pool
    position: dict[str, int] = {}
    judged: set[int] = set()
    for number, (source, key) in enumerate(zip(pool.rows.sources, pool.rows.keys, strict=True)):
        labels = pool.annotations.get((source, key))
        if labels is None:
            continue
        judged.add(int(pool.signatures.skeletons[number]))
        split = _side(pool, number)
        if split is None or not _licensed(pool, source, licence):
            continue
        if key in position:
            rows.labels[position[key]] = agreed(rows.labels[position[key]], labels)
        else:
            position[key] = len(rows.labels)
            rows.add(number, pool.rows.texts[number][:JUDGED_CHARACTERS], split, labels, "annotation")
    return judged


def _add_authored(rows: _Rows) -> None:
    pool = rows.pool
    seen: set[str] = set()
    for number, (source, labels) in enumerate(zip(pool.rows.sources, pool.rows.labels, strict=True)):
        split = _side(pool, number)
        key = pool.rows.keys[number]
        if source.startswith(AUTHORED) and labels is not None and split is not None and key not in seen:
            seen.add(key)
            rows.add(number, pool.rows.texts[number], split, labels, "authored")


def _add_corpus_rows(rows: _Rows, licence: Licence, judged: set[int], rows_per_pattern: int) -> None:
    pool = rows.pool
    labels_of: dict[int, NDArray[np.float32]] = {}
    for number, labels in enumerate(pool.rows.labels):
        if labels is not None and pool.rows.sources[number] in pool.catalogue.ids:
            unit = int(pool.signatures.skeletons[number])
            labels_of[unit] = agreed(labels_of[unit], labels) if unit in labels_of else labels
    taken: Counter[tuple[str, bytes]] = Counter()
    for number in _by_key(pool):
        source, unit = pool.rows.sources[number], int(pool.signatures.skeletons[number])
        if pool.rows.labels[number] is None or unit not in labels_of or unit in judged:
            continue
        if source not in pool.catalogue.ids or not _licensed(pool, source, licence):
            continue
        if pool.catalogue[source].role not in ("train", "assumed-clean") or _side(pool, number) != "train":
            continue
        labels = labels_of.pop(unit)
        pattern = source, labels.tobytes()
        if np.isnan(labels).all() or taken[pattern] >= rows_per_pattern:
            continue
        taken[pattern] += 1
        rows.add(number, pool.rows.texts[number], "train", labels, "corpus")


def _side(pool: Pool, number: int) -> Split | None:
    """Where a row may stand, or ``None`` where it may not enter at all."""
    source, group = pool.rows.sources[number], pool.groups.names[number]
    if source in pool.catalogue.ids and pool.catalogue[source].role == "test-only":
        return "test"
    side = split_of(group)
    if pool.groups.straddling[number] or (group in pool.test_only_groups and side != "test"):
        return None
    return side


def _trained_groups(pool: Pool) -> set[str]:
    """Groups with a row that stands in train or dev, or would but for its licence or a cap."""
    return {
        pool.groups.names[number]
        for number, (source, key) in enumerate(zip(pool.rows.sources, pool.rows.keys, strict=True))
        if _side(pool, number) in ("train", "dev")
        and (_trains(pool, source) or (source, key) in pool.annotations)
    }


def _trains(pool: Pool, source: str) -> bool:
    return source not in pool.catalogue.ids or pool.catalogue[source].role in ("train", "assumed-clean")


def _held_clean(pool: Pool, number: int) -> NDArray[np.float32] | None:
    """A row's zeros, nan where nothing is said, or ``None`` where the row is not held to be clean."""
    source = pool.rows.sources[number]
    corpus, own = pool.catalogue[source], pool.rows.labels[number]
    ours = pool.annotations.get((source, pool.rows.keys[number]))
    if ours is not None and not (ours == 0).all():
        return None
    if own is None:
        whole = corpus.role in ("gauge", "assumed-clean") and not corpus.labels
        return np.zeros(len(taxonomy().ids), dtype=np.float32) if whole else None
    return None if np.nanmax(own) >= 0.5 else np.where(np.isnan(own), own, 0).astype(np.float32)


def _licensed(pool: Pool, source: str, licence: Licence) -> bool:
    if licence == "all" or source.startswith(AUTHORED):
        return True
    return not source.startswith(UNLABELLED) and pool.catalogue[source].permissive


def _by_key(pool: Pool) -> Iterator[int]:
    """Row numbers by key: a fixed order that owes nothing to the order of a file."""
    yield from sorted(range(len(pool.rows)), key=lambda number: (pool.rows.keys[number], number))
