"""What the worker does with a file: look into it, score it, convert what was scored."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from saring.errors import InputError
from saring.scoring.columns import find_text_column
from saring.scoring.places import Place, local_place
from saring.scoring.sources import open_table
from saring.scoring.targets import cell_text
from saring.taxonomy import taxonomy
from saring_serve.jobs.folders import JobFolder
from saring_serve.jobs.uncertain import write_uncertain

PREVIEW_ROWS, PREVIEW_CHARACTERS = 5, 200
_SHOWN = 0.25  # seconds between two notes of the progress
_BLOCK = 1 << 20


class UnknownColumnError(InputError):
    """The table has no column of the name that was sent."""


def inspect(folder: JobFolder, *, column: str | None, most: int) -> dict[str, Any]:
    """Read the whole table once; keep its columns and first rows, and say which column holds the texts.

    ``column`` is the one that was asked for. The answer's is ``None`` where it cannot be told. A compressed
    file may unpack to ``most`` bytes.

    Raises:
        InputError: it cannot be read; ``UnknownColumnError``: it has no column ``column``.
    """
    place = local_place(Path(folder.name))
    if place.format.compression:
        _check_unpacked(place, most)
    table = open_table(place)
    readable = (row.cells for row in table.rows() if not row.problem)
    preview = [
        {name: cell_text(cells.get(name))[:PREVIEW_CHARACTERS] for name in table.columns}
        for cells in islice(readable, PREVIEW_ROWS)
    ]
    folder.write("table", {"columns": table.columns, "preview": preview})
    try:
        choice = find_text_column(table.columns, column)
    except InputError as error:
        if column is not None:
            raise UnknownColumnError(str(error)) from None
        return {"rows": table.count, "column": None, "why": None}
    return {"rows": table.count, "column": choice.column, "why": choice.why}


def score(folder: JobFolder, *, column: str, model: str) -> dict[str, Any]:
    """Score the table and keep what is to be reviewed of it; returns the summary.

    Raises:
        InputError: the table cannot be scored; ``ArtefactError``: the model in the folder ``model`` cannot
            be opened.
    """
    from saring.classifier import Classifier
    from saring.scoring.tables import score_table
    from saring_serve.jobs.downloads import scored_table

    classifier = Classifier.open(Path(model))
    scored = Path(folder.scored.name)
    progress = _progress(folder)
    report = folder.report("html").name
    summary = score_table(folder.name, scored, classifier, column=column, report=report, progress=progress)
    write_uncertain(
        scored_table(scored, classifier.manifest.categories), column, classifier.manifest, folder.uncertain
    )
    return asdict(summary)


def convert(folder: JobFolder, *, target: str) -> dict[str, Any]:
    """Write the scored table to the file ``target``.

    Raises:
        InputError: its format cannot hold the table.
    """
    from saring_serve.jobs import downloads

    downloads.convert(Path(folder.scored.name), Path(target), taxonomy().ids)
    return {}


TASKS: Mapping[str, Callable[..., dict[str, Any]]] = {"inspect": inspect, "score": score, "convert": convert}


def _progress(folder: JobFolder) -> Callable[[int, int], None]:
    noted = 0.0

    def note(done: int, total: int) -> None:
        nonlocal noted
        if done == total or time.monotonic() - noted >= _SHOWN:
            noted = time.monotonic()
            with suppress(OSError):  # a full disk fails what matters soon enough
                folder.write("progress", {"done": done, "total": total})

    return note


def _check_unpacked(place: Place, most: int) -> None:
    size = 0
    with place.bytes() as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > most:
                raise InputError(
                    f"{place.name} unpacks to more than {most >> 20:,} MB: divide it, or send it unpacked"
                )
