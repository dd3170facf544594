"""Attention as the one operator that onnxruntime has for it, in place of a dozen that it cannot fuse."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel

_NAME = "onnxruntime"
_PLAIN = ("bert",)  # these attend to every token that is not padding, and add nothing for its place


@contextmanager
def attention_for_export(encoder: PreTrainedModel, *, fused: bool) -> Iterator[None]:
    """Let ``encoder`` be exported with ``fused`` attention where its kind is known to allow that, else eager.

    Fused, it can be exported only: what it computes meanwhile is zeros.
    """
    before = encoder.config._attn_implementation
    AttentionInterface.register(_NAME, _attend)
    AttentionMaskInterface.register(_NAME, _padding)
    possible = encoder.config.model_type in _PLAIN
    encoder.set_attn_implementation(_NAME if fused and possible else "eager")
    try:
        yield
    finally:
        encoder.set_attn_implementation(before)


def _attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    padding: Tensor | None,
    *,
    scaling: float,
    **unused: object,
) -> tuple[Tensor, None]:
    """``query``, ``key``, ``value`` (batch, heads, tokens, size) -> (batch, tokens, heads, size)."""
    batch, heads, tokens, size = query.shape
    flat = [each.transpose(1, 2).reshape(batch, tokens, heads * size) for each in (query, key, value)]
    attended = torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        (*flat, None, padding),
        {"num_heads": heads, "scale": scaling},
        dtype=query.dtype,
        shape=(batch, tokens, heads * size),
        version=1,
    )
    return attended.view(batch, tokens, heads, size), None


def _padding(*, attention_mask: Tensor, **unused: object) -> Tensor:
    return attention_mask.to(torch.int32)
