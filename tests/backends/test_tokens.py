from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saring.backends.tokens import TokenWindows, cuts
from saring.errors import ArtefactError

lengths = st.lists(st.integers(1, 9), max_size=60)


@given(words=lengths, capacity=st.integers(1, 12), data=st.data())
def test_cuts_cover_everything_and_never_divide_a_word_that_fits(
    words: list[int], capacity: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, capacity - 1))
    starts = np.concatenate([[0], np.cumsum(words)])[:-1].astype(np.int64) if words else np.zeros(0, np.int64)
    length = sum(words)
    found = list(cuts(length, starts, capacity, overlap))

    assert sorted({at for start, end in found for at in range(start, end)}) == list(range(length))
    assert all(end - start <= capacity for start, end in found)
    firsts, lasts = zip(*found, strict=True)
    assert list(firsts) == sorted(set(firsts)) and list(lasts) == sorted(set(lasts))
    if max(words, default=0) <= capacity:
        assert {*firsts, *lasts} <= {*starts.tolist(), 0, length}


@given(length=st.integers(1, 300), capacity=st.integers(2, 40), data=st.data())
def test_neighbours_overlap_where_every_token_is_a_word(
    length: int, capacity: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, capacity - 1))
    found = list(cuts(length, np.arange(length), capacity, overlap))
    for (_, end), (start, _) in pairwise(found):
        assert end - start == overlap


@given(text=st.lists(st.text("abc019.,!@é😀", max_size=30), max_size=40).map(" ".join))
def test_windows_cover_the_text(windows: TokenWindows, text: str) -> None:
    (found,) = windows([text])
    read = np.zeros(len(text), bool)
    for window in found:
        assert len(window.ids) == len(window.spans) <= 16
        assert window.ids[0] == 2 and window.ids[-1] == 3
        assert not window.spans[[0, -1]].any()
        assert window.text in text
        for start, end in window.spans[1:-1]:
            read[start:end] = True
    assert all(read[at] for at, character in enumerate(text) if character in "abc019.,!@")
    assert sum(len(window.text) for window in found) >= len(text)


def test_a_short_text_is_one_window_with_its_places(windows: TokenWindows) -> None:
    (window,) = windows(["slotgacor ya"])[0]
    assert window.text == "slotgacor ya"
    assert window.spans.tolist() == [[0, 0], [0, 4], [4, 9], [10, 11], [11, 12], [0, 0]]


def test_a_text_without_tokens_is_still_a_window(windows: TokenWindows) -> None:
    (window,) = windows([""])[0]
    assert window.ids.tolist() == [2, 3]


def test_foreign_tokenizer_and_impossible_overlap_are_refused(model_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="overlap"):
        TokenWindows(model_folder / "tokenizer.json", 16, 14)
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ArtefactError, match=r"tokenizer\.json"):
        TokenWindows(tmp_path / "tokenizer.json", 16, 4)


@pytest.fixture(scope="module")
def windows(model_folder: Path) -> TokenWindows:
    return TokenWindows(model_folder / "tokenizer.json", 16, 4)
