"""The figures of a real, tiny model on rows whose trigger words it knows or does not know."""

from dataclasses import replace

import numpy as np
import pytest
from tiny_model import TRIGGERS, tiny_model

from saring.artefact.manifest import Manifest, open_model
from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.corpora.keys import row_key
from saring.errors import EvaluationError
from saring.evaluation.fairness import Identity
from saring.evaluation.frozen import FROZEN_SCORES, frozen_digest
from saring.evaluation.ordinary import OrdinarySentence
from saring.evaluation.run import compare_models, evaluate_candidate, evaluate_model
from saring.taxonomy import taxonomy

ORDINARY = [OrdinarySentence("kucing gacor", "pets"), OrdinarySentence("kucing", "pets")]
IDS = taxonomy().ids


def _dataset() -> Dataset:
    texts, labels, origins = [], [], []
    for number in range(12):
        for at, category in enumerate(IDS):
            for word, yes in ((TRIGGERS[category][0], 1), ("kucing", 0)):
                texts.append(f"{word} nomor {number} {category}")
                labels.append(np.eye(8)[at] * yes)
                origins.append("authored" if number % 4 == 0 else "annotation")
    texts += [f"situs {number}" for number in range(10)]
    labels += [np.full(8, 0.1)] * 10
    origins += ["corpus"] * 10
    corpora = [{"annotation": "tweets", "authored": "authored/pairs", "corpus": "news"}[o] for o in origins]
    keys = [row_key(text) for text in texts]
    return Dataset(texts, corpora, keys, keys, ["test"] * len(texts), np.array(labels, np.float32), origins)


DATASET = _dataset()
GAUGES = DATASET.where(np.array(DATASET.corpora) == "news")


@pytest.fixture
def evaluated(tmp_path):
    folder = tiny_model(tmp_path / "candidate")
    manifest = evaluate_candidate(
        folder, Classifier.open(folder), DATASET, GAUGES, ORDINARY, baseline=None, bootstrap=50
    )
    return folder, manifest


def test_the_headline_is_the_annotated_rows_and_the_rest_stands_apart(model_folder):
    figures = evaluate_model(
        Classifier.open(model_folder),
        DATASET,
        replace(GAUGES, texts=["situs gacor", *GAUGES.texts[1:]]),
        ORDINARY,
        identities=[Identity("kucing", "pets", False, ("kucing",))],
        bootstrap=50,
    )
    assert figures["fairness"]["identities"]["kucing"]["rows"] == 72
    assert figures["selective"]["sara"]["risk"]["100%"] == 0
    assert figures["test"] == {"digest": frozen_digest(DATASET), "rows": 144}
    assert figures["rows"] == 144 and set(figures["sources"]) == {"tweets"}
    assert figures["macro"]["f1"]["value"] == pytest.approx(1)
    assert figures["authored"]["rows"] == 48 and set(figures["authored"]["sources"]) == {"authored/pairs"}
    assert figures["gauges"]["news"]["flagged"]["value"] == 0.1
    assert figures["ordinary"]["flagged"] == 1


def test_a_candidate_gets_figures_scores_and_card_and_still_opens(evaluated):
    folder, manifest = evaluated
    assert open_model(folder) == manifest
    assert {FROZEN_SCORES, "README.md"} <= set(manifest.files)
    assert manifest.evaluation["gauges"]["news"]["rows"] == 10
    assert "# saring-id 1" in (folder / "README.md").read_text()


def test_the_baseline_stands_beside_without_its_own_baseline(evaluated, tmp_path):
    _, baseline = evaluated
    baseline = replace(baseline, name="linear", evaluation={**baseline.evaluation, "baseline": {"old": 1}})
    folder = tiny_model(tmp_path / "second", version="2")
    manifest = evaluate_candidate(
        folder, Classifier.open(folder), DATASET, GAUGES, ORDINARY, baseline=baseline, bootstrap=50
    )
    beside = manifest.evaluation["baseline"]
    assert beside["name"] == "linear" and not {"baseline", "selective"} & set(beside)
    assert beside["macro"] == baseline.evaluation["macro"]


def test_a_baseline_without_figures_is_refused(tmp_path, model_folder):
    folder = tiny_model(tmp_path / "second", version="2")
    with pytest.raises(EvaluationError, match="baseline saring-id 1"):
        evaluate_candidate(
            folder, Classifier.open(folder), DATASET, None, ORDINARY, baseline=Manifest.read(model_folder)
        )


def test_models_are_scored_again_only_where_their_scores_do_not_serve(evaluated, tmp_path):
    folder, manifest = evaluated
    bare = tiny_model(tmp_path / "bare", version="2")
    pair = ((folder, manifest), (bare, Manifest.read(bare)))
    with pytest.raises(EvaluationError, match="saring-id 2 carries no scores"):
        compare_models(*pair, bootstrap=20)
    found = compare_models(*pair, DATASET, bootstrap=20)
    assert found.rows == 144 and found.flips == ()
    smaller = DATASET.take(np.arange(100))
    assert compare_models(pair[0], pair[0], smaller, bootstrap=20).digest == frozen_digest(smaller)
