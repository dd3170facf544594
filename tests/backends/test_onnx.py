from pathlib import Path

import numpy as np
import pytest

from saring.artefact.manifest import Manifest
from saring.backends.onnx import OnnxBackend
from saring.backends.opening import open_backend
from saring.errors import ArtefactError, InputError
from saring.taxonomy import taxonomy


@pytest.fixture(scope="module")
def manifest(model_folder: Path) -> Manifest:
    return Manifest.read(model_folder)


def test_padding_changes_nothing(model_folder: Path, manifest: Manifest) -> None:
    backend = OnnxBackend(model_folder, manifest, threads=1)
    windows = [each[0] for each in backend.windows(["slot gacor", "kucing", "bukan slot, bukan gacor ya"])]
    together = backend.score(windows)
    for window, score in zip(windows, together, strict=True):
        (alone,) = backend.score([window])
        assert score.contributions.shape == (len(window.ids), len(taxonomy().ids))
        np.testing.assert_allclose(score.logits, alone.logits)
        np.testing.assert_allclose(score.contributions, alone.contributions)


def test_contributions_stand_with_their_tokens(model_folder: Path, manifest: Manifest) -> None:
    backend = OnnxBackend(model_folder, manifest)
    (score,) = backend.score(backend.windows(["situs slotgacor"])[0])
    gambling = score.contributions[:, taxonomy().index("perjudian")]
    assert gambling.tolist() == [0, 0, 6, 6, 0]
    assert score.logits[taxonomy().index("perjudian")] == pytest.approx(8)


def test_nothing_to_score(model_folder: Path, manifest: Manifest) -> None:
    assert OnnxBackend(model_folder, manifest).score([]) == []


@pytest.mark.parametrize("threads", ["0", "two", "-1", ""])
def test_threads_must_be_a_number(
    model_folder: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch, threads: str
) -> None:
    monkeypatch.setenv("SARING_THREADS", threads)
    with pytest.raises(InputError, match="SARING_THREADS"):
        OnnxBackend(model_folder, manifest)


def test_broken_graph_is_refused(model_folder: Path, manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a graph")
    with pytest.raises(ArtefactError, match=r"model\.onnx cannot be run"):
        open_backend(tmp_path, manifest)


def test_graph_without_contributions_is_refused(
    model_folder: Path, manifest: Manifest, tmp_path: Path
) -> None:
    import onnx

    graph = onnx.load(model_folder / "model.onnx")
    del graph.graph.output[1]
    onnx.save(graph, tmp_path / "model.onnx")
    with pytest.raises(ArtefactError, match="lacks the output contributions"):
        open_backend(tmp_path, manifest)


def test_folder_without_weights_is_refused(manifest: Manifest, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="cannot be run"):
        open_backend(tmp_path, manifest)


def test_missing_extra_is_named(manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from dataclasses import replace

    from saring.errors import MissingExtraError

    monkeypatch.setitem(sys.modules, "skops", None)
    monkeypatch.setitem(sys.modules, "skops.io", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'saring\[train\]'"):
        open_backend(tmp_path, replace(manifest, kind="linear"))
