"""Which versions there are, which one is production, and who made it so."""

import getpass
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from saring.artefact.manifest import MissingModelError, now, open_model, write_json
from saring.errors import ArtefactError

REGISTRY = "registry.json"
MODEL_NAME = "saring-id"

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class RegistryError(ArtefactError):
    """The registry cannot be read, or does not know what was asked for."""


def models_root() -> Path:
    """The folder that holds the registry and the models.

    The first of: ``SARING_MODELS``; ``models/`` of the checkout that this package runs from, or
    that the working directory stands in; the models that travel in the wheel.
    """
    if named := os.environ.get("SARING_MODELS"):
        return Path(named)
    package = Path(__file__).resolve().parents[1]
    here = Path.cwd()
    for root in (package.parent.parent, here, *here.parents):
        if (root / "src" / "saring").is_dir() and (root / "pyproject.toml").is_file():
            return root / "models"
    return package / "_models"


class Registry:
    """The models under ``root``: ``registry.json`` and ``<name>/<version>/`` folders.

    A version folder appears by one rename and never changes; the registry file is replaced whole.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = models_root() if root is None else root

    def names(self) -> tuple[str, ...]:
        """Names of the models, sorted; none where there is no registry yet."""
        return tuple(sorted(self._read_or_empty()))

    def versions(self, name: str = MODEL_NAME) -> dict[str, dict[str, Any]]:
        """Version -> ``{"added": {by, when}, "promoted": [{by, when, why, forced}, ...]}``."""
        return dict(self._model(self._read(), name)["versions"])

    def production_version(self, name: str = MODEL_NAME) -> str | None:
        """The version in production, or ``None`` when none has been promoted yet."""
        version: str | None = self._model(self._read(), name)["production"]
        return version

    def production(self, name: str = MODEL_NAME) -> Path:
        """Folder of the version in production.

        Raises:
            RegistryError: there is no registry, no such model, or nothing was promoted.
        """
        version = self.production_version(name)
        if version is None:
            raise RegistryError(
                f"no version of {name} is in production under {self.root}; "
                f"`saring models promote VERSION --why ...` makes one so"
            )
        return self.path(name, version)

    def path(self, name: str, version: str) -> Path:
        """Folder of a version; raises ``RegistryError`` when the registry does not know it."""
        self._known(self._read(), name, version)
        return self.root / name / version

    def resolve(self, reference: str, name: str = MODEL_NAME) -> Path:
        """The folder meant by ``production``, ``VERSION``, ``NAME/VERSION`` or a path."""
        if reference == "production":
            return self.production(name)
        raw = self._read_or_empty()
        if reference in raw.get(name, {}).get("versions", {}):
            return self.root / name / reference
        owner, _, version = reference.rpartition("/")
        if version in raw.get(owner, {}).get("versions", {}):
            return self.root / owner / version
        if Path(reference).is_dir():
            return Path(reference)
        raise RegistryError(
            f"{reference!r} is neither a version under {self.root} nor a folder; "
            f"`saring models list` shows the versions"
        )

    def publish(self, staged: Path, name: str, version: str, who: str | None = None) -> Path:
        """Copy a verified folder to ``<root>/<name>/<version>`` and register it; returns its path.

        The folder appears whole by one rename. What is registered is not in production yet.

        Raises:
            ArtefactError: the staged folder does not open, is of another name or version, or the
                version exists already.
        """
        for part in (name, version):
            if not _PLAIN_NAME.fullmatch(part):
                raise RegistryError(f"{part!r} cannot name a model: letters, digits, '.', '_', '-' only")
        manifest = open_model(staged)
        if (manifest.name, manifest.version) != (name, version):
            raise RegistryError(
                f"{staged} is {manifest.name} {manifest.version} by its manifest, not {name} {version}"
            )
        target = self.root / name / version
        if not target.exists():
            _rename_into_place(staged, target)
        elif version in self._read_or_empty().get(name, {}).get("versions", {}):
            raise RegistryError(f"{name} {version} exists already; versions never change, take a new one")
        elif open_model(target) != manifest:  # the same one: its publisher died before registering it
            raise RegistryError(
                f"{target} is another model and not registered; remove it or take a new version"
            )
        raw = self._read_or_empty()
        model = raw.setdefault(name, {"production": None, "versions": {}})
        model["versions"][version] = {"added": {"by": who or user(), "when": now()}, "promoted": []}
        write_json(self.root / REGISTRY, raw)
        return target

    def promote(self, name: str, version: str, who: str, why: str, forced: bool = False) -> None:
        """Make ``version`` the production one and record who did so, when and why.

        Whether it deserves that is for the caller to judge (``evaluation.comparison``).

        Raises:
            ArtefactError: the version is unknown, or its folder does not open.
        """
        if not why.strip():
            raise RegistryError("say why: a promotion is recorded with its reason")
        raw = self._read()
        self._known(raw, name, version)
        open_model(self.root / name / version)
        raw[name]["production"] = version
        raw[name]["versions"][version]["promoted"].append(
            {"by": who, "when": now(), "why": why, "forced": forced}
        )
        write_json(self.root / REGISTRY, raw)

    def _read(self) -> dict[str, dict[str, Any]]:
        path = self.root / REGISTRY
        try:
            raw: dict[str, dict[str, Any]] = json.loads(path.read_bytes())
            for model in raw.values():
                model["production"], model["versions"].items()
        except FileNotFoundError:
            raise MissingModelError(
                f"no models under {self.root} (no {REGISTRY}); set SARING_MODELS to the folder that has them"
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise RegistryError(f"{path} cannot be read as a registry: {error!r}") from error
        return raw

    def _read_or_empty(self) -> dict[str, dict[str, Any]]:
        return self._read() if (self.root / REGISTRY).is_file() else {}

    def _model(self, raw: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
        if name not in raw:
            known = ", ".join(sorted(raw)) or "none"
            raise RegistryError(f"no model named {name!r} under {self.root}; known: {known}")
        return raw[name]

    def _known(self, raw: Mapping[str, dict[str, Any]], name: str, version: str) -> None:
        versions = self._model(raw, name)["versions"]
        if version not in versions:
            known = ", ".join(sorted(versions)) or "none"
            raise RegistryError(f"{name} has no version {version!r}; known: {known}")


def _rename_into_place(staged: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        partial.chmod(0o755)
        shutil.copytree(staged, partial, dirs_exist_ok=True)
        open_model(partial)
        os.rename(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def production_model(name: str = MODEL_NAME) -> Path:
    """Folder of the production version under ``models_root()``."""
    return Registry().production(name)


def user() -> str:
    """Who runs this, for the record; ``unknown`` where the system has no name for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return "unknown"
