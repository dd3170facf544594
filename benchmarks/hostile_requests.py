"""Requests that no well-meaning client sends, each made from a seed and its number alone."""

import random
from collections.abc import Callable

import hostile_bodies as bodies
import hostile_heads as heads
from hostile_texts import Attack, Chance

_KINDS: dict[Callable[[Chance], Attack], float] = {
    bodies.described: 24,
    bodies.damaged_json: 14,
    bodies.odd_json: 12,
    bodies.odd_type: 6,
    heads.odd_path: 12,
    heads.odd_headers: 8,
    heads.smuggled: 6,
    heads.pipelined: 3,
    heads.no_http: 4,
    bodies.slow: 4,
    bodies.left: 3,
    bodies.huge: 1,
    bodies.odd_form: 5,
    bodies.odd_table: 0.1,
}
"""What attacks are made of, and how often in proportion."""


def attack(seed: int, number: int) -> Attack:
    """Attack ``number`` of ``seed``."""
    chance = random.Random(f"{seed}/{number}")
    [make] = chance.choices(tuple(_KINDS), tuple(_KINDS.values()))
    return make(chance)
