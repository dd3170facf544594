"""Bodies that nobody should send: by the service's own document, damaged, odd, huge, in drops."""

import json
import string
import zipfile
from functools import cache
from io import BytesIO

from hostile_texts import CANARY, JSON_TYPE, Attack, Chance, document, encoded, of_schema, request, text

_BAD_BYTES = (
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xff",
    b"\xe2\x80",
    b"\x00",
    b"\\u",
    b'"',
    b"{",
    b"]",
    b"\\ud800",
)
_JSON_PATHS = ("/classify", "/classify/batch", "/feedback", "/jobs/0/start")


def described(chance: Chance) -> Attack:
    """An operation of the document with parameters and a body by their schemas."""
    path, operations = chance.choice(list(document()["paths"].items()))
    method, operation = chance.choice([each for each in operations.items() if isinstance(each[1], dict)])
    query = []
    for parameter in operation.get("parameters", []):
        sent = _quoted(str(of_schema(parameter.get("schema", {}), chance)), chance)
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", sent or "x")
        elif parameter["in"] == "query" and chance.random() < 0.8:
            query.append(f"{parameter['name']}={sent}")
    target = path + ("?" + "&".join(query) if query else "")
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content or path == "/jobs":
        return Attack("described", (request(method.upper(), target),))
    body = json.dumps(
        of_schema(content["application/json"]["schema"], chance), ensure_ascii=chance.random() < 0.5
    )
    return Attack("described", (request(method.upper(), target, encoded(body), JSON_TYPE),))


def damaged_json(chance: Chance) -> Attack:
    """A body that was valid JSON, with bytes changed, cut or doubled."""
    body = bytearray(encoded(json.dumps({"text": text(chance), "labels": {"sara": 1}})))
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(body))
        match chance.randrange(4):
            case 0:
                body[at] = chance.randrange(256)
            case 1:
                del body[at : at + chance.randrange(1, 9)]
            case 2:
                body[at:at] = body[at : at + 20]
            case 3:
                body[at:at] = chance.choice(_BAD_BYTES)
        body = body or bytearray(b"{")
    return Attack("damaged JSON", (request("POST", chance.choice(_JSON_PATHS), bytes(body), JSON_TYPE),))


def odd_json(chance: Chance) -> Attack:
    """JSON that readers trip over: deep, huge, doubled keys, half characters, numbers without end."""
    depth, canary = chance.choice([100, 5_000, 60_000]), json.dumps(CANARY)
    body = chance.choice(
        [
            b"[" * depth,
            b'{"text":' * depth,
            b"[" * depth + b"]" * depth,
            b'{"text":' + b"[" * depth + b"]" * depth + b"}",
            b'{"text":"' + b"\\ud83d" * chance.randrange(1, 9) + b'"}',
            b'{"text":"\\udc00\\ud800"}',
            b'{"text":"\\u0000' + CANARY.encode() + b'"}',
            f'{{"text":{canary},"text":{canary}}}'.encode(),
            f'{{"{CANARY}":1}}'.encode(),
            f'{{"text":{"9" * 5_000}}}'.encode(),
            b'{"text":1e99999}',
            b'{"text":NaN}',
            b'{"text":-Infinity}',
            b"\xef\xbb\xbf" + f'{{"text":{canary}}}'.encode(),
            f'{{"text":{canary}}}'.encode("utf-16"),
            f'{{"text":{canary}}}'.encode("utf-32"),
            b'"' + b"a" * 130_000,
            f'{{"texts":[{",".join([canary] * 300)}]}}'.encode(),
            f'{{"texts":[{"[" * 200}'.encode(),
            json.dumps({"text": CANARY, "labels": {f"{CANARY}{at}": 1 for at in range(999)}}).encode(),
            f"/*{CANARY}*/{{}}".encode(),
            f"{{'text':'{CANARY}'}}".encode(),
            b"null",
            b"true",
            b"[]",
            b'""',
            b" " * 9_999,
        ]
    )
    return Attack("odd JSON", (request("POST", chance.choice(_JSON_PATHS), body, JSON_TYPE),))


def odd_type(chance: Chance) -> Attack:
    """A body of another type than it says, compressed, or of a character set that does not exist."""
    types = (
        "",
        CANARY,
        "text/plain",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json;;;=",
        "application/json; charset=" + CANARY,
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="' + "b" * 300,
        "application/x-www-form-urlencoded",
        "\x80/\xff",
        "*/*" * 500,
    )
    headers = {"content-type": chance.choice(types)}
    if chance.random() < 0.3:
        headers["content-encoding"] = chance.choice(["gzip", "br", CANARY, "identity"])
    path = chance.choice([*_JSON_PATHS, "/jobs"])
    return Attack("odd type", (request("POST", path, f'{{"text":"{CANARY}"}}'.encode(), headers),))


