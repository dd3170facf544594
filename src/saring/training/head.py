"""The model that is trained: an encoder and an additive head."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedModel

from saring.errors import RecipeError
from saring.training.lexical import LexicalHead
from saring.training.quiet import quiet


class AdditiveHead(nn.Module):
    """For each category an attention over tokens and a score per token.

    A category's logit is the sum over tokens of attention times score, plus a bias, so the terms of
    the sum are exact evidence.
    """

    def __init__(self, hidden: int, categories: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.attention = nn.Linear(hidden, categories)
        self.score = nn.Linear(hidden, categories)
        self.bias = nn.Parameter(torch.full((categories,), -2.0))

    def forward(self, hidden: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``hidden`` (batch, tokens, hidden), ``mask`` (batch, tokens) -> logits, contributions."""
        hidden = self.dropout(hidden)
        attention = self.attention(hidden).masked_fill(mask.unsqueeze(-1) == 0, -1e4).softmax(dim=1)
        contributions = attention * self.score(hidden)
        return contributions.sum(dim=1) + self.bias, contributions


class SaringModel(nn.Module):
    """Token ids in; logits ``(batch, categories)`` and their terms ``(batch, tokens, categories)`` out."""

    def __init__(self, encoder: PreTrainedModel, categories: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = AdditiveHead(encoder.config.hidden_size, categories, dropout)
        self.lexical: LexicalHead | None = None

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """``input_ids`` and ``attention_mask`` int64 (batch, tokens)."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        logits, contributions = self.head(hidden, attention_mask)
        if self.lexical is not None:
            terms = self.lexical(input_ids, attention_mask)
            logits, contributions = logits + terms.sum(dim=1) + self.lexical.bias, contributions + terms
        return logits, contributions


def from_encoder(source: str, categories: int, dropout: float) -> SaringModel:
    """A model with a new head on the encoder at ``source`` (a folder or a hub name)."""
    return SaringModel(load_encoder(source), categories, dropout)


def load_encoder(source: str) -> PreTrainedModel:
    """The encoder at ``source``, in fp32 and without a pooler; ``RecipeError`` where it cannot be had."""
    with reachable(source), quiet():  # a new head and no language-model head are what is wanted
        encoder = cast(PreTrainedModel, AutoModel.from_pretrained(source, dtype=torch.float32))
    return _without_pooler(encoder)


def load_tokenizer(source: str) -> Tokenizer:
    """The tokenizer at ``source`` as one ``tokenizer.json`` can hold it."""
    folder = Path(source)
    if (folder / "tokenizer.json").exists():
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    with reachable(source):
        fast = AutoTokenizer.from_pretrained(source, use_fast=True)
    return cast(Tokenizer, fast.backend_tokenizer)


def save_weights(model: SaringModel, folder: Path) -> None:
    """Write ``config.json`` and ``model.safetensors`` (fp16): retraining starts from these."""
    config = model.encoder.config.to_dict() | {"categories": model.head.bias.numel()}
    if model.lexical is not None:
        config["lexical_buckets"] = len(model.lexical.table)
    (folder / "config.json").write_text(json.dumps(config, indent=1, sort_keys=True) + "\n")
    save_file(
        {name: _fp16(tensor).contiguous() for name, tensor in model.state_dict().items()},
        folder / "model.safetensors",
    )


def load_weights(folder: Path, dropout: float = 0.1) -> SaringModel:
    """The model that ``save_weights`` wrote, in fp32."""
    raw = json.loads((folder / "config.json").read_text())
    categories, buckets = raw.pop("categories"), raw.pop("lexical_buckets", None)
    config = AutoConfig.for_model(raw.pop("model_type"), **raw)
    encoder = AutoModel.from_config(config, dtype=torch.float32)  # type: ignore[no-untyped-call]
    model = SaringModel(_without_pooler(encoder), categories, dropout)
    if buckets is not None:
        model.lexical = LexicalHead(encoder.config.vocab_size, buckets, categories)
    model.load_state_dict(load_file(folder / "model.safetensors"))
    return model


def _fp16(tensor: Tensor) -> Tensor:
    return tensor.half() if tensor.is_floating_point() else tensor


def _without_pooler(encoder: PreTrainedModel) -> PreTrainedModel:
    """The head reads tokens: a pooler would be dead weight in every file."""
    if getattr(encoder, "pooler", None) is not None:
        setattr(encoder, "pooler", None)  # noqa: B010 - the attribute is not declared on the base class
    return encoder


@contextmanager
def reachable(source: str) -> Iterator[None]:
    """Turn what fails in getting ``source`` into a ``RecipeError`` that says what to do."""
    try:
        yield
    except (OSError, ValueError) as error:
        if Path(source).exists():
            why = str(error).splitlines()[0]
            raise RecipeError(f"the folder {source} does not hold a model that can be read: {why}") from None
        raise RecipeError(
            f"cannot get {source!r}: it is no local folder and the Hugging Face hub did not give it; "
            "check the name and the connection, or point encoder.source at a downloaded copy"
        ) from None
