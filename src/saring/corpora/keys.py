"""The name of a row: a digest of its text, so that labels travel without the text."""

from hashlib import sha256


def row_key(text: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a decoded text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
