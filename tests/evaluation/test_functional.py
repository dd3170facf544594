from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from saring.corpora.authored import authored_files, read_authored
from saring.corpora.duplicates import SimilarityIndex
from saring.corpora.keys import row_key
from saring.corpora.signatures import signatures
from saring.errors import EvaluationError
from saring.evaluation.functional import FunctionalCase, check_functional, load_functional
from saring.evaluation.ordinary import load_ordinary
from saring.taxonomy import taxonomy

HALF = np.full(len(taxonomy().ids), 0.5, np.float32)


@dataclass
class Scored:
    probabilities: NDArray[np.float32]


class KeywordModel:
    """Flags ``perjudian`` wherever the word slot stands."""

    def score(self, texts: Sequence[str]) -> Scored:
        scores = np.zeros((len(texts), len(taxonomy().ids)), np.float32)
        scores[:, taxonomy().index("perjudian")] = ["slot" in text for text in texts]
        return Scored(scores)


def test_cases_are_counted_by_side_category_and_function() -> None:
    cases = [
        FunctionalCase("main slot yuk", "perjudian", True, "promotion"),
        FunctionalCase("pasang taruhan yuk", "perjudian", True, "promotion"),
        FunctionalCase("slot memori penuh", "perjudian", False, "homonym"),
        FunctionalCase("kopi dulu", "all", False, "food"),
        FunctionalCase("slot waktu dokter", "all", False, "health"),
    ]
    found = check_functional(KeywordModel(), cases, HALF)
    assert found["positive"] == {"cases": 2, "passed": 1}
    assert found["clean"] == {"cases": 3, "passed": 1}
    assert found["categories"]["perjudian/clean"] == {"cases": 1, "passed": 0}
    assert found["functions"]["food/clean"] == {"cases": 1, "passed": 1}


def test_the_suite_covers_every_category_on_both_sides() -> None:
    cases = load_functional()
    assert len(cases) >= 800
    for category in taxonomy().ids:
        sides = [case.expected for case in cases if case.category == category]
        assert sides.count(True) >= 40 and sides.count(False) >= 40, category


def test_no_check_nearly_repeats_a_text_that_we_wrote_for_training() -> None:
    """Against the rows of corpora, ``saring data build`` is what has them; here are ours."""
    rows = [row for path in authored_files() for row in read_authored(path)]
    index = SimilarityIndex()
    for number, minhash in enumerate(
        signatures([row.key for row in rows], [row.text for row in rows]).minhashes
    ):
        index.add(number, minhash)
    checks = [case.text for case in load_functional()] + [one.text for one in load_ordinary()]
    ours = signatures([row_key(text) for text in checks], checks).minhashes
    repeated = [text for text, minhash in zip(checks, ours, strict=True) if index.similar(minhash)]
    assert not repeated


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "suite.tsv"
    path.write_text("text\tcategory\texpected\tfunction\tnote\nkopi\tjudi\t1\tfood\t\n")
    with pytest.raises(EvaluationError, match=r"suite\.tsv:2"):
        load_functional(path)
    path.write_text("text\tlabel\n")
    with pytest.raises(EvaluationError, match="header"):
        load_functional(path)
