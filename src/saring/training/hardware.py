"""How to compute on the machine at hand: measured at the start of a run, not assumed."""

import time
from dataclasses import dataclass
from itertools import product

import torch

from saring.training.head import SaringModel

_TOKENS, _LENGTH, _STEPS = 2048, 48, 3


@dataclass(frozen=True, slots=True)
class Setting:
    """An attention implementation and a precision, and the tokens a second they train at."""

    attention: str
    bf16: bool
    tokens_per_second: float


def device() -> torch.device:
    """The accelerator where there is one, else the processor."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def fastest_setting(model: SaringModel) -> Setting:
    """Time forward and backward for fused and eager attention, fp32 and bf16; leave the fastest set.

    bf16 on a processor without support for it is many times slower than fp32, so a setting that is
    slow in its first step is not timed further.
    """
    best: Setting | None = None
    for attention, bf16 in product(("sdpa", "eager"), (False, True)):
        model.encoder.set_attn_implementation(attention)
        setting = Setting(attention, bf16, _measure(model, bf16, best.tokens_per_second if best else 0.0))
        if best is None or setting.tokens_per_second > best.tokens_per_second:
            best = setting
    assert best is not None
    model.encoder.set_attn_implementation(best.attention)
    model.zero_grad(set_to_none=True)
    return best


def _measure(model: SaringModel, bf16: bool, to_beat: float) -> float:
    where = next(model.parameters()).device
    ids = torch.randint(5, model.encoder.config.vocab_size, (_TOKENS // _LENGTH, _LENGTH), device=where)
    rate = 0.0
    for step in range(1 + _STEPS):
        began = time.perf_counter()
        with torch.autocast(where.type, dtype=torch.bfloat16, enabled=bf16):
            logits, _ = model(ids, torch.ones_like(ids))
        logits.float().sum().backward()
        if where.type == "cuda":
            torch.cuda.synchronize()
        rate = (
            ids.numel() / (time.perf_counter() - began)
            if step == 0
            else max(rate, ids.numel() / (time.perf_counter() - began))
        )
        if step == 0 and rate < to_beat / 4:
            break
    return rate
