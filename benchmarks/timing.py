"""Timing side by side: what the benchmarks of speed share."""

import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

_BEST_OF = 5


def interleaved(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Median seconds of each run, and median seconds of all its cores' work, over ``rounds``.

    All take their turn in each round, so what else the machine does meets them alike; each is run once
    before, untimed.
    """
    for run in runs.values():
        run()
    wall: dict[str, list[float]] = {name: [] for name in runs}
    busy: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began, began_busy = time.perf_counter(), time.process_time()
            run()
            wall[name].append(time.perf_counter() - began)
            busy[name].append(time.process_time() - began_busy)
    return {name: (median(wall[name]), median(busy[name])) for name in runs}


def thinned(texts: Sequence[str], count: int) -> list[str]:
    """``count`` of ``texts`` whose lengths are spread as theirs are."""
    by_length = sorted(texts, key=lambda text: (len(text), text))
    places = ((np.arange(count) + 0.5) * len(by_length) / count).astype(int)
    picked = [by_length[place] for place in places]
    np.random.default_rng(0).shuffle(picked)
    return picked


def operations(lengths: Sequence[int], *, layers: int, hidden: int, inner: int) -> float:
    """Multiplications and additions in the matrix products of a BERT over windows of ``lengths`` tokens."""
    tokens = np.asarray(lengths, np.float64)
    dense = 2 * (4 * hidden**2 + 2 * hidden * inner)
    return float(layers * (dense * tokens.sum() + 4 * hidden * (tokens**2).sum()))


def peaks(cores: int) -> dict[str, float]:
    """Operations a second of the fastest matrix product measured: fp32 by torch, int8 by onnxruntime."""
    import torch

    torch.set_num_threads(cores)
    found = {"fp32": 0.0, "int8": 0.0}
    for rows, inner, columns in ((2048, 2048, 2048), (1024, 384, 1536), (384, 384, 1536), (1024, 1536, 384)):
        cost = 2 * rows * inner * columns
        left, right = torch.rand(rows, inner), torch.rand(inner, columns)
        found["fp32"] = max(found["fp32"], cost / _fastest(lambda: left @ right))  # noqa: B023
        found["int8"] = max(found["int8"], cost / _fastest(integer_product(rows, inner, columns, cores)))
    return found


def machine(cores: int) -> str:
    """The processor's name and how much of it was used."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return f"{name or platform.processor() or platform.machine()}, {cores} core{'s' * (cores > 1)}"


def _fastest(run: Callable[[], object], times: int = 3) -> float:
    run()
    best = float("inf")
    for _ in range(_BEST_OF):
        began = time.perf_counter()
        for _ in range(times):
            run()
        best = min(best, (time.perf_counter() - began) / times)
    return best


def integer_product(rows: int, inner: int, columns: int, cores: int) -> Callable[[], object]:
    """A product of uint8 by 7-bit weights, as the served graph has them."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    weights: NDArray[np.int8] = random.integers(-64, 64, (inner, columns)).astype(np.int8)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["left", "right", "zero"], ["product"])],
        "product",
        [helper.make_tensor_value_info("left", TensorProto.UINT8, [rows, inner])],
        [helper.make_tensor_value_info("product", TensorProto.INT32, [rows, columns])],
        [numpy_helper.from_array(weights, "right"), numpy_helper.from_array(np.array(128, np.uint8), "zero")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    left = random.integers(0, 256, (rows, inner)).astype(np.uint8)
    return lambda: session.run(None, {"left": left})
