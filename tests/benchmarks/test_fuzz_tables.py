from pathlib import Path

import fuzz_tables
import pytest

from saring.scoring.tables import Summary

BLOCK = 25


@pytest.mark.parametrize("first", range(0, 300, BLOCK))
def test_damaged_tables_end_well_or_with_an_error_that_says_why(tmp_path: Path, first: int) -> None:
    for case in range(first, first + BLOCK):
        folder = tmp_path / str(case)
        folder.mkdir()
        fuzz_tables.run_case(1, case, folder)


def test_a_case_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    ends = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        done = [fuzz_tables.run_case(7, case, folder) for case in range(5)]
        ends.append((done, sorted((path.name, path.read_bytes()) for path in folder.glob("in.*"))))
    assert ends[0] == ends[1]


def test_rows_that_are_missing_are_found(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("{}\n{}\n")
    summary = Summary(3, 3, 0, 0, 0, 0, {}, ("JSONL",), None)
    with pytest.raises(AssertionError, match="2 rows in the output, 3 expected"):
        fuzz_tables.check(summary, target)
