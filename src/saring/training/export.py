"""From weights to the ONNX graphs that serve: fp32 as the yardstick, int8 as what travels."""

import shutil
import tempfile
from pathlib import Path
from typing import Literal

import torch

from saring.training.fused import attention_for_export
from saring.training.head import SaringModel
from saring.training.quiet import quiet

_OPSET = 20  # the first in which Gelu is one operator


def export_served(model: SaringModel, folder: Path) -> None:
    """Write the graph that serves, ``model.onnx`` (int8), and its weights, ``model.onnx.data``."""
    with tempfile.TemporaryDirectory() as staging:
        fp32 = Path(staging) / "fp32.onnx"
        export_fp32(model, fp32)
        quantise(fp32, folder / "model.onnx", weights_apart=True)


def export_fp32(model: SaringModel, path: Path, *, fused: bool = True) -> None:
    """Write the graph: ``input_ids``, ``attention_mask`` -> ``logits``, ``contributions``.

    A ``fused`` graph is faster and has operators that onnxruntime alone knows.
    """
    model = model.eval().float().cpu()
    ids = torch.randint(5, model.encoder.config.vocab_size, (2, 12))
    mask = torch.ones_like(ids)
    mask[1, 8:] = 0
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens", max=_positions(model))
    shape = {0: batch, 1: tokens}
    with quiet(), attention_for_export(model.encoder, fused=fused):
        torch.onnx.export(
            model,
            (ids, mask),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits", "contributions"],
            dynamic_shapes={"input_ids": shape, "attention_mask": shape},
            opset_version=_OPSET,
            external_data=False,
            dynamo=True,
            verbose=False,
        )


def quantise(
    fp32: Path,
    int8: Path,
    *,
    weight_type: Literal["QInt8", "QUInt8"] = "QInt8",
    per_channel: bool = True,
    reduce_range: bool = True,
    weights_apart: bool = False,
) -> None:
    """Quantise weights ahead of time and activations, to uint8, at run time.

    A processor without VNNI adds pairs of uint8 by int8 products in 16 bits, which overflow when weights
    use all 8 bits; ``reduce_range`` leaves them 7, so that verdicts are the same on every machine.
    ``benchmarks/quantisation.py`` compares the other choices.

    Weights in a file of their own, ``weights_apart``, are mapped into memory and shared by all processes
    that serve the model; within the graph, each process would hold a copy.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(fp32)
    # The exporter's shapes are fixed before optimisation; left in place they fail the quantiser's own.
    del graph.graph.value_info[:]
    with tempfile.TemporaryDirectory() as folder:
        cleared = Path(folder) / "cleared.onnx"
        onnx.save(graph, cleared)
        with quiet():
            quantize_dynamic(
                cleared,
                int8,
                weight_type=QuantType[weight_type],
                per_channel=per_channel,
                reduce_range=reduce_range,
                op_types_to_quantize=["MatMul", "Gemm", "Gather"],
                use_external_data_format=weights_apart,
                # what stands behind onnxruntime's own operators has no shape that onnx could infer
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )
    if weights_apart:  # onnx lets their owner alone read them
        shutil.copymode(int8, int8.with_name(f"{int8.name}.data"))


def _positions(model: SaringModel) -> int:
    return int(model.encoder.config.max_position_embeddings)
