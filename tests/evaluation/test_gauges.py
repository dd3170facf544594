from dataclasses import replace

import numpy as np
from scored_rows import HALF, TableModel, a_dataset, a_model

from saring.corpora.dataset import Dataset
from saring.evaluation.gauges import measure_gauges

BARS = np.array(HALF.flag, np.float32)


def test_shares_are_of_the_rows_of_a_source_by_category():
    rows = replace(a_dataset(5), texts=list("abcde"), corpora=["letters"] * 4 + ["other"])
    table = {text: np.zeros(8, np.float32) for text in "abcde"}
    table["b"] = np.array([0.6, 0.6, 0, 0, 0, 0, 0, 0], np.float32)
    found = measure_gauges(TableModel(table), rows, BARS)
    assert {name: one["rows"] for name, one in found.items()} == {"letters": 4, "other": 1}
    assert found["letters"]["flagged"]["value"] == 0.25
    assert found["letters"]["categories"]["sara"]["value"] == 0.25
    assert found["letters"]["categories"]["ancaman"]["value"] == 0
    assert found["letters"]["flagged"]["low"] < 0.25 < found["letters"]["flagged"]["high"]
    assert found["other"]["flagged"]["value"] == 0


def test_no_gauges_give_no_figures_and_a_perfect_model_no_alarm():
    rows = a_dataset()
    model = a_model(rows, 1.0)
    assert measure_gauges(model, Dataset.empty(), BARS) == {}
    clean = rows.where(np.array(rows.corpora) == "news")
    assert measure_gauges(model, clean, BARS)["news"]["flagged"]["value"] == 0
