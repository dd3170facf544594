"""Undo what exports did to a text, and nothing else: a decoded text is the post as it was written."""

import html
import re

_ESCAPED_BYTES = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_ESCAPED_BREAK = re.compile(r"\\r\\n|\\[nr]")
_ESCAPED_POINT = re.compile(r"%u([0-9a-fA-F]{4})")

_MAX_PASSES = 4


def decode(text: str) -> str:
    r"""The text with ``\xNN`` and ``%uNNNN`` escapes, ``\n``, entities and mojibake read as characters.

    Styled letters, handles, links and spelling stay as they were sent; white space around is removed.
    Decoding a decoded text changes nothing.
    """
    for _ in range(_MAX_PASSES):
        decoded = _decode_once(text)
        if decoded == text:
            break
        text = decoded
    return text


def _decode_once(text: str) -> str:
    import ftfy

    if "\\" in text:
        text = _ESCAPED_BYTES.sub(_bytes_written_out, text)
        text = _ESCAPED_BREAK.sub("\n", text).replace("\\t", " ")
    text = _ESCAPED_POINT.sub(lambda match: chr(int(match[1], 16)), text)
    return ftfy.fix_encoding(html.unescape(text)).strip()


def _bytes_written_out(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", "replace")
