import json

import numpy as np
import pytest
from manifests import a_manifest

from saring.artefact.card import model_card
from saring.artefact.manifest import Thresholds
from saring.evaluation.fairness import Identity, measure_fairness
from saring.evaluation.metrics import Interval, evaluate
from saring.evaluation.selective import measure_selective
from saring.taxonomy import taxonomy


@pytest.fixture(scope="module")
def figures():
    random = np.random.default_rng(0)
    labels = (random.random((300, 8)) < 0.2).astype(np.float32)
    labels[:, 7] = np.nan
    noise = random.random((300, 8)).astype(np.float32)
    share = {"value": 0.031, "low": 0.02, "high": 0.05}
    people = [Identity("arab", "ethnicity", True, ("arab",)), Identity("dpr", "politics", False, ("dpr",))]
    texts = ["orang arab", "kata dpr", "hujan"] * 100

    def one(skill):
        probabilities = skill * np.nan_to_num(labels) + (1 - skill) * noise
        return {
            "test": {"digest": "d" * 64, "rows": 300},
            **evaluate(labels, probabilities, [0.5] * 8, ["tweets", "news"] * 150, bootstrap=50).to_dict(),
            "fairness": measure_fairness(
                texts, np.nan_to_num(labels), probabilities, np.full(8, 0.5), people
            ),
            "selective": measure_selective(labels, probabilities, Thresholds((0.2,) * 8, (0.5,) * 8)),
            "robustness": {
                "positive_rows": 80,
                "clean_rows": 70,
                "recall": 0.6,
                "clean_flagged": 0.1,
                "perturbations": {
                    "spaced_letters": {
                        "words_touched": 0.25,
                        "read_otherwise": 0.9,
                        "recall_lost": share,
                        "clean_flagged_gained": share,
                        "categories": {"sara": {"recall_lost": 0.2}, "ancaman": {"recall_lost": None}},
                    }
                },
            },
            "gauges": {
                "ministry": {"rows": 1000, "flagged": share, "categories": {c: share for c in taxonomy().ids}}
            },
            "ordinary": {
                "sentences": 50,
                "flagged": 1,
                "share": 0.02,
                "alarms": [{"text": "Babi hutan masuk kebun", "topic": "pets", "categories": ["sara"]}],
            },
        }

    return one(0.45) | {"baseline": {"name": "linear", "version": "7", "kind": "linear", **one(0.3)}}


def _interval(interval):
    return f"{interval['value']:.3f} ({interval['low']:.3f} to {interval['high']:.3f})"


def test_the_figures_of_model_and_baseline_stand_side_by_side_with_intervals(figures):
    card = model_card(a_manifest(evaluation=figures))
    for category in taxonomy().ids[:7]:
        own, beside = (one["categories"][category]["f1"] for one in (figures, figures["baseline"]))
        (row,) = [
            line
            for line in card.splitlines()
            if line.startswith(f"| `{category}` |") and _interval(own) in line
        ]
        assert row.index(_interval(own)) < row.index(_interval(beside))
    assert "`linear` 7" in card
    assert "another frozen test" not in card


def test_a_baseline_of_another_frozen_test_is_said_to_be_so(figures):
    foreign = figures | {"baseline": figures["baseline"] | {"test": {"digest": "e" * 64, "rows": 300}}}
    assert "another frozen test" in model_card(a_manifest(evaluation=foreign))


def test_gauges_ordinary_sentences_thresholds_and_data_are_in_it(figures):
    card = model_card(a_manifest(evaluation=figures, data={"corpora": {"tweets": "abc"}}, how="by fitting"))
    assert "| ministry | 1,000 | 3.1 % (2.0 % to 5.0 %)" in card
    assert "1 of 50 sentences flagged (2.0 %)" in card and "Babi hutan masuk kebun" in card
    assert "| `sara` | 0.200 | 0.410 | 1.100 | 0.010 |" in card
    assert "by fitting" in card and "tweets: abc" in card


def test_disguise_fairness_and_doubt_are_in_it(figures):
    card = model_card(a_manifest(evaluation=figures))
    assert "| spaced letters | 25.0 % | 90.0 % | 3.1 % (2.0 % to 5.0 %) | `sara` 20.0 % |" in card
    arab = figures["fairness"]["identities"]["arab"]["categories"]["sara"]["bpsn_auc"]
    assert "| arab (ethnicity) | 100 |" in card and f"{arab:.3f}" in card
    assert "Of 1 protected identities" in card and "dpr (politics)" not in card
    assert f"| {figures['selective']['sara']['aurc']:.4f} |" in card


def test_what_was_not_measured_is_said_and_no_figure_is_invented(figures):
    card = model_card(a_manifest())
    assert "has not been evaluated" in card
    assert "model-index" not in card
    assert card.count("Not measured.") == 7


def test_the_front_matter_is_yaml_that_the_hub_reads(figures):
    yaml = pytest.importorskip("yaml")
    text = model_card(a_manifest(evaluation=figures)).split("---\n")[1]
    front = yaml.safe_load(text)
    assert front["language"] == ["id"]
    assert front["license"] == "cc-by-nc-sa-4.0"
    assert front["pipeline_tag"] == "text-classification"
    metrics = front["model-index"][0]["results"][0]["metrics"]
    by_name = {metric["name"]: metric["value"] for metric in metrics}
    assert by_name["macro F1"] == round(figures["macro"]["f1"]["value"], 4)
    assert "F1 ancaman" not in by_name  # nothing known of it in these rows


def test_it_says_what_hoaks_is_not_how_labels_were_made_and_under_what_licence(figures):
    card = " ".join(model_card(a_manifest(evaluation=figures)).split())
    assert "**`hoaks` is not a verdict on truth.**" in card
    assert "read one by one by a large language model" in card and "not human annotation" in card
    assert "released under **CC BY-NC-SA 4.0**" in card


def test_every_category_is_explained_and_tables_have_even_rows(figures):
    card = model_card(a_manifest(evaluation=figures))
    for category in taxonomy().categories:
        assert category.name.en in card
    block: list[int] = []
    for line in [*card.splitlines(), ""]:
        if line.startswith("|"):
            block.append(line.replace("\\|", "").count("|"))
        else:
            assert len(set(block)) <= 1
            block = []


def test_undefined_figures_are_dashes():
    undefined = Interval(None, None, None)
    assert json.dumps([undefined.value]) == "[null]"
    labels = np.full((4, 8), np.nan, np.float32)
    found = evaluate(labels, np.zeros((4, 8), np.float32), [0.5] * 8, ["x"] * 4, bootstrap=2).to_dict()
    assert "| `hoaks` | 0 | - | - |" in model_card(a_manifest(evaluation=found))
