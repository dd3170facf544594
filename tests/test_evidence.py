from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saring.evidence import MOST_WORDS, SHARE, stretches, words_of
from saring.text import normalise
from saring.verdict import Evidence


def evidence(text: str, terms: dict[str, float]) -> tuple[Evidence, ...]:
    """Evidence where the units are the normalised text's words, with the terms given."""
    read = normalise(text)
    spans, values, at = [], [], 0
    for word in read.text.split(" "):
        spans.append((at, at + len(word)))
        values.append([terms.get(word, 0.0)])
        at += len(word) + 1
    words = words_of(read.text, np.array(spans, np.int32), np.array(values, np.float32))
    return stretches(read, words, 0)


def test_neighbours_are_one_stretch_of_the_original() -> None:
    found = evidence("Situs \uff33\uff2c\uff2f\uff34  gac\u200boooor di sini", {"slot": 3, "gacor": 2})
    assert found == (Evidence(6, 21, "\uff33\uff2c\uff2f\uff34  gac\u200boooor", 5.0),)


def test_only_what_speaks_for_the_category() -> None:
    assert [each.text for each in evidence("bukan slot", {"bukan": -9, "slot": 1})] == ["slot"]
    assert evidence("bukan slot", {"bukan": -9}) == ()


def test_the_strongest_words_until_most_of_the_sum() -> None:
    found = evidence("ab x cd x ef x gh", {"ab": 1, "cd": 50, "ef": 40, "gh": 9})
    assert [(each.text, each.weight) for each in found] == [("cd", 50), ("ef", 40)]


def test_at_most_so_many_words() -> None:
    text = " x ".join(f"w{at}" for at in range(30))
    assert len(evidence(text, {f"w{at}": 1.0 for at in range(30)})) == MOST_WORDS


def test_a_link_is_one_stretch_though_two_words_came_from_it() -> None:
    (found,) = evidence("klik https://slotgacor88.com/x ya", {"httpurl": 1, "slotgacor88": 2})
    assert found == Evidence(5, 30, "https://slotgacor88.com/x", 3.0)


def test_pieces_of_a_word_are_summed_and_a_pair_of_words_is_shared() -> None:
    spans = np.array([[0, 0], [0, 4], [4, 9], [0, 14], [0, 0]], np.int32)
    contributions = np.array([[7], [1], [2], [13], [7]], np.float32)
    words = words_of("slotgacor ayam!", spans, contributions)
    assert words.spans.tolist() == [[0, 9], [10, 14]]
    assert words.terms[:, 0].tolist() == pytest.approx([1 + 2 + 9, 4])


@settings(deadline=None)
@given(
    text=st.text(max_size=80),
    seed=st.integers(0, 2**32 - 1),
)
def test_offsets_are_of_the_text_as_sent(text: str, seed: int) -> None:
    read = normalise(text)
    generator = np.random.default_rng(seed)
    edges = np.unique(generator.integers(0, len(read.text) + 1, 12))
    spans = np.stack([edges[:-1], edges[1:]], axis=1).astype(np.int32)
    contributions = generator.normal(size=(len(spans), 2)).astype(np.float32)
    words = words_of(read.text, spans, contributions)
    for category in range(2):
        found = stretches(read, words, category)
        assert all(each.text == text[each.start : each.end] and each.text for each in found)
        assert all(each.weight >= 0 for each in found)
        assert all(one.end <= other.start for one, other in pairwise(found))
        positive = words.terms[words.terms[:, category] > 0, category]
        if 0 < len(positive) <= MOST_WORDS:
            assert sum(each.weight for each in found) >= SHARE * positive.sum() - 1e-3
