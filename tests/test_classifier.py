from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saring.artefact.manifest import Calibration, Manifest, Thresholds
from saring.backends.onnx import OnnxBackend
from saring.backends.opening import open_backend
from saring.classifier import Classifier
from saring.errors import ArtefactError, InputError
from saring.taxonomy import taxonomy
from saring.text import normalise
from saring.verdict import Evidence, Verdict

GAMBLING = taxonomy().index("perjudian")


@pytest.fixture(scope="module")
def classifier(model_folder: Path) -> Classifier:
    return Classifier.open(model_folder)


def test_a_verdict_names_all_categories_and_the_words(classifier: Classifier) -> None:
    text = "Situs SLOT gacorrr, deposit 10rb langsung maxwin!"
    verdict = classifier.classify(text)
    assert [category.id for category in verdict.categories] == list(taxonomy().ids)
    assert [category.id for category in verdict.categories if category.flagged] == ["perjudian"]
    assert verdict.flagged
    gambling = verdict.categories[GAMBLING]
    assert gambling.guideline == (8,)
    assert gambling.threshold == 0.5
    assert verdict.read.characters == verdict.read.of == len(text)
    assert verdict.model.name == "saring-id"
    assert all(not category.evidence for category in verdict.categories if category.id != "perjudian")


def test_evidence_points_into_the_text_as_sent(classifier: Classifier) -> None:
    text = "Situs \uff33\uff2c\uff2f\uff34 gac\u200bor ya"
    assert classifier.classify(text).categories[GAMBLING].evidence == (
        Evidence(6, 17, "\uff33\uff2c\uff2f\uff34 gac\u200bor", 12.0),
    )


def test_a_long_text_is_read_to_its_end(classifier: Classifier) -> None:
    text = "kucing " * 200 + "slot gacor"
    verdict = classifier.classify(text)
    assert verdict.read.windows >= 20
    (found,) = verdict.categories[GAMBLING].evidence
    assert (found.start, found.text) == (1400, "slot gacor")


def test_speech_against_counts(classifier: Classifier) -> None:
    assert not classifier.classify("slot bukan").flagged
    assert classifier.classify("slot").flagged


def test_calibration_and_thresholds_decide(model_folder: Path) -> None:
    manifest = Manifest.read(model_folder)
    n = len(taxonomy().ids)
    calibrated = replace(
        manifest,
        calibration=Calibration((4.0,) * n, (-0.5,) * n),
        thresholds=Thresholds((0.5,) * n, (0.9,) * n),
    )
    classifier = Classifier(calibrated, open_backend(model_folder, manifest))
    verdict = classifier.classify("slot")
    slot = verdict.categories[GAMBLING]  # logit 2 -> 2/4 - .5 = 0 -> .5
    assert slot.probability == 0.5
    assert not slot.flagged and slot.evidence, "within the review band: shown with its words"
    assert slot.decision == verdict.decision == "review"
    assert not classifier.classify("kucing").categories[GAMBLING].evidence


def test_the_strongest_category_decides_the_text(model_folder: Path) -> None:
    manifest = Manifest.read(model_folder)
    thresholds = replace(manifest.thresholds, review=(0.01,) * len(taxonomy().ids))
    classifier = Classifier(replace(manifest, thresholds=thresholds), open_backend(model_folder, manifest))
    mixed = classifier.classify("slot")
    assert {category.id: category.decision for category in mixed.categories} == {
        category: "flag" if category == "perjudian" else "review" for category in taxonomy().ids
    }
    assert mixed.decision == "flag" and mixed.flagged
    assert classifier.classify("slot bukan bukan bukan").decision == "clear"


def test_threads_change_nothing(model_folder: Path) -> None:
    manifest = Manifest.read(model_folder)
    texts = [f"{word} slot {'kucing ' * (at % 9)}" for at, word in enumerate(["bukan", "vcs", "ya"] * 30)]
    alone, several = (
        Classifier(manifest, OnnxBackend(model_folder, manifest, threads), token_budget=24).score(texts)
        for threads in (1, 4)
    )
    np.testing.assert_array_equal(alone.logits, several.logits)


def test_scores_are_those_of_the_verdicts(model_folder: Path) -> None:
    manifest = Manifest.read(model_folder)
    classifier = Classifier(manifest, open_backend(model_folder, manifest), token_budget=40)
    texts = ["slot", "kucing " * 50 + "vcs", "bukan", "ganyang kadrun", "ya", "goblok " * 30]
    scored = classifier.score(texts)
    verdicts = classifier.classify_many(texts)
    assert scored.probabilities.dtype == np.float32
    np.testing.assert_allclose(
        scored.probabilities,
        [[category.probability for category in verdict.categories] for verdict in verdicts],
        atol=1e-6,
    )
    assert scored.windows.tolist() == [verdict.read.windows for verdict in verdicts]
    assert scored.logits[0, GAMBLING] == 2
    flags = classifier.flags(scored.probabilities)
    assert flags.any(axis=1).tolist() == [verdict.flagged for verdict in verdicts]
    assert len({verdict.id for verdict in verdicts}) == len(texts)


def test_bulk_scores_say_where_nothing_was_read(classifier: Classifier) -> None:
    scored = classifier.score(["slot", " \n", "\u200b", "ya"])
    assert scored.windows.tolist() == [1, 0, 0, 1]
    assert np.isnan(scored.probabilities[1:3]).all() and np.isnan(scored.logits[1:3]).all()
    assert not np.isnan(scored.probabilities[[0, 3]]).any()
    assert not classifier.flags(scored.probabilities)[1:3].any()
    assert classifier.score([]).probabilities.shape == (0, len(taxonomy().ids))


@pytest.mark.parametrize("text", ["", "  \t\n", "\u200b\u2060", "&#8203;"])
def test_an_empty_text_is_an_error_that_says_which(classifier: Classifier, text: str) -> None:
    with pytest.raises(InputError, match="the text is empty"):
        classifier.classify(text)
    with pytest.raises(InputError, match="text 2 of 2"):
        classifier.classify_many(["ya", text])


def test_production_is_the_default(production: Path) -> None:
    assert Classifier.open().manifest.version == "1"


def test_a_missing_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="nowhere"):
        Classifier.open(tmp_path / "nowhere")


@settings(max_examples=50, deadline=None)
@given(
    text=st.text(
        st.sampled_from("slot gacor.,!\u200b@😀é\U0001d42c&amp;\uff33\uff2c\uff2f\uff34\n"), max_size=300
    )
)
def test_any_text_gets_a_sound_verdict(classifier: Classifier, text: str) -> None:
    if not normalise(text).text:
        return
    verdict = classifier.classify(text)
    assert isinstance(verdict, Verdict)
    for category in verdict.categories:
        assert 0 <= category.probability <= 1
        assert category.flagged == (category.probability >= category.threshold)
        assert category.flagged == (category.decision == "flag")
        assert all(each.text == text[each.start : each.end] for each in category.evidence)
