"""Newly labelled rows for retraining: CSV or JSON lines, or a JSON export of Label Studio.

CSV and JSON lines have a column ``text`` and either one column per category (1, 0, empty = unknown) or
``labels``, a list of category ids (what is not listed is 0). A Label Studio task has its text in
``data.text`` and its categories in the ``choices`` of its annotations (not chosen: 0).
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from saring.corpora.annotations import agreed
from saring.corpora.dataset import Dataset, dataset_of
from saring.corpora.duplicates import SimilarityIndex
from saring.corpora.keys import row_key
from saring.corpora.safety import violates_minor_safety
from saring.corpora.signatures import Signatures, signatures
from saring.errors import CorpusError
from saring.taxonomy import taxonomy

if TYPE_CHECKING:
    from rich.table import Table

_CELLS = {"1": 1.0, "0": 0.0, "": np.nan, "true": 1.0, "false": 0.0, "none": np.nan}
_NOTHING_CHOSEN = {"clean", "none", "bersih", "aman", "-"}


@dataclass(frozen=True)
class AddedSummary:
    """What was understood: ``rows`` of the ``read`` are kept; the other counts say what was left out.

    ``repeated``: texts given before; ``unlabelled``: all categories unknown; ``like_test``: near-duplicates
    of the frozen test. ``positives`` and ``unknown`` count the kept rows by category.
    """

    read: int
    rows: int
    clean: int
    repeated: int
    unlabelled: int
    like_test: int
    unsafe: int
    positives: Mapping[str, int]
    unknown: Mapping[str, int]

    def __rich__(self) -> "Table":
        from rich import box
        from rich.table import Table

        left_out = ", ".join(
            f"{number} {reason}"
            for number, reason in (
                (self.repeated, "repeated"),
                (self.unlabelled, "without a label"),
                (self.like_test, "like the frozen test"),
                (self.unsafe, "against the minor-safety rule"),
            )
            if number
        )
        view = Table(
            box=box.SIMPLE_HEAD,
            title=f"{self.rows} of {self.read} rows taken, {self.clean} of them clean",
            title_justify="left",
            caption=f"left out: {left_out}" if left_out else None,
            caption_justify="left",
        )
        view.add_column("category")
        for title in ("yes", "no", "unknown"):
            view.add_column(title, justify="right")
        for category in taxonomy().ids:
            yes, unknown = self.positives[category], self.unknown[category]
            view.add_row(category, str(yes), str(self.rows - yes - unknown), str(unknown))
        return view


def read_added(paths: Sequence[Path], known: Dataset | None = None) -> tuple[Dataset, AddedSummary]:
    """Read newly labelled rows; all stand in ``train``, with the origin ``added``.

    Rows that nearly duplicate a test text of ``known`` are refused and counted, or the figures of the
    retrained model would flatter it. A text given twice counts once; where its labels contradict, they
    become unknown. Raises ``CorpusError`` that names the row and the field that is wrong.
    """
    texts: dict[str, str] = {}
    labels: dict[str, NDArray[np.float32]] = {}
    read, unsafe = 0, 0
    for path in paths:
        before = read
        for text, cells in _rows(path):
            read += 1
            if violates_minor_safety(text):
                unsafe += 1
                continue
            key = row_key(text)
            texts[key] = text
            labels[key] = agreed(labels[key], cells) if key in labels else cells
        if read == before:
            raise CorpusError(f"{path} holds no rows")
    judged = [key for key in texts if not np.isnan(labels[key]).all()]
    refused = _near(judged, [texts[key] for key in judged], known.split("test") if known else None)
    kept = [key for key in judged if key not in refused]
    count = len(kept)
    chosen = dataset_of(
        [texts[key] for key in kept],
        ["added"] * count,
        kept,
        [f"added/{key}" for key in kept],
        ["train"] * count,
        [labels[key] for key in kept],
        ["added"] * count,
    )
    summary = AddedSummary(
        read=read,
        rows=count,
        clean=int(np.all(chosen.labels == 0, axis=1).sum()),
        repeated=read - unsafe - len(texts),
        unlabelled=len(texts) - len(judged),
        like_test=len(refused),
        unsafe=unsafe,
        positives=_per_category(chosen.labels >= 0.5),
        unknown=_per_category(np.isnan(chosen.labels)),
    )
    return chosen, summary


def _per_category(cells: NDArray[np.bool_]) -> dict[str, int]:
    return dict(zip(taxonomy().ids, cells.sum(axis=0).tolist(), strict=True))


def _near(keys: Sequence[str], texts: Sequence[str], frozen: Dataset | None) -> set[str]:
    if frozen is None or not len(frozen) or not keys:
        return set()
    theirs: Signatures = signatures(frozen.keys, frozen.texts)
    ours = signatures(keys, texts)
    index = SimilarityIndex()
    for number, minhash in enumerate(theirs.minhashes):
        index.add(number, minhash)
    return {key for key, minhash in zip(keys, ours.minhashes, strict=True) if index.similar(minhash)}


def _rows(path: Path) -> Iterator[tuple[str, NDArray[np.float32]]]:
    try:
        content = path.read_bytes().decode("utf-8-sig")  # line ends inside a text stay as they are
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    match path.suffix.lower():
        case ".csv":
            return _csv_rows(path, content)
        case ".jsonl":
            return _json_lines(path, content)
        case ".json":
            return _label_studio_rows(path, content)
        case other:
            raise CorpusError(f"{path}: {other or 'no ending'} is not known; give .csv, .jsonl or .json")


def _csv_rows(path: Path, content: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    reader = csv.DictReader(io.StringIO(content, newline=""), strict=True)
    _check_columns(path, reader.fieldnames or ())
    try:
        for number, row in enumerate(reader, start=1):
            if None in row:
                raise CorpusError(
                    f"{path}, row {number}: more cells than columns; quote texts that hold commas"
                )
            yield _row(row, f"{path}, row {number}")
    except csv.Error as error:
        raise CorpusError(f"{path}, line {reader.line_num}: {error}") from error


def _json_lines(path: Path, content: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CorpusError(f"{path}, row {number}: not JSON ({error.msg})") from error
        if not isinstance(row, dict):
            raise CorpusError(f"{path}, row {number}: not an object")
        _check_columns(path, row, f", row {number}")
        yield _row(row, f"{path}, row {number}")


def _check_columns(path: Path, columns: Sequence[str] | Mapping[str, Any], place: str = "") -> None:
    if "text" not in columns:
        raise CorpusError(f"{path}{place}: no column text; it has {', '.join(columns) or 'none'}")
    if "labels" not in columns and not set(taxonomy().ids) & set(columns):
        raise CorpusError(
            f"{path}{place}: no column labels and none of {', '.join(taxonomy().ids)}; nothing to learn from"
        )


def _row(row: Mapping[str, Any], place: str) -> tuple[str, NDArray[np.float32]]:
    text = _text(row["text"], place)
    if row.get("labels") is not None:
        return text, _listed(_as_list(row["labels"], place), place)
    return text, np.array([_cell(row, category, place) for category in taxonomy().ids], dtype=np.float32)


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise CorpusError(f"{place}, field text: empty or no text")
    return value.strip()


def _cell(row: Mapping[str, Any], category: str, place: str) -> float:
    value = row.get(category)
    cell = str("" if value is None else value).strip().lower().removesuffix(".0")
    if cell not in _CELLS:
        raise CorpusError(f"{place}, field {category}: {value!r} is not 1, 0 or empty")
    return _CELLS[cell]


def _as_list(value: Any, place: str) -> list[str]:
    if isinstance(value, str):
        stripped = value.strip()
        if not stripped.startswith("["):
            return stripped.replace(";", ",").split(",")
        try:
            value = json.loads(stripped)
        except json.JSONDecodeError as error:
            raise CorpusError(f"{place}, field labels: not a JSON list ({error.msg})") from error
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CorpusError(f"{place}, field labels: not a list of category ids")
    return value


def _listed(named: Sequence[str], place: str) -> NDArray[np.float32]:
    labels = np.zeros(len(taxonomy().ids), dtype=np.float32)
    for name in (item.strip().lower() for item in named):
        if name in ("", *_NOTHING_CHOSEN):
            continue
        if name not in taxonomy().ids:
            raise CorpusError(f"{place}, field labels: {name!r} is none of {', '.join(taxonomy().ids)}")
        labels[taxonomy().ids.index(name)] = 1
    return labels


def _label_studio_rows(path: Path, content: str) -> Iterator[tuple[str, NDArray[np.float32]]]:
    try:
        tasks = json.loads(content)
    except json.JSONDecodeError as error:
        raise CorpusError(f"{path} is not JSON (line {error.lineno}: {error.msg})") from error
    if not isinstance(tasks, list):
        raise CorpusError(f"{path}: a Label Studio export is a list of tasks; export as JSON, not JSON-MIN")
    for number, task in enumerate(tasks, start=1):
        place = f"{path}, row {number}"
        if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
            raise CorpusError(f"{place}, field data: missing; is this a Label Studio JSON export?")
        text = _text(task["data"].get("text"), place)
        opinions = [
            _listed(_choices(annotation, place), place)
            for annotation in task.get("annotations", [])
            if not annotation.get("was_cancelled")
        ]
        unknown = np.full(len(taxonomy().ids), np.nan, dtype=np.float32)
        for position, opinion in enumerate(opinions):
            unknown = opinion if position == 0 else agreed(unknown, opinion)
        yield text, unknown


def _choices(annotation: Mapping[str, Any], place: str) -> list[str]:
    chosen: list[str] = []
    for result in annotation.get("result", []):
        if result.get("type") == "choices":
            chosen += _as_list(result.get("value", {}).get("choices"), place)
    return chosen
