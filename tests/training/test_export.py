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


def test_attention_is_one_operator(model: SaringModel, fp32: Path) -> None:
    import onnx

    found = [node.op_type for node in onnx.load(fp32).graph.node]
    assert found.count("MultiHeadAttention") == model.encoder.config.num_hidden_layers
    assert found.count("Softmax") == 1  # the head's
    assert model.encoder.config._attn_implementation != "onnxruntime"


def test_a_graph_for_any_runtime_has_no_operators_of_one(model: SaringModel, tmp_path: Path) -> None:
    import onnx

    export_fp32(model, tmp_path / "plain.onnx", fused=False)
    assert {node.domain for node in onnx.load(tmp_path / "plain.onnx").graph.node} <= {"", "ai.onnx"}


def test_an_encoder_of_another_kind_is_exported_as_it_is(tmp_path: Path) -> None:
    from transformers import AutoModel, ElectraConfig

    config = ElectraConfig(
        vocab_size=40, embedding_size=8, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=32,
    )  # fmt: skip
    model = SaringModel(AutoModel.from_config(config), categories=3).eval()
    export_fp32(model, tmp_path / "fp32.onnx")
    ids, mask = padded_batch()
    with torch.no_grad():
        expected = model(torch.from_numpy(ids), torch.from_numpy(mask))
    for ours, theirs in zip(run(tmp_path / "fp32.onnx", ids, mask), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-4)


def test_int8_gives_nearly_what_fp32_gives(fp32: Path, tmp_path: Path) -> None:
    int8 = tmp_path / "int8.onnx"
    quantise(fp32, int8)
    assert int8.stat().st_size < fp32.stat().st_size
    ids, mask = padded_batch()
    exact, near = (1 / (1 + np.exp(-run(path, ids, mask)[0])) for path in (fp32, int8))
    assert np.abs(exact - near).mean() < 0.03


def test_weights_apart_are_mapped_not_copied(fp32: Path, tmp_path: Path) -> None:
    quantise(fp32, tmp_path / "model.onnx", weights_apart=True)
    graph, weights = tmp_path / "model.onnx", tmp_path / "model.onnx.data"
    assert weights.stat().st_mode == graph.stat().st_mode
    session = onnxruntime.InferenceSession(graph)
    maps = Path("/proc/self/maps")
    if not maps.is_file():
        pytest.skip("only Linux tells what is mapped")
    assert session.get_inputs() and str(weights) in maps.read_text()


def test_padding_changes_nothing(fp32: Path) -> None:
    ids, mask = padded_batch()
    alone = run(fp32, ids[3:4, :9], mask[3:4, :9])[0]
    np.testing.assert_allclose(run(fp32, ids, mask)[0][3:4], alone, atol=1e-4)
