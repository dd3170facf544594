from pathlib import Path

import numpy as np
import pytest

from saring.errors import EvaluationError
from saring.evaluation.fairness import Identity, load_identities, measure_fairness, roc_auc
from saring.taxonomy import taxonomy
from saring.text import normalise

SARA, FLAG = taxonomy().index("sara"), np.full(8, 0.5, np.float32)
BATAK = Identity("batak", "ethnicity", True, ("batak", "orang toba"))


def _rows(*kinds: tuple[str, int, list[float]]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Texts, labels and probabilities: of each kind a row per score, labelled in ``sara``."""
    texts, yes, scores = [], [], []
    for text, label, own in kinds:
        texts += [text] * len(own)
        yes += [label] * len(own)
        scores += own
    labels, probabilities = (np.zeros((len(texts), 8), np.float32) for _ in range(2))
    labels[:, SARA], probabilities[:, SARA] = yes, scores
    return texts, labels, probabilities


def test_auc_counts_pairs_and_halves_ties() -> None:
    positives, negatives = np.array([0.9, 0.4], np.float32), np.array([0.1, 0.4], np.float32)
    assert roc_auc(positives, negatives) == pytest.approx(3.5 / 4)


def test_naming_an_identity_that_raises_scores_shows_in_bpsn_alone() -> None:
    rows = _rows(
        ("orang Batak itu", 1, [0.95] * 5),
        ("Orang Toba, katanya", 0, [0.8] * 5),
        ("kata tetangga", 1, [0.7] * 10),
        ("nasi goreng", 0, [0.1] * 10),
    )
    found = measure_fairness(*rows, FLAG, [BATAK])
    own = found["identities"]["batak"]
    sara = own["categories"]["sara"]
    assert (sara["positives"], sara["negatives"]) == (5, 5)
    assert (sara["subgroup_auc"], sara["bpsn_auc"], sara["bnsp_auc"]) == (1, 0, 1)
    assert own["categories"]["any"] == sara
    assert own["categories"]["penghinaan"]["subgroup_auc"] is None
    assert (own["rows"], own["clean_rows"], own["clean_flagged"]) == (10, 5, 1)
    assert found["clean_flagged"] == pytest.approx(5 / 15, abs=1e-4)
    assert own["ece"] is None and found["ece"]["hoaks"] == 0


def test_unknown_labels_and_parts_of_words_count_for_nothing() -> None:
    texts, labels, probabilities = _rows(("orang batak", 1, [0.9] * 6), ("membatakkan", 0, [0.1] * 6))
    labels[0, SARA] = np.nan
    own = measure_fairness(texts, labels, probabilities, FLAG, [BATAK])["identities"]["batak"]
    assert own["rows"] == 6
    assert own["categories"]["sara"]["positives"] == 5 and own["categories"]["sara"]["negatives"] == 0


def test_calibration_of_an_identity_with_enough_rows() -> None:
    rows = _rows(("orang batak", 0, [0.4] * 60), ("nasi", 0, [0.0] * 60))
    own = measure_fairness(*rows, FLAG, [BATAK])["identities"]["batak"]
    assert own["ece"] == pytest.approx(0.4 / 8, abs=1e-4)


def test_the_identities_can_be_found_in_what_the_text_rules_give() -> None:
    identities = load_identities()
    assert sum(one.protected for one in identities) >= 24
    assert {one.group for one in identities if not one.protected} == {"politics", "occupation"}
    forms = [form for one in identities for form in one.forms]
    assert len(set(forms)) == len(forms)
    assert len({one.id for one in identities}) == len(identities)
    assert [form for form in forms if normalise(form).text != form] == []


def test_a_file_that_is_missing_or_of_another_form_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"identities\.toml"):
        load_identities(tmp_path / "identities.toml")
    (tmp_path / "identities.toml").write_text("[religion]\nislam = ['islam']\n")
    with pytest.raises(EvaluationError, match="protected"):
        load_identities(tmp_path / "identities.toml")
