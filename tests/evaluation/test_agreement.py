import numpy as np
import pytest

from saring.corpora.readers import CorpusRow
from saring.evaluation.agreement import measure_agreement
from saring.taxonomy import taxonomy


def test_a_soft_label_is_measured_by_the_share_of_ours_that_say_yes() -> None:
    insult = taxonomy().index("penghinaan")
    rows = [CorpusRow(str(number), "", {"penghinaan": 0.8, "sara": 0.05}) for number in range(40)]
    rows += [CorpusRow("0", "", {"penghinaan": 0.8}), CorpusRow("not annotated", "", {"penghinaan": 0.8})]
    annotations = {("contoh", str(number)): np.zeros(8, np.float32) for number in range(40)}
    for number in range(10):
        annotations["contoh", str(number)][insult] = 1
    annotations["contoh", "39"][insult] = np.nan
    low, high = (
        measure_agreement({"contoh": rows}, annotations),
        measure_agreement({"lain": rows}, annotations),
    )
    assert high == []
    by_category = {one.category: one for one in low}
    found = by_category["penghinaan"]
    assert (found.label, found.rows, found.measured.value) == (0.8, 39, pytest.approx(10 / 39))
    assert found.gap == pytest.approx(0.8 - found.measured.high)
    assert (by_category["sara"].measured.value, by_category["sara"].gap) == (0, 0)
