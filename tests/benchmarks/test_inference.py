from pathlib import Path

import inference
import numpy as np
import pytest
from engines import TorchEngine
from manifests import a_manifest
from small_training import tiny_encoder

from saring.artefact.manifest import Manifest, WindowSize
from saring.classifier import Classifier
from saring.taxonomy import taxonomy
from saring.training.head import from_encoder, load_tokenizer, load_weights, save_weights

TEXTS = ["situs gacor, jalan guru", "selamat pagi!", "kopi pasar " * 40]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that was never trained."""
    folder = tmp_path_factory.mktemp("checkpoint")
    encoder = tiny_encoder(tmp_path_factory.mktemp("encoder"))
    save_weights(from_encoder(str(encoder), len(taxonomy().ids), dropout=0.0), folder)
    load_tokenizer(str(encoder)).save(str(folder / "tokenizer.json"))
    a_manifest(window=WindowSize(48, 8)).write(folder)
    return folder


def test_every_engine_gives_the_same_verdicts(checkpoint: Path, tmp_path: Path) -> None:
    engines = inference.contestants(checkpoint, tmp_path, calibration=TEXTS, threads=2)
    wanted = [name for name in engines if name.startswith("onnxruntime")] + ["torch fp32"]
    exact, *others = (Classifier(Manifest.read(checkpoint), engines[name]()).score(TEXTS) for name in wanted)
    assert wanted[0] == inference.EXACT and inference.SERVED in wanted
    for other in others:
        np.testing.assert_allclose(exact.probabilities, other.probabilities, atol=0.1)
    np.testing.assert_allclose(exact.probabilities, others[-1].probabilities, atol=1e-4)


def test_what_is_not_installed_is_left_out_by_name(checkpoint: Path) -> None:
    def absent() -> TorchEngine:
        raise ModuleNotFoundError(name="ctranslate2")

    model = load_weights(checkpoint).eval()
    found, missing = inference.opened(
        {"torch": lambda: TorchEngine(checkpoint, 1, model), "CTranslate2": absent}, only=[]
    )
    assert list(found) == ["torch"]
    assert missing == {"CTranslate2": "ctranslate2 is not installed"}


@pytest.mark.parametrize("only", [["torch"], ["fp32, fused"]])
def test_the_yardstick_stays(only: list[str], checkpoint: Path) -> None:
    model = load_weights(checkpoint).eval()
    engines = {
        name: lambda: TorchEngine(checkpoint, 1, model) for name in (inference.EXACT, "torch", "other")
    }
    found, _ = inference.opened(engines, only)
    assert inference.EXACT in found and "other" not in found
