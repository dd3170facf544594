from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray

from saring.training.export import export_fp32, quantise
from saring.training.head import SaringModel, load_weights


@pytest.fixture(scope="module")
def model(trained: Path) -> SaringModel:
    return load_weights(trained).eval()


@pytest.fixture(scope="module")
def fp32(model: SaringModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "fp32.onnx"
    export_fp32(model, path)
    return path


def padded_batch() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    ids = np.random.default_rng(0).integers(5, 40, (7, 23))
    mask = np.ones_like(ids)
    mask[3:, 9:] = 0
    return ids, mask


def run(path: Path, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> list[NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(path)
    return list(session.run(["logits", "contributions"], {"input_ids": ids, "attention_mask": mask}))


def test_the_graph_gives_what_torch_gives(model: SaringModel, fp32: Path) -> None:
    ids, mask = padded_batch()
    with torch.no_grad():
        expected = model(torch.from_numpy(ids), torch.from_numpy(mask))
    for ours, theirs in zip(run(fp32, ids, mask), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-4)


def test_int8_gives_nearly_what_fp32_gives(fp32: Path, tmp_path: Path) -> None:
    int8 = tmp_path / "int8.onnx"
    quantise(fp32, int8)
    assert int8.stat().st_size < fp32.stat().st_size
    ids, mask = padded_batch()
    exact, near = (1 / (1 + np.exp(-run(path, ids, mask)[0])) for path in (fp32, int8))
    assert np.abs(exact - near).mean() < 0.03


def test_padding_changes_nothing(fp32: Path) -> None:
    ids, mask = padded_batch()
    alone = run(fp32, ids[3:4, :9], mask[3:4, :9])[0]
    np.testing.assert_allclose(run(fp32, ids, mask)[0][3:4], alone, atol=1e-4)
