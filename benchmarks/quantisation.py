"""Which int8 form keeps the verdicts of fp32: measured on the frozen test.

    python benchmarks/quantisation.py [MODEL] [--dataset build/dataset.parquet]

MODEL is a version, ``production`` (the default) or a folder with ``model.safetensors``. The figures are kept
under runs/quantisation too, where model_page.py finds them.
"""

import argparse
import inspect
import json
import tempfile
import time
from itertools import product
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from saring.artefact.manifest import Manifest
from saring.artefact.registry import Registry
from saring.backends.onnx import OnnxBackend
from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.evaluation.frozen import frozen_rows
from saring.evaluation.resampling import figures, once
from saring.training.export import export_fp32, quantise
from saring.training.head import load_weights


def figures_file(runs: Path, manifest: Manifest) -> Path:
    """Where the figures of a model are kept."""
    return runs / "quantisation" / f"{manifest.name}-{manifest.version}.json"


def form(weight_type: str, per_channel: bool, reduce_range: bool) -> str:
    """The name of an int8 form in the table."""
    return f"{weight_type}{' per channel' * per_channel}{' reduced range' * reduce_range}"


def shipped() -> str:
    """The form that ``quantise`` makes unless told otherwise."""
    defaults = inspect.signature(quantise).parameters
    return form(*(defaults[name].default for name in ("weight_type", "per_channel", "reduce_range")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", default="production")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    arguments = parser.parse_args()
    folder = Registry().resolve(arguments.model)
    manifest = Manifest.read(folder)
    test = frozen_rows(Dataset.load(arguments.dataset))
    bars = np.array(manifest.thresholds.flag, np.float32)
    measured: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as staging:
        fp32 = Path(staging) / "fp32.onnx"
        export_fp32(load_weights(folder), fp32)
        forms = {"fp32": fp32}
        for weights, per_channel, reduce_range in product(("QInt8", "QUInt8"), (True, False), (True, False)):
            name = form(weights, per_channel, reduce_range)
            forms[name] = Path(staging) / f"{len(forms)}.onnx"
            quantise(
                fp32, forms[name], weight_type=weights, per_channel=per_channel, reduce_range=reduce_range
            )
        exact = None
        for name, graph in forms.items():
            home = Path(staging) / name
            home.mkdir()
            graph.rename(home / "model.onnx")
            (home / "tokenizer.json").symlink_to((folder / "tokenizer.json").resolve())
            classifier = Classifier(manifest, OnnxBackend(home, manifest))
            began = time.perf_counter()
            scores = classifier.score(test.texts).probabilities
            seconds = time.perf_counter() - began
            exact = scores if exact is None else exact
            found = figures(test.labels, scores, bars, once(len(test)))
            measured[name] = {
                "megabytes": (home / "model.onnx").stat().st_size / 1e6,
                "seconds": seconds,
                "macro_f1": found.macro("f1")[0],
                "macro_average_precision": found.macro("average_precision")[0],
                "mean_change": float(np.abs(scores - exact).mean()),
                "flipped": float(((scores >= bars) != (exact >= bars)).mean()),
            }
    kept = figures_file(arguments.runs, manifest)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"ships": shipped(), "forms": measured}, indent=1) + "\n")
    table = Table("form", "MB", "seconds", "macro F1", "macro AP", "mean |dp|", "verdicts flipped", box=None)
    for name, one in measured.items():
        table.add_row(
            name,
            f"{one['megabytes']:.1f}",
            f"{one['seconds']:.1f}",
            f"{100 * one['macro_f1']:.2f}",
            f"{100 * one['macro_average_precision']:.2f}",
            f"{one['mean_change']:.4f}",
            f"{one['flipped']:.2%}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
