"""The model that judges, and its replacement when another version is promoted."""

import asyncio
import logging
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Protocol

from saring.artefact.manifest import Manifest
from saring.artefact.registry import REGISTRY, Registry, models_root
from saring.errors import SaringError
from saring.verdict import ModelReference, Verdict
from saring_serve.drift import Reference
from saring_serve.logs import SERVICE, describe_failure
from saring_serve.metrics import Metrics

logger = logging.getLogger(SERVICE)

_FIRST_TEXT = "Selamat pagi, semoga harimu menyenangkan."


class Classifier(Protocol):
    """What the service needs of ``saring.classifier.Classifier``."""

    @property
    def manifest(self) -> Manifest:
        """What is known of the model."""
        ...

    def classify_many(self, texts: Sequence[str], /) -> list[Verdict]:
        """Judge ``texts``, one verdict each, in their order."""
        ...


class Source(Protocol):
    """Where the production model comes from."""

    def stamp(self) -> Hashable:
        """A value that changes when another version may have been promoted; cheap, never raises."""
        ...

    def production(self) -> Path:
        """Folder of the production version; raises ``SaringError``."""
        ...

    def open(self, folder: Path) -> Classifier:
        """Open the version in ``folder``; slow; raises ``SaringError``."""
        ...


class RegistrySource:
    """The registry under ``root`` (``None``: where the package finds its models), and model ``name``."""

    def __init__(self, root: Path | None, name: str) -> None:
        self._root = models_root() if root is None else root
        self._name = name

    def stamp(self) -> Hashable:
        """Identity and time of the registry file, ``None`` where there is none."""
        try:
            status = (self._root / REGISTRY).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino

    def production(self) -> Path:
        """Folder of the version in production."""
        return Registry(self._root).production(self._name)

    def open(self, folder: Path) -> Classifier:
        """Open and verify the model in ``folder``."""
        from saring.classifier import Classifier as ProductionClassifier

        return ProductionClassifier.open(folder)


class ModelHolder:
    """Holds the model that new requests are judged by and swaps it when the source says so.

    A version that does not open, or cannot judge a greeting, is refused: the one before stays.
    """

    def __init__(self, source: Source, poll: float, metrics: Metrics) -> None:
        self.current: Classifier | None = None
        self._source = source
        self._poll = poll
        self._metrics = metrics
        self.folder: Path | None = None  # of `current`

    async def watch(self) -> None:
        """Open the production version and follow promotions until cancelled."""
        seen: Hashable = object()
        while True:
            stamp = await asyncio.to_thread(self._source.stamp)
            if stamp != seen:
                seen = stamp
                await self._follow()
            await asyncio.sleep(self._poll)

    async def _follow(self) -> None:
        try:
            opened = await asyncio.to_thread(self._open_other)
        except SaringError as error:
            self._refuse(str(error))
        except Exception as error:
            self._refuse(describe_failure(error))
        else:
            if opened is not None:
                self._install(*opened)

    def _open_other(self) -> tuple[Classifier, Reference | None, Path] | None:
        """The production version, unless it is the one that is current; slow."""
        folder = self._source.production()
        if folder == self.folder:
            return None
        classifier = self._source.open(folder)
        classifier.classify_many([_FIRST_TEXT])
        return classifier, Reference.of(folder), folder

    def _install(self, classifier: Classifier, ordinary: Reference | None, folder: Path) -> None:
        self.current, self.folder = classifier, folder
        opened = reference(classifier)
        self._metrics.model_opened(opened, ordinary)
        logger.info("model %s %s judges new requests from now on", opened.name, opened.version)

    def _refuse(self, reason: str) -> None:
        self._metrics.model_refused()
        if self.current is None:
            logger.error("no model to judge with: %s", reason)
        else:
            kept = reference(self.current)
            logger.error("the promoted model was refused, %s %s stays: %s", kept.name, kept.version, reason)


def reference(classifier: Classifier) -> ModelReference:
    """Name and version of ``classifier``."""
    return ModelReference(classifier.manifest.name, classifier.manifest.version)
