"""Puts the production models into the wheel, without the weights that only retraining needs."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RETRAINING_WEIGHTS = "model.safetensors"


class ProductionModelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Includes what ``models/registry.json`` calls production as ``saring/_models``.

    The manifest and the registry that travel name only what travels, so that the model opens with
    every digest checked. A checkout without models gives a wheel without models.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the models to ``build_data``; editable installs use the checkout's own."""
        models = Path(self.root, "models")
        if version == "editable" or not (models / "registry.json").is_file():
            return
        self._rewritten = TemporaryDirectory()
        staging = Path(self._rewritten.name)
        registry = {}
        travelling: dict[Path, str] = {}
        for name, entry in json.loads((models / "registry.json").read_text(encoding="utf-8")).items():
            production = entry["production"]
            if production is None:
                continue
            registry[name] = {
                "production": production,
                "versions": {production: entry["versions"][production]},
            }
            folder = models / name / production
            manifest = _write_json(staging / name / "manifest.json", _travelling_manifest(folder))
            travelling[manifest] = f"{name}/{production}/{manifest.name}"
            for path in folder.rglob("*"):
                inside = path.relative_to(folder).as_posix()
                if path.is_file() and inside not in (manifest.name, RETRAINING_WEIGHTS):
                    travelling[path] = f"{name}/{production}/{inside}"
        travelling[_write_json(staging / "registry.json", registry)] = "registry.json"
        for path, place in travelling.items():
            build_data["force_include"][str(path)] = f"saring/_models/{place}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the rewritten files once they are in the wheel."""
        if hasattr(self, "_rewritten"):
            self._rewritten.cleanup()


def _travelling_manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"].pop(RETRAINING_WEIGHTS, None)
    return manifest


def _write_json(path: Path, content: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
