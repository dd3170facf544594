"""Texts for people to label, in the forms that ``corpora.added`` takes back when they are filled in."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

from saring.errors import InputError
from saring.taxonomy import taxonomy

CHOICES, TEXT = "kategori", "text"
"""What Label Studio's labelling config calls the choices and the text (``docs/retraining.md``)."""


def label_files(out: Path) -> list[Path]:
    """The files that ``out`` stands for: a CSV, Label Studio tasks (``.json``), without an ending both.

    Raises:
        InputError: another ending, or a file that is there: it may hold labels.
    """
    if out.suffix.lower() not in ("", ".csv", ".json"):
        raise InputError(f"{out}: the name must end in .csv or .json, or have no ending for both")
    files = [out] if out.suffix else [out.with_suffix(ending) for ending in (".csv", ".json")]
    if there := [file for file in files if file.exists()]:
        raise InputError(f"{there[0]} is there already and may hold labels: name another output")
    return files


def write_label_files(
    files: Sequence[Path], texts: Sequence[str], suggested: Sequence[Sequence[str]], model: str
) -> None:
    """Write ``texts`` to each of ``files``, by its ending.

    A CSV has ``text`` and a column per category, empty. A Label Studio task shows the categories that
    ``model`` suggests for its text as a prediction; a prediction is no label until a person submits it.
    """
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix.lower() == ".csv":
            _write_csv(file, texts)
        else:
            _write_tasks(file, texts, suggested, model)


def _write_csv(path: Path, texts: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["text", *taxonomy().ids])
        writer.writerows([text, *("" for _ in taxonomy().ids)] for text in texts)


def _write_tasks(path: Path, texts: Sequence[str], suggested: Sequence[Sequence[str]], model: str) -> None:
    def result(categories: Sequence[str]) -> list[dict[str, object]]:
        choice = {"from_name": CHOICES, "to_name": TEXT, "type": "choices"}
        return [choice | {"value": {"choices": list(categories)}}] if categories else []

    tasks = [
        {"data": {"text": text}, "predictions": [{"model_version": model, "result": result(categories)}]}
        for text, categories in zip(texts, suggested, strict=True)
    ]
    path.write_text(json.dumps(tasks, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
