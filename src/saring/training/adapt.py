"""Masked-language-model training of the encoder on text without labels."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from rich.progress import Progress, TextColumn
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import BertForMaskedLM

from saring.corpora.annotations import unlabelled_root
from saring.corpora.protected import openings
from saring.errors import CorpusError
from saring.training import checkpoint
from saring.training.hardware import device, fastest_setting
from saring.training.head import SaringModel, load_tokenizer
from saring.training.journal import enter
from saring.training.masked_encoder import Story, begin, write_encoder
from saring.training.masking import NOT_ASKED, WordMasker
from saring.training.passages import PassageReader, Passages
from saring.training.recipe import AdaptationRecipe, MaskingRecipe
from saring.training.sampling import token_batches

ENCODER = "encoder"

_HELD_OUT_TOKENS = 10_000
_LOWEST_RATE = 0.05


def adapt(recipe: AdaptationRecipe, tested: Mapping[str, Sequence[str]], folder: Path) -> Path:
    """Train on the registers of the recipe, less lines that repeat a ``tested`` text; returns the encoder.

    ``folder`` keeps the text as it was read, the log, and every few minutes a checkpoint and the encoder
    so far: started again, a killed run goes on with the text that comes next.
    """
    root = unlabelled_root()
    if root is None:
        raise CorpusError("no unlabelled text here: set SARING_UNLABELLED to the folder of its registers")
    tokenizer = load_tokenizer(recipe.encoder.source)
    masker = WordMasker(tokenizer, recipe.schedule.masked)
    torch.manual_seed(recipe.seed)  # a new encoder is drawn at random
    model = begin(recipe.encoder.source, recipe.shape, tokenizer)
    folder.mkdir(parents=True, exist_ok=True)
    reader = PassageReader(
        root,
        tokenizer,
        recipe.text.characters,
        recipe.encoder.max_tokens,
        openings(chain.from_iterable(tested.values())),
        folder / "text",
    )
    registers = [reader.read(name) for name in recipe.text.registers]
    held_out = {name: reader.read_held_out(name, _HELD_OUT_TOKENS) for name in recipe.text.held_out}
    for one in registers:
        counts = {"documents": one.documents, "tested": one.tested, "unsafe": one.unsafe}
        enter(folder, {"register": one.name, "tokens": len(one.passages.ids), **counts})
    text = registers[0].passages.concat(*(one.passages for one in registers[1:]))
    if not len(text):
        raise CorpusError(f"nothing to learn from in {', '.join(recipe.text.registers)} under {root}")
    train_masked(
        model,
        masker,
        text,
        held_out,
        recipe,
        folder,
        lambda story: write_encoder(model, tokenizer, recipe, registers, story, folder / ENCODER),
    )
    return folder / ENCODER


def train_masked(
    model: BertForMaskedLM,
    masker: WordMasker,
    text: Passages,
    held_out: Mapping[str, Passages],
    recipe: AdaptationRecipe,
    folder: Path,
    keep: Callable[[Story], None],
) -> None:
    """Train ``model`` in place; with every checkpoint the held-out losses are logged, and ``keep`` called."""
    plan, where = recipe.schedule, device()
    run = _identity(recipe, model, text)
    model.to(where).train()  # type: ignore[arg-type]
    setting = fastest_setting(SaringModel(model.bert, categories=1).to(where))
    enter(folder, {"setting": asdict(setting)})
    torch.manual_seed(recipe.seed)  # nobody knows how many draws the measuring took
    optimiser = torch.optim.AdamW(
        model.parameters(), betas=(0.9, 0.98), eps=1e-6, weight_decay=plan.weight_decay, fused=True
    )
    progress, story = checkpoint.Progress(), Story()
    if resumed := checkpoint.load(folder, run):
        progress, states = resumed
        model.load_state_dict(states["model"])
        optimiser.load_state_dict(states["optimiser"])
        story = Story(**states["story"])
    else:
        story.before = held_out_losses(model, held_out, masker, setting.bf16)
        enter(folder, {"held_out_before": story.before})
    losses: list[float] = []

    def look() -> None:
        story.now = held_out_losses(model, held_out, masker, setting.bf16)
        entry = {
            "passes": round(story.passes, 4),
            "step": progress.step,
            "tokens": story.tokens,
            "tokens_per_second": round(story.tokens / max(story.seconds, 1e-9)),
            "minutes": round(story.seconds / 60, 1),
            "loss": round(float(np.mean(losses)), 4) if losses else None,
            "held_out": story.now,
        }
        enter(folder, entry)
        states = {"model": model.state_dict(), "optimiser": optimiser.state_dict(), "story": vars(story)}
        checkpoint.save(folder, run, progress, states)
        keep(story)

    with Progress(*Progress.get_default_columns(), TextColumn("loss {task.fields[loss]:.3f}")) as bar:
        task = bar.add_task("adapting", total=plan.epochs, loss=float("nan"))
        looked = time.monotonic()
        while progress.epoch < plan.epochs:
            order = np.random.default_rng([recipe.seed, progress.epoch]).permutation(len(text))
            batches = token_batches(text.lengths, order, plan.tokens_per_batch, recipe.seed + progress.epoch)
            last = math.ceil(len(batches) * min(1.0, plan.epochs - progress.epoch))
            for rows in batches[progress.batch : last]:
                began = time.monotonic()
                for group in optimiser.param_groups:
                    group["lr"] = learning_rate(plan, story.passes / plan.epochs)
                ids = _batch(text, rows, masker.padding)
                loss = masked_loss(model, ids, masker, setting.bf16)[0]
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
                losses = [*losses[-99:], loss.item()]
                progress.step += 1
                progress.batch += 1
                story.passes = progress.epoch + progress.batch / len(batches)
                story.tokens += int((ids != masker.padding).sum())
                story.seconds += time.monotonic() - began
                bar.update(task, completed=story.passes, loss=float(np.mean(losses)))
                if time.monotonic() - looked > plan.checkpoint_minutes * 60:
                    look()
                    looked = time.monotonic()
            progress.epoch, progress.batch = progress.epoch + 1, 0
    look()


def masked_loss(
    model: BertForMaskedLM,
    ids: Tensor,
    masker: WordMasker,
    bf16: bool,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, int]:
    """The mean loss of the pieces that ``masker`` asks for, 0 if none, and how many these are."""
    where = model.device
    inputs, labels = masker(ids, generator)
    inputs, labels, read = inputs.to(where), labels.to(where), (ids != masker.padding).to(where)
    asked = labels != NOT_ASKED
    with torch.autocast(where.type, dtype=torch.bfloat16, enabled=bf16):
        hidden = model.bert(input_ids=inputs, attention_mask=read.long()).last_hidden_state
        guesses = model.cls(hidden[asked])
    count = int(asked.sum())
    return F.cross_entropy(guesses.float(), labels[asked], reduction="sum") / max(count, 1), count


@torch.no_grad()
def held_out_losses(
    model: BertForMaskedLM, held_out: Mapping[str, Passages], masker: WordMasker, bf16: bool
) -> dict[str, float]:
    """Nats a masked piece by register; the same pieces are masked every time."""
    found = {}
    for name, text in held_out.items():
        generator, total, asked = torch.Generator().manual_seed(0), 0.0, 0
        for rows in token_batches(text.lengths, np.arange(len(text)), 4096, seed=0):
            loss, count = masked_loss(model, _batch(text, rows, masker.padding), masker, bf16, generator)
            total, asked = total + loss.item() * count, asked + count
        found[name] = round(total / max(asked, 1), 4)
    return found


def learning_rate(plan: MaskingRecipe, done: float) -> float:
    """The rate when a share ``done`` of the run is behind: a straight rise, then a cosine."""
    rising = done / plan.warmup if plan.warmup else 1.0
    cosine = (1 + math.cos(math.pi * min(done, 1.0))) / 2
    return plan.learning_rate * min(1.0, rising) * (_LOWEST_RATE + (1 - _LOWEST_RATE) * cosine)


def _identity(recipe: AdaptationRecipe, model: BertForMaskedLM, text: Passages) -> str:
    digest = sha256(recipe.model_dump_json().encode())
    for tensor in model.state_dict().values():
        digest.update(tensor.numpy().tobytes())
    digest.update(text.ids.tobytes())
    return digest.hexdigest()


def _batch(text: Passages, rows: NDArray[np.int64], padding: int) -> Tensor:
    passages = [torch.from_numpy(text[row]) for row in rows]
    return pad_sequence(passages, batch_first=True, padding_value=padding).long()
