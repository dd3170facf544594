"""An encoder with its masked-language-model head: begun, gone on from, and written as a folder."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import torch
from safetensors.torch import save
from tokenizers import Tokenizer
from transformers import AutoConfig, BertConfig, BertForMaskedLM

from saring.errors import RecipeError
from saring.training.head import reachable
from saring.training.passages import Register, special_id
from saring.training.quiet import quiet
from saring.training.recipe import AdaptationRecipe, ShapeRecipe

_DROPOUT = 0.1  # what fine-tuning wants; masked words are noise enough for adaptation
_HEAD_DIMENSIONS = 32
_POSITIONS = 512
_TIED = "cls.predictions.decoder."
_README = """\
# {name}

A BERT encoder with its masked-language-model head, in fp16, written by `saring train`. It reads text as
`saring.text.normalise` gives it, and is a `source` for the `[encoder]` of a recipe.

| | |
| --- | --- |
| shape | {shape} |
| begun from | {beginning} |
| trained on | {training} |

| register | documents | tokens | left out: tested | left out: unsafe |
| --- | --- | --- | --- | --- |
{text}

Tested: the line repeats a text that models are tested on. Unsafe: the minor-safety rule holds.

| held-out loss, nats a masked piece | before | after |
| --- | --- | --- |
{held_out}

```json
{recipe}
```
"""


@dataclass
class Story:
    """What a run has done: passes over the text, tokens (no padding), held-out losses in nats a piece."""

    passes: float = 0.0
    tokens: int = 0
    seconds: float = 0.0
    before: dict[str, float] = field(default_factory=dict)
    now: dict[str, float] = field(default_factory=dict)


def begin(source: str, shape: ShapeRecipe | None, tokenizer: Tokenizer) -> BertForMaskedLM:
    """The model at ``source``, or a new one of ``shape``; fp32, without dropout."""
    if shape is not None:
        config = BertConfig(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=shape.hidden,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.hidden // _HEAD_DIMENSIONS,
            intermediate_size=4 * shape.hidden,
            max_position_embeddings=_POSITIONS,
            pad_token_id=special_id(tokenizer, "[PAD]"),
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        return BertForMaskedLM(config)
    with reachable(source), quiet():
        if (kind := AutoConfig.from_pretrained(source).model_type) != "bert":
            raise RecipeError(f"{source} is a {kind} model: only encoders like BERT are adapted")
        model, loading = cast(Any, BertForMaskedLM).from_pretrained(
            source,
            dtype=torch.float32,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            output_loading_info=True,
        )
    if any(name.startswith("cls.") and not name.startswith(_TIED) for name in loading["missing_keys"]):
        raise RecipeError(
            f"{source} has no masked-language-model head to go on from; "
            "begin with an encoder that has one, or anew with [shape]"
        )
    return cast(BertForMaskedLM, model)


def write_encoder(
    model: BertForMaskedLM,
    tokenizer: Tokenizer,
    recipe: AdaptationRecipe,
    registers: Sequence[Register],
    story: Story,
    folder: Path,
) -> None:
    """Write what a recipe takes as ``encoder.source``, and a README that says what was done.

    Each file is replaced in one rename, so that a folder that was written once is always whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().to("cpu", torch.float16).contiguous()
        for name, tensor in model.state_dict().items()
        if not name.startswith(_TIED)
    }
    _replace(folder / "model.safetensors", save(tensors, metadata={"format": "pt"}))
    config = model.config.to_dict() | {
        "architectures": ["BertForMaskedLM"],
        "attention_probs_dropout_prob": _DROPOUT,
        "dtype": "float16",
        "hidden_dropout_prob": _DROPOUT,
    }
    config.pop("_name_or_path", None)
    _replace(folder / "config.json", f"{json.dumps(config, indent=2, sort_keys=True)}\n".encode())
    _replace(folder / "tokenizer.json", tokenizer.to_str().encode())
    _replace(folder / "README.md", describe(model, recipe, registers, story).encode())


def describe(
    model: BertForMaskedLM, recipe: AdaptationRecipe, registers: Sequence[Register], story: Story
) -> str:
    """The README of an encoder: shape, text, training, held-out losses before and after."""
    config, plan, source = model.config, recipe.schedule, recipe.encoder.source
    return _README.format(
        name=recipe.name,
        shape=f"{config.num_hidden_layers} layers, hidden {config.hidden_size}, "
        f"{config.num_attention_heads} heads, {config.vocab_size:,} pieces, "
        f"{model.num_parameters() / 1e6:.1f} M parameters",
        beginning=f"a new encoder with the tokenizer of `{source}`" if recipe.shape else f"`{source}`",
        training=f"{story.tokens:,} tokens, {story.passes:.2f} of {plan.epochs:g} passes over the text, in "
        f"{story.seconds / 60:.1f} minutes: {plan.masked:.0%} of words masked, batches of "
        f"{plan.tokens_per_batch:,} tokens, learning rate {plan.learning_rate:g}",
        text="\n".join(
            f"| {each.name} | {each.documents:,} | {len(each.passages.ids):,} | {each.tested:,} "
            f"| {each.unsafe:,} |"
            for each in registers
        ),
        held_out="\n".join(
            f"| {name} | {loss:.3f} | {story.now[name]:.3f} |" for name, loss in story.before.items()
        ),
        recipe=recipe.model_dump_json(indent=1, exclude_none=True),
    )


def _replace(path: Path, content: bytes) -> None:
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    staged.write_bytes(content)
    staged.replace(path)
