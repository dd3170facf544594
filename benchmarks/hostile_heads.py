"""Heads that nobody should send: paths, headers, lengths that disagree, several at once, no HTTP at all."""

import json

from hostile_texts import CANARY, JSON_TYPE, Attack, Chance, request, text


def odd_path(chance: Chance) -> Attack:
    """Methods, paths and queries that no route expects."""
    methods = (
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "HEAD",
        "OPTIONS",
        "PATCH",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "KENARI",
        "get",
        "",
    )
    pieces = (
        "/",
        "//",
        "/.",
        "/..",
        "/%2e%2e/",
        "/%00",
        "/%ff%fe",
        "/%u0041",
        "/%",
        "/%zz",
        "/classify",
        "/jobs",
        "/jobs/",
        "/static/",
        "/assets/",
        "/../../etc/passwd",
        "/classify/../metrics",
        ";a=b",
        "?",
        "#",
        "?a=%00&a=%ff&=",
        "?limit=99999999999",
        f"?format={CANARY}",
        "/" + CANARY,
        "/jobs/" + CANARY + "/result",
        "/" + "a" * 4_000,
        "?" + "a=b&" * 900,
        "\\",
        "\t",
        "é",
        "*",
        "http://else.where/",
        "http://[::1",
        "@x:80/",
        "/taxonomy",
        "/review?limit=-1",
        "/jobs/0/events",
        "/openapi.json",
        "/metrics",
    )
    target = "".join(chance.choices(pieces, k=chance.randrange(1, 4)))
    if chance.random() < 0.8 and not target.startswith("/"):
        target = "/" + target
    return Attack("odd path", (request(chance.choice(methods), target, b"", _odd_headers(chance)),))


def odd_headers(chance: Chance) -> Attack:
    """Many, long, doubled, folded and injected headers on a request that is else good."""
    raw = request(
        "POST", "/classify", json.dumps({"text": text(chance)}).encode(), JSON_TYPE | _odd_headers(chance)
    )
    extra = chance.choice(
        [
            b"x: " + b"y" * 20_000,
            b"".join(b"x%d: y\r\n" % at for at in range(900))[:-2],
            b"x:\x00y",
            b"x y: z",
            b": z",
            b"x\r\n folded",
            b"host: " + CANARY.encode(),
            b"\xff\xfe: \xff",
            b"content-type: text/plain",
            b"x-request-id: " + CANARY.encode(),
            b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: x",
            b"expect: 100-continue",
            b"expect: " + CANARY.encode(),
            b"connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAAA",
            b"tracestate: a=" + CANARY.encode(),
            b"range: bytes=0-1,2-3,-9",
            b"if-none-match: " + CANARY.encode(),
            b"baggage: text="
            + CANARY.encode()
            + b"\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ]
    )
    head, _, rest = raw.partition(b"\r\n")
    return Attack("odd headers", (head + b"\r\n" + extra + b"\r\n" + rest,))


def smuggled(chance: Chance) -> Attack:
    """Lengths that disagree, and a second request hidden in the first."""
    body = json.dumps({"text": CANARY}).encode()
    hidden = request("GET", f"/{CANARY}")
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = "POST /classify HTTP/1.1\r\nhost: saring\r\ncontent-type: application/json\r\n"
    lengths = chance.choice(
        [
            (f"content-length: {len(body)}\r\ntransfer-encoding: chunked", chunked),
            ("transfer-encoding: chunked, identity", chunked),
            (f"content-length: {len(body)}\r\ncontent-length: {len(body) + 9}", body),
            ("content-length: -1", body),
            ("content-length: +5", body),
            ("content-length: 99999999999999999999999", body),
            ("content-length: 5, 5", body),
            ("content-length: 0x10", body),
            ("content-length: \u0665", body),
            ("content-length: ", body),
            (" content-length: 5", body),
            ("transfer-encoding: \x0bchunked", chunked),
            ("transfer-encoding: xchunked", chunked),
            ("transfer-encoding: chunked", b"fffffffffffffffff\r\n"),
            ("transfer-encoding: chunked", b"-1\r\n" + body),
            ("transfer-encoding: chunked", chunked[:-2] + b"x-trailer: " + CANARY.encode() + b"\r\n\r\n"),
            ("content-length: 0", body),
            (f"content-length: {len(body)}", body),
            ("transfer-encoding: chunked", b"5;" + b"e" * 9_000 + b"\r\nabcde\r\n0\r\n\r\n"),
        ]
    )
    ending = chance.choice(["\r\n\r\n", "\n\n", "\r\n\r\n"])
    return Attack("smuggled", ((head + lengths[0] + ending).encode() + lengths[1] + hidden,), complete=False)


def pipelined(chance: Chance) -> Attack:
    """Several requests at once, good and bad."""
    good = request("POST", "/classify", json.dumps({"text": f"{CANARY} slot"}).encode(), JSON_TYPE)
    several = [good]
    several += [
        chance.choice([good, request("GET", "/livez"), request("GET", "/" + CANARY), b"\r\n"])
        for _ in range(chance.randrange(2, 12))
    ]
    if chance.random() < 0.3:
        several.insert(chance.randrange(len(several)), b"\x16\x03\x01\x02\x00\x01")
    return Attack("pipelined", (b"".join(several),), gone=chance.random() < 0.3)


def no_http(chance: Chance) -> Attack:
    """Bytes that are no request at all."""
    canary = CANARY.encode()
    raw = chance.choice(
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + canary,
            canary + b"\r\n\r\n",
            b"GET /" + canary + b"\r\n\r\n",
            b"\x00" * 500,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET / HTTP/9.9\r\n\r\n",
            b"GET / HTTP/1.0\r\n\r\n",
            b"SSH-2.0-" + canary + b"\r\n",
            chance.randbytes(chance.randrange(1, 4_000)),
            b"\r\n" * 900 + b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n",
            b"EHLO " + canary + b"\r\n",
        ]
    )
    return Attack("no HTTP", (raw,), complete=False)


def _odd_headers(chance: Chance) -> dict[str, str]:
    """A few headers that are read somewhere."""
    names = (
        "accept",
        "authorization",
        "cookie",
        "origin",
        "referer",
        "user-agent",
        "x-forwarded-for",
        "x-request-id",
        "sec-fetch-site",
        "traceparent",
        "tracestate",
        "content-encoding",
        "te",
        "if-modified-since",
        "last-event-id",
        "forwarded",
    )
    values = (
        CANARY,
        "",
        "*",
        "Bearer " + CANARY,
        "Basic a3N~",
        "cross-site",
        "null",
        "\xe9",
        "a" * 300,
        "00-" + "f" * 32 + "-" + "f" * 16 + "-ff",
        "a=" + CANARY,
    )
    return {chance.choice(names): chance.choice(values) for _ in range(chance.randrange(0, 4))}
