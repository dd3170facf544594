"""Corrections as labels: the CSV that ``saring train --add`` reads."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from saring.errors import InputError
from saring.scoring.sources import read_texts
from saring.taxonomy import taxonomy
from saring_serve.recent import text_key
from saring_serve.settings import StoreSettings
from saring_serve.store.corrections import Store
from saring_serve.store.tables import Correction

if TYPE_CHECKING:
    from rich.console import RenderableType

_SHOWN = 60  # characters of a text in the table of conflicts


@dataclass(frozen=True)
class Exported:
    """What an export did: ``rows`` were written; conflicts and texts that are not at hand were left out.

    ``conflicts`` are the differing corrections of each text, the oldest first, whether or not the latest
    was taken; ``without_text`` counts texts of which only the key is kept.
    """

    path: Path
    rows: int
    conflicts: Sequence[Sequence[Correction]]
    without_text: int
    latest: bool

    def __rich__(self) -> "RenderableType":
        from rich.console import Group
        from rich.text import Text

        parts: list[RenderableType] = []
        if self.conflicts:
            parts.append(_conflicts_table(self.conflicts, self.latest))
        if self.without_text:
            parts.append(
                Text(f"not stored: {self.without_text}; name the files that hold the texts (--texts)")
            )
        written = (
            f"rows in {self.path}: {self.rows}" if self.rows else "nothing to export, no file is written"
        )
        return Group(*parts, Text(written))


def export_labels(
    settings: StoreSettings, out: Path, *, texts: Sequence[Path] = (), latest: bool = False
) -> Exported:
    """Write one row per corrected text to ``out``, and remember that these corrections were exported.

    A text that is not stored is looked for in the files ``texts``, by its key. A text whose corrections
    differ is left out, unless the ``latest`` is to stand. Where there is no row, no file is written.

    Raises:
        InputError: ``out`` is there or is no CSV, there are no corrections, or a file cannot be read.
        StoreError: the database cannot be read or written.
    """
    if out.suffix.lower() != ".csv":
        raise InputError(f"{out}: the name must end in .csv")
    if out.exists():
        raise InputError(f"{out} is there already and may hold labels: name another output")
    if not settings.in_use:
        raise InputError(f"there are no corrections: {settings.file} does not exist; see SARING_DATA_DIR")
    known = {text_key(text): text for path in texts for text in read_texts(path)}
    store = Store.open(settings)
    try:
        by_text: defaultdict[str, list[Correction]] = defaultdict(list)
        for correction in store.all():
            by_text[correction.key].append(correction)
            if correction.text is not None:
                known[correction.key] = correction.text
        conflicts = [
            group for group in by_text.values() if any(one.labels != group[0].labels for one in group)
        ]
        refused = set() if latest else {group[0].key for group in conflicts}
        agreed = [group for key, group in by_text.items() if key not in refused]
        taken = [group for group in agreed if group[0].key in known]
        if taken:
            _write(out, [(known[group[-1].key], group[-1].labels) for group in taken])
            ids = [one.id for group in taken for one in group if one.exported is None]
            store.mark_exported(ids, datetime.now(UTC))
    finally:
        store.close()
    return Exported(out, len(taken), conflicts, len(agreed) - len(taken), latest)


def _write(out: Path, rows: Sequence[tuple[str, Mapping[str, int]]]) -> None:
    categories = taxonomy().ids
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(["text", *categories])
            writer.writerows([text, *(labels.get(one, "") for one in categories)] for text, labels in rows)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror or error}") from error


def _conflicts_table(conflicts: Sequence[Sequence[Correction]], latest: bool) -> "RenderableType":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    fate = "the latest of each was taken" if latest else "left out; --latest takes the latest of each"
    table = Table(
        box=box.SIMPLE_HEAD,
        title=f"corrections differ: {len(conflicts)} ({fate})",
        title_justify="left",
    )
    for title in ("text", "when", "reviewer", "labels"):
        table.add_column(title)
    for group in conflicts:
        for position, one in enumerate(group):
            labels = " ".join(f"{id_}={one.labels[id_]}" for id_ in taxonomy().ids if id_ in one.labels)
            table.add_row(
                Text(_named(group) if position == 0 else ""),
                f"{one.created:%Y-%m-%d %H:%M}",
                Text(one.reviewer or "-"),
                labels,
                end_section=position == len(group) - 1,
            )
    return table


def _named(group: Sequence[Correction]) -> str:
    text = next((one.text for one in group if one.text is not None), None)
    if text is None:
        return group[0].key
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
