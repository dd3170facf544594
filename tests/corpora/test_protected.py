"""Which texts are tested on, and which lines repeat them."""

from pathlib import Path

import numpy as np
import pytest
from posts import post
from small_corpus import catalogue, copy_of, entry, file_entry, put

from saring.corpora import protected
from saring.corpora.dataset import dataset_of
from saring.corpora.protected import opening, openings, protected_texts
from saring.taxonomy import taxonomy
from saring.text import normalise


def test_a_repeat_is_known_whatever_its_handles_links_and_digits() -> None:
    known = openings(["@akun Bakso Mang Udin no 1 di KOTA!!! https://example.com/x", post(1, 30)])
    for repeat in ("USER bakso mang udin no NUMBER di kota HTTPURL", post(1, 30) + " dan lagi"):
        assert opening(normalise(repeat).text) in known
    for other in ("bakso mang udin no 1", post(2, 30), "Kata dia: " + post(1, 30)):
        assert opening(normalise(other).text) not in known


def test_dev_and_test_rows_test_only_corpora_and_folds_are_protected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "labelled"
    known = catalogue(
        tmp_path,
        entry("latih", body=file_entry("isi.csv.zst", "isi.csv")),
        entry("uji", body=file_entry("isi.csv.zst", "isi.csv"), role="test-only"),
    )
    put(root, "isi.csv.zst", copy_of(["teks"], [post(1)]), "uji")
    monkeypatch.setattr(protected, "load_catalogue", lambda: known)
    monkeypatch.setenv("SARING_CORPORA", str(root))
    texts = [post(seed) for seed in (2, 3, 4)]
    labels = [np.zeros(len(taxonomy().ids), np.float32)] * 3
    data = dataset_of(
        texts, ["latih"] * 3, texts, texts, ["train", "dev", "test"], labels, ["annotation"] * 3
    )
    assert protected_texts(data) == {"dev and test rows": texts[1:], "uji": [post(1)], "HS1 folds": []}

    put(tmp_path / "benchmarks", "test0.csv.zst", copy_of(["Tweet", "HS"], [r"pagi\nkota", "0"]), "hs1")
    assert protected_texts(data)["HS1 folds"] == ["pagi\nkota"]
