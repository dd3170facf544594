import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from manifests import a_manifest

from saring.artefact.manifest import (
    Calibration,
    ForeignCategoriesError,
    ForeignTextRulesError,
    MissingFileError,
    MissingManifestError,
    MissingModelError,
    TamperedFileError,
    UnreadableManifestError,
    open_model,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(bytes(range(256)) * 20)
    (folder / "tokenizer.json").write_text("{}")
    a_manifest().write(folder)
    return folder


def test_a_written_model_opens_with_everything_it_was_written_with(folder):
    opened = open_model(folder)
    assert replace(opened, files={}) == a_manifest(created=opened.created)
    assert sorted(opened.files) == ["model.onnx", "tokenizer.json"]


def test_calibration_and_thresholds_stand_by_category_in_the_file(folder):
    raw = json.loads((folder / "manifest.json").read_text())
    assert raw["calibration"]["sara"] == {"temperature": 1.1, "bias": 0.01}
    assert raw["thresholds"]["hoaks"] == {"review": 0.2, "flag": 0.4}


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("position", [0, -1])
def test_one_tampered_byte_in_any_file_is_refused_by_the_name_of_the_file(folder, name, position):
    content = bytearray((folder / name).read_bytes())
    content[position] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(TamperedFileError, match=name):
        open_model(folder)


def test_a_wrong_digest_in_the_manifest_is_refused(folder):
    raw = json.loads((folder / "manifest.json").read_text())
    raw["files"]["model.onnx"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(raw))
    with pytest.raises(TamperedFileError, match=r"model\.onnx .*expected 000000"):
        open_model(folder)


def test_a_missing_file_is_named(folder):
    (folder / "tokenizer.json").unlink()
    with pytest.raises(MissingFileError, match=r"tokenizer\.json"):
        open_model(folder)


def test_a_missing_folder_and_a_missing_manifest_are_told_apart(folder):
    with pytest.raises(MissingModelError):
        open_model(folder / "nowhere")
    (folder / "manifest.json").unlink()
    with pytest.raises(MissingManifestError):
        open_model(folder)


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff\xfe", b"[]", b"{}", b"null"],
    ids=["cut", "no UTF-8", "a list", "empty", "null"],
)
def test_an_unreadable_manifest_is_refused(folder, content):
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(UnreadableManifestError, match=r"manifest\.json"):
        open_model(folder)


@pytest.mark.parametrize("key", ["kind", "files", "thresholds", "calibration", "window", "text_rules"])
def test_a_manifest_that_lacks_a_field_names_it(folder, key):
    raw = json.loads((folder / "manifest.json").read_text())
    del raw[key]
    (folder / "manifest.json").write_text(json.dumps(raw))
    with pytest.raises(UnreadableManifestError, match=key):
        open_model(folder)


@pytest.mark.parametrize("name", ["../model.onnx", "/etc/passwd"])
def test_a_manifest_that_points_outside_its_folder_is_refused(folder, name):
    raw = json.loads((folder / "manifest.json").read_text())
    raw["files"][name] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(raw))
    with pytest.raises(UnreadableManifestError, match="outside"):
        open_model(folder)


def test_foreign_text_rules_are_refused(folder):
    a_manifest(text_rules="0").write(folder)
    with pytest.raises(ForeignTextRulesError, match="text rules 0"):
        open_model(folder)


def test_foreign_categories_are_refused_also_in_another_order(folder):
    manifest = a_manifest()
    replace(manifest, categories=manifest.categories[::-1]).write(folder)
    with pytest.raises(ForeignCategoriesError):
        open_model(folder)


def test_a_failed_write_leaves_the_old_manifest_and_no_remains(folder):
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(ValueError, match="JSON"):
        a_manifest(evaluation={"f1": float("nan")}).write(folder)
    assert (folder / "manifest.json").read_bytes() == before
    assert sorted(os.listdir(folder)) == ["manifest.json", "model.onnx", "tokenizer.json"]


def test_calibrated_probabilities_follow_the_formula_and_do_not_overflow():
    calibration = Calibration((2.0, 0.5), (0.3, -1.0))
    logits = np.array([[1.0, -2.0], [1e4, -1e4]], np.float32)
    found = calibration.probabilities(logits)
    expected = 1 / (1 + np.exp(-np.array([1 / 2 + 0.3, -2 / 0.5 - 1])))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0], expected, rtol=1e-6)
    np.testing.assert_allclose(found[1], [1, 0], atol=1e-6)
