"""Windows for models that read tokens: long texts are cut between words, and nothing is left out."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from saring.backends import Window
from saring.errors import ArtefactError

PAD = 0  # any token will do: the mask hides it
CONTINUATION = "##"


class TokenWindows:
    """Cuts normalised texts into windows of at most ``tokens`` tokens, ``[CLS]`` and ``[SEP]`` included.

    Consecutive windows share at least ``overlap`` tokens where a word start allows it. A word is
    divided only when it is longer than a whole window.
    """

    def __init__(self, path: Path, tokens: int, overlap: int) -> None:
        if not 0 <= overlap < tokens - 2:
            raise ArtefactError(
                f"windows of {tokens} tokens cannot overlap by {overlap}: the manifest's window is wrong"
            )
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the Rust library raises bare exceptions
            raise ArtefactError(f"{path} cannot be read as a tokenizer: {error}") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        vocabulary = self._tokenizer.get_vocab()
        try:
            self._opening, self._closing = vocabulary["[CLS]"], vocabulary["[SEP]"]
        except KeyError as error:
            raise ArtefactError(f"{path} has no token {error.args[0]}: it is no BERT tokenizer") from None
        self._starts_word = np.ones(max(vocabulary.values()) + 1, bool)
        self._starts_word[[at for piece, at in vocabulary.items() if piece.startswith(CONTINUATION)]] = False
        self._capacity = tokens - 2
        self._overlap = overlap

    def __call__(self, texts: Sequence[str]) -> list[list[Window]]:
        """The windows of each text, in order; together they cover every token, at least one each."""
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [
            self._windows(
                text,
                np.array(encoding.ids, np.int64),
                np.array(encoding.offsets, np.int32).reshape(-1, 2),
            )
            for text, encoding in zip(texts, encodings, strict=True)
        ]

    def _windows(self, text: str, ids: NDArray[np.int64], spans: NDArray[np.int32]) -> list[Window]:
        word_starts = np.flatnonzero(self._starts_word[ids])
        windows = []
        for start, end in cuts(len(ids), word_starts, self._capacity, self._overlap):
            # from the first token to the next window's: no character falls between two windows
            begin = spans[start, 0] if start else 0
            finish = spans[end, 0] if end < len(ids) else len(text)
            framed = np.zeros((end - start + 2, 2), np.int32)
            framed[1:-1] = spans[start:end]
            framed_ids = np.concatenate([[self._opening], ids[start:end], [self._closing]])
            windows.append(Window(text[begin:finish], framed_ids, framed))
        return windows


def cuts(
    length: int, word_starts: NDArray[np.int64], capacity: int, overlap: int
) -> Iterator[tuple[int, int]]:
    """Stretches ``start, end`` of at most ``capacity`` tokens that cover ``range(length)``.

    ``word_starts`` are the positions, ascending, where a token begins a word.
    """
    start = end = 0
    while True:
        reach = min(start + capacity, length)
        if reach < length:
            reach = _last(word_starts, start, reach) or reach
        if end and reach <= end:  # all of it was in the window before
            start = end
            continue
        end = reach
        yield start, end
        if end == length:
            return
        start = _last(word_starts, start, end - overlap) or _first(word_starts, start, end) or end


def _last(word_starts: NDArray[np.int64], after: int, until: int) -> int | None:
    """The last word start in ``(after, until]``."""
    at = int(np.searchsorted(word_starts, until, side="right")) - 1
    return int(word_starts[at]) if at >= 0 and word_starts[at] > after else None


def _first(word_starts: NDArray[np.int64], after: int, until: int) -> int | None:
    """The first word start in ``(after, until]``."""
    at = int(np.searchsorted(word_starts, after, side="right"))
    return int(word_starts[at]) if at < len(word_starts) and word_starts[at] <= until else None
