"""Posts a second of bulk scoring, beside what a user would run instead.

    pip install infinity-emb                    # where it is missing, it is left out
    python benchmarks/throughput.py [MODEL] [--posts 1000] [--rounds 3]

Saring scores from text to probabilities. The others run a classifier of the size of IndoBERT-base
(12 layers of 768, 50,000 pieces, 8 labels; random weights, which take as long) with the same pieces: by
``transformers.pipeline`` one post at a time and in batches of 32, tokenised and run post by post as
Detoxify's ``predict`` does, and by infinity. They are given fewer posts, with lengths spread alike, since
they need longer; rates are at the mean length of all posts. All use all cores. The shares of the machine's
peak count the products of tokens that were read, not of padding.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from timing import interleaved, machine, operations, peaks, thinned

from saring.artefact.registry import Registry
from saring.backends.onnx import OnnxBackend, cores
from saring.backends.tokens import TokenWindows
from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.scoring.runner import score_part
from saring.text import normalise
from saring.training.export import export_served
from saring.training.head import load_weights
from saring.training.quiet import quiet

LAYERS, HIDDEN, INNER, HEADS, PIECES, LABELS, LONGEST = 12, 768, 3072, 12, 50_000, 8, 512
BATCH = 32


def large_classifier(home: Path, tokenizer: Path) -> tuple[Any, Any]:
    """A classifier of the size of IndoBERT-base, saved in ``home``, and its tokenizer."""
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    config = BertConfig(
        vocab_size=PIECES,
        hidden_size=HIDDEN,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        max_position_embeddings=LONGEST,
        num_labels=LABELS,
        problem_type="multi_label_classification",
    )
    model = BertForSequenceClassification(config).eval()
    special = {f"{each}_token": f"[{each.upper()}]" for each in ("pad", "unk", "cls", "sep")}
    pieces = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer), model_max_length=LONGEST, **special)
    model.save_pretrained(home)
    pieces.save_pretrained(home)
    return model, pieces


def others(
    home: Path, tokenizer: Path, few: Sequence[str], more: Sequence[str]
) -> dict[str, Callable[[], object]]:
    """What a user would run instead, by name: one at a time on ``few`` posts, in batches on ``more``."""
    import torch
    from transformers import pipeline

    torch.set_num_threads(cores())
    model, pieces = large_classifier(home, tokenizer)
    pipe = pipeline(
        "text-classification",
        model=model,
        tokenizer=pieces,
        top_k=None,
        function_to_apply="sigmoid",
        device="cpu",
    )
    by_length = sorted(more, key=len)

    def as_detoxify() -> None:
        for post in few:
            with torch.no_grad():
                torch.sigmoid(
                    model(**pieces(post, return_tensors="pt", truncation=True, padding=True)).logits
                )

    return {
        "pipeline, one at a time": lambda: [pipe(post, truncation=True) for post in few],
        f"pipeline, batches of {BATCH}": lambda: pipe(list(more), batch_size=BATCH, truncation=True),
        f"pipeline, batches of {BATCH} by length": lambda: pipe(by_length, batch_size=BATCH, truncation=True),
        "as Detoxify calls": as_detoxify,
    }


def infinity(home: Path, posts: Sequence[str]) -> tuple[Callable[[], object], Callable[[], object]]:
    """infinity on the classifier in ``home``, and what stops it."""
    from infinity_emb import EngineArgs, SyncEngineArray
    from transformers import PreTrainedTokenizerBase

    # infinity calls what transformers 5 has by the other name only
    if not hasattr(PreTrainedTokenizerBase, "batch_encode_plus"):
        PreTrainedTokenizerBase.batch_encode_plus = PreTrainedTokenizerBase.__call__
    engines = SyncEngineArray.from_args(
        [
            EngineArgs(
                model_name_or_path=str(home),
                engine="torch",
                device="cpu",
                batch_size=BATCH,
                bettertransformer=False,
                model_warmup=False,
            )
        ]
    )
    classify = partial(engines.classify, model=str(home), sentences=list(posts))
    return lambda: classify().result(), engines.stop


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="production")
    parser.add_argument("--dataset", type=Path, default=Path("build/dataset.parquet"))
    parser.add_argument("--posts", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--exported", action="store_true", help="export the weights again and score with that graph"
    )
    arguments = parser.parse_args()
    folder = Registry().resolve(arguments.model)
    classifier = Classifier.open(folder)
    manifest = classifier.manifest
    posts = thinned(Dataset.load(arguments.dataset).texts, arguments.posts)
    few, more = thinned(posts, len(posts) // 10), thinned(posts, len(posts) // 4)
    windows = TokenWindows(folder / "tokenizer.json", manifest.window.tokens, manifest.window.stride)

    def lengths_of(texts: Sequence[str]) -> list[int]:
        read = windows([normalise(text, manifest.text_rules).text for text in texts])
        return [len(window.ids) for each in read for window in each]

    encoder = load_weights(folder).encoder.config
    console = Console()
    with tempfile.TemporaryDirectory() as staging:
        if arguments.exported:
            export_served(load_weights(folder), Path(staging))
            (Path(staging) / "tokenizer.json").symlink_to((folder / "tokenizer.json").resolve())
            classifier = Classifier(manifest, OnnxBackend(Path(staging), manifest))
        runs: dict[str, Callable[[], object]] = {"Saring": lambda: score_part(posts, classifier)}
        given = {"Saring": posts}
        with quiet():
            for name, run in others(Path(staging) / "large", folder / "tokenizer.json", few, more).items():
                runs[name] = run
                given[name] = more if str(BATCH) in name else few

            def stop() -> object:
                return None

            try:
                runs["infinity"], stop = infinity(Path(staging) / "large", more)
                given["infinity"] = more
            except ModuleNotFoundError as error:
                console.print(f"infinity was left out: {error.name} is not installed")
            try:
                seconds = {name: wall for name, (wall, _) in interleaved(runs, arguments.rounds).items()}
            finally:
                stop()
    lengths = lengths_of(posts)
    tokens = sum(lengths)
    # at the mean length of all posts, since a few may lack the longest
    rates = {name: sum(lengths_of(given[name])) / seconds[name] * len(posts) / tokens for name in runs}
    table = Table(
        "", "posts", "posts/s", "Saring is faster by", box=None,
        title=f"{manifest.name} {manifest.version} on {machine(cores())}",
    )  # fmt: skip
    for name, rate in rates.items():
        table.add_row(name, str(len(given[name])), f"{rate:,.1f}", f"{rates['Saring'] / rate:.1f} x")
    console.print(table)
    done = operations(
        lengths, layers=encoder.num_hidden_layers, hidden=encoder.hidden_size, inner=encoder.intermediate_size
    ) / seconds["Saring"]  # fmt: skip
    console.print(f"{tokens:,} tokens, {tokens / seconds['Saring']:,.0f} a second; {arguments.rounds} rounds")
    for kind, peak in peaks(cores()).items():
        share = f"{done / peak:.0%} of the {kind} peak, {peak / 1e9:,.0f}"
        console.print(f"{done / 1e9:,.0f} billion operations a second: {share}")


if __name__ == "__main__":
    main()
