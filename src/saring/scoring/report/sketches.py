"""What must be remembered of many rows, in memory that does not grow with them.

Both sketches give the same for the same rows in the same order, whatever was stopped and run again.
"""

import heapq
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from statistics import median_low
from typing import Generic, TypeVar

Payload = TypeVar("Payload")


@dataclass(slots=True)
class _Entry(Generic[Payload]):
    level: int
    missed: int
    payload: Payload


class Frequent(Generic[Payload]):
    """What comes most often: Misra and Gries' counters, of which half go when they are too many.

    A key keeps a payload, made when it is first seen. Up to ``capacity`` distinct keys nothing is ever
    forgotten. Beyond, the median level is taken from all (Anderson et al. 2017), those at nought go, and
    one that comes back begins anew: ``missed`` is then the most that it can have had before.
    """

    def __init__(self, capacity: int, make: Callable[[], Payload]) -> None:
        self._capacity = capacity
        self._make = make
        self._entries: dict[Hashable, _Entry[Payload]] = {}
        self._taken = 0

    @property
    def exact(self) -> bool:
        """Whether nothing was forgotten."""
        return not self._taken

    def __len__(self) -> int:
        return len(self._entries)

    def see(self, key: Hashable) -> Payload:
        """Count ``key`` once; gives its payload, to be updated in place."""
        entry = self._entries.get(key)
        if entry is None:
            if len(self._entries) >= self._capacity:
                self._forget()
            entry = self._entries[key] = _Entry(0, self._taken, self._make())
        entry.level += 1
        return entry.payload

    def items(self) -> list[tuple[Hashable, int, Payload]]:
        """Each key that is remembered, how often it may have been missed, its payload; oldest first."""
        return [(key, entry.missed, entry.payload) for key, entry in self._entries.items()]

    def _forget(self) -> None:
        least = median_low(entry.level for entry in self._entries.values())
        self._taken += least
        for entry in self._entries.values():
            entry.level -= least
        self._entries = {key: entry for key, entry in self._entries.items() if entry.level > 0}


class Sample(Generic[Payload]):
    """Up to ``size`` distinct keys by chance: those of the smallest digests, in whatever order they come.

    Keys are digests, so a key is as likely to be kept as any other, and a repeat is kept once.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[int, Payload] = {}
        self._largest: list[int] = []
        self.whole = True
        """Whether every key that was offered is in the sample."""

    def offer(self, key: int, payload: Payload) -> None:
        """Take ``key`` in, if it is among the smallest so far."""
        if key in self._kept:
            return
        if len(self._kept) < self._size:
            heapq.heappush(self._largest, -key)
        else:
            self.whole = False
            if key > -self._largest[0]:
                return
            del self._kept[-heapq.heapreplace(self._largest, -key)]
        self._kept[key] = payload

    def items(self) -> dict[int, Payload]:
        """The sample, by key."""
        return dict(sorted(self._kept.items()))
