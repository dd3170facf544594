"""Whole-word masking: what a masked language model has to guess."""

import torch
from tokenizers import Tokenizer
from torch import Tensor

from saring.training.passages import special_id

NOT_ASKED = -100
"""The label of a piece that is not to be guessed."""

_HIDDEN, _KEPT = 0.8, 0.1


class WordMasker:
    """Hides a ``share`` of words, all pieces of a word together, and never a special token.

    Of the pieces to guess 80 % are hidden by the mask, 10 % by another piece at random, and 10 % stay
    (Devlin et al. 2019).
    """

    def __init__(self, tokenizer: Tokenizer, share: float) -> None:
        pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
        special = {number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special}
        self.share = share
        self.mask, self.padding = special_id(tokenizer, "[MASK]"), special_id(tokenizer, "[PAD]")
        self._continues = torch.tensor([piece.startswith("##") for piece, _ in pieces])
        self._special = torch.tensor([number in special for _, number in pieces])
        self._ordinary = (~self._special).nonzero().squeeze(1)

    def __call__(self, ids: Tensor, generator: torch.Generator | None = None) -> tuple[Tensor, Tensor]:
        """Inputs and labels, both int64 (batch, tokens), for ``ids`` that begin with ``[CLS]``."""
        word = (~self._continues[ids]).cumsum(dim=1) - 1
        draw = torch.rand(ids.shape, generator=generator).gather(1, word)
        asked = (draw < self.share) & ~self._special[ids]
        how = torch.rand(ids.shape, generator=generator)
        other = self._ordinary[torch.randint(len(self._ordinary), ids.shape, generator=generator)]
        inputs = ids.where(~asked | (how >= 1 - _KEPT), other)
        inputs = inputs.masked_fill(asked & (how < _HIDDEN), self.mask)
        return inputs, ids.masked_fill(~asked, NOT_ASKED)
