"""Which engine runs the model fastest, and what each makes of its verdicts.

    pip install openvino nncf ctranslate2      # where they are missing, they are left out
    python benchmarks/inference.py [MODEL] [--posts 600] [--rounds 3] [--quality]

MODEL is a version, ``production`` (the default) or a folder with ``model.safetensors``. Posts are drawn
from all sources of the dataset and are scored by all cores, from text to probabilities. ``--quality`` scores
the frozen test by every engine as well, which takes some minutes.
"""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from engines import Ctranslate2Engine, OpenvinoEngine, SharedBatchEngine, TorchEngine
from rich.console import Console
from rich.table import Table
from timing import interleaved, machine, thinned

from saring.artefact.manifest import Manifest
from saring.artefact.registry import Registry
from saring.backends import Backend
from saring.backends.onnx import OnnxBackend, cores
from saring.backends.tokens import TokenWindows
from saring.classifier import TOKEN_BUDGET, Classifier
from saring.corpora.dataset import Dataset
from saring.evaluation.frozen import frozen_rows
from saring.evaluation.resampling import figures, once
from saring.text import normalise
from saring.training.export import export_fp32, quantise
from saring.training.head import load_weights
from saring.training.quiet import quiet

SERVED = "onnxruntime int8, fused (serves)"
EXACT = "onnxruntime fp32, fused"
_CALIBRATION = 200


def contestants(
    folder: Path, staging: Path, calibration: list[str], threads: int
) -> dict[str, Callable[[], Backend]]:
    """How to open each engine, by name, on the weights in ``folder``; graphs are written to ``staging``."""
    manifest = Manifest.read(folder)
    model = load_weights(folder).eval()
    homes = {name: staging / name for name in ("fused", "fused-int8", "plain", "plain-int8")}
    for home in homes.values():
        home.mkdir()
        (home / "tokenizer.json").symlink_to((folder / "tokenizer.json").resolve())
    for name in ("fused", "plain"):
        graph = homes[name] / "model.onnx"
        export_fp32(model, graph, fused=name == "fused")
        quantise(graph, homes[f"{name}-int8"] / "model.onnx")
    model.encoder.set_attn_implementation("sdpa")
    onnx = {name: partial(OnnxBackend, home, manifest, threads) for name, home in homes.items()}
    openvino = partial(OpenvinoEngine, folder, threads, homes["plain"] / "model.onnx")
    ctranslate2 = partial(Ctranslate2Engine, folder, threads, model, staging / "ctranslate2")
    return {
        EXACT: onnx["fused"],
        SERVED: onnx["fused-int8"],
        "onnxruntime int8, fused, cores share a batch": partial(
            SharedBatchEngine, folder, threads, homes["fused-int8"] / "model.onnx"
        ),
        "onnxruntime fp32": onnx["plain"],
        "onnxruntime int8": onnx["plain-int8"],
        "OpenVINO fp32": partial(openvino, "f32"),
        "OpenVINO bf16": partial(openvino, "bf16"),
        "OpenVINO int8, static": partial(openvino, "int8", calibration),
        "CTranslate2 fp32": partial(ctranslate2, "float32"),
        "CTranslate2 int8": partial(ctranslate2, "int8"),
        "torch fp32": partial(TorchEngine, folder, threads, model),
        "torch bf16": partial(TorchEngine, folder, threads, model, bf16=True),
        "torch fp32, compiled": partial(TorchEngine, folder, threads, model, compiled=True),
    }


def opened(
    engines: dict[str, Callable[[], Backend]], only: list[str]
) -> tuple[dict[str, Backend], dict[str, str]]:
    """The engines that can be had here, and why the others cannot."""
    found, missing = {}, {}
    for name, open_engine in engines.items():
        if only and not any(part in name for part in only) and name != EXACT:
            continue
        try:
            with quiet():
                found[name] = open_engine()
        except ModuleNotFoundError as error:
            missing[name] = f"{error.name} is not installed"
    return found, missing


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="production")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    parser.add_argument("--posts", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", default=[], help="engines whose name has this in it")
    parser.add_argument("--budget", type=int, default=TOKEN_BUDGET, help="tokens of a batch")
    parser.add_argument("--quality", action="store_true")
    arguments = parser.parse_args()
    folder = Registry().resolve(arguments.model)
    manifest = Manifest.read(folder)
    data = Dataset.load(arguments.dataset)
    posts = thinned(data.texts, arguments.posts)
    windows = TokenWindows(folder / "tokenizer.json", manifest.window.tokens, manifest.window.stride)
    read = windows([normalise(post, manifest.text_rules).text for post in posts])
    tokens = sum(len(window.ids) for each in read for window in each)
    threads = cores()
    with tempfile.TemporaryDirectory() as staging:
        calibration = thinned(data.split("train").texts, _CALIBRATION)
        engines = contestants(folder, Path(staging), calibration, threads)
        backends, missing = opened(engines, arguments.only)
        classifiers = {name: Classifier(manifest, each, arguments.budget) for name, each in backends.items()}
        seconds = interleaved(
            {name: partial(each.score, posts) for name, each in classifiers.items()}, arguments.rounds
        )
        columns = ["engine", "posts/s", "tokens/s", "tokens/s of a busy core"]
        if arguments.quality:
            columns += ["macro F1", "verdicts flipped"]
            test = frozen_rows(data)
            bars = np.array(manifest.thresholds.flag, np.float32)
            exact = classifiers[EXACT].score(test.texts).probabilities
        table = Table(*columns, box=None, title=f"{manifest.name} {manifest.version} on {machine(threads)}")
        for name, (wall, busy) in sorted(seconds.items(), key=lambda item: item[1][0]):
            cells = [name, f"{len(posts) / wall:,.0f}", f"{tokens / wall:,.0f}", f"{tokens / busy:,.0f}"]
            if arguments.quality:
                scores = classifiers[name].score(test.texts).probabilities
                found = figures(test.labels, scores, bars, once(len(test)))
                flipped = float(((scores >= bars) != (exact >= bars)).mean())
                cells += [f"{100 * found.macro('f1')[0]:.2f}", f"{flipped:.2%}"]
            table.add_row(*cells)
        console = Console()
        console.print(table)
        console.print(f"{len(posts)} posts, {tokens:,} tokens; medians of {arguments.rounds} rounds")
        for name, why in missing.items():
            console.print(f"{name} was left out: {why}")


if __name__ == "__main__":
    main()
