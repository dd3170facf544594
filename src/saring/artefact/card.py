"""The model card: what a stranger must know before relying on a model, from its manifest alone."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from saring.artefact.card_checks import fairness, functional, gauges, ordinary, robustness, selective
from saring.artefact.manifest import LICENCE, Manifest
from saring.artefact.markdown import Figures, figure, table
from saring.taxonomy import taxonomy

CARD = "README.md"

_NAMES = {
    "f1": "F1",
    "average_precision": "average precision",
    "precision": "precision",
    "recall": "recall",
    "ece": "ECE",
}


def write_card(folder: Path, manifest: Manifest) -> None:
    """Write ``README.md`` into a model folder; before ``Manifest.write``, which digests it."""
    (folder / CARD).write_text(model_card(manifest), encoding="utf-8")


def model_card(manifest: Manifest) -> str:
    """The card in Markdown with Hugging Face front matter; every figure is the manifest's."""
    own, baseline = manifest.evaluation, manifest.evaluation.get("baseline")
    words = Template(files("saring.artefact").joinpath("card.md").read_text(encoding="utf-8"))
    return words.substitute(
        front_matter=_front_matter(manifest),
        name=manifest.name,
        version=manifest.version,
        what=_what(manifest),
        categories=_categories(),
        figures=_figures(own, baseline) if "categories" in own else "This version has not been evaluated.",
        authored=_authored(own),
        sources=_sources(own),
        gauges=gauges(own, baseline),
        ordinary=ordinary(own),
        functional=functional(own, baseline),
        robustness=robustness(own),
        fairness=fairness(own),
        selective=selective(own),
        thresholds=_thresholds(manifest),
        how=manifest.how,
        data=_listing(manifest.data) or "The manifest says nothing of the data.",
        recipe=_listing(manifest.recipe) or "The manifest holds no recipe.",
        licence=_licence(manifest.licence),
        digest=own.get("test", {}).get("digest", "not evaluated"),
        rows=own.get("test", {}).get("rows", 0),
    )


def _front_matter(manifest: Manifest) -> str:
    """YAML; values are written as JSON, which YAML contains."""
    metrics = [
        {"type": kind, "name": name, "value": round(interval["value"], 4)}
        for kind, name, interval in _headline(manifest.evaluation)
    ]
    lines = [
        "language:",
        "- id",
        f"license: {manifest.licence.lower()}",
        "library_name: saring",
        "pipeline_tag: text-classification",
        "tags:",
        *(f"- {tag}" for tag in ("content-moderation", "multi-label", "indonesian", *manifest.categories)),
    ]
    if metrics:
        dataset = {"type": "saring-annotations", "name": "Saring frozen annotated test", "split": "test"}
        result = {"task": {"type": "text-classification"}, "dataset": dataset, "metrics": metrics}
        lines += [
            "model-index:",
            f"- name: {json.dumps(f'{manifest.name} {manifest.version}')}",
            "  results:",
            f"  - {json.dumps(result)}",
        ]
    return "\n".join(lines)


def _headline(figures: Figures) -> Iterable[tuple[str, str, Figures]]:
    for key, kind, name in (
        ("f1", "f1", "macro F1"),
        ("average_precision", "average_precision", "macro average precision"),
    ):
        if figures.get("macro", {}).get(key, {}).get("value") is not None:
            yield kind, name, figures["macro"][key]
    for category, own in figures.get("categories", {}).items():
        if own["f1"]["value"] is not None:
            yield "f1", f"F1 {category}", own["f1"]


def _what(manifest: Manifest) -> str:
    if manifest.kind == "linear":
        return "a linear model: TF-IDF of characters and words, one logistic regression per category"
    shape = ", ".join(
        f"{key} {value}" for key, value in manifest.encoder.items() if not isinstance(value, dict)
    )
    beside = " and a lexical part (TF-IDF of pieces and pairs)" if "lexical_rows" in manifest.encoder else ""
    return (
        f"a BERT encoder with an additive head{beside}: each category's logit is a sum of token terms "
        f"and a bias, and those terms are the evidence that is shown{f' ({shape})' if shape else ''}"
    )


