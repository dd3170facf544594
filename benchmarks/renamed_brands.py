"""Gambling under names that nobody ever used: the frozen test's promotions with their brands made up.

    python benchmarks/renamed_brands.py [MODEL] [--dataset build/dataset.parquet]

`brands.py` trains anew without the brands of its test; this judges a finished model, by F1 of `perjudian`
before and after. Rows that do not promote stay as they are. The figures are kept under runs/renamed-brands
too, where model_page.py finds them.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from saring.artefact.manifest import Manifest
from saring.artefact.registry import Registry
from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.evaluation.frozen import frozen_rows, probabilities_of
from saring.evaluation.resampling import figures, once
from saring.evaluation.run import Evaluated
from saring.taxonomy import taxonomy
from saring.training.augment import brands, vary_brands

GAMBLING = taxonomy().index("perjudian")


def figures_file(runs: Path, manifest: Manifest) -> Path:
    """Where the figures of a model are kept."""
    return runs / "renamed-brands" / f"{manifest.name}-{manifest.version}.json"


def measure(model: Evaluated, test: Dataset, seed: int = 0) -> dict[str, float]:
    """F1 of ``perjudian`` on ``test`` as it is and renamed, and how many promotions name a brand."""
    labels = test.labels[:, [GAMBLING]]
    promotions = np.flatnonzero(labels[:, 0] >= 0.5)
    texts = list(test.texts)
    for row in promotions:
        texts[row] = vary_brands(texts[row], np.random.default_rng([seed, int(row)]))
    bar = np.array([model.manifest.thresholds.flag[GAMBLING]], np.float32)
    before, after = (
        float(figures(labels, probabilities_of(model, side)[:, [GAMBLING]], bar, once(len(test))).f1[0, 0])
        for side in (test.texts, texts)
    )
    named = sum(bool(brands(test.texts[row])) for row in promotions)
    return {"promotions": len(promotions), "named": named, "f1": before, "renamed_f1": after}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="production")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    given = parser.parse_args()
    model = Classifier.open(Registry().resolve(given.model))
    found = measure(model, frozen_rows(Dataset.load(given.dataset)))
    kept = figures_file(given.runs, model.manifest)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
