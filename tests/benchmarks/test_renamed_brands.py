import numpy as np
import renamed_brands
from manifests import a_manifest
from scored_rows import HALF, TableModel
from small_training import rows

from saring.corpora.dataset import Dataset


class KnowsOneName:
    """Flags ``perjudian`` where it reads "kuda77" or "maxwin"."""

    manifest = a_manifest(thresholds=HALF)

    def score(self, texts: list[str]) -> TableModel.Scores:
        scores = np.zeros((len(texts), 8), np.float32)
        scores[:, renamed_brands.GAMBLING] = ["kuda77" in text or "maxwin" in text for text in texts]
        return TableModel.Scores(scores)


def posts() -> Dataset:
    """Ten promotions: five say kuda77, five maxwin; and ten that promote nothing."""
    data = rows(20)
    for row in range(20):
        data.texts[row] = (
            f"main {'kuda77' if row % 2 else 'maxwin'} yuk {row}" if row < 10 else f"makan {row}"
        )
    data.labels[:] = 0
    data.labels[:10, renamed_brands.GAMBLING] = 1
    return data


def test_a_model_that_lives_on_a_name_loses_by_renaming() -> None:
    found = renamed_brands.measure(KnowsOneName(), posts())
    assert (found["promotions"], found["named"]) == (10, 5)
    assert found["f1"] == 1
    assert abs(found["renamed_f1"] - 2 / 3) < 1e-6
