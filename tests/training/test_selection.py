from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from saring.artefact.manifest import Manifest
from saring.backends.opening import open_backend
from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key
from saring.errors import InputError
from saring.training.selection import select

NOTHING = Dataset.empty()


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Classifier:
    return Classifier.open(model_folder)


def known(text: str, split: str = "train") -> Dataset:
    return Dataset(
        [text], ["a"], [row_key(text)], ["g"], [split], np.zeros((1, 8), np.float32), ["annotation"]
    )


def test_uncertain_is_what_lies_nearest_to_a_flag_threshold(model_folder: Path) -> None:
    texts = ["kucing", "slot gacor", "slot", "slot bukan"]  # gambling logits -4, 8, 2, -1
    manifest = Manifest.read(model_folder)
    backend = open_backend(model_folder, manifest)
    assert select(texts, "uncertain", 2, Classifier(manifest, backend), NOTHING).texts == [
        "slot bukan",
        "slot",
    ]
    strict = replace(manifest, thresholds=replace(manifest.thresholds, flag=(0.95,) * 8))  # logit 2.9
    assert select(texts, "uncertain", 1, Classifier(strict, backend), NOTHING).texts == ["slot"]


def test_likely_is_what_a_category_is_most_probable_in(classifier: Classifier) -> None:
    texts = ["kucing", "slot", "vcs", "slot gacor"]
    chosen = select(texts, "likely:perjudian", 2, classifier, NOTHING)
    assert chosen.texts == ["slot gacor", "slot"]
    assert chosen.suggested == [["perjudian"], ["perjudian"]]
    assert select(texts, "likely:pornografi", 1, classifier, NOTHING).texts == ["vcs"]


def test_diverse_takes_one_of_each_kind(classifier: Classifier) -> None:
    kinds = {
        "masak": ["resep sayur asem ibu", "resep sayur lodeh enak", "resep sayur bening segar"],
        "bola": ["timnas menang lawan vietnam", "timnas menang lagi semalam", "timnas menang tipis tadi"],
        "hujan": ["banjir di jalan kampung", "banjir di jalan tol", "banjir di jalan raya bogor"],
    }
    kind_of = {text: kind for kind, texts in kinds.items() for text in texts}
    chosen = select(list(kind_of), "diverse", 3, classifier, NOTHING)
    assert {kind_of[text] for text in chosen.texts} == set(kinds)


def test_what_needs_no_label_is_left_out_and_counted(classifier: Classifier) -> None:
    letter = "mohon bantuan warga sekitar untuk membersihkan selokan di depan pasar besok pagi"
    notice = "rapat rukun tetangga dipindah ke balai desa karena hujan deras sejak sore tadi"
    texts = [
        *("slot", "slot", " \u200b", "payudara ibu", "sudah dinilai"),
        *(letter, f"{notice}!", f"{notice} ya", "gacor &amp; kucing"),
    ]
    chosen = select(
        texts, "likely:perjudian", 9, classifier, known(letter + " ya", "test"), {row_key("sudah dinilai")}
    )
    assert sorted(chosen.texts) == ["gacor & kucing", f"{notice}!", "slot"]
    assert chosen.read == len(texts)
    assert chosen.left_out == {
        "repeated": 1,
        "empty": 1,
        "against the minor-safety rule": 1,
        "labelled already": 1,
        "like a labelled text": 1,
        "like a chosen text": 1,
    }


def test_what_cannot_be_chosen_is_said(classifier: Classifier) -> None:
    with pytest.raises(InputError, match="1 labelled already"):
        select(["slot"], "diverse", 1, classifier, known("slot"))
    for strategy in ("random", "likely", "likely:judi", "uncertain:sara"):
        with pytest.raises(InputError, match="uncertain, diverse or likely:<category>"):
            select(["slot"], strategy, 1, classifier, NOTHING)
