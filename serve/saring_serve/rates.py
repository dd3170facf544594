"""How much a key may ask for: a token bucket per key, in the memory of this process.

The library `limits` has windows, not buckets, and none of its strategies takes a batch that is larger
than a window; the whole of what is needed here is `Rates.take`.
"""

import math
import time
from collections.abc import Callable

from saring_serve.problems import RATE_LIMITED, Problem

_MINUTE = 60.0
_ROUNDING = 1e-6


class Rates:
    """What each key has left; a bucket holds one minute's worth and fills evenly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def take(self, name: str, per_minute: int, cost: int) -> dict[str, str]:
        """Take ``cost`` from the bucket of the key ``name``; returns the headers that say what is left.

        A cost above a minute's worth is let through when the bucket is full, and has to be made up for
        afterwards: however large a batch, it has its turn, and over time the rate holds.

        Raises:
            Problem: there is not enough in it; it says when there will be.
        """
        missing = max(0.0, self._full_at.get(name, 0.0) - self._clock())  # in seconds of filling
        seconds = cost * _MINUTE / per_minute
        wait = missing + min(seconds, _MINUTE) - _MINUTE - _ROUNDING
        if wait > 0:
            raise _rate_limited(per_minute, math.ceil(wait), _headers(missing, per_minute))
        missing += seconds
        self._full_at[name] = self._clock() + missing
        return _headers(missing, per_minute)


def _headers(missing: float, per_minute: int) -> dict[str, str]:
    """What is left, as draft-ietf-httpapi-ratelimit-headers-10 spells it."""
    left = math.floor((_MINUTE - missing) * per_minute / _MINUTE + _ROUNDING)
    return {
        "ratelimit-policy": f'"key";q={per_minute};w={_MINUTE:.0f}',
        "ratelimit": f'"key";r={max(0, left)};t={math.ceil(missing - _ROUNDING)}',
    }


def _rate_limited(per_minute: int, wait: int, headers: dict[str, str]) -> Problem:
    return Problem(
        RATE_LIMITED,
        f"The key may send {per_minute} requests a minute; each text of a batch counts as one.",
        f"Send it again in {wait} s, or ask the operator for a higher rate.",
        retry_after=wait,
        headers=headers,
    )
