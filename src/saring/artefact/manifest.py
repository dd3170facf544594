"""The manifest of a model folder, and opening a folder only when all of it can be trusted."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from saring.errors import ArtefactError
from saring.taxonomy import taxonomy
from saring.text import RULES_VERSION, RULES_VERSIONS

MANIFEST = "manifest.json"
LICENCE = "CC-BY-NC-SA-4.0"

Kind = Literal["transformer", "linear"]


class MissingModelError(ArtefactError):
    """The model folder is not there."""


class MissingManifestError(ArtefactError):
    """The folder holds no manifest."""


class UnreadableManifestError(ArtefactError):
    """The manifest is not the JSON that it should be."""


class MissingFileError(ArtefactError):
    """A file that the manifest names is not there."""


class TamperedFileError(ArtefactError):
    """A file's digest is not the one in the manifest."""


class ForeignTextRulesError(ArtefactError):
    """The model was trained under other text rules than this package follows."""


class ForeignCategoriesError(ArtefactError):
    """The model's categories are not the taxonomy's."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into probabilities: one temperature and one bias per category, in order."""

    temperature: tuple[float, ...]
    bias: tuple[float, ...]

    @classmethod
    def identity(cls, categories: int) -> Self:
        """A calibration that leaves ``sigmoid(logit)`` as it is."""
        return cls((1.0,) * categories, (0.0,) * categories)

    def probabilities(self, logits: ArrayLike) -> NDArray[np.float32]:
        """``sigmoid(logit / temperature + bias)``; last axis of ``logits`` is the categories."""
        scaled = np.asarray(logits, np.float64) / np.array(self.temperature) + np.array(self.bias)
        # tanh form: no overflow at either end
        probabilities: NDArray[np.float32] = (0.5 * (1.0 + np.tanh(0.5 * scaled))).astype(np.float32)
        return probabilities


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Probabilities from which a text is worth a look (``review``) and is flagged (``flag``).

    One of each per category, in order; ``review <= flag``.
    """

    review: tuple[float, ...]
    flag: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WindowSize:
    """How long texts are cut: windows of ``tokens`` units that overlap by ``stride`` units."""

    tokens: int
    stride: int


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Manifest:
    """All that must be known of a model to use it, and what its figures and origin are.

    ``files`` maps each file's name, relative to the folder and with ``/``, to its SHA-256 in hex;
    ``write`` fills it. ``how`` says in words how calibration and thresholds were fitted.
    """

    name: str
    version: str
    kind: Kind
    window: WindowSize
    calibration: Calibration
    thresholds: Thresholds
    how: str
    created: str = field(default_factory=now)
    licence: str = LICENCE
    text_rules: str = RULES_VERSION
    categories: tuple[str, ...] = field(default_factory=lambda: taxonomy().ids)
    encoder: dict[str, Any] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    evaluation: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest in ``folder``, without verifying files: to judge by it, use ``open_model``.

        Raises:
            MissingModelError, MissingManifestError, UnreadableManifestError.
        """
        if not folder.is_dir():
            raise MissingModelError(f"no model folder at {folder}; `saring models list` shows what is there")
        path = folder / MANIFEST
        try:
            return cls.from_dict(json.loads(path.read_bytes()))
        except FileNotFoundError:
            raise MissingManifestError(f"{folder} holds no {MANIFEST}, so it is not a model") from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise UnreadableManifestError(f"{path} cannot be read as a manifest: {error!r}") from error

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Self:
        """The inverse of ``to_dict``; raises ``KeyError``, ``TypeError`` or ``ValueError``."""
        categories = tuple(raw["categories"])
        kind = raw["kind"]
        if kind not in ("transformer", "linear"):
            raise ValueError(f"unknown kind {kind!r}")
        for name in raw["files"]:
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise ValueError(f"file {name!r} lies outside the model folder")
        plain = {one.name: raw[one.name] for one in fields(cls) if one.name not in _STRUCTURED}
        return cls(
            **plain,
            categories=categories,
            window=WindowSize(int(raw["window"]["tokens"]), int(raw["window"]["stride"])),
            calibration=Calibration(
                _column(raw["calibration"], categories, "temperature"),
                _column(raw["calibration"], categories, "bias"),
            ),
            thresholds=Thresholds(
                _column(raw["thresholds"], categories, "review"),
                _column(raw["thresholds"], categories, "flag"),
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: calibration and thresholds by category id."""
        raw = asdict(self)
        raw["categories"] = list(self.categories)
        for key in ("calibration", "thresholds"):
            columns = raw[key]
            raw[key] = {
                category: {name: values[at] for name, values in columns.items()}
                for at, category in enumerate(self.categories)
            }
        return raw

    def write(self, folder: Path) -> Self:
        """Digest every other file in ``folder`` and write the manifest beside them, in one rename.

        Returns the manifest as written. Write it last: a file changed afterwards closes the model.
        """
        names = sorted(
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path != folder / MANIFEST
        )
        written = replace(self, files=dict(zip(names, _digests(folder, names), strict=True)))
        write_json(folder / MANIFEST, written.to_dict())
        return written


_STRUCTURED = frozenset({"categories", "window", "calibration", "thresholds"})


def open_model(folder: Path) -> Manifest:
    """Read the manifest in ``folder`` and verify everything it says.

    Raises:
        ArtefactError: a subclass for each cause: folder, manifest or file missing, manifest
            unreadable, digest wrong, text rules or categories other than this package's.
    """
    manifest = Manifest.read(folder)
    where = f"model {manifest.name} {manifest.version} in {folder}"
    if manifest.text_rules not in RULES_VERSIONS:
        raise ForeignTextRulesError(
            f"{where} was trained under text rules {manifest.text_rules}, this package knows "
            f"{' and '.join(RULES_VERSIONS)}: install the saring it was made with, or retrain it"
        )
    if manifest.categories != taxonomy().ids:
        raise ForeignCategoriesError(
            f"{where} knows the categories {', '.join(manifest.categories)}; the taxonomy here has "
            f"{', '.join(taxonomy().ids)}: install the saring it was made with, or retrain it"
        )
    for name in manifest.files:
        if not (folder / name).is_file():
            raise MissingFileError(f"{where} lacks its file {name}; fetch the model again")
    for name, digest in zip(manifest.files, _digests(folder, list(manifest.files)), strict=True):
        if digest != manifest.files[name]:
            raise TamperedFileError(
                f"{where}: the file {name} is not the one that was published (SHA-256 {digest[:12]}..., "
                f"expected {manifest.files[name][:12]}...); fetch the model again"
            )
    return manifest


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write ``value`` so that a reader sees the old file or the new one, never a part."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8") as file:
            json.dump(value, file, ensure_ascii=False, indent=2, allow_nan=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _column(by_category: Mapping[str, Any], categories: Sequence[str], key: str) -> tuple[float, ...]:
    return tuple(float(by_category[category][key]) for category in categories)


def _digests(folder: Path, names: Sequence[str]) -> list[str]:
    """SHA-256 of each file; in threads, since hashing releases the interpreter's lock."""

    def digest(name: str) -> str:
        with (folder / name).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(digest, names))
