import re
import tomllib
from importlib.resources import files

import pytest

from saring.evaluation.perturbations import Perturbation, perturbations
from saring.text import normalise

BY_NAME = {one.name: one for one in perturbations()}
TEXT = "Kalau kamu tidak percaya dengan kabar ini, silakan tanya langsung ke pengurus yg jaga"


@pytest.mark.parametrize("one", perturbations(), ids=lambda one: one.name)
def test_a_seed_decides_and_something_is_touched(one: Perturbation) -> None:
    text = (
        "gue udah blg sm org itu, km jgn kayak gitu lg yg penting dgn cepet" if one.name == "formal" else TEXT
    )
    changed, touched, words = one.apply(text, seed=3)
    assert (changed, touched, words) == one.apply(text, seed=3)
    assert changed != text and 0 < touched <= words
    assert one("", seed=3) == ""


@pytest.mark.parametrize("one", perturbations(), ids=lambda one: one.name)
def test_links_handles_and_masks_are_left_alone(one: Perturbation) -> None:
    text = "@tidakada https://contoh.id/yang/itu USER <USERNAME> 12345"
    assert one.apply(text) == (text, 0, 0)


def test_the_share_of_words_touched_is_the_one_stated() -> None:
    text = "perhatikan " * 2000
    for name in ("leet", "spaced_letters", "stretched_letters", "typos"):
        _, touched, words = BY_NAME[name].apply(text)
        assert touched / words == pytest.approx(BY_NAME[name].share, abs=0.05), name


def test_what_each_does_to_a_word() -> None:
    def always(name: str, word: str) -> str:
        return Perturbation(name, 1.0, BY_NAME[name].rewrite, letters=1)(word)

    assert always("leet", "Sebagai") == "53b4941"
    assert always("spaced_letters", "rumah") in ("r u m a h", "r.u.m.a.h", "r-u-m-a-h")
    assert re.fullmatch("ru{3,6}mah|ruma{3,6}h", always("stretched_letters", "rumah"))
    assert always("look_alikes", "Kopi").isascii() is False and len(always("look_alikes", "Kopi")) == 4
    assert always("case", "rumah").lower() == "rumah"
    assert always("colloquial", "Tidak") in ("gak", "nggak", "ga", "tdk", "kagak")
    assert always("formal", "gpp yg") == "gpp yang"


def test_typos_are_one_slip_on_a_neighbouring_key() -> None:
    for seed in range(200):
        slipped = BY_NAME["typos"]("gembira", seed)
        assert slipped[0] == "g" and len(slipped) in (6, 7)
        if len(slipped) == 7 and sorted(slipped) != sorted("gembira"):
            ((old, new),) = [pair for pair in zip("gembira", slipped, strict=True) if pair[0] != pair[1]]
            assert new in {"e": "wrsd", "m": "njk", "b": "vghn", "i": "uojk", "r": "etdf"}[old]


@pytest.mark.parametrize("name", ["zero_width", "mathematical_alphabets", "case"])
def test_what_the_text_rules_fold_whole_reads_as_before(name: str) -> None:
    assert normalise(BY_NAME[name](TEXT)).text == normalise(TEXT).text


def test_no_written_form_leads_back_to_two_words() -> None:
    raw = tomllib.loads(files("saring.evaluation").joinpath("perturbations.toml").read_text(encoding="utf-8"))
    written = [short for shorts in raw["colloquial"].values() for short in shorts]
    assert len(raw["colloquial"]) >= 100
    assert len(set(written)) == len(written) and not set(written) & set(raw["colloquial"])
