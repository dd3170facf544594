"""Scores thousands of damaged tables: each ends well, or with an error that says why.

    python benchmarks/fuzz_tables.py --count 10000 --seed 0
    python benchmarks/fuzz_tables.py --seed 0 --case 4711

Well is: the counts add up, and the output holds the rows that it should. An error is an ``InputError``,
after which no output is there. Anything else, and what takes more than ten seconds of a core, is a finding.
A case is made from the seed and its number alone; ``--case`` runs one again, in the folder it is called in.
"""

import argparse
import csv
import faulthandler
import json
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from damage import damaged, whole
from instant import Instant

from saring.errors import InputError
from saring.scoring.tables import Summary, score_table

LONGEST = 10  # seconds of a core
JUDGE = Instant()
OUTPUTS = (".jsonl", ".csv", ".parquet", ".xlsx", ".json.gz", ".tsv.zst")


class TooLongError(BaseException):
    """Not an ``Exception``, so that nothing on the way takes it for one of its own."""


def run_case(seed: int, number: int, folder: Path) -> tuple[str, str]:
    """What was done to the file, and how it ended: ``scored`` or ``refused``.

    Raises:
        Exception: whatever was found.
    """
    chance = random.Random(f"{seed}/{number}")
    damage, name, content = damaged(whole(chance, folder), lambda: whole(chance, folder), chance)
    source = folder / name
    source.write_bytes(content)
    target = folder / f"out{chance.choice(OUTPUTS)}"
    column = chance.choice([None, "pesan" if name.startswith("in.txt") else "teks"])
    before = set(folder.iterdir())
    try:
        with limited(), temporary_files_in(folder):
            summary = score_table(source, target, JUDGE, column=column)
    except InputError as error:
        left = {path for path in folder.iterdir() if not path.name.endswith(".parts")} - before
        assert not left, f"an error, yet there is {left}"
        assert str(error).strip() and "\n" not in str(error), f"not one line: {error}"
        return damage, "refused"
    assert not list(folder.glob("tmp*")), "temporary files are left"
    check(summary, target)
    return damage, "scored"


def check(summary: Summary, target: Path) -> None:
    """The counts add up, and are those of the files."""
    assert summary.read == summary.scored + summary.rejected, summary
    named = target.with_name("out.rejected.jsonl")
    assert named.exists() == bool(summary.rejected), summary
    reasons = [json.loads(line)["reason"] for line in named.open(encoding="utf-8")] if named.exists() else []
    assert len(reasons) == summary.rejected, (len(reasons), summary)
    kept = summary.scored + sum(reason.startswith("no text in column") for reason in reasons)
    found = None
    if target.suffix == ".jsonl":
        found = target.read_bytes().count(b"\n")
    elif target.suffix == ".csv":
        csv.field_size_limit(1 << 30)
        with target.open(encoding="utf-8", newline="") as file:
            found = sum(1 for row in csv.reader(file, delimiter=_delimiter(summary)) if row) - 1
    elif target.suffix == ".parquet":
        from pyarrow.parquet import read_metadata

        found = read_metadata(target).num_rows
    assert found in (None, kept), f"{found} rows in the output, {kept} expected; {summary}"


def _delimiter(summary: Summary) -> str:
    said = summary.understood[0].partition("delimiter ")[2][:4]
    return next(
        (mark for name, mark in (("';'", ";"), ("'|'", "|"), ("'\\t'", "\t")) if said.startswith(name)), ","
    )


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def limited() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TooLongError(f"longer than {LONGEST} s of a core")

    signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, LONGEST)
    faulthandler.dump_traceback_later(60 * LONGEST, exit=True)  # where no signal gets through
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--case", type=int)
    arguments = parser.parse_args()
    if arguments.case is not None:
        print(*run_case(arguments.seed, arguments.case, Path.cwd()))
        return 0
    ends: Counter[str] = Counter()
    findings = 0
    longest, began = 0.0, time.process_time()
    for number in range(arguments.count):
        with TemporaryDirectory() as folder:
            start = time.process_time()
            try:
                _, end = run_case(arguments.seed, number, Path(folder))
                ends[end] += 1
            except (Exception, TooLongError):
                findings += 1
                print(
                    f"--seed {arguments.seed} --case {number}:\n{traceback.format_exc(limit=-4)}", flush=True
                )
            longest = max(longest, time.process_time() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.process_time() - began
    print(
        f"{arguments.count} files: {ends['scored']} scored, {ends['refused']} refused, {findings} findings; "
        f"{seconds:.0f} s of a core, the longest {longest:.1f} s; peak memory {peak:.0f} MB"
    )
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
