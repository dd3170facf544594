"""Fine-tuning: the loop reads from top to bottom like what happens."""

import json
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from saring.corpora.dataset import Labelled
from saring.evaluation.resampling import figures, once
from saring.text import normalise
from saring.training import checkpoint
from saring.training.hardware import device, fastest_setting
from saring.training.head import SaringModel
from saring.training.journal import enter
from saring.training.recipe import Recipe, ScheduleRecipe
from saring.training.sampling import token_batches


@dataclass(frozen=True)
class Encoded:
    """Rows as a loop wants them: token ids with special tokens, and labels with ``nan`` for unknown."""

    ids: list[list[int]]
    labels: NDArray[np.float32]

    @property
    def lengths(self) -> list[int]:
        """Tokens of each row."""
        return list(map(len, self.ids))


def encode(data: Labelled, tokenizer: Tokenizer, max_tokens: int) -> Encoded:
    """Normalise and tokenise; a row longer than ``max_tokens`` keeps its beginning."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    encodings = tokenizer.encode_batch([normalise(text).text for text in data.texts])
    tokenizer.no_truncation()
    return Encoded([encoding.ids for encoding in encodings], data.labels)


def fine_tune(
    model: SaringModel,
    train: Encoded,
    dev: Encoded,
    draw: Callable[[int], NDArray[np.int64]],
    recipe: Recipe,
    folder: Path,
) -> None:
    """Train ``model`` in place and leave the weights that did best on ``dev`` in it.

    ``draw(epoch)`` gives the rows of an epoch. What each look at dev shows goes to ``log.jsonl`` in
    ``folder``, with a checkpoint: a killed run, started again with the same arguments, goes on.
    """
    plan, where = recipe.schedule, device()
    torch.manual_seed(recipe.seed)
    model.to(where).train()
    run = _identity(recipe, model, train)
    setting = fastest_setting(model)
    enter(folder, {"setting": asdict(setting)})
    epochs = [
        token_batches(train.lengths, draw(epoch), plan.tokens_per_batch, recipe.seed + epoch)
        for epoch in range(plan.epochs)
    ]
    total = sum(map(len, epochs))
    optimiser = torch.optim.AdamW(_parameter_groups(model, plan), betas=(0.9, 0.98), eps=1e-6, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate(step, total, plan.warmup))
    average = deepcopy(model).eval()
    best: dict[str, Tensor] = {}
    progress = checkpoint.Progress()
    if resumed := checkpoint.load(folder, run):
        progress, saved_states = resumed
        model.load_state_dict(saved_states["model"])
        average.load_state_dict(saved_states["average"])
        optimiser.load_state_dict(saved_states["optimiser"])
        schedule.load_state_dict(saved_states["schedule"])
        best = saved_states["best"]

    def states() -> dict[str, Any]:
        return {
            "model": model.state_dict(),
            "average": average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "best": best,
        }

    losses: list[float] = []
    saved = began = time.monotonic()
    with _bar() as bar:
        task = bar.add_task("training", total=total, completed=progress.step, loss=float("nan"))
        while progress.epoch < plan.epochs and progress.looks_since_best < plan.patience:
            batches = epochs[progress.epoch]
            looks = {
                len(batches) * look // plan.evaluations_per_epoch
                for look in range(1, plan.evaluations_per_epoch + 1)
            }
            for rows in batches[progress.batch :]:
                ids, mask, labels = _batch(train, rows, where)
                with torch.autocast(where.type, dtype=torch.bfloat16, enabled=setting.bf16):
                    logits, _ = model(ids, mask)
                loss = masked_loss(logits.float(), labels)
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimiser.step()
                schedule.step()
                optimiser.zero_grad(set_to_none=True)
                progress.step += 1
                progress.batch += 1
                _update_average(average, model, plan.averaging, progress.step)
                losses = [*losses[-99:], loss.item()]
                bar.update(task, advance=1, loss=float(np.mean(losses)))
                if progress.batch in looks:
                    score = dev_score(average, dev)
                    improved = score > progress.best
                    if improved:
                        progress.best = score
                        best = {name: t.detach().cpu().clone() for name, t in average.state_dict().items()}
                    progress.looks_since_best = 0 if improved else progress.looks_since_best + 1
                    entry = {
                        "epoch": progress.epoch + 1,
                        "step": progress.step,
                        "loss": round(float(np.mean(losses)), 4),
                        "dev_macro_average_precision": round(score, 4),
                        "minutes": round((time.monotonic() - began) / 60, 1),
                    }
                    enter(folder, entry)
                if time.monotonic() - saved > plan.checkpoint_minutes * 60:
                    checkpoint.save(folder, run, progress, states())
                    saved = time.monotonic()
            progress.epoch, progress.batch = progress.epoch + 1, 0
    checkpoint.save(folder, run, progress, states())
    model.load_state_dict(best)
    model.eval()


def _identity(recipe: Recipe, model: SaringModel, train: Encoded) -> str:
    """A digest of all that a run follows from: recipe, weights at the start, and rows."""
    digest = sha256(recipe.model_dump_json().encode())
    for tensor in model.state_dict().values():
        digest.update(tensor.cpu().numpy().tobytes())
    digest.update(json.dumps(train.ids).encode())
    digest.update(train.labels.tobytes())
    return digest.hexdigest()


def masked_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Binary cross-entropy with soft labels, over known labels only: mean a row of sums a category.

    Summing over categories keeps a category's gradient independent of how many others are known.
    """
    known = ~labels.isnan()
    losses = F.binary_cross_entropy_with_logits(logits, labels.nan_to_num(), reduction="none")
    return (losses * known).sum() / len(labels)


