from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from scored_rows import HALF, TableModel, a_dataset, a_model

from saring.evaluation import gauges as module
from saring.evaluation.gauges import gauge_texts, measure_gauges

BARS = np.array(HALF.flag, np.float32)


@dataclass
class Roles:
    roles: dict[str, str]

    @property
    def ids(self):
        return tuple(self.roles)

    def __getitem__(self, name):
        return SimpleNamespace(role=self.roles[name])


def test_only_quiet_rows_of_the_test_side_are_gauges():
    dataset = a_dataset()
    found = gauge_texts(dataset, Roles({"news": "assumed-clean", "tweets": "train"}))
    assert list(found) == ["news"]
    side = dict(zip(dataset.texts, dataset.splits, strict=True))
    assert {side[text] for text in found["news"]} == {"test"}


def test_a_corpus_kept_for_testing_counts_whole_but_for_its_positives():
    dataset = a_dataset()
    found = gauge_texts(dataset, Roles({"tweets": "test-only"}))["tweets"]
    own = np.array(dataset.corpora) == "tweets"
    quiet = ~(np.nan_to_num(dataset.labels) >= 0.5).any(axis=1)
    assert sorted(found) == sorted(np.array(dataset.texts)[own & quiet])


def test_the_same_rows_are_taken_whatever_the_order(monkeypatch):
    monkeypatch.setattr(module, "ROWS_PER_GAUGE", 5)
    dataset = a_dataset()
    roles = Roles({"news": "gauge"})
    found = gauge_texts(dataset, roles)
    assert len(found["news"]) == 5
    assert gauge_texts(dataset.take(np.arange(len(dataset))[::-1]), roles) == found


def test_shares_are_of_all_rows_by_category():
    table = {text: np.zeros(8, np.float32) for text in "abcd"}
    table["b"] = np.array([0.6, 0.6, 0, 0, 0, 0, 0, 0], np.float32)
    found = measure_gauges(TableModel(table), {"letters": list("abcd"), "none": []}, BARS)
    assert list(found) == ["letters"]
    assert found["letters"]["flagged"]["value"] == 0.25
    assert found["letters"]["categories"]["sara"]["value"] == 0.25
    assert found["letters"]["categories"]["ancaman"]["value"] == 0
    assert found["letters"]["flagged"]["low"] < 0.25 < found["letters"]["flagged"]["high"]


def test_unknown_rows_are_no_gauge():
    dataset = a_dataset()
    labels = np.full_like(dataset.labels, np.nan)
    assert gauge_texts(replace(dataset, labels=labels), Roles({"news": "gauge"})) == {}


@pytest.mark.parametrize("skill", [1.0])
def test_a_perfect_model_raises_no_alarm(skill):
    dataset = a_dataset()
    texts = gauge_texts(dataset, Roles({"news": "assumed-clean"}))
    found = measure_gauges(a_model(dataset, skill), texts, BARS)
    assert found["news"]["flagged"]["value"] == 0
