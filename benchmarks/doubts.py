"""Which of our own labels another reader should look at: confident learning over annotated train rows.

    python benchmarks/doubts.py recipes/linear.toml --out build/doubts.csv [--rows 8000]

Every row is judged by a model that did not learn from it or from a near-duplicate of it; cleanlab then
names the labels that contradict such judgements more than the category's own confusions explain
(Northcutt et al. 2021). The file names rows by corpus and key and holds no text: given label, the
probability that the category applies, and rows in the order of doubt.
"""

import argparse
import csv
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from learning import Answered, probabilities
from numpy.typing import NDArray

from saring.corpora.dataset import Dataset
from saring.taxonomy import taxonomy
from saring.training.recipe import Recipe, load_recipe

FOLDS = 4


@dataclass(frozen=True)
class Doubt:
    """A label that is probably wrong: ``probability`` is that of the category, out of fold."""

    corpus: str
    key: str
    category: str
    label: int
    probability: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--out", type=Path, default=Path("build/doubts.csv"))
    parser.add_argument("--rows", type=int, help="so many rows, drawn at random (all of them)")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    given = parser.parse_args(arguments)
    recipe, data = load_recipe(given.recipe), Dataset.load(given.dataset)
    data = data.where([origin == "annotation" for origin in data.origins])
    train, dev = data.split("train"), data.split("dev")
    train = train.take(np.random.default_rng(recipe.seed).permutation(len(train))[: given.rows])
    found = doubts(train, out_of_fold(recipe, train, dev, given.out.with_suffix("")))
    write(found, given.out)
    print(report(found, train))


def out_of_fold(recipe: Recipe, train: Dataset, dev: Dataset, home: Path) -> NDArray[np.float32]:
    """Probabilities ``(n, C)`` by models that know neither the row nor its near-duplicates."""
    fold_of = np.array([zlib.crc32(group.encode()) % FOLDS for group in train.groups])
    judged = np.full(train.labels.shape, np.nan, dtype=np.float32)
    for fold in range(FOLDS):
        known, asked = _answered(train.where(fold_of != fold)), _answered(train.where(fold_of == fold))
        (judged[fold_of == fold],) = probabilities(
            recipe, known, _answered(dev), [asked], home / f"fold{fold}"
        )
    return judged


def doubts(train: Dataset, judged: NDArray[np.float32]) -> list[Doubt]:
    """The labels in doubt, category by category, the gravest first; an unknown label is in no doubt."""
    from cleanlab.filter import find_label_issues

    found = []
    for column, category in enumerate(taxonomy().ids):
        known = np.flatnonzero(np.isfinite(train.labels[:, column]))
        given = (train.labels[known, column] >= 0.5).astype(int)
        if len(set(given.tolist())) < 2:
            continue
        yes = judged[known, column].astype(np.float64)
        ranked = find_label_issues(
            given, np.stack([1 - yes, yes], axis=1), return_indices_ranked_by="self_confidence", n_jobs=1
        )
        found += [
            Doubt(train.corpora[known[at]], train.keys[known[at]], category, int(given[at]), float(yes[at]))
            for at in ranked
        ]
    return found


def write(found: Sequence[Doubt], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["corpus", "key", "category", "label", "probability"])
        for doubt in found:
            row = (doubt.corpus, doubt.key, doubt.category, doubt.label, f"{doubt.probability:.3f}")
            table.writerow(row)


def report(found: Sequence[Doubt], train: Dataset) -> str:
    """Markdown: labels in doubt by category, and the corpora with the highest share of rows in doubt."""
    kinds = Counter((doubt.category, doubt.label) for doubt in found)
    lines = ["| category | given yes | doubted | given no | doubted |", "| --- | --- | --- | --- | --- |"]
    for column, category in enumerate(taxonomy().ids):
        labels = train.labels[:, column]
        yes, no = int((labels >= 0.5).sum()), int((labels < 0.5).sum())
        lines.append(f"| {category} | {yes} | {kinds[category, 1]} | {no} | {kinds[category, 0]} |")
    rows, doubted = Counter(train.corpora), Counter({doubt.key: doubt.corpus for doubt in found}.values())
    lines += ["", "| corpus | rows | in doubt |", "| --- | --- | --- |"]
    by_share = sorted(doubted, key=lambda corpus: -doubted[corpus] / rows[corpus])
    lines += [f"| {corpus} | {rows[corpus]} | {doubted[corpus] / rows[corpus]:.1%} |" for corpus in by_share]
    return "\n".join(lines)


def _answered(rows: Dataset) -> Answered:
    return Answered(rows.texts, rows.labels)


if __name__ == "__main__":
    main()
