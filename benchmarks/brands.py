"""Gambling promotions of brands that training never saw: does the model know the deed or the names?

    python benchmarks/brands.py recipes/linear.toml [--vary-brands] [--folds 0,1]

Brands (brands.txt, and whatever else in a promotion looks like one) are dealt to five folds by how many
promotions they have. A fold's model learns from rows without the fold's brands and without a near-duplicate
of a test row, and is asked about the promotions of those brands (unseen), about promotions of other
brands (seen), and about the frozen test's rows that are no promotion (clean), at 0.5. Each F1 sets one
kind of promotion against all of the clean rows. `--vary-brands` gives made-up names to the brands in
every second promotion that is learnt.
"""

import argparse
import json
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from functools import cache
from pathlib import Path

import numpy as np
from learning import HALF, Answered, probabilities
from numpy.typing import NDArray

from saring.corpora.dataset import Dataset
from saring.evaluation.resampling import figures, once
from saring.taxonomy import taxonomy
from saring.text import normalise
from saring.training.augment import brands as brandlike
from saring.training.augment import vary_brands
from saring.training.recipe import Recipe, load_recipe

FOLDS = 5
PUBLISHED = "0.89 on an imbalanced holdout"
CATEGORY = taxonomy().ids.index("perjudian")
# A linear model learns from these many rows, drawn from those that no gambling corpus holds.
OTHER_ROWS = 10_000
_SQUEEZED = str.maketrans("013456l", "oieasgi")


@dataclass(frozen=True)
class Sides:
    """Row numbers of what a fold learns from, chooses by and is asked about."""

    train: NDArray[np.int64]
    dev: NDArray[np.int64]
    unseen: NDArray[np.int64]
    seen: NDArray[np.int64]
    clean: NDArray[np.int64]


@dataclass(frozen=True)
class FoldFigures:
    """``brand_recall``: mean over unseen brands of the share of their promotions that was found."""

    unseen_f1: float
    unseen_precision: float
    unseen_recall: float
    brand_recall: float
    seen_f1: float
    clean_flagged: float
    brands: int
    unseen_rows: int
    seen_rows: int
    clean_rows: int


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--vary-brands", action="store_true")
    parser.add_argument("--folds", default="0,1,2,3,4")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    parser.add_argument("--out", type=Path, default=Path("runs/brands"))
    given = parser.parse_args(arguments)
    recipe, rows = load_recipe(given.recipe), Dataset.load(given.dataset)
    rows = rows.where(np.isfinite(rows.labels[:, CATEGORY]))
    named = brands_of(rows)
    fold_of = deal(Counter(brand for row in promotions(rows) for brand in named[row]))
    found = {}
    for fold in map(int, given.folds.split(",")):
        sides = split(rows, named, {brand for brand, its in fold_of.items() if its == fold}, recipe.seed)
        home = given.out / f"{given.recipe.stem}{'-varied' * given.vary_brands}" / f"fold{fold}"
        found[fold] = measure(recipe, rows, named, sides, home, vary=given.vary_brands)
        (home / "figures.json").write_text(json.dumps(asdict(found[fold]), indent=1) + "\n")
    print(report(f"{given.recipe}{', brands varied' * given.vary_brands}", found))


def promotions(rows: Dataset) -> NDArray[np.int64]:
    return np.flatnonzero(rows.labels[:, CATEGORY] >= 0.5)


def brands_of(rows: Dataset) -> list[frozenset[str]]:
    """The brands that each row names: those of the list, and in promotions also what looks like one."""
    promotion = set(promotions(rows).tolist())
    named = []
    for row, text in enumerate(rows.texts):
        plain = normalise(text).text
        listed = {_listed()[1][spelling] for spelling in _listed()[0].findall(squeeze(plain))}
        if row in promotion:
            likely = map(squeeze, brandlike(plain))
            listed |= {name for name in likely if not _listed()[0].search(name)}
        named.append(frozenset(listed))
    return named


def squeeze(text: str) -> str:
    """Letters and digits of a normalised text alone, digits read as the letters they may stand for."""
    return re.sub(r"[^a-z0-9]", "", text.translate(_SQUEEZED))


@cache
def _listed() -> tuple[re.Pattern[str], dict[str, str]]:
    lines = (Path(__file__).parent / "brands.txt").read_text(encoding="utf-8").splitlines()
    spellings = {
        squeeze(spelling): line.split()[0]
        for line in lines
        if line and not line.startswith("#")
        for spelling in line.split()
    }
    longest_first = sorted(spellings, key=len, reverse=True)
    return re.compile("|".join(longest_first)), spellings


