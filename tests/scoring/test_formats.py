"""A table says the same in every format that it is written in."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from typer.testing import CliRunner
from xlsxwriter import Workbook

from saring.classifier import Classifier
from saring.cli.app import app
from saring.errors import InputError
from saring.scoring.places import find_places
from saring.scoring.sources import open_table
from saring.scoring.tables import Summary, score_table

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Classifier:
    return Classifier.open(model_folder)


def as_csv(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def as_parquet(rows: Rows) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def as_xlsx(rows: Rows) -> bytes:
    file = io.BytesIO()
    with Workbook(file) as book:
        sheet = book.add_worksheet()
        for line, cells in enumerate([list(rows[0]), *([row[column] for column in rows[0]] for row in rows)]):
            for at, cell in enumerate(cells):
                sheet.write_string(line, at, cell)
    return file.getvalue()


WRITERS: dict[str, Callable[[Rows], bytes]] = {
    "in.csv": as_csv,
    "in.tsv": lambda rows: as_csv(rows, "\t"),
    "utf-16.csv": lambda rows: as_csv(rows, ";", "utf-16"),
    "in.jsonl": lambda rows: "\n".join(map(json.dumps, rows)).encode(),
    "in.json": lambda rows: json.dumps(rows, indent=1, ensure_ascii=False).encode(),
    "in.parquet": as_parquet,
    "in.xlsx": as_xlsx,
}
COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
}


def rows_of(path: Path) -> list[dict[str, Any]]:
    with find_places(str(path)) as places:
        return [row.cells for row in open_table(places[0]).rows()]


def as_text(value: Any) -> str:
    """What a CSV would say, as its readers know it: all cells are texts there."""
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(float(value)) if isinstance(value, float | int) else value


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(st.fixed_dictionaries({"teks": cells, "lain": cells}), min_size=1, max_size=6),
    compressions=st.lists(st.sampled_from(list(COMPRESS)), min_size=len(WRITERS), max_size=len(WRITERS)),
)
def test_any_table_scores_to_the_same_values_in_every_format(
    tmp_path: Path, classifier: Classifier, rows: Rows, compressions: list[str]
) -> None:
    rows = [{"teks": "slot gacor", "lain": "x"}, *rows]
    expected: list[dict[str, Any]] | None = None
    for (name, write), compression in zip(WRITERS.items(), compressions, strict=True):
        source = tmp_path / f"{name}{compression}"
        source.write_bytes(COMPRESS[compression](write(rows)))
        target = tmp_path / "out.jsonl"
        assert score_table(source, target, classifier).read == len(rows)
        found = rows_of(target)
        expected = expected or found
        assert found == expected, name
    assert expected is not None
    assert [{"teks": row["teks"], "lain": row["lain"]} for row in expected] == rows


@pytest.mark.parametrize("compression", COMPRESS)
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx"])
def test_every_format_is_written_and_read_back(
    tmp_path: Path, classifier: Classifier, ending: str, compression: str
) -> None:
    source, plain = tmp_path / "in.jsonl", tmp_path / "plain.jsonl"
    rows = [
        {"teks": "slot, gacor\n=1+1", "nomor": 2**60, "suka": 3},
        {"teks": "kucing ✨", "suka": 1.5},
        {"suka": 0},
    ]
    source.write_text("\n".join(map(json.dumps, rows)))
    score_table(source, plain, classifier)
    target = tmp_path / f"out{ending}{compression}"
    score_table(source, target, classifier)
    expected = [
        {column: as_text(value) if column != "nomor" else str(value) for column, value in row.items()}
        for row in rows_of(plain)
    ]
    found = rows_of(target)
    for row, other in zip(found, expected, strict=True):
        for column, value in other.items():
            got = row.get(column)
            if column == "suka" and ending in (".csv", ".tsv"):
                assert got in ("3", "1.5", "0")
            elif column == "nomor":
                assert str(got or "") == value.replace("None", "")
            else:
                assert as_text(float(got) if column.endswith("probability") and got else got) == value
    first = target.read_bytes()
    score_table(source, target, classifier)
    assert target.read_bytes() == first


def test_parquet_keeps_its_types(tmp_path: Path, classifier: Classifier) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    table = pa.table(
        {
            "teks": ["slot", "ya"],
            "waktu": pa.array([datetime(2026, 1, 2, 3, 4), None], pa.timestamp("us", "Asia/Jakarta")),
            "tag": [["a"], []],
            "n": pa.array([1, None], pa.int8()),
        }
    )
    parquet.write_table(table, source)
    score_table(source, target, classifier)
    assert parquet.read_table(target).select(table.column_names).equals(table)


def test_a_folder_a_pattern_and_what_lies_beside(tmp_path: Path, classifier: Classifier) -> None:
    folder = tmp_path / "in"
    (folder / "dalam").mkdir(parents=True)
    (folder / "b.csv").write_text("teks,n\nslot,1\n")
    (folder / "dalam" / "a.jsonl").write_text('{"komentar": "kucing"}\n')
    (folder / "_SUCCESS.csv").write_text("")
    (folder / "baca.md").write_text("")
    summary = score_table(folder, tmp_path / "out.jsonl", classifier)
    rows = rows_of(tmp_path / "out.jsonl")
    assert [row["file"] for row in rows] == [str(folder / "b.csv"), str(folder / "dalam" / "a.jsonl")]
    assert [row["flagged"] for row in rows] == [True, False] and len(summary.understood) == 2
    assert score_table(f"{folder}/*.csv", tmp_path / "out.csv", classifier).read == 1
    with pytest.raises(InputError, match="outside of it"):
        score_table(folder, folder / "out.csv", classifier)
    with pytest.raises(InputError, match="no table"):
        score_table(f"{folder}/*.parquet", tmp_path / "out.csv", classifier)


ANDROID = "12/03/24 21.05 - Pesan terenkripsi\n12/03/24 21.06 - Budi: slot gacor\nlagi\n"
IOS = "\u200e[12/03/24, 21.06.11] Budi S: slot gacor\r\nlagi\r\n"


@pytest.mark.parametrize(("chat", "sender"), [(ANDROID, "Budi"), (IOS, "Budi S")])
def test_whatsapp_chats(tmp_path: Path, classifier: Classifier, chat: str, sender: str) -> None:
    (tmp_path / "chat.txt").write_bytes(chat.encode())
    summary: Summary = score_table(tmp_path / "chat.txt", tmp_path / "out.jsonl", classifier)
    last = rows_of(tmp_path / "out.jsonl")[-1]
    assert (last["pengirim"], last["pesan"], last["flagged"]) == (sender, "slot gacor\nlagi", True)
    assert last["waktu"].startswith("12/03/24") and "'pesan'" in summary.understood[0]


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("compression", ["", ".gz"])
def test_standard_input_to_standard_output(tmp_path: Path, name: str, compression: str) -> None:
    given_bytes = COMPRESS[compression](WRITERS[name]([{"teks": "slot gacor", "n": "1"}]))
    result = CliRunner().invoke(app, ["score", "-", "-o", "-"], input=given_bytes)
    assert result.exit_code == 0, result.stderr
    ending = "".join(Path(name).suffixes)
    (tmp_path / f"out{ending}").write_bytes(result.stdout_bytes)
    (row,) = rows_of(tmp_path / f"out{ending}")
    assert (row["teks"], row["decision"]) == ("slot gacor", "flag")
