from dataclasses import replace
from pathlib import Path

import numpy as np
from posts import vector
from rich.console import Console
from typer.testing import CliRunner

from saring.cli.app import app
from saring.corpora.dataset import Dataset
from saring.corpora.statistics import count, group_table, length_table, source_table, summary_table


def small() -> Dataset:
    return Dataset(
        texts=["a", "b", "c", "d"],
        corpora=["x", "x", "y", "x"],
        keys=list("1234"),
        groups=list("1234"),
        splits=["train", "train", "test", "train"],
        labels=np.stack([vector(hoaks=1), vector(), vector(sara=np.nan, hoaks=1), vector(hoaks=0.4)]),
        origins=["annotation", "annotation", "authored", "corpus"],
    )


def test_rows_are_counted_by_source_side_and_origin() -> None:
    counts = {(entry.corpus, entry.split, entry.origin): entry for entry in count(small())}
    assert set(counts) == {("x", "train", "annotation"), ("y", "test", "authored"), ("x", "train", "corpus")}
    judged = counts["x", "train", "annotation"]
    assert (judged.rows, judged.clean, judged.positives["hoaks"]) == (2, 1, 1)
    assert counts["y", "test", "authored"].clean == 0
    soft = counts["x", "train", "corpus"]
    assert (soft.clean, soft.positives["hoaks"]) == (1, 0)


def test_tables_show_the_counts() -> None:
    console = Console(width=120)
    with console.capture() as capture:
        console.print(source_table(count(small())), summary_table(count(small())))
    lines = [line.split() for line in capture.get().splitlines()]
    assert ["x", "annotation", "train", "2", "1", "1", *"·······"] in lines
    assert ["hoaks", "1", "1", "·"] in lines


def test_groups_on_two_sides_and_long_texts_are_seen() -> None:
    rows = replace(small(), groups=["1", "1", "1", "4"], texts=["a", "b c", "d", "e f g"])
    console = Console(width=120)
    with console.capture() as capture:
        console.print(group_table(rows), length_table(rows))
    lines = [line.split() for line in capture.get().splitlines()]
    assert ["1", "1", "1", "·"] in lines
    assert ["3", "to", "5", "1", "3", "1"] in lines
    assert ["x", "3", "2", "2", "3"] in lines


def test_stats_prints_and_saves_a_picture(tmp_path: Path) -> None:
    small().save(tmp_path / "rows.parquet")
    result = CliRunner().invoke(
        app, ["data", "stats", "--dataset", str(tmp_path / "rows.parquet"), "--out", str(tmp_path / "p.png")]
    )
    assert result.exit_code == 0, result.output
    assert "annotation" in result.output
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_stats_without_a_dataset_says_what_to_do(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["data", "stats", "--dataset", str(tmp_path / "none.parquet")])
    assert result.exit_code == 2
    assert "saring data build" in result.output
