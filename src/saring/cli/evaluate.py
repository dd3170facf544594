"""``saring evaluate``: a model's figures on the frozen test, the gauges and the ordinary sentences."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from saring.cli.models import DATASET, DatasetOption, dataset_at_hand
from saring.cli.points_table import points_table

if TYPE_CHECKING:
    from rich.table import Table


def evaluate(
    model: Annotated[
        str, typer.Argument(help="production, VERSION, NAME/VERSION or a folder.")
    ] = "production",
    dataset: DatasetOption = None,
    ordinary: Annotated[
        Path | None,
        typer.Option(help="Ordinary sentences (by default data/checks/ordinary.tsv).", show_default=False),
    ] = None,
    robustness: Annotated[
        bool,
        typer.Option(
            "--robustness",
            help="Measure disguised and misspelt texts too, and put that into the manifest and the card "
            "of a model that is not published yet. Takes minutes.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure a model on the frozen test; a published version is left as it is."""
    from saring.artefact.registry import Registry
    from saring.classifier import Classifier
    from saring.corpora.dataset import Dataset
    from saring.errors import EvaluationError
    from saring.evaluation.fairness import load_identities
    from saring.evaluation.frozen import FrozenScores, frozen_rows
    from saring.evaluation.functional import load_functional
    from saring.evaluation.ordinary import load_ordinary
    from saring.evaluation.robustness import measure_robustness, record_robustness
    from saring.evaluation.run import evaluate_model

    rows = dataset_at_hand(dataset)
    if rows is None:
        raise EvaluationError(f"no dataset at {DATASET}: run `saring data build`, or give --dataset")
    registry = Registry()
    folder = registry.resolve(model)
    classifier = Classifier.open(folder)
    beside = (dataset or DATASET).with_name("gauge.parquet")
    gauges = Dataset.load(beside) if beside.is_file() else None
    frozen = frozen_rows(rows)
    scores = FrozenScores.of(classifier, frozen)
    figures = evaluate_model(
        classifier,
        rows.split("test"),
        gauges,
        load_ordinary(ordinary),
        functional=load_functional(),
        identities=load_identities(),
        frozen=scores,
    )
    published = folder.resolve().is_relative_to(registry.root.resolve())
    if robustness and published:
        figures["robustness"] = measure_robustness(classifier, frozen, scores)
    elif robustness:
        recorded = record_robustness(folder, classifier, frozen, scores)
        figures["robustness"] = recorded.evaluation["robustness"]
    if as_json:
        typer.echo(json.dumps(figures, ensure_ascii=False, indent=2, allow_nan=False))
        return
    from rich.console import Console

    console = Console()
    title = f"{classifier.manifest.name} {classifier.manifest.version}"
    console.print(figures_table(figures, title))
    console.print(f"clean rows flagged: {_points(figures['clean_flagged'])} of {figures['clean_rows']:,}")
    console.print(_shares_table("by source, frozen test", figures["sources"]))
    if gauges is None:
        console.print(f"false-alarm gauges: not measured, there is no {beside}")
    else:
        console.print(_shares_table("false-alarm gauges", figures["gauges"]))
    for side in ("positive", "clean"):
        passed = figures["functional"][side]
        console.print(f"functional suite, {side}: {passed['passed']:,} of {passed['cases']:,} cases pass")
    if robustness:
        console.print(_robustness_table(figures["robustness"]))
        kept = (
            "a published version never changes, so these are only shown"
            if published
            else "kept in manifest and card"
        )
        console.print(f"robustness: {kept}")
    check = figures["ordinary"]
    console.print(f"ordinary sentences flagged: {check['flagged']} of {check['sentences']}")
    for alarm in check["alarms"]:
        console.print(f"  {', '.join(alarm['categories'])}: {alarm['text']}", markup=False, highlight=False)


def figures_table(figures: Mapping[str, Any], title: str) -> "Table":
    """Per category and macro, in points of 100: figures with their intervals."""
    table = points_table(
        f"{title}, {figures['rows']:,} rows of the frozen test",
        "category",
        ("yes", "prec.", "recall", "F1", "AP", "ECE"),
        caption="points of 100; in brackets 95 % bootstrap intervals",
    )
    for category, one in figures["categories"].items():
        table.add_row(
            category,
            str(one["positives"]),
            _value(one["precision"]),
            _value(one["recall"]),
            _points(one["f1"]),
            _points(one["average_precision"]),
            _value(one["ece"]),
        )
    macro = figures["macro"]
    table.add_section()
    table.add_row(
        "macro",
        "",
        _value(macro["precision"]),
        _value(macro["recall"]),
        _points(macro["f1"]),
        _points(macro["average_precision"]),
        _value(macro["ece"]),
    )
    return table


def _shares_table(title: str, sources: Mapping[str, Any]) -> "Table":
    table = points_table(title, "source", ("rows", "% flagged", "most flagged category"))
    for name, one in sources.items():
        shares = {category: _flagged(figure) for category, figure in one["categories"].items()}
        most = max(shares, key=lambda category: shares[category])
        words = f"{most} {100 * shares[most]:.1f}" if shares[most] else "none"
        table.add_row(name, f"{one['rows']:,}", _points(one["flagged"]), words)
    return table


def _robustness_table(figures: Mapping[str, Any]) -> "Table":
    table = points_table(
        f"robustness, {figures['positive_rows']:,} positive rows, {figures['clean_rows']:,} clean ones",
        "perturbation",
        ("words touched", "macro recall lost", "clean flagged, gained"),
        caption="points of 100; in brackets paired 95 % bootstrap intervals",
    )
    for name, one in figures["perturbations"].items():
        table.add_row(
            name,
            f"{100 * one['words_touched']:.0f}",
            _points(one["recall_lost"]),
            _points(one["clean_flagged_gained"]),
        )
    return table


def _flagged(figure: Mapping[str, Any]) -> float:
    """A share, whether of a source (``flagged``) or of a gauge (an interval)."""
    return float(figure["flagged"] if "flagged" in figure else figure["value"])


def _value(interval: Mapping[str, Any]) -> str:
    return "-" if interval["value"] is None else f"{100 * interval['value']:.1f}"


def _points(interval: Mapping[str, Any]) -> str:
    if interval["low"] is None:
        return _value(interval)
    return f"{_value(interval)} ({100 * interval['low']:.1f}-{100 * interval['high']:.1f})"
