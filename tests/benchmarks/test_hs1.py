import csv
import io
from pathlib import Path

import hs1
import numpy as np
import pytest
import zstandard
from small_training import recipe, rows, tiny_encoder

from saring.corpora.dataset import Dataset
from saring.errors import RecipeError
from saring.training import transformer
from saring.training.hardware import Setting
from saring.training.head import from_encoder, load_tokenizer, save_weights
from saring.training.recipe import LinearRecipe, Recipe

pytestmark = pytest.mark.usefixtures("untimed")

LINEAR = Recipe(kind="linear", linear=LinearRecipe(max_features=2000))


@pytest.fixture
def untimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is gained by timing what trains fastest in so small a run."""
    monkeypatch.setattr(transformer, "fastest_setting", lambda _: Setting("eager", False, 1.0))


@pytest.fixture(scope="module")
def tweets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five small folds; what is hateful in them is the word ``goblok``."""
    folder = tmp_path_factory.mktemp("hs1")
    for fold in hs1.FOLDS:
        for seed, (side, count) in enumerate((("train", 320), ("dev", 60), ("test", 60))):
            texts = rows(count, seed=10 * fold + seed).texts
            content = io.StringIO()
            writer = csv.writer(content)
            writer.writerow(["Tweet", "HS", "Abusive"])
            writer.writerows([text, int("goblok" in text), 0] for text in texts)
            packed = zstandard.compress(content.getvalue().encode())
            (folder / f"{side}{fold}.csv.zst").write_bytes(packed)
    return folder


def test_a_fold_is_learnt_and_not_learnt_twice(
    tweets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans = {
        "linear": LINEAR,
        "transformer": recipe(
            tiny_encoder(tmp_path / "encoder"), epochs=8, averaging=0.9, tokens_per_batch=128
        ),
    }
    for name, plan in plans.items():
        found = hs1.fold_figures(plan, tweets, 0, tmp_path / name, None)
        assert found.f1 > 0.8, name
        assert found.average_precision > 0.9, name
    monkeypatch.setattr(hs1, "probabilities", None)
    assert hs1.fold_figures(plan, tweets, 0, tmp_path / "transformer", None) == found


def test_the_report_gives_mean_and_spread_in_percent() -> None:
    folds = {fold: hs1.FoldFigures(f1, 0.9, 0.7, 0.8, 0.75, 2.0) for fold, f1 in ((0, 0.8), (3, 0.9))}
    lines = hs1.report("a recipe", folds).splitlines()
    assert "| 3 | 90.0 | 90.0 | 70.0 | 80.0 | 75.0 | 2.0 |" in lines
    assert "| mean | 85.0 | 90.0 | 70.0 | 80.0 | 75.0 | 2.0 |" in lines
    assert "| spread | 7.1 | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 |" in lines


def test_the_encoder_of_another_model_gets_a_new_head(tweets: Path, tmp_path: Path) -> None:
    start, plan = (
        tmp_path / "start",
        recipe(tmp_path / "no encoder here", epochs=8, averaging=0.9, tokens_per_batch=128),
    )
    start.mkdir()
    encoder = tiny_encoder(tmp_path / "encoder")
    save_weights(from_encoder(str(encoder), 8, 0.1), start)
    load_tokenizer(str(encoder)).save(str(start / "tokenizer.json"))
    assert hs1.fold_figures(plan, tweets, 0, tmp_path / "run", start).f1 > 0.8
    with pytest.raises(RecipeError, match="no encoder to start from"):
        hs1.fold_figures(LINEAR, tweets, 1, tmp_path / "linear", start)


def test_the_task_stage_learns_from_nothing_like_the_tweets(
    tweets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = rows(40, seed=99)
    known = hs1.read(tweets, "test", 3).texts[0]
    data = own.concat(own.take([0]))
    data.texts[-1], data.keys[-1] = f"@seseorang {known.upper()} !!", "another key"
    data.save(tmp_path / "dataset.parquet")
    given: list[Dataset] = []
    monkeypatch.setattr(hs1, "train", lambda plan, rows, version, out: given.append(rows))
    hs1.task_stage(LINEAR, tmp_path / "dataset.parquet", tweets, tmp_path)
    assert data.texts[-1] not in given[0].texts
    assert np.isin(own.texts, given[0].texts).mean() > 0.9


def test_figures_are_kept_apart_by_recipe_and_weights(tmp_path: Path) -> None:
    plan = recipe(tmp_path)
    names = set()
    for weights in (b"some", b"others"):
        (tmp_path / "model.safetensors").write_bytes(weights)
        names |= {hs1._identity(plan, None), hs1._identity(LINEAR, None)}
    assert len(names) == 3
