"""Hate speech on the five public folds of the Ibrohim and Budi tweets, beside the published figures.

    python benchmarks/hs1.py recipes/linear.toml
    python benchmarks/hs1.py recipes/saring-id.toml
    python benchmarks/hs1.py recipes/saring-id.toml --task-stage runs/hs1/task-stage
    python benchmarks/hs1.py recipes/saring-id.toml --from runs/hs1/task-stage/candidate

Each fold trains on its train rows, chooses the epoch by its dev rows, and judges its test rows at 0.5.
The second command starts from the recipe's encoder, the last from the encoder of a model that learnt
the eight categories, with a new head. The third trains that model, on the dataset less every row that
nearly duplicates a tweet of the folds: their tests together are all of the tweets. The masked-language
text of the encoder has to be clear of the tweets too; that is seen to where it is adapted, not here.

Finished folds are kept under runs/hs1 and not trained again; a killed fold goes on where it was.
"""

import argparse
import csv
import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np
import zstandard
from learning import HALF, Answered, probabilities
from numpy.typing import NDArray

from saring.corpora.catalogue import corpora_root
from saring.corpora.dataset import Dataset
from saring.corpora.decoding import decode
from saring.corpora.duplicates import SimilarityIndex
from saring.corpora.keys import row_key
from saring.corpora.signatures import Signatures, signatures
from saring.errors import CorpusError
from saring.evaluation.resampling import figures, once
from saring.training.recipe import Recipe, load_recipe
from saring.training.run import train

PUBLISHED = {
    "TF-IDF + logistic regression": "84.2",
    "mBERT": "85.1",
    "IndoBERT": "86.8",
    "IndoBERTweet": "88.4 to 88.8",
}
FOLDS = range(5)
# The tweets, decoded another way: a few of its rows differ too much to be found as near-duplicates.
CORPUS = "ibrohim2019_multilabel"


@dataclass(frozen=True)
class FoldFigures:
    """Figures of hate speech on the test rows at 0.5; ``dev_f1`` is there to choose recipes by."""

    f1: float
    precision: float
    recall: float
    average_precision: float
    dev_f1: float
    minutes: float


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--from", dest="start", type=Path, help="a model folder: begin with its encoder")
    parser.add_argument("--task-stage", type=Path, help="train the model to begin with, into this folder")
    parser.add_argument("--folds", default="0,1,2,3,4", help="0,1,2,3,4")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    parser.add_argument("--out", type=Path, default=Path("runs/hs1"))
    given = parser.parse_args(arguments)
    recipe, tweets = load_recipe(given.recipe), corpora_root().parent / "benchmarks" / "hs1"
    if given.task_stage:
        print(f"begin with {task_stage(recipe, given.dataset, tweets, given.task_stage)}")
        return
    home = given.out / f"{given.recipe.stem}-{_identity(recipe, given.start)}"
    found = {
        fold: fold_figures(recipe, tweets, fold, home / f"fold{fold}", given.start)
        for fold in map(int, given.folds.split(","))
    }
    print(report(f"{given.recipe}{f' from {given.start}' if given.start else ''}", found))


def task_stage(recipe: Recipe, dataset: Path, tweets: Path, out: Path) -> Path:
    """Train ``recipe`` on the rows that are unlike every tweet of the folds; returns the model's folder."""
    rows = Dataset.load(dataset)
    texts = [text for fold in FOLDS for text in read(tweets, "test", fold).texts]
    near = near_duplicates(
        signatures(rows.keys, rows.texts, cache=dataset.parent / "signatures"),
        signatures([row_key(text) for text in texts], texts),
    )
    near |= np.array(rows.corpora) == CORPUS
    print(f"{near.sum():,} of {len(rows):,} rows are, or nearly duplicate, tweets of the folds: left out")
    return train(recipe, rows.where(~near), "hs1", out)


def near_duplicates(rows: Signatures, others: Signatures) -> NDArray[np.bool_]:
    """Which of ``rows`` nearly duplicate one of ``others``."""
    index = SimilarityIndex()
    for number, minhash in enumerate(others.minhashes):
        index.add(number, minhash)
    return np.array([bool(index.similar(minhash)) for minhash in rows.minhashes])


def fold_figures(recipe: Recipe, tweets: Path, fold: int, home: Path, start: Path | None) -> FoldFigures:
    """Train and test one fold, or read what a finished run found."""
    done = home / "figures.json"
    if done.exists():
        return FoldFigures(**json.loads(done.read_text()))
    began = time.monotonic()
    learnt, dev, test = (read(tweets, side, fold) for side in ("train", "dev", "test"))
    on_dev, on_test = probabilities(recipe, learnt, dev, [dev, test], home, start)
    tested = figures(test.labels, on_test, HALF, once(len(on_test)))
    names = ("f1", "precision", "recall", "average_precision")
    found = FoldFigures(
        *(float(getattr(tested, name)[0, 0]) for name in names),
        dev_f1=float(figures(dev.labels, on_dev, HALF, once(len(on_dev))).f1[0, 0]),
        minutes=(time.monotonic() - began) / 60,
    )
    done.write_text(json.dumps(asdict(found), indent=1) + "\n")
    return found


def read(tweets: Path, side: Literal["train", "dev", "test"], fold: int) -> Answered:
    """One side of a fold: its tweets, and whether each is hate speech."""
    path = tweets / f"{side}{fold}.csv.zst"
    if not path.is_file():
        raise CorpusError(f"no {path}: the folds stand beside the corpora, in {tweets}")
    with path.open("rb") as stream:
        content = zstandard.ZstdDecompressor().stream_reader(stream).read().decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    labels = np.array([[row["HS"] == "1"] for row in rows], dtype=np.float32)
    return Answered([decode(row["Tweet"]) for row in rows], labels)


def report(title: str, found: Mapping[int, FoldFigures]) -> str:
    """A Markdown table: folds, their mean and sample standard deviation, and what others published."""
    names = [field.name for field in fields(FoldFigures)]
    values = np.array([[getattr(fold, name) for name in names] for fold in found.values()])
    values[:, :-1] *= 100  # all but the minutes
    lines = [
        title,
        "",
        "| fold | " + " | ".join(name.replace("_", " ") for name in names) + " |",
        "| --- |" + " --- |" * len(names),
        *(f"| {fold} | {_cells(row)} |" for fold, row in zip(found, values, strict=True)),
        f"| mean | {_cells(values.mean(axis=0))} |",
    ]
    if len(found) > 1:
        lines.append(f"| spread | {_cells(values.std(axis=0, ddof=1))} |")
    lines += [f"| published: {name} | {f1} |" + " |" * (len(names) - 1) for name, f1 in PUBLISHED.items()]
    return "\n".join(lines)


def _cells(values: NDArray[np.float64]) -> str:
    return " | ".join(f"{value:.1f}" for value in values)


def _identity(recipe: Recipe, start: Path | None) -> str:
    """What figures follow from, as a short digest: the recipe and the weights to begin with."""
    digest = sha256(recipe.model_dump_json().encode())
    folder = start or (Path(recipe.encoder.source) if recipe.encoder else None)
    if folder and (folder / "model.safetensors").is_file():
        digest.update((folder / "model.safetensors").read_bytes())
    return digest.hexdigest()[:8]


if __name__ == "__main__":
    main()
