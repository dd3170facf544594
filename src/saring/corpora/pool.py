"""Every row of every source, in the fixed order of sources, with its near-duplicate group."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring.corpora.annotations import (
    UNLABELLED,
    Annotations,
    read_annotations,
    read_unlabelled,
    unlabelled_root,
)
from saring.corpora.authored import AUTHORED, authored_files, read_authored
from saring.corpora.catalogue import Catalogue, corpora_root, load_catalogue
from saring.corpora.duplicates import Groups, group_rows
from saring.corpora.order import ordered, source_order
from saring.corpora.readers import read_corpus
from saring.corpora.safety import violates_minor_safety
from saring.corpora.signatures import Signatures, signatures
from saring.taxonomy import taxonomy

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, how many rows are done, and of how many."""


@dataclass
class PoolRows:
    """Columns of equal length ``n``, the rows of a source together.

    ``labels``: float32 ``(categories,)`` that the source itself gives, or ``None``.
    """

    sources: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    labels: list[NDArray[np.float32] | None] = field(default_factory=list)
    families: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.keys)

    def add(
        self, source: str, key: str, text: str, labels: NDArray[np.float32] | None = None, family: str = ""
    ) -> bool:
        """Append a row; returns ``False`` and leaves it out where the minor-safety rule holds."""
        if violates_minor_safety(text):
            return False
        self.sources.append(source)
        self.keys.append(key)
        self.texts.append(_without_lone_surrogates(text))
        self.labels.append(labels)
        self.families.append(family)
        return True


@dataclass(frozen=True)
class Pool:
    """All rows, their groups and our annotations; ``unsafe`` rows were refused by the minor-safety rule."""

    catalogue: Catalogue
    rows: PoolRows
    signatures: Signatures
    groups: Groups
    annotations: Annotations
    unsafe: int

    @cached_property
    def test_only_groups(self) -> frozenset[str]:
        """Groups that hold a row of a corpus that nothing may be trained on."""
        test_only = {corpus.id for corpus in self.catalogue.corpora if corpus.role == "test-only"}
        return frozenset(
            group
            for group, source in zip(self.groups.names, self.rows.sources, strict=True)
            if source in test_only
        )

    @cached_property
    def judged_missing(self) -> int:
        """How many annotations are of rows that are not here."""
        return len(self.annotations.keys() - set(zip(self.rows.sources, self.rows.keys, strict=True)))


def read_pool(
    catalogue: Catalogue | None = None,
    *,
    corpora: Path | None = None,
    unlabelled: Path | None = None,
    authored: Sequence[Path] | None = None,
    annotations: Annotations | None = None,
    order: Sequence[str] | None = None,
    cache: Path | None = None,
    on_progress: Progress | None = None,
) -> Pool:
    """Read and group everything; what is not given is the checkout's.

    Groups are made over all corpora of the catalogue whatever their licence, so that a permissive
    build splits as the full one does. Raises ``CorpusError`` when a corpus is missing.
    """
    catalogue = catalogue or load_catalogue()
    corpora = corpora or corpora_root()
    unlabelled = unlabelled or unlabelled_root()
    annotations = read_annotations() if annotations is None else annotations
    files = {AUTHORED + path.stem: path for path in (authored_files() if authored is None else authored)}
    judged_lines = _judged_lines(annotations)
    registers = list(judged_lines) if unlabelled else []
    order = source_order() if order is None else order
    report = on_progress or (lambda step, done, total: None)

    rows, unsafe = PoolRows(), 0
    sources = ordered([*catalogue.ids, *registers, *files], order)
    for number, source in enumerate(sources):
        if source in files:
            for authored_row in read_authored(files[source]):
                unsafe += not rows.add(
                    source, authored_row.key, authored_row.text, authored_row.labels, authored_row.family
                )
        elif source.startswith(UNLABELLED):
            assert unlabelled is not None
            for key, text in read_unlabelled(source, unlabelled):
                if key in judged_lines[source]:
                    unsafe += not rows.add(source, key, text)
        else:
            for row in read_corpus(catalogue[source], corpora):
                unsafe += not rows.add(source, row.key, row.text, _label_array(row.labels))
        report("reading", number + 1, len(sources))
    found = signatures(
        rows.keys,
        rows.texts,
        cache=cache,
        on_progress=lambda done, total: report("signatures", done, total),
    )
    groups = group_rows(
        rows.sources,
        rows.keys,
        found,
        rows.families,
        on_progress=lambda done, total: report("groups", done, total),
    )
    return Pool(catalogue, rows, found, groups, annotations, unsafe)


def _without_lone_surrogates(text: str) -> str:
    """Some originals were cut in the middle of an emoji; half of one cannot be stored as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _judged_lines(annotations: Annotations) -> dict[str, set[str]]:
    lines: dict[str, set[str]] = {}
    for source, key in annotations:
        if source.startswith(UNLABELLED):
            lines.setdefault(source, set()).add(key)
    return lines


def _label_array(labels: Mapping[str, float]) -> NDArray[np.float32] | None:
    if not labels:
        return None
    return np.array([labels.get(category, np.nan) for category in taxonomy().ids], dtype=np.float32)
