import pytest

from saring.corpora.decoding import decode


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        (r"lucu \xf0\x9f\x98\x82\xf0\x9f\x98\x82 sekali", "lucu 😂😂 sekali"),
        (r"caf\xc3\xa9", "café"),
        (r"satu\n\ndua\r\ntiga\tempat", "satu\n\ndua\ntiga empat"),
        ("kopi &amp; teh &lt;3 &#8220;ya&#8221;", "kopi & teh <3 “ya”"),
        ("kopi &amp;amp; teh", "kopi & teh"),
        ("Maafâ€¦ jangan", "Maaf… jangan"),
        ("tanpa%u0021 akhir", "tanpa! akhir"),
        ("  tepi \n", "tepi"),
        ("𝐒𝐋𝐎𝐓 ＷＩＮ @akun https://contoh.id/a?b=1", "𝐒𝐋𝐎𝐓 ＷＩＮ @akun https://contoh.id/a?b=1"),
        ("baris\u2028dua", "baris\u2028dua"),
        (r"C:\berkas", r"C:\berkas"),
    ],
)
def test_exports_are_undone_and_nothing_else(raw: str, decoded: str) -> None:
    assert decode(raw) == decoded
    assert decode(decoded) == decoded


def test_bytes_cut_off_at_origin_do_not_fail() -> None:
    assert decode(r"akhir \xf0\x9f\x98") == "akhir �"