def deal(counts: Counter[str]) -> dict[str, int]:
    """The fold of each brand: the largest first, each to the fold with the fewest promotions so far."""
    held, fold_of = [0] * FOLDS, {}
    for brand, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        fold = held.index(min(held))
        held[fold] += count
        fold_of[brand] = fold
    return fold_of


def split(rows: Dataset, named: list[frozenset[str]], unseen: set[str], seed: int) -> Sides:
    yes = rows.labels[:, CATEGORY] >= 0.5
    side = np.array(rows.splits)
    judged = np.array([origin != "corpus" for origin in rows.origins])
    gambling = np.array([corpus.startswith("judol_") for corpus in rows.corpora])
    names_unseen = np.array([bool(names & unseen) for names in named])
    only_unseen = np.array([bool(names) and names <= unseen for names in named])
    names_seen = np.array([bool(names) for names in named]) & ~names_unseen
    drawn = np.array([zlib.crc32(group.encode()) % 10 == 0 for group in rows.groups])
    asked_unseen, asked_seen = yes & only_unseen, yes & names_seen & drawn
    clean = ~yes & judged & (side == "test")
    groups = np.array(rows.groups)
    free = ~np.isin(groups, groups[asked_unseen | asked_seen | clean]) & ~names_unseen
    dev = free & judged & (side == "dev")
    learnt = free & (side != "dev") & (yes | gambling)
    others = np.flatnonzero(free & judged & (side == "train") & ~yes & ~gambling)
    others = np.random.default_rng(seed).permutation(others)[:OTHER_ROWS]
    return Sides(
        np.sort(np.concatenate([np.flatnonzero(learnt), others])),
        *map(np.flatnonzero, (dev, asked_unseen, asked_seen, clean)),
    )


def measure(
    recipe: Recipe, rows: Dataset, named: list[frozenset[str]], sides: Sides, home: Path, *, vary: bool
) -> FoldFigures:
    learnt = _answered(rows, sides.train)
    if vary:
        learnt = _varied(learnt, np.random.default_rng(recipe.seed))
    asked = [_answered(rows, at) for at in (sides.unseen, sides.seen, sides.clean)]
    on_unseen, on_seen, on_clean = probabilities(recipe, learnt, _answered(rows, sides.dev), asked, home)

    def against_clean(positive: NDArray[np.float32]) -> tuple[float, float, float]:
        scores = np.concatenate([positive, on_clean])
        labels = np.repeat(np.array([[1], [0]], np.float32), [len(positive), len(on_clean)], axis=0)
        found = figures(labels, scores, HALF, once(len(scores)))
        return float(found.f1[0, 0]), float(found.precision[0, 0]), float(found.recall[0, 0])

    by_brand: dict[str, list[bool]] = {}
    for row, hit in zip(sides.unseen, on_unseen[:, 0] >= 0.5, strict=True):
        for brand in named[row]:
            by_brand.setdefault(brand, []).append(bool(hit))
    return FoldFigures(
        *against_clean(on_unseen),
        brand_recall=float(np.mean([np.mean(hits) for hits in by_brand.values()])),
        seen_f1=against_clean(on_seen)[0],
        clean_flagged=float(np.mean(on_clean >= 0.5)),
        brands=len(by_brand),
        unseen_rows=len(on_unseen),
        seen_rows=len(on_seen),
        clean_rows=len(on_clean),
    )


def _answered(rows: Dataset, at: NDArray[np.int64]) -> Answered:
    labels = (rows.labels[at, CATEGORY] >= 0.5).astype(np.float32)
    return Answered([rows.texts[row] for row in at], labels[:, None])


def _varied(learnt: Answered, rng: np.random.Generator) -> Answered:
    texts = [
        vary_brands(text, rng) if yes and rng.random() < 0.5 else text
        for text, yes in zip(learnt.texts, learnt.labels[:, 0], strict=True)
    ]
    return replace(learnt, texts=texts)


def report(title: str, found: dict[int, FoldFigures]) -> str:
    """A Markdown table of the folds and their mean."""
    names = [field.name for field in fields(FoldFigures)]
    values = np.array([astuple(fold) for fold in found.values()])
    rows = [*zip(map(str, found), values, strict=True), ("mean", values.mean(axis=0))]
    return "\n".join(
        [
            title,
            "",
            "| fold | " + " | ".join(name.replace("_", " ") for name in names) + " |",
            "| --- |" + " --- |" * len(names),
            *(
                f"| {name} | "
                + " | ".join(f"{value:.3f}" if value <= 1 else f"{value:.0f}" for value in line)
                + " |"
                for name, line in rows
            ),
            f"| published | {PUBLISHED} |" + " |" * (len(names) - 1),
        ]
    )


if __name__ == "__main__":
    main()
