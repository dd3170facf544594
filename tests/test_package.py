import json
import subprocess
import sys

import pytest

import saring

HEAVY = {
    "datasets",
    "matplotlib",
    "numpy",
    "onnxruntime",
    "pandas",
    "pyarrow",
    "ray",
    "rich",
    "sklearn",
    "tokenizers",
    "torch",
    "transformers",
}


def test_import_loads_nothing_heavy() -> None:
    code = "import json, sys, saring; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", code])))
    assert "saring" in loaded
    assert not loaded & HEAVY


def test_judging_loads_neither_torch_nor_what_only_training_needs(production: object) -> None:
    code = "import json, sys, saring; saring.classify('halo'); print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(subprocess.check_output([sys.executable, "-c", code])))
    assert "onnxruntime" in loaded
    assert not loaded & (HEAVY - {"numpy", "onnxruntime", "tokenizers"})


def test_public_names_come_when_asked_for() -> None:
    from saring.classifier import Classifier
    from saring.verdict import Verdict

    assert saring.Classifier is Classifier
    assert saring.Verdict is Verdict
    assert set(dir(saring)) == {"Classifier", "Verdict", "__version__", "classify", "score_table"}
    with pytest.raises(AttributeError, match="no attribute 'Clasifier'"):
        saring.Clasifier  # noqa: B018


@pytest.mark.usefixtures("production")
def test_classify_opens_the_production_model_once(monkeypatch: pytest.MonkeyPatch) -> None:
    saring._production_classifier.cache_clear()
    opened = []
    opening = saring.Classifier.open
    monkeypatch.setattr(saring.Classifier, "open", lambda: opened.append(1) or opening())
    try:
        verdicts = [saring.classify("situs slot gacor"), saring.classify("kucing")]
    finally:
        saring._production_classifier.cache_clear()
    assert [verdict.flagged for verdict in verdicts] == [True, False]
    assert len(opened) == 1
