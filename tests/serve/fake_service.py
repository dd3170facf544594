"""A service around a classifier that answers from a table, in the test's own event loop."""

import contextlib
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import anyio
import httpx
from fastapi import FastAPI

from saring.artefact.manifest import Calibration, Manifest, Thresholds, WindowSize
from saring.errors import ArtefactError, InputError
from saring.taxonomy import taxonomy
from saring.verdict import CategoryVerdict, Evidence, ModelReference, Read, Verdict

UNREADABLE = "&#8203;"
BROKEN = "rusak"
CANARY = "kenari-rahasia-7f3a"


class FakeClassifier:
    """Flags ``slot``, cannot read ``UNREADABLE``, fails on ``BROKEN`` with a message that quotes it."""

    def __init__(self, version: str = "1", *, seconds_per_text: float = 0.0) -> None:
        categories = len(taxonomy().ids)
        self.manifest = Manifest(
            name="saring-id",
            version=version,
            kind="linear",
            window=WindowSize(16, 4),
            calibration=Calibration.identity(categories),
            thresholds=Thresholds((0.3,) * categories, (0.5,) * categories),
            how="by hand",
            evaluation={"test": {"macro": {"f1": {"value": 0.8, "low": 0.7, "high": 0.9}}}},
        )
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.seconds_per_text = seconds_per_text

    def classify_many(self, texts: Sequence[str]) -> list[Verdict]:
        self.batches.append(list(texts))
        assert self.gate.wait(20)
        time.sleep(self.seconds_per_text * len(texts))
        for text in texts:
            if BROKEN in text:
                raise RuntimeError(f"cannot judge {text!r}")
            if UNREADABLE in text:
                raise InputError("there is nothing to read")
        return [self._verdict(text) for text in texts]

    def judged(self, text: str) -> bool:
        return any(text in batch for batch in self.batches)

    def _verdict(self, text: str) -> Verdict:
        at = text.find("slot")
        found = (Evidence(at, at + 4, "slot", 4.0),) if at >= 0 else ()
        return Verdict(
            id=uuid.uuid4().hex,
            model=ModelReference(self.manifest.name, self.manifest.version),
            flagged=at >= 0,
            decision="flag" if at >= 0 else "clear",
            categories=tuple(
                CategoryVerdict(
                    id=category.id,
                    name=category.name.id,
                    probability=0.9 if hit else 0.1,
                    threshold=0.5,
                    flagged=hit,
                    decision="flag" if hit else "clear",
                    guideline=category.guideline,
                    evidence=found if hit else (),
                )
                for category in taxonomy().categories
                for hit in [category.id == "perjudian" and at >= 0]
            ),
            read=Read(len(text), len(text), 1),
        )


class FakeSource:
    """A registry in memory: ``promote`` a classifier, or an error to be raised on opening."""

    def __init__(self, *classifiers: FakeClassifier) -> None:
        self._versions: list[FakeClassifier | Exception] = list(classifiers)

    def promote(self, opened: FakeClassifier | Exception) -> None:
        self._versions.append(opened)

    def stamp(self) -> int:
        return len(self._versions)

    def production(self) -> Path:
        if not self._versions:
            raise ArtefactError("nothing is in production")
        return Path(str(len(self._versions)))

    def open(self, folder: Path) -> FakeClassifier:
        found = self._versions[int(folder.name) - 1]
        if isinstance(found, Exception):
            raise found
        return found


@contextlib.asynccontextmanager
async def running(app: FastAPI, *, until_ready: bool = True) -> AsyncIterator[httpx.AsyncClient]:
    """A client of ``app`` while it runs."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://saring", timeout=20) as client,
    ):
        if until_ready:
            await eventually(lambda: app.state.service.models.current is not None)
        yield client


async def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until ``condition`` holds."""
    with anyio.fail_after(seconds):
        while not condition():
            await anyio.sleep(0.002)
