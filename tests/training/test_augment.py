import numpy as np
import pytest

from saring.text import normalise
from saring.training.augment import _STYLES, brands, style_unicode, vary_brands

POST = "Modal receh di KUDA77 langsung cair, cek httpurl kuda77, bukan Anggrektoto atau maxwin 50rb"


def test_brands_are_renamed_alike_and_nothing_else_is() -> None:
    varied = vary_brands(POST, np.random.default_rng(0))
    names = brands(varied)
    assert brands(POST) == ["kuda77", "kuda77", "anggrektoto"]
    assert names[0] == names[1] != names[2]
    assert not set(names) & {"kuda77", "anggrektoto"}
    rest = POST.replace("KUDA77", names[0].upper()).replace("kuda77", names[0])
    assert varied == rest.replace("Anggrektoto", names[2].capitalize())


def test_every_made_up_name_looks_like_one() -> None:
    rng = np.random.default_rng(1)
    names = {brands(vary_brands("main di kuda77", rng))[0] for _ in range(500)}
    assert len(names) > 450


@pytest.mark.parametrize("plain", ["temen2 beli 100rb, jam 17 di lt2", "menyabet juara bundesliga", ""])
def test_ordinary_words_are_no_brands(plain: str) -> None:
    assert vary_brands(plain, np.random.default_rng(0)) is plain


def test_names_in_mathematical_letters_are_found() -> None:
    assert brands("gas ke 𝐊𝐔𝐃𝐀𝟕𝟕 sekarang") == ["kuda77"]


@pytest.mark.parametrize("style", range(len(_STYLES)))
def test_a_style_survives_normalisation(style: int) -> None:
    rng = np.random.default_rng(0)
    styled = normalise(_STYLES[style]("kuda77", rng)).text
    assert styled != "kuda77"
    assert "kuda77" not in styled


def test_one_word_is_styled_where_no_brand_is() -> None:
    plain = "ayo daftar bosku"
    styled = style_unicode(plain, np.random.default_rng(0))
    assert styled != plain
    assert sum(word in styled.split() for word in plain.split()) == 2
