from pathlib import Path

import numpy as np
import pytest
from small_training import rows

from saring.backends.linear import LinearBackend
from saring.classifier import Classifier
from saring.errors import ArtefactError
from saring.training.recipe import LinearRecipe, Recipe
from saring.training.run import train


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "stems"])
def baseline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    plan = Recipe(kind="linear", name="saring-linear", linear=LinearRecipe(stems=request.param))
    return train(plan, rows(), "1", tmp_path_factory.mktemp("linear"))


def test_it_learns_which_word_does_the_deed(baseline: Path) -> None:
    verdict = Classifier.open(baseline).classify("kopi pagi goblok di pasar kota")
    assert [category.id for category in verdict.categories if category.flagged] == ["penghinaan"]
    assert "goblok" in verdict.categories[6].evidence[0].text


def test_terms_sum_to_scikit_learns_decision(baseline: Path) -> None:
    from skops.io import get_untrusted_types, load

    path = baseline / "model.skops"
    state = load(path, trusted=get_untrusted_types(file=path))
    classifier = Classifier.open(baseline)
    backend = LinearBackend(baseline, classifier.manifest)
    text = "warga kota goblok , kopi gacor gacor di pasar !"
    expected = state["biases"] + sum(
        view.transform([text]) @ weights
        for view, weights in zip(
            state["views"],
            np.split(state["weights"], np.cumsum([len(view.vocabulary_) for view in state["views"]])[:-1]),
            strict=True,
        )
    )
    np.testing.assert_allclose(backend.score(backend.windows([text])[0])[0].logits, expected[0], atol=1e-4)


def test_a_file_with_foreign_types_is_refused(baseline: Path, tmp_path: Path) -> None:
    from pathlib import PurePosixPath

    from skops.io import dump

    dump({"views": [PurePosixPath("x")]}, tmp_path / "model.skops")
    with pytest.raises(ArtefactError, match="never needs"):
        LinearBackend(tmp_path, Classifier.open(baseline).manifest)