def _licence(licence: str) -> str:
    if licence != LICENCE:
        return f"The weights are released under **{licence}**."
    return (
        "Among them is data under CC BY-NC-SA, so the weights are released under **CC BY-NC-SA 4.0**, "
        "for non-commercial use."
    )


def _categories() -> str:
    return table(
        ("category", "in English", "falls under it", "does not", "points of the circular"),
        [
            (
                f"`{one.id}`",
                one.name.en,
                one.yes.en,
                one.no.en,
                ", ".join(str(point) for point in one.guideline),
            )
            for one in taxonomy().categories
        ],
    )


def _figures(own: Figures, baseline: Figures | None) -> str:
    """Per category, this model and, where there is one, the baseline: one table per figure group."""
    parts = []
    named = [("this model", own)] + ([("baseline", baseline)] if baseline else [])
    for title, keys in (
        ("F1 and average precision", ("f1", "average_precision")),
        ("Precision and recall", ("precision", "recall")),
        ("Calibration error (ECE, 15 bins of equal width)", ("ece",)),
    ):
        header = ["category", "positives"]
        header += [f"{_NAMES[key]}, {who}" for key in keys for who, _ in named]
        rows = [
            [f"`{category}`", f"{own['categories'][category]['positives']:,}"]
            + [figure(figures["categories"][category][key]) for key in keys for _, figures in named]
            for category in own["categories"]
        ]
        rows.append(
            ["**macro**", ""] + [figure(figures["macro"][key]) for key in keys for _, figures in named]
        )
        parts.append(f"**{title}**\n\n{table(header, rows)}")
    clean = "; ".join(f"{who} {figure(figures['clean_flagged'], share=True)}" for who, figures in named)
    parts.append(
        f"Clean rows (none of the eight, {own['clean_rows']:,} rows) that are flagged all the same: {clean}."
    )
    if baseline:
        parts.append(
            f"The baseline is `{baseline['name']}` {baseline['version']} ({baseline['kind']}), same split."
        )
        if baseline.get("test", {}).get("digest") != own.get("test", {}).get("digest"):
            parts.append(
                "**The baseline was measured on another frozen test: do not set the figures side by side.**"
            )
    return "\n\n".join(parts)


def _authored(figures: Figures) -> str:
    authored = figures.get("authored")
    if not authored:
        return "No held-out rows of our own writing were scored."
    by_category = table(
        ("category", "positives", "F1", "average precision"),
        [
            (f"`{name}`", str(one["positives"]), figure(one["f1"]), figure(one["average_precision"]))
            for name, one in authored["categories"].items()
        ],
    )
    caution = "rows, by the writers of the training rows: easier than what others write."
    return f"{authored['rows']:,} {caution}\n\n{by_category}"


def _sources(figures: Figures) -> str:
    if not figures.get("sources"):
        return "Not measured."
    return table(
        ("source", "rows", "flagged", "clean rows", "clean rows flagged"),
        [
            (
                name,
                f"{one['rows']:,}",
                figure(one["flagged"], share=True),
                f"{one['clean_rows']:,}",
                figure(one["clean_flagged"], share=True),
            )
            for name, one in figures["sources"].items()
        ],
    )


def _thresholds(manifest: Manifest) -> str:
    calibration, thresholds = manifest.calibration, manifest.thresholds
    return table(
        ("category", "review from", "flag from", "temperature", "bias"),
        [
            (f"`{category}`", *(f"{value:.3f}" for value in values))
            for category, *values in zip(
                manifest.categories,
                thresholds.review,
                thresholds.flag,
                calibration.temperature,
                calibration.bias,
                strict=True,
            )
        ],
    )


def _listing(value: Mapping[str, Any], depth: int = 0) -> str:
    lines = []
    for key, entry in value.items():
        if isinstance(entry, Mapping):
            lines += [f"{'  ' * depth}- {key}:", _listing(entry, depth + 1)]
        elif isinstance(entry, list | tuple):
            lines.append(f"{'  ' * depth}- {key}: {', '.join(str(one) for one in entry)}")
        else:
            lines.append(f"{'  ' * depth}- {key}: {entry}")
    return "\n".join(line for line in lines if line)
