"""What hostile requests are made of: texts, values, and bytes to be sent."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CANARY = "kenari~rahasia~7f3a"
"""A text that must never be seen again; ``~`` keeps it out of what may stand in a request id."""

OPENAPI = Path(__file__).parents[1] / "serve" / "openapi.json"
JSON_TYPE = {"content-type": "application/json"}

Chance = random.Random


@dataclass(frozen=True)
class Attack:
    """Bytes to be sent, in ``parts`` with a pause of ``pause`` seconds between them.

    ``complete``: an answer is due, or the end of the connection; where it is not, the client leaves after the
    last part. ``gone`` leaves without reading an answer.
    """

    kind: str
    parts: tuple[bytes, ...]
    complete: bool = True
    gone: bool = False
    pause: float = 0.0


def request(
    method: str,
    target: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    length: str | None = None,
) -> bytes:
    """An HTTP/1.1 request; ``length`` in place of the true Content-Length."""
    lines = [
        f"{method} {target} HTTP/1.1",
        "host: saring",
        *(f"{k}: {v}" for k, v in (headers or {}).items()),
    ]
    if body or length is not None:
        lines.append(f"content-length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + body


_ODD_TEXTS = (
    "slot gacor",
    "",
    " ",
    "\x00",
    "a\x00b",
    "\u202e\u2066slot\u2069",
    "\ufeff",
    "\ufffe\uffff",
    "\u200b" * 50,
    "e" + "\u0301" * 300,
    "😀" * 200,
    "👨‍👩‍👧‍👦" * 40,
    "ß" * 99,
    "ﷺ" * 90,
    "\U000e0041" * 30,
    "a" * 9_000,
    "a" * 10_001,
    "=cmd|' /C calc'!A0",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "../" * 20,
    "\r\nX-Injected: 1\r\n\r\n",
    "%s%n%x",
    "&#8203;",
    "\x1b[31m",
    "NaN",
    "1e999",
    "http://" + "a." * 2_000,
    "@" * 3_000,
    "!?" * 2_500,
    "\n" * 5_000,
    "\U0001d42c\U0001d425\U0001d428\U0001d42d" * 300,
    "slot " * 1_900,
)


def text(chance: Chance) -> str:
    """A text with the canary and something odd in it."""
    odd = chance.choice(_ODD_TEXTS)
    return chance.choice([f"{CANARY} {odd}", f"{odd}{CANARY}", odd, CANARY * chance.randrange(1, 60)])


def value(chance: Chance, depth: int = 3) -> Any:
    """Any JSON value."""
    makers: list[Callable[[], Any]] = [
        lambda: None,
        lambda: chance.random() < 0.5,
        lambda: chance.randrange(-(2**70), 2**70),
        lambda: chance.uniform(-1e308, 1e308),
        lambda: text(chance),
        lambda: "",
    ]
    if depth:
        makers.append(lambda: [value(chance, depth - 1) for _ in range(chance.randrange(4))])
        makers.append(lambda: {text(chance): value(chance, depth - 1) for _ in range(chance.randrange(4))})
    return chance.choice(makers)()


def of_schema(schema: Mapping[str, Any], chance: Chance) -> Any:
    """A value that fits ``schema``, or nearly."""
    if chance.random() < 0.08:
        return value(chance)
    if "$ref" in schema:
        found: Any = document()
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return of_schema(found, chance)
    for choices in ("anyOf", "oneOf", "enum"):
        if choices in schema:
            picked = chance.choice(schema[choices])
            return picked if choices == "enum" else of_schema(picked, chance)
    match schema.get("type"):
        case "object":
            needed = schema.get("required", ())
            properties = {
                name: of_schema(sub, chance)
                for name, sub in schema.get("properties", {}).items()
                if name in needed or chance.random() < 0.5
            }
            return properties | ({text(chance): value(chance)} if chance.random() < 0.1 else {})
        case "array":
            return [
                of_schema(schema.get("items", {}), chance) for _ in range(chance.choice([0, 1, 2, 5, 300]))
            ]
        case "string":
            return text(chance)
        case "integer" | "number":
            return chance.choice([0, 1, -1, 2**63, 0.5])
        case "boolean":
            return chance.random() < 0.5
    return value(chance)


@cache
def document() -> Any:
    """The service's own description."""
    return json.loads(OPENAPI.read_text())


def encoded(sent: str) -> bytes:
    return sent.encode("utf-8", "surrogatepass")
