"""Yes-or-no questions, learnt by any recipe: what the benchmarks that train share."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray

from saring.errors import RecipeError
from saring.text import normalise
from saring.training.recipe import Recipe

HALF = np.array([0.5], np.float32)


@dataclass(frozen=True)
class Answered:
    """Decoded ``texts`` and ``labels`` float32 ``(n, questions)``: 1 yes, 0 no, nan unknown."""

    texts: list[str]
    labels: NDArray[np.float32]


def probabilities(
    recipe: Recipe,
    train: Answered,
    dev: Answered,
    asked: Sequence[Answered],
    home: Path,
    start: Path | None = None,
) -> list[NDArray[np.float32]]:
    """Train on ``train``, choose the epoch by ``dev``; returns ``(n, questions)`` for each of ``asked``.

    ``start`` is a model folder whose encoder is taken in place of the recipe's. A run that was killed
    goes on from its checkpoint in ``home``.
    """
    home.mkdir(parents=True, exist_ok=True)
    if recipe.kind == "linear":
        if start is not None:
            raise RecipeError("a linear model has no encoder to start from: leave --from out")
        logits = _linear(recipe, train, asked, home)
    else:
        logits = _transformer(recipe, train, dev, asked, home, start)
    return [0.5 * (1 + np.tanh(0.5 * of)).astype(np.float32) for of in logits]


def _linear(
    recipe: Recipe, train: Answered, asked: Sequence[Answered], home: Path
) -> list[NDArray[np.float32]]:
    from saring.backends.linear import LinearBackend
    from saring.training.linear import fit_linear

    fit_linear(train, np.ones(len(train.texts)), recipe.linear, home)
    questions = tuple(map(str, range(train.labels.shape[1])))
    backend = LinearBackend(home, SimpleNamespace(kind="linear", window=recipe.window, categories=questions))

    def logits(texts: Sequence[str]) -> NDArray[np.float32]:
        windows = backend.windows([normalise(text).text for text in texts])
        return np.stack([score.logits for score in backend.score([only for (only,) in windows])])

    return [logits(side.texts) for side in asked]


def _transformer(
    recipe: Recipe,
    train: Answered,
    dev: Answered,
    asked: Sequence[Answered],
    home: Path,
    start: Path | None,
) -> list[NDArray[np.float32]]:
    import torch

    from saring.training.head import SaringModel, load_encoder, load_tokenizer, load_weights
    from saring.training.lexical import fit_lexical
    from saring.training.transformer import encode, fine_tune, predict

    if recipe.encoder is None:
        raise RecipeError("a transformer recipe needs [encoder] with a source")
    tokenizer, longest = load_tokenizer(str(start or recipe.encoder.source)), recipe.encoder.max_tokens
    torch.manual_seed(recipe.seed)  # a new head is drawn at random
    encoder = load_weights(start).encoder if start else load_encoder(recipe.encoder.source)
    model = SaringModel(encoder, train.labels.shape[1], recipe.schedule.dropout)

    def shuffled(epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng([recipe.seed, epoch]).permutation(len(train.texts))

    known, chosen_by = encode(train, tokenizer, longest), encode(dev, tokenizer, longest)
    fine_tune(model, known, chosen_by, shuffled, recipe, home)
    if recipe.lexical:
        evenly = np.ones(len(known.ids))
        vocabulary = model.encoder.config.vocab_size
        model.lexical = fit_lexical(known.ids, known.labels, evenly, vocabulary, recipe.lexical)
    (home / "checkpoint.pt").unlink()
    return [predict(model, encode(side, tokenizer, longest)) for side in asked]
