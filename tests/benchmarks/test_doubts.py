from pathlib import Path

import doubts
import numpy as np
from small_training import rows

from saring.taxonomy import taxonomy
from saring.training.recipe import LinearRecipe, Recipe


def test_labels_that_were_turned_round_are_in_doubt(tmp_path: Path) -> None:
    data = rows(500)
    column = taxonomy().ids.index("penghinaan")
    turned = np.flatnonzero(data.labels[:, column] == 1)[:5].tolist() + [
        int(row) for row in np.flatnonzero(data.labels[:, column] == 0)[:5]
    ]
    data.labels[turned, column] = 1 - data.labels[turned, column]
    recipe = Recipe(kind="linear", linear=LinearRecipe(max_features=2000))
    found = doubts.doubts(data, doubts.out_of_fold(recipe, data, data.split("dev"), tmp_path))
    wrong = {doubt.key for doubt in found if doubt.category == "penghinaan"}
    assert len({data.keys[row] for row in turned} & wrong) >= 8
    assert len(wrong) <= 20
    doubts.write(found, tmp_path / "doubts.csv")
    written = (tmp_path / "doubts.csv").read_text(encoding="utf-8")
    assert not any(text in written for text in data.texts)
    assert "| penghinaan |" in doubts.report(found, data)
