"""MinHash signatures of texts, as near-duplicates see them: letters only, no handles, links or digits.

The permutations are written out here and not taken from datasketch, whose defaults changed between
versions: a split must not depend on the version that happens to be installed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring.text import normalise

PERMUTATIONS = 64
RULES = "1"  # not the newest: a split must not move with the rules that models read by
COMPARED_CHARACTERS = 900

_SHINGLE = 5
_LETTERS_ONLY = re.compile(r"@user|httpurl|[\W\d_]+")
_RANDOM = np.random.RandomState(20181)  # RandomState: its stream is frozen by numpy's promise
_FACTORS = (_RANDOM.randint(0, 2**31, PERMUTATIONS, dtype=np.int64) * 2 + 1).astype(np.uint32)
_OFFSETS = _RANDOM.randint(0, 2**32, PERMUTATIONS, dtype=np.int64).astype(np.uint32)
_POSITION_FACTORS = np.array([31**power for power in range(_SHINGLE)], dtype=np.uint64)


@dataclass(frozen=True)
class Signatures:
    """``skeletons`` uint64 ``(n,)``, equal where no letter differs; ``minhashes`` uint32 ``(n, 64)``."""

    skeletons: NDArray[np.uint64]
    minhashes: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.skeletons)


def skeleton(text: str) -> str:
    """The letters of the first 900 characters, single-spaced; the normalised text where there are none."""
    normalised = normalise(text[:COMPARED_CHARACTERS], RULES).text
    return " ".join(_LETTERS_ONLY.sub(" ", normalised).split()) or normalised


def signatures(
    keys: Sequence[str],
    texts: Sequence[str],
    *,
    cache: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Signatures:
    """Signatures of ``texts``; those already in the file ``cache`` (by row key) are not computed again."""
    known = _read_cache(cache)
    skeletons = np.zeros(len(texts), dtype=np.uint64)
    minhashes = np.zeros((len(texts), PERMUTATIONS), dtype=np.uint32)
    fresh = False
    for index, (key, text) in enumerate(zip(keys, texts, strict=True)):
        found = known.get(key)
        if found is None:
            found = _signature(skeleton(text))
            known[key] = found
            fresh = True
        skeletons[index], minhashes[index] = found
        if on_progress and index % 1000 == 0:
            on_progress(index, len(texts))
    if cache is not None and fresh:
        _write_cache(cache, known)
    return Signatures(skeletons, minhashes)


def _signature(letters: str) -> tuple[int, NDArray[np.uint32]]:
    import xxhash

    points = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    points = np.pad(points, (0, max(0, _SHINGLE - len(points))))
    windows = np.lib.stride_tricks.sliding_window_view(points, _SHINGLE)
    hashes = _mix(np.unique((windows * _POSITION_FACTORS).sum(axis=1)))
    minima = (hashes[:, None] * _FACTORS + _OFFSETS).min(axis=0)
    return xxhash.xxh64_intdigest(letters.encode("utf-8", "surrogatepass")), minima


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """MurmurHash3's finaliser: neighbouring shingles must not have neighbouring hashes."""
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    values = (values ^ (values >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    return (values ^ (values >> np.uint64(33))).astype(np.uint32)


def _cache_file(cache: Path) -> Path:
    return cache.with_name(f"{cache.stem}-rules{RULES}.npz")


def _read_cache(cache: Path | None) -> dict[str, tuple[int, NDArray[np.uint32]]]:
    if cache is None or not _cache_file(cache).is_file():
        return {}
    with np.load(_cache_file(cache)) as stored:
        keys, skeletons, minhashes = stored["keys"], stored["skeletons"], stored["minhashes"]
    pairs = zip(skeletons.tolist(), minhashes, strict=True)
    return dict(zip((key.decode() for key in keys.tolist()), pairs, strict=True))


def _write_cache(cache: Path, known: dict[str, tuple[int, NDArray[np.uint32]]]) -> None:
    file = _cache_file(cache)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial.npz")
    np.savez(
        partial,
        keys=np.array([key.encode() for key in known]),
        skeletons=np.array([skeleton for skeleton, _ in known.values()], dtype=np.uint64),
        minhashes=np.stack([minima for _, minima in known.values()]),
    )
    partial.replace(file)
