"""Registers of unlabelled text as passages of token ids, kept beside the run so that it resumes quickly."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from tokenizers import Tokenizer

from saring.corpora.annotations import UNLABELLED, read_unlabelled
from saring.corpora.protected import opening
from saring.corpora.safety import violates_minor_safety
from saring.errors import RecipeError
from saring.text import RULES_VERSION, normalise

_BLOCK = 2000
_FEWEST_TOKENS = 4


@dataclass(frozen=True)
class Passages:
    """Passages one after the other, each from ``[CLS]`` to ``[SEP]``.

    ``ids`` int32 ``(tokens,)``; ``ends`` int64 ``(passages,)``: where each passage ends in ``ids``.
    """

    ids: NDArray[np.int32]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, passages: Iterable[Sequence[int]]) -> Self:
        """Passages from lists of ids."""
        pieces = [np.array(passage, dtype=np.int32) for passage in passages]
        ids = np.concatenate(pieces) if pieces else np.empty(0, dtype=np.int32)
        return cls(ids, np.cumsum([len(piece) for piece in pieces], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, row: int) -> NDArray[np.int32]:
        return self.ids[self.ends[row] - self.lengths[row] : self.ends[row]]

    @cached_property
    def lengths(self) -> list[int]:
        """Tokens of each passage."""
        return [int(length) for length in np.diff(self.ends, prepend=0)]

    def concat(self, *others: Self) -> Self:
        """These passages followed by those of ``others``."""
        parts = (self, *others)
        starts = np.cumsum([0, *(len(part.ids) for part in parts[:-1])])
        return type(self)(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.ends + start for part, start in zip(parts, starts, strict=True)]),
        )


@dataclass(frozen=True)
class Register:
    """A register's passages, of how many documents, and how many documents were left out.

    ``tested``: repeat a text that models are tested on; ``unsafe``: refused by the minor-safety rule.
    """

    name: str
    passages: Passages
    documents: int
    tested: int
    unsafe: int


@dataclass(frozen=True)
class PassageReader:
    """Reads registers under ``root``.

    Documents end after ``characters``, passages after ``max_tokens``. Documents whose opening is among
    ``tested`` are left out. What was read is kept in ``cache``.
    """

    root: Path
    tokenizer: Tokenizer
    characters: int
    max_tokens: int
    tested: frozenset[str]
    cache: Path

    def read(self, register: str) -> Register:
        """All of a register, from ``cache`` where it was read before under the same conditions."""
        kept = self.cache / f"{register}-{self._conditions(register)}.npz"
        if kept.is_file():
            with np.load(kept) as arrays:
                return Register(register, Passages(arrays["ids"], arrays["ends"]), *arrays["counts"].tolist())
        lines = [line for _, line in read_unlabelled(UNLABELLED + register, self.root)]
        documents, tested, unsafe = [], 0, 0
        for text in _normalised(lines, self.characters, register):
            if text is None:
                unsafe += 1
            elif opening(text) in self.tested:
                tested += 1
            else:
                documents.append(text)
        found = Register(register, Passages.of(self._cut(documents)), len(documents), tested, unsafe)
        self.cache.mkdir(parents=True, exist_ok=True)
        staged = kept.with_name(f".{kept.name}")
        with staged.open("wb") as file:
            counts = np.array([found.documents, tested, unsafe])
            np.savez(file, ids=found.passages.ids, ends=found.passages.ends, counts=counts)
        staged.replace(kept)
        return found

    def read_held_out(self, register: str, tokens: int) -> Passages:
        """The first passages of what a register holds out, of about ``tokens`` together."""
        lines = (line for _, line in read_unlabelled(f"{UNLABELLED}heldout_{register}", self.root))
        taken: list[list[int]] = []
        texts = (normalise(line[: self.characters]).text for line in lines)
        while sum(map(len, taken)) < tokens and (block := list(islice(texts, 50))):
            taken += self._cut(block)
        return Passages.of(taken)

    def _cut(self, texts: Sequence[str]) -> Iterator[list[int]]:
        first, last = (special_id(self.tokenizer, name) for name in ("[CLS]", "[SEP]"))
        room = self.max_tokens - 2
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        for start in range(0, len(texts), _BLOCK):
            block = texts[start : start + _BLOCK]
            for encoding in self.tokenizer.encode_batch_fast(block, add_special_tokens=False):
                ids = encoding.ids
                for at in range(0, len(ids), room):
                    if len(ids) - at >= _FEWEST_TOKENS:
                        yield [first, *ids[at : at + room], last]

    def _conditions(self, register: str) -> str:
        digest = sha256(RULES_VERSION.encode())
        path = self.root / f"{register}.txt.xz"
        digest.update(path.read_bytes() if path.is_file() else b"")
        digest.update(self.tokenizer.to_str().encode())
        digest.update(f"{self.characters} {self.max_tokens}".encode())
        digest.update("\n".join(sorted(self.tested)).encode())
        return digest.hexdigest()[:16]


def special_id(tokenizer: Tokenizer, name: str) -> int:
    """The id of a special token of BERT; ``RecipeError`` where the tokenizer has none."""
    number = tokenizer.token_to_id(name)
    if number is None:
        raise RecipeError(
            f"the tokenizer at encoder.source has no {name}: only encoders like BERT are adapted"
        )
    return int(number)


def _normalised(lines: Sequence[str], characters: int, register: str) -> Iterator[str | None]:
    """Lines as the tokenizer expects them, or ``None`` for those of the minor-safety rule, in order."""
    normalised = partial(_normalise_block, characters=characters)
    if len(lines) <= _BLOCK:
        yield from normalised(lines)
        return
    blocks = [lines[start : start + _BLOCK] for start in range(0, len(lines), _BLOCK)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        done = pool.map(normalised, blocks)
        yield from chain.from_iterable(track(done, f"reading {register}", total=len(blocks)))


def _normalise_block(lines: Sequence[str], characters: int) -> list[str | None]:
    cut = (line[:characters] for line in lines)
    return [None if violates_minor_safety(line) else normalise(line).text for line in cut]
