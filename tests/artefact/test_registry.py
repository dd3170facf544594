import json
import os
import shutil
from pathlib import Path

import pytest
from manifests import a_manifest

from saring.artefact import registry as module
from saring.artefact.manifest import MissingModelError, TamperedFileError, open_model
from saring.artefact.registry import Registry, RegistryError, models_root, production_model
from saring.errors import ArtefactError


@pytest.fixture
def staged(tmp_path: Path):
    def stage(version: str) -> Path:
        folder = tmp_path / f"staged-{version}"
        folder.mkdir()
        (folder / "model.onnx").write_bytes(version.encode() * 100)
        a_manifest(version=version).write(folder)
        return folder

    return stage


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def test_published_versions_are_known_and_whole_but_not_in_production(registry, staged):
    path = registry.publish(staged("1"), "saring-id", "1", who="ani")
    assert path == registry.root / "saring-id" / "1"
    assert open_model(path).version == "1"
    assert registry.versions()["1"]["added"]["by"] == "ani"
    assert registry.production_version() is None
    with pytest.raises(RegistryError, match="in production"):
        registry.production()


def test_promotion_records_who_when_why_and_whether_forced(registry, staged, monkeypatch):
    for version in ("1", "2"):
        registry.publish(staged(version), "saring-id", version)
    registry.promote("saring-id", "1", "ani", "first")
    registry.promote("saring-id", "2", "budi", "faster", forced=True)
    assert registry.production_version() == "2"
    (record,) = registry.versions()["2"]["promoted"]
    assert (record["by"], record["why"], record["forced"]) == ("budi", "faster", True)
    assert record["when"] >= registry.versions()["2"]["added"]["when"]
    assert len(registry.versions()["1"]["promoted"]) == 1
    monkeypatch.setenv("SARING_MODELS", str(registry.root))
    assert production_model() == registry.root / "saring-id" / "2"


def test_unknown_versions_names_and_empty_reasons_are_refused(registry, staged):
    registry.publish(staged("1"), "saring-id", "1")
    with pytest.raises(RegistryError, match="known: 1"):
        registry.promote("saring-id", "9", "ani", "why not")
    with pytest.raises(RegistryError, match="known: saring-id"):
        registry.promote("other", "1", "ani", "why not")
    with pytest.raises(RegistryError, match="reason"):
        registry.promote("saring-id", "1", "ani", "  ")
    assert registry.production_version() is None


def test_a_tampered_version_is_not_promoted(registry, staged):
    path = registry.publish(staged("1"), "saring-id", "1")
    (path / "model.onnx").write_bytes(b"other")
    with pytest.raises(TamperedFileError):
        registry.promote("saring-id", "1", "ani", "first")
    assert registry.production_version() is None


def test_versions_never_change(registry, staged):
    first = staged("1")
    registry.publish(first, "saring-id", "1")
    with pytest.raises(RegistryError, match="exists"):
        registry.publish(first, "saring-id", "1")


def test_a_folder_of_another_version_or_an_odd_name_is_not_published(registry, staged):
    folder = staged("1")
    with pytest.raises(RegistryError, match="by its manifest"):
        registry.publish(folder, "saring-id", "2")
    with pytest.raises(RegistryError, match="cannot name"):
        registry.publish(folder, "../elsewhere", "1")


def test_a_publish_that_dies_leaves_nothing_behind(registry, staged, monkeypatch):
    def die(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(module.os, "rename", die)
    with pytest.raises(OSError, match="power cut"):
        registry.publish(staged("1"), "saring-id", "1")
    assert os.listdir(registry.root / "saring-id") == []
    assert registry.names() == ()


def test_a_publish_that_died_before_registering_can_be_repeated(registry, staged, monkeypatch):
    folder = staged("1")

    def die(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(module, "write_json", die)
        with pytest.raises(OSError, match="power cut"):
            registry.publish(folder, "saring-id", "1")
    registry.publish(folder, "saring-id", "1")
    assert list(registry.versions()) == ["1"]


def test_a_promotion_that_dies_leaves_the_registry_as_it_was(registry, staged, monkeypatch):
    for version in ("1", "2"):
        registry.publish(staged(version), "saring-id", version)
    registry.promote("saring-id", "1", "ani", "first")
    before = (registry.root / "registry.json").read_bytes()

    def die(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr(Path, "replace", die)
    with pytest.raises(OSError, match="power cut"):
        registry.promote("saring-id", "2", "ani", "second")
    assert (registry.root / "registry.json").read_bytes() == before
    assert sorted(os.listdir(registry.root)) == ["registry.json", "saring-id"]


def test_references_resolve_to_folders(registry, staged, tmp_path):
    registry.publish(staged("1"), "saring-id", "1")
    folder = registry.root / "saring-id" / "1"
    assert registry.resolve("1") == registry.resolve("saring-id/1") == folder
    assert registry.resolve(str(tmp_path)) == tmp_path
    registry.promote("saring-id", "1", "ani", "first")
    assert registry.resolve("production") == folder
    with pytest.raises(RegistryError, match="models list"):
        registry.resolve("7")


@pytest.mark.parametrize("content", ["{", "[]", '{"saring-id": {}}'])
def test_a_broken_registry_is_named(registry, content):
    registry.root.mkdir()
    (registry.root / "registry.json").write_text(content)
    with pytest.raises(RegistryError, match=r"registry\.json"):
        registry.production()


def test_where_there_is_no_registry_the_way_out_is_named(tmp_path):
    with pytest.raises(MissingModelError, match="SARING_MODELS"):
        Registry(tmp_path).production()


def test_the_models_are_found_by_variable_then_checkout_then_wheel(tmp_path, monkeypatch):
    checkout, installed = tmp_path / "checkout", tmp_path / "site" / "saring"
    (checkout / "src" / "saring").mkdir(parents=True)
    (checkout / "pyproject.toml").touch()
    (checkout / "deep").mkdir()
    installed.mkdir(parents=True)
    monkeypatch.delenv("SARING_MODELS", raising=False)
    monkeypatch.setattr(module, "__file__", str(installed / "artefact" / "registry.py"))
    monkeypatch.chdir(tmp_path)
    assert models_root() == installed / "_models"
    monkeypatch.chdir(checkout / "deep")
    assert models_root() == checkout / "models"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "__file__", str(checkout / "src" / "saring" / "artefact" / "registry.py"))
    assert models_root() == checkout / "models"
    monkeypatch.setenv("SARING_MODELS", str(tmp_path / "mine"))
    assert models_root() == tmp_path / "mine"


def test_every_error_of_the_area_is_an_artefact_error():
    assert issubclass(RegistryError, ArtefactError)


def test_the_registry_file_is_plain_json(registry, staged):
    registry.publish(staged("1"), "saring-id", "1")
    shutil.rmtree(registry.root / "saring-id")
    assert json.loads((registry.root / "registry.json").read_text())["saring-id"]["production"] is None