def dev_score(model: SaringModel, dev: Encoded) -> float:
    """Macro average precision on ``dev``: it needs no threshold."""
    probabilities = (1 / (1 + np.exp(-predict(model, dev)))).astype(np.float32)
    never = np.ones(dev.labels.shape[1], dtype=np.float32)
    return float(figures(dev.labels, probabilities, never, once(len(dev.ids))).macro("average_precision")[0])


@torch.no_grad()
def predict(model: SaringModel, data: Encoded, tokens: int = 8192) -> NDArray[np.float32]:
    """Logits ``(rows, categories)``, in the rows' order."""
    where = next(model.parameters()).device
    training = model.training
    model.eval()
    out = np.zeros(data.labels.shape, dtype=np.float32)
    for rows in token_batches(data.lengths, np.arange(len(data.ids)), tokens, seed=0):
        ids, mask, _ = _batch(data, rows, where)
        out[rows] = model(ids, mask)[0].float().cpu().numpy()
    model.train(training)
    return out


def _batch(data: Encoded, rows: NDArray[np.int64], where: torch.device) -> tuple[Tensor, Tensor, Tensor]:
    ids = pad_sequence([torch.tensor(data.ids[row]) for row in rows], batch_first=True)
    lengths = torch.tensor([len(data.ids[row]) for row in rows])
    mask = (torch.arange(ids.shape[1]) < lengths.unsqueeze(1)).long()
    return ids.to(where), mask.to(where), torch.from_numpy(data.labels[rows]).to(where)


def _parameter_groups(model: SaringModel, plan: ScheduleRecipe) -> list[dict[str, Any]]:
    """Lower layers learn more slowly, by ``layer_decay`` a layer; the head at its own rate."""
    layers = model.encoder.config.num_hidden_layers
    groups = []
    for name, parameter in model.named_parameters():
        if name.startswith("head."):
            rate = plan.head_learning_rate
        else:
            marks = [int(part) for part in name.split(".") if part.isdigit()]
            depth = layers - 1 - marks[0] if marks else layers
            rate = plan.learning_rate * plan.layer_decay**depth
        decay = plan.weight_decay if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups


def _rate(step: int, total: int, warmup: float) -> float:
    rising = max(1.0, warmup * total)
    return min((step + 1) / rising, max(0.02, (total - step) / (total - rising + 1e-9)))


@torch.no_grad()
def _update_average(average: SaringModel, model: SaringModel, decay: float, step: int) -> None:
    decay = min(decay, step / (step + 10))
    mean: list[Tensor] = list(average.parameters())
    now: list[Tensor] = list(model.parameters())
    torch._foreach_lerp_(mean, now, 1 - decay)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("loss {task.fields[loss]:.3f}"),
    )
