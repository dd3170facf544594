from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scored_rows import a_dataset
from tiny_model import tiny_model

from saring.classifier import Classifier
from saring.evaluation.frozen import FrozenScores, frozen_rows
from saring.evaluation.mistakes import confusion_by_source, mistakes_table, surest_mistakes
from saring.taxonomy import taxonomy

HALF = [0.5] * 8
INSULT = taxonomy().index("penghinaan")


def test_wrong_flags_are_counted_by_source_and_unknown_labels_are_not() -> None:
    labels, scores = np.zeros((4, 8), np.float32), np.zeros((4, 8), np.float32)
    labels[:, INSULT], scores[:, INSULT] = [1, 0, np.nan, 1], [0.4, 0.5, 0.9, 0.9]
    found = confusion_by_source(labels, scores, HALF, ["a", "a", "a", "b"])
    assert (found["a"].rows, found["a"].positives[INSULT]) == (3, 1)
    assert (found["a"].missed[INSULT], found["a"].alarms[INSULT]) == (1, 1)
    assert found["b"].missed.sum() == found["b"].alarms.sum() == 0


def test_the_surest_mistakes_come_first_and_others_texts_stay_out(tmp_path: Path) -> None:
    classifier = Classifier.open(tiny_model(tmp_path / "model"))
    texts = ["dasar goblok", "dungu sekali", "dungu | bukan\ngoblok", "kopi pagi"]
    labels = np.zeros((4, 8), np.float32)
    labels[:, INSULT] = [0, 1, 1, 0]
    rows = replace(
        a_dataset(4), texts=texts, labels=labels, origins=["annotation", "annotation", "authored", "corpus"]
    )
    scores = classifier.score(texts).probabilities
    found = surest_mistakes(classifier, rows, scores, HALF)
    assert [(one.flagged, one.key) for one in found] == [
        (True, rows.keys[0]),
        (False, rows.keys[1]),
        (False, rows.keys[2]),
    ]
    assert found[0].probability == pytest.approx(scores[0, INSULT])
    assert (found[0].evidence, found[0].words, found[1].evidence) == (1, 2, 0)
    assert len(surest_mistakes(classifier, rows, scores, HALF, each=1)) == 2
    shown = mistakes_table(found)
    assert "goblok" in shown and "dasar" not in shown and "sekali" not in shown
    assert "dungu \\| bukan goblok |" in shown and f"`{rows.keys[0][:12]}`" in shown


def test_frozen_scores_find_their_rows_in_another_dataset() -> None:
    data = a_dataset()
    test = frozen_rows(data)
    scores = FrozenScores(
        tuple(test.keys),
        tuple(test.groups),
        test.labels,
        np.random.default_rng(0).random(test.labels.shape, np.float32),
    )
    rows, probabilities = scores.within(data.where([number % 2 == 0 for number in range(len(data))]))
    assert 0 < len(rows) < len(test)
    at = test.keys.index(rows.keys[3])
    assert (probabilities[3] == scores.probabilities[at]).all()
