"""The baseline's training: TF-IDF views and a logistic regression per category."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saring.backends.linear import spaced
from saring.corpora.dataset import Dataset, Labelled
from saring.text import normalise
from saring.training.recipe import LinearRecipe


def fit_linear(data: Labelled, weight: NDArray[np.float64], recipe: LinearRecipe, folder: Path) -> None:
    """Fit on the rows of ``data``, of ``weight`` ``(n,)``, and write ``model.skops`` to ``folder``.

    A soft label enters as a positive and a negative of that weight; unknown labels do not enter.
    """
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer
    from skops.io import dump

    def view(ngrams: tuple[int, int], **unit: str) -> Any:
        return TfidfVectorizer(
            ngram_range=ngrams,
            max_features=recipe.max_features,
            sublinear_tf=True,
            lowercase=False,
            min_df=2,
            dtype=np.float32,
            **unit,
        )

    words = {"token_pattern": r"\S+"}
    views = [view(recipe.character_ngrams, analyzer="char_wb"), view(recipe.word_ngrams, **words)]
    stemmed = [False, False]
    if recipe.stems:
        views.append(view((1, 1), **words))
        stemmed.append(True)
    texts = [normalise(text).text for text in data.texts]
    features = hstack(
        [
            one.fit_transform([spaced(text, stemmed=stem) for text in texts])
            for one, stem in zip(views, stemmed, strict=True)
        ],
        format="csr",
    )
    for one in views:  # numpy integers would each become a file of their own in the archive
        one.vocabulary_ = {gram: int(feature) for gram, feature in one.vocabulary_.items()}
    columns = [
        fit_category(features, data.labels[:, c], weight, recipe.inverse_regularisation)
        for c in range(data.labels.shape[1])
    ]
    weights = np.stack([weights for weights, _ in columns], axis=1)
    biases = np.array([bias for _, bias in columns], np.float32)
    dump({"views": views, "stemmed": stemmed, "weights": weights, "biases": biases}, folder / "model.skops")


def row_weights(data: Dataset, corpus_share: float) -> NDArray[np.float64]:
    """Weights ``(n,)``: rows that only a corpus labelled come to ``corpus_share`` of the whole."""
    weak = np.array([origin == "corpus" for origin in data.origins])
    judged = len(data) - weak.sum()
    wanted = judged * corpus_share / (1 - corpus_share)
    return np.where(weak, min(1.0, wanted / max(1, weak.sum())), 1.0)


def fit_category(
    features: Any, labels: NDArray[np.float32], weight: NDArray[np.float64], inverse_regularisation: float
) -> tuple[NDArray[np.float32], float]:
    """Weights ``(features,)`` and bias of a logistic regression on the rows whose label is known."""
    from scipy.sparse import vstack
    from sklearn.linear_model import LogisticRegression

    yes, no = np.flatnonzero((labels > 0) & (weight > 0)), np.flatnonzero((labels < 1) & (weight > 0))
    weights = np.concatenate([labels[yes] * weight[yes], (1 - labels[no]) * weight[no]])
    if not len(yes) or not len(no):  # nothing to tell apart: the prior alone, smoothed
        constant = np.log((weights[: len(yes)].sum() + 0.5) / (weights[len(yes) :].sum() + 0.5))
        return np.zeros(features.shape[1], np.float32), float(constant)
    targets = np.repeat([1, 0], [len(yes), len(no)])
    model = LogisticRegression(C=inverse_regularisation, solver="liblinear", random_state=0)
    model.fit(vstack([features[yes], features[no]], format="csr"), targets, sample_weight=weights)
    return model.coef_[0].astype(np.float32), float(model.intercept_[0])
