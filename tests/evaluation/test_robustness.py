from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from manifests import a_manifest
from scored_rows import HALF, TableModel
from tiny_model import tiny_model

from saring.artefact.manifest import Manifest, open_model
from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key
from saring.errors import EvaluationError
from saring.evaluation.frozen import FrozenScores, frozen_rows
from saring.evaluation.perturbations import perturbations
from saring.evaluation.robustness import measure_robustness, record_robustness
from saring.taxonomy import taxonomy

JUDI = taxonomy().index("perjudian")


class ReaderOfSlots:
    """Flags ``perjudian`` where it reads "slot", and ``hoaks`` where it reads the digit 4."""

    manifest = a_manifest(thresholds=HALF)

    def score(self, texts: Sequence[str]) -> TableModel.Scores:
        scores = np.zeros((len(texts), 8), np.float32)
        scores[:, JUDI] = ["slot" in text.lower() for text in texts]
        scores[:, 0] = ["4" in text for text in texts]
        return TableModel.Scores(scores)


def _test(positives: int = 60, clean: int = 80) -> Dataset:
    texts = [f"main slot nomor {n} yuk" for n in range(positives)]
    texts += [f"makan nasi goreng {n % 4} porsi di warung ke-{n}" for n in range(clean)]
    texts = [text.replace("4", "5") for text in texts]
    labels = np.zeros((len(texts), 8), np.float32)
    labels[:positives, JUDI] = 1
    keys = [row_key(f"{text} {at}") for at, text in enumerate(texts)]
    n = len(texts)
    return frozen_rows(Dataset(texts, ["tweets"] * n, keys, keys, ["test"] * n, labels, ["annotation"] * n))


@pytest.fixture(scope="module")
def measured():
    test, model = _test(), ReaderOfSlots()
    scores = FrozenScores.of(model, test)
    return test, measure_robustness(model, test, scores, clean_rows=50, bootstrap=50)


def test_recall_lost_and_false_alarms_gained_are_those_that_the_rewriting_makes(measured):
    test, found = measured
    assert (found["rows"], found["positive_rows"], found["clean_rows"]) == (110, 60, 50)
    assert found["recall"] == 1 and found["clean_flagged"] == 0
    leet = next(one for one in perturbations() if one.name == "leet")
    gambling = [text for text, yes in zip(test.texts, test.labels[:, JUDI] == 1, strict=True) if yes]
    lost = np.mean(["slot" not in leet(text) for text in gambling])
    own = found["perturbations"]["leet"]
    assert 0.2 < lost < 0.8
    assert own["recall_lost"]["value"] == pytest.approx(lost, abs=1e-4)
    assert own["recall_lost"]["low"] < lost < own["recall_lost"]["high"]
    assert own["categories"]["perjudian"]["recall_lost"] == own["recall_lost"]["value"]
    assert own["categories"]["ancaman"]["recall_lost"] is None
    gained = own["categories"]["hoaks"]["clean_flagged_gained"]
    assert gained == own["clean_flagged_gained"]["value"] > 0.5


def test_what_the_text_rules_fold_costs_nothing(measured):
    for name in ("case", "zero_width", "mathematical_alphabets"):
        one = measured[1]["perturbations"][name]
        assert one["words_touched"] > 0.8 and one["read_otherwise"] == 0
        assert one["recall_lost"]["value"] == one["clean_flagged_gained"]["value"] == 0


def test_the_figures_go_into_manifest_and_card_of_a_model_that_still_opens(tmp_path: Path) -> None:
    folder, test = tiny_model(tmp_path / "candidate"), _test(12, 12)
    scores = FrozenScores.of(Classifier.open(folder), test)
    replace(Manifest.read(folder), evaluation={"test": {"digest": scores.digest, "rows": 24}}).write(folder)
    written = record_robustness(folder, Classifier.open(folder), test, scores, clean_rows=5)
    assert open_model(folder) == written
    assert written.evaluation["robustness"]["clean_rows"] == 5
    assert written.evaluation["test"]["rows"] == 24
    assert "| spaced letters |" in (folder / "README.md").read_text()


def test_figures_of_another_frozen_test_are_not_mixed_in(tmp_path: Path) -> None:
    folder, test = tiny_model(tmp_path / "candidate"), _test(4, 4)
    classifier = Classifier.open(folder)
    with pytest.raises(EvaluationError, match="was not evaluated on this frozen test"):
        record_robustness(folder, classifier, test, FrozenScores.of(classifier, test))
