import hashlib
from pathlib import Path

import pytest
from small_corpus import catalogue, copy_of, entry, file_entry, put

from saring.corpora.check import check_corpora
from saring.errors import CorpusError

COPY = copy_of(["teks"], ["halo"])
SOURCE = b"teks\nhalo\n"
FILE = file_entry("a.csv.zst", "a.csv", copy=COPY, source=SOURCE)


def test_copies_and_originals_are_verified_and_missing_ones_listed(tmp_path: Path) -> None:
    names = ("salinan", "asal", "hilang")
    corpora = catalogue(tmp_path, *(entry(name, body=FILE) for name in names))
    put(tmp_path, "a.csv.zst", COPY, "salinan")
    put(tmp_path, "a.csv", SOURCE, "asal")
    check = check_corpora(corpora, tmp_path)
    assert check.verified == ("salinan", "asal")
    assert check.missing == ("hilang",)


def test_corpus_that_lacks_one_of_its_files_is_missing(tmp_path: Path) -> None:
    corpora = catalogue(tmp_path, entry(body=FILE + file_entry("b.csv.zst", "b.csv")))
    put(tmp_path, "a.csv.zst", COPY)
    assert check_corpora(corpora, tmp_path).missing == ("contoh",)


def test_wrong_digest_is_refused_with_file_expected_and_found(tmp_path: Path) -> None:
    corpora = catalogue(tmp_path, entry(body=FILE))
    path = put(tmp_path, "a.csv.zst", COPY + b"x")
    with pytest.raises(CorpusError) as refused:
        check_corpora(corpora, tmp_path)
    message = str(refused.value)
    assert str(path) in message
    assert f"expected {hashlib.sha256(COPY).hexdigest()}" in message
    assert f"found {hashlib.sha256(COPY + b'x').hexdigest()}" in message
