import pytest

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
