"""``/jobs`` when all is well: every format, columns, events, review, downloads, deletion."""

import csv
import gzip
import io
import itertools
import json
import logging
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pyarrow
import pytest
import xlsxwriter
from fake_service import CANARY
from job_service import CSV, ended, files_of, job_service, send
from pyarrow import parquet
from python_calamine import load_workbook

from saring.classifier import Classifier
from saring.scoring.tables import score_table
from saring.taxonomy import taxonomy

pytestmark = pytest.mark.anyio

TEXTS = ("slot gacor", "kucing", "bukan slot")


@pytest.fixture
async def client(models_folder: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with job_service(models_folder, tmp_path) as client:
        yield client


def sheet(rows: list[list[Any]]) -> bytes:
    with io.BytesIO() as file:
        book = xlsxwriter.Workbook(file)
        page = book.add_worksheet()
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
        book.close()
        return file.getvalue()


def parquet_file() -> bytes:
    with io.BytesIO() as file:
        parquet.write_table(pyarrow.table({"teks": TEXTS, "suka": [3, 1, 0]}), file)
        return file.getvalue()


OBJECTS = [{"teks": text, "suka": at} for at, text in enumerate(TEXTS)]
CHAT = "".join(f"01/02/24 10.0{at} - Sari: {text}\n" for at, text in enumerate(TEXTS))
TABLES = {
    "a.csv": (b"teks;suka\n" + b"".join(b"%s;1\n" % text.encode() for text in TEXTS), "csv"),
    "b.TSV": (b"teks\tsuka\n" + b"".join(b"%s\t1\n" % text.encode() for text in TEXTS), "csv"),
    "c.jsonl": ("".join(json.dumps(row) + "\n" for row in OBJECTS).encode(), "jsonl"),
    "d.json": (json.dumps(OBJECTS).encode(), "jsonl"),
    "e.txt": (CHAT.encode(), "csv"),
    "f.parquet": (parquet_file(), "parquet"),
    "g.xlsx": (sheet([["teks", "suka"], *([text, at] for at, text in enumerate(TEXTS))]), "xlsx"),
    "h.csv.gz": (gzip.compress(CSV), "csv"),
}


async def test_a_table_of_any_format_comes_back_scored_in_its_own(client: httpx.AsyncClient) -> None:
    jobs = {name: await send(client, name, table) for name, (table, _) in TABLES.items()}
    for name, (_, own) in TABLES.items():
        job = await ended(client, jobs[name])
        assert (job["state"], job["problem"], job["name"].lower()) == ("done", None, name.lower())
        assert list(job["summary"]["categories"]) == list(taxonomy().ids)
        assert job["summary"]["categories"]["perjudian"] == job["summary"]["flagged"] >= 1
        assert job["model"] == {"name": "saring-id", "version": "1"}
        assert job["results"][0] == {
            "kind": "table",
            "format": own,
            "url": f"/jobs/{job['id']}/result?format={own}",
        }
        answer = await client.get(f"/jobs/{job['id']}/result")
        assert answer.status_code == 200
        disposition = answer.headers["content-disposition"]
        assert disposition == f'attachment; filename="{name[0]}-saring.{own}"'
        assert decisions(own, answer.content)[:2] == ["flag", "clear"]


def decisions(form: str, table: bytes) -> list[str]:
    """The decisions in a downloaded table."""
    if form == "csv":
        dialect = csv.Sniffer().sniff(table.decode("utf-8-sig").partition("\n")[0], ",;\t")
        return [
            row["decision"] for row in csv.DictReader(io.StringIO(table.decode("utf-8-sig")), dialect=dialect)
        ]
    if form == "jsonl":
        return [json.loads(line)["decision"] for line in table.splitlines()]
    if form == "parquet":
        found: list[str] = parquet.read_table(io.BytesIO(table)).column("decision").to_pylist()
        return found
    header, *rows = load_workbook(io.BytesIO(table)).get_sheet_by_index(0).to_python()
    return [str(row[header.index("decision")]) for row in rows]


async def test_it_is_what_the_command_line_writes(
    client: httpx.AsyncClient, model_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "sama.csv").write_bytes(CSV)
    score_table(tmp_path / "sama.csv", tmp_path / "hasil.csv", Classifier.open(model_folder))
    job = await ended(client, await send(client, "sama.csv"))
    assert job["rows"] == {"done": 5, "total": 5}
    summary = {name: job["summary"][name] for name in ("read", "scored", "rejected", "repeated", "review")}
    assert summary == {"read": 5, "scored": 4, "rejected": 1, "repeated": 1, "review": 0}
    assert (await client.get(f"/jobs/{job['id']}/result")).content == (tmp_path / "hasil.csv").read_bytes()
    rejections = await client.get(f"/jobs/{job['id']}/rejections")
    assert rejections.content == (
        b'{"file": "sama.csv", "line": 4, "reason": "no text in column \'teks\'"}\n'
    )
    kinds = [(one["kind"], one["format"]) for one in job["results"]]
    assert kinds == [
        *(("table", form) for form in ("csv", "xlsx", "jsonl", "parquet")),
        *(("report", form) for form in ("html", "json")),
        ("rejections", "jsonl"),
    ]
    for result in job["results"]:
        answer = await client.get(result["url"])
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith("attachment")


async def test_other_formats_keep_what_the_verdicts_are(client: httpx.AsyncClient) -> None:
    job = await ended(client, await send(client))
    lines = (await client.get(f"/jobs/{job['id']}/result?format=jsonl")).text.splitlines()
    first, third = json.loads(lines[0]), json.loads(lines[2])
    assert (first["flagged"], first["sara_flagged"], third["flagged"]) == (True, False, None)
    assert first["perjudian_probability"] > 0.5 and first["id"] == "1"
    table = parquet.read_table(
        io.BytesIO((await client.get(f"/jobs/{job['id']}/result?format=parquet")).content)
    )
    assert table.schema.field("perjudian_probability").type == pyarrow.float64()
    assert table.column("flagged").to_pylist() == [True, False, None, False, True]
    wrong = await client.get(f"/jobs/{job['id']}/result?format=ods")
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (422, "wrong_type", "format")


async def test_no_cell_is_a_formula_where_it_is_downloaded(client: httpx.AsyncClient) -> None:
    cells = ["=1+1", "+SUM(A1)", "-2+3", "@a", "\tb", "＝1", "-5", "+62", "-3,5", "biasa"]
    rows = io.StringIO()
    csv.writer(rows).writerows([["teks", "=judul"], *(["kucing", cell] for cell in cells)])
    job = await ended(client, await send(client, "rumus.csv", rows.getvalue().encode()))
    expected = ["'=judul", *(f"'{cell}" for cell in cells[:6]), *cells[6:]]
    table = (await client.get(f"/jobs/{job['id']}/result?format=csv")).text
    assert [row[1] for row in csv.reader(io.StringIO(table))] == expected
    book = load_workbook(io.BytesIO((await client.get(f"/jobs/{job['id']}/result?format=xlsx")).content))
    values = book.get_sheet_by_index(0).to_python()
    assert [row[1] for row in values] == expected
    assert isinstance(values[1][4], float)
    lines = (await client.get(f"/jobs/{job['id']}/result?format=jsonl")).text.splitlines()
    assert [json.loads(line)["=judul"] for line in lines] == cells


async def test_a_job_waits_for_its_column_where_several_may_be_meant(client: httpx.AsyncClient) -> None:
    long = "kucing " * 60
    job = await send(client, "dua.csv", f"teks,pesan\nslot,{long}\n,slot\n".encode())
    assert (job["state"], job["text_column"], job["why"]) == ("waiting", None, None)
    assert job["columns"] == ["teks", "pesan"]
    assert job["preview"] == [{"teks": "slot", "pesan": long[:200]}, {"teks": "", "pesan": "slot"}]
    assert (job["rows"], job["results"]) == ({"done": 0, "total": 2}, [])
    early = await client.get(f"/jobs/{job['id']}/result")
    assert (early.status_code, early.json()["code"]) == (409, "job_not_done")
    wrong = await client.post(f"/jobs/{job['id']}/start", json={"text_column": "isi"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "unknown_column")
    started = await client.post(f"/jobs/{job['id']}/start", json={"text_column": "pesan"})
    assert started.status_code == 202 and started.json()["text_column"] == "pesan"
    job = await ended(client, job)
    assert (job["why"], job["summary"]["scored"], job["summary"]["flagged"]) == ("as asked", 2, 1)
    again = await client.post(f"/jobs/{job['id']}/start", json={"text_column": "teks"})
    assert (again.status_code, again.json()["code"]) == (409, "job_started")


async def test_hold_stops_after_the_preview_and_a_column_may_be_named(client: httpx.AsyncClient) -> None:
    held = await send(client, hold="1")
    assert (held["state"], held["text_column"], held["why"]) == ("waiting", "teks", "usual name")
    named = await ended(client, await send(client, text_column="id", hold="0"))
    assert (named["why"], named["summary"]["scored"]) == ("as asked", 5)
    assert (await client.get(f"/jobs/{held['id']}")).json()["state"] == "waiting"
    started = await client.post(f"/jobs/{held['id']}/start", json={"text_column": "teks"})
    assert started.json()["why"] == "usual name"
    assert (await ended(client, held))["summary"]["scored"] == 4


async def test_events_tell_every_change_and_end_with_the_job(client: httpx.AsyncClient) -> None:
    job = await send(client, table=b"teks\n" + b"slot gacor\n" * 20_000)
    answer = await client.get(f"/jobs/{job['id']}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [json.loads(data) for data in re.findall(r"^event: job\ndata: (.*)\n\n", answer.text, re.M)]
    states = [one["state"] for one in told]
    assert states == sorted(states, key=["queued", "running", "done"].index) and states[-1] == "done"
    done = [one["rows"]["done"] for one in told]
    assert done == sorted(done) and done[-1] == 20_000
    assert all(one != other for one, other in itertools.pairwise(told))
    assert (await client.get(f"/jobs/{'0' * 32}/events")).status_code == 404


async def test_deleting_stops_a_job_at_once_and_leaves_nothing(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    running = await send(client, table=b"teks\n" + b"".join(b"slot gacor %d\n" % at for at in range(60_000)))
    queued = await send(client)
    assert queued["state"] == "queued" and queued["ahead"] == 1
    with anyio.fail_after(30):
        while (await client.get(f"/jobs/{running['id']}")).json()["state"] != "running":
            await anyio.sleep(0.02)
    started = time.monotonic()
    assert (await client.delete(f"/jobs/{running['id']}")).status_code == 204
    assert time.monotonic() - started < 5
    assert (await client.get(f"/jobs/{running['id']}")).json()["code"] == "unknown_job"
    assert (await ended(client, queued))["state"] == "done"
    assert (await client.delete(f"/jobs/{queued['id']}")).status_code == 204
    assert files_of(tmp_path) == set()
    metrics = (await client.get("/metrics")).text
    assert 'saring_job_seconds_count{outcome="deleted"} 1.0' in metrics
    assert 'saring_job_seconds_count{outcome="done"} 1.0' in metrics
    assert "saring_job_rows_total 5.0" in metrics


async def test_a_table_that_breaks_while_it_is_scored_fails_its_job_alone(
    client: httpx.AsyncClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    job = await send(client, f"{CANARY}.csv", f"teks,flagged\n{CANARY},1\n".encode(), text_column="teks")
    job = await ended(client, job)
    assert (job["state"], job["problem"]["code"]) == ("failed", "unusable_table")
    assert "flagged" in job["problem"]["detail"] and job["columns"] == ["teks", "flagged"]
    assert files_of(tmp_path) == {job["id"], f"{job['id']}/table.json"}
    assert (await ended(client, await send(client)))["state"] == "done"
    assert not any(CANARY in line.getMessage() for line in caplog.records if line.name.startswith("saring"))


async def test_nothing_of_a_file_reaches_a_log(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        job = await send(client, f"{CANARY}.csv", f"{CANARY},teks\n{CANARY},{CANARY} slot\n".encode())
        await ended(client, job)
        await client.get(f"/jobs/{job['id']}/result?format=xlsx")
        await client.post("/jobs", files={"file": (f"{CANARY}.csv", f'{CANARY}\n"'.encode())})
    assert not any(CANARY in line.getMessage() for line in caplog.records if line.name.startswith("saring"))