def huge(chance: Chance) -> Attack:
    """More than is taken, with and without saying so."""
    size = chance.choice([125_000, 400_000])
    body = b'{"text":"' + CANARY.encode() * (size // len(CANARY)) + b'"}'
    if chance.random() < 0.5:
        return Attack("huge", (request("POST", "/classify", body, JSON_TYPE),))
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(part), part)
        for part in (body[at : at + 9_000] for at in range(0, len(body), 9_000))
    )
    head = request("POST", "/classify", headers=JSON_TYPE | {"transfer-encoding": "chunked"})
    return Attack("huge", (head + chunks + b"0\r\n\r\n",))


def slow(chance: Chance) -> Attack:
    """A request that comes in drops, and one that never ends."""
    whole = request("POST", "/classify", json.dumps({"text": text(chance)[:900]}).encode(), JSON_TYPE)
    cuts = sorted(chance.randrange(1, len(whole)) for _ in range(chance.randrange(1, 5)))
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    if chance.random() < 0.5:
        return Attack("in drops", tuple(parts), pause=0.02)
    return Attack("broken off", tuple(parts[:-1]), complete=False, pause=0.02)


def left(chance: Chance) -> Attack:
    """A good request whose client does not wait for the answer."""
    path, body = chance.choice(
        [
            ("/classify", {"text": text(chance)}),
            ("/classify/batch", {"texts": [CANARY + str(at) for at in range(20)]}),
        ]
    )
    return Attack("left", (request("POST", path, encoded(json.dumps(body)), JSON_TYPE),), gone=True)


def odd_form(chance: Chance) -> Attack:
    """A form that breaks off, lies about itself or brings what was not asked for; no table in it."""
    canary = CANARY.encode()
    part = chance.choice(
        [
            b'form-data; name="file"; filename="' + canary + b'.pdf"',
            b'form-data; name="' + canary + b'"',
            b"form-data",
            b"",
            b"\xff" * 50,
            b'form-data; name="hold"',
            b'form-data; name="file"',
            b'form-data; name="file"; filename="../../' + canary + b'"',
            b"form-data; name=\"file\"; filename*=utf-8''%00" + canary,
            b'form-data; name="text_column"',
            b'attachment; name="file"; filename="\x00.exe"',
        ]
    )
    body = (
        b"--b\r\ncontent-disposition: "
        + part
        + b"\r\n"
        + chance.choice([b"\r\n", b"x: " + b"y" * 9_000 + b"\r\n\r\n", b""])
        + canary * 300
    )
    body += chance.choice([b"\r\n--b--\r\n", b"\r\n--b", b"", b"\r\n--b\r\n\r\n" * 50, b"\r\n--c--\r\n"])
    return Attack(
        "odd form", (request("POST", "/jobs", body, {"content-type": "multipart/form-data; boundary=b"}),)
    )


def odd_table(chance: Chance) -> Attack:
    """A table that is none, or that unpacks to much more than it is."""
    name, content = chance.choice(
        [
            ("a.csv", f'teks\n"{CANARY}'.encode()),
            ("a.csv", b"\x00" * 5_000),
            ("a.xlsx", CANARY.encode()),
            ("a.xlsx", _bomb()),
            ("a.jsonl", b"[" * 50_000),
            ("a.json", f'{{"teks":"{CANARY}"'.encode()),
            ("a.parquet", b"PAR1" + CANARY.encode() + b"PAR1"),
            ("a.csv.gz", b"\x1f\x8b\x08" + CANARY.encode()),
            ("a.csv", f"{CANARY},{CANARY}\n".encode() * 50),
            ("a.csv", b"\xff\xfe" + CANARY.encode()),
            (f"{CANARY}.csv", f"teks\n={CANARY}|x\n+1\n@a\n".encode()),
            ("a.txt", f"{CANARY}\n".encode() * 9),
        ]
    )
    head = f'--b\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + b"\r\n--b--\r\n"
    return Attack(
        "odd table", (request("POST", "/jobs", body, {"content-type": "multipart/form-data; boundary=b"}),)
    )


@cache
def _bomb() -> bytes:
    with BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/worksheets/sheet1.xml", b" " * (96 << 20))
        return file.getvalue()


def _quoted(sent: str, chance: Chance) -> str:
    keep = set(string.ascii_letters + string.digits + "._-")
    return "".join(
        c if c in keep else "".join(f"%{b:02x}" for b in c.encode("utf-8", "replace"))
        for c in sent[: chance.choice([20, 500])]
    )
