"""The lexical part of the model: what pieces and pairs of pieces say without being read in context.

A logistic regression on TF-IDF of single pieces and neighbouring pairs. Linear models and encoders err on
different texts, so the sum of both logits judges better than either (Cheng et al. 2016, "Wide & Deep
Learning for Recommender Systems", https://arxiv.org/abs/1606.07792). The sum runs over tokens, as the
head's does, so its terms are exact evidence too.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from saring.errors import RecipeError
from saring.training.linear import fit_category
from saring.training.recipe import LexicalRecipe

_FIRST, _SECOND = 1_000_003, 40_961  # spread the pairs over the buckets
_STEPS = 32_767


class LexicalHead(nn.Module):
    """A table of scores: one row a piece, then hashed pairs of pieces, ``buckets`` rows in all.

    A row holds the score of each category and, last, the square of the inverse document frequency, all in
    16-bit steps of ``scale``.
    """

    table: Tensor
    scale: Tensor
    bias: Tensor

    def __init__(self, vocabulary: int, buckets: int, categories: int) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.register_buffer("table", torch.zeros(buckets, categories + 1, dtype=torch.int16))
        self.register_buffer("scale", torch.ones(categories + 1))
        self.register_buffer("bias", torch.zeros(categories))

    def fill(self, scores: NDArray[np.float32], squares: NDArray[np.float32], bias: Sequence[float]) -> None:
        """Take ``scores`` (buckets, categories) and ``squares`` (buckets,), rounded to the table's steps."""
        values = np.concatenate([scores, squares[:, None]], axis=1)
        scale = np.maximum(np.abs(values).max(axis=0), 1e-6) / _STEPS
        self.scale = torch.from_numpy(scale.astype(np.float32))
        self.table = torch.from_numpy(np.round(values / scale).astype(np.int16))
        self.bias = torch.tensor(bias, dtype=torch.float32)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """``ids`` and ``mask`` int64 (batch, tokens) -> contributions (batch, tokens, categories).

        A pair's score is shared by its two tokens.
        """
        pieces = self._rows(ids) * mask.unsqueeze(-1)
        pairs = self._rows(pair_buckets(ids[:, :-1], ids[:, 1:], self.vocabulary, len(self.table)))
        pairs = pairs * mask[:, 1:].unsqueeze(-1)
        length = (pieces[..., -1].sum(1) + pairs[..., -1].sum(1)).clamp(min=1e-6).sqrt()
        shared = pairs[..., :-1] / 2
        before = nn.functional.pad(shared, (0, 0, 0, 1))
        after = nn.functional.pad(shared, (0, 0, 1, 0))
        return (pieces[..., :-1] + before + after) / length[:, None, None]

    def _rows(self, buckets: Tensor) -> Tensor:
        return self.table[buckets].float() * self.scale


def pair_buckets(first: Tensor, second: Tensor, vocabulary: int, buckets: int) -> Tensor:
    """The table rows of pairs of neighbouring pieces, behind those of single pieces."""
    return vocabulary + (first * _FIRST + second * _SECOND) % (buckets - vocabulary)


def fit_lexical(
    ids: Sequence[Sequence[int]],
    labels: NDArray[np.float32],
    weight: NDArray[np.float64],
    vocabulary: int,
    recipe: LexicalRecipe,
) -> LexicalHead:
    """Fit on rows of token ids with their ``labels`` (rows, categories) and ``weight`` (rows,).

    Raises:
        RecipeError: the table has no room for pairs.
    """
    from scipy.sparse import csr_matrix

    if recipe.buckets <= vocabulary:
        raise RecipeError(
            f"lexical.buckets is {recipe.buckets}: it must exceed the {vocabulary} pieces of the tokenizer"
        )

    tensors = [torch.tensor(row) for row in ids]
    found = [
        torch.cat([row, pair_buckets(row[:-1], row[1:], vocabulary, recipe.buckets)]).numpy()
        for row in tensors
    ]
    starts = np.concatenate([[0], np.cumsum([len(row) for row in found])])
    columns = np.concatenate(found)
    seen_in = np.zeros(recipe.buckets, np.int64)
    for row in found:
        seen_in[np.unique(row)] += 1
    rarity = np.where(seen_in > 1, np.log((1 + len(ids)) / (1 + seen_in)) + 1, 0.0).astype(np.float32)
    values = rarity[columns]
    lengths = np.sqrt(np.maximum(np.add.reduceat(values**2, starts[:-1]), 1e-6))
    values /= np.repeat(lengths, np.diff(starts)).astype(np.float32)
    features = csr_matrix((values, columns, starts), shape=(len(ids), recipe.buckets))
    features.sum_duplicates()
    fitted = [
        fit_category(features, labels[:, category], weight, recipe.inverse_regularisation)
        for category in range(labels.shape[1])
    ]
    head = LexicalHead(vocabulary, recipe.buckets, labels.shape[1])
    scores = np.stack([weights for weights, _ in fitted], axis=1) * rarity[:, None]
    head.fill(scores, rarity**2, [bias for _, bias in fitted])
    return head
