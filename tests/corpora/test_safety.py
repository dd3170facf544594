import re
from pathlib import Path

import pytest

from saring.corpora import safety
from saring.corpora.keys import row_key
from saring.corpora.safety import violates_minor_safety


@pytest.mark.parametrize(
    "text",
    [
        "Ibu membeli susu di pasar.",
        "penyuluhan kesehatan seksual untuk remaja",
        "SUSU ANAK SAPI",
    ],
)
def test_co_occurrence_is_taken_out_however_harmless(text: str) -> None:
    assert violates_minor_safety(text)


@pytest.mark.parametrize(
    "text",
    ["susu kambing segar", "anak ayam berlari di halaman", "ibukota pindah", "", "smashed avocado"],
)
def test_one_side_alone_stays(text: str) -> None:
    assert not violates_minor_safety(text)


def test_a_row_that_a_reader_refused_is_known_by_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = tmp_path / "refused.txt"
    refused.write_text(row_key("susu kambing segar") + "\n")
    monkeypatch.setattr(safety, "_REFUSED", refused)
    safety._refused.cache_clear()
    try:
        assert violates_minor_safety("susu kambing segar")
        assert not violates_minor_safety("susu kambing segar!")
    finally:
        safety._refused.cache_clear()


def test_the_list_of_refused_rows_holds_keys_only() -> None:
    keys = safety._REFUSED.read_text("ascii").split()
    assert keys == sorted(set(keys))
    assert all(re.fullmatch("[0-9a-f]{16}", key) for key in keys)
