"""What Prometheus reads at ``/metrics``. Labels are paths of routes, codes and category ids: no text.

Where ``PROMETHEUS_MULTIPROC_DIR`` is set, all processes write to that folder and any of them answers for
all; gauges then need a mode, and no function may compute them.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from saring.taxonomy import taxonomy
from saring.verdict import DECISIONS, ModelReference, Verdict
from saring_serve.drift import Drift, Reference
from saring_serve.jobs.metrics import JobMetrics

CONTENT_TYPE = CONTENT_TYPE_LATEST
SHARED = "PROMETHEUS_MULTIPROC_DIR"

_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_BATCH_CHARACTERS = (256, 512, 1024, 2048, 4096, 8192, 16384)
_TEXT_CHARACTERS = (50, 100, 200, 400, 800, 1600, 3200, 6400, 12800)
_DRIFT_EVERY = 100  # texts


class Metrics:
    """The service's instruments, in a registry of their own."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Histogram(
            "saring_request_seconds",
            "Time from the request's head to the end of its response",
            ("method", "path", "status"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._rejected = Counter(
            "saring_rejected", "Requests refused, by problem code", ("code",), registry=registry
        )
        self._batch_texts = Histogram(
            "saring_batch_texts", "Texts given to the model at once", buckets=_TEXTS, registry=registry
        )
        self._batch_characters = Histogram(
            "saring_batch_characters",
            "Characters given to the model at once",
            buckets=_BATCH_CHARACTERS,
            registry=registry,
        )
        self._batch_seconds = Histogram(
            "saring_batch_seconds", "Time the model took for a batch", buckets=_SECONDS, registry=registry
        )
        self._queue = Gauge(
            "saring_queue_characters",
            "Characters that wait or are being judged",
            ("lane",),
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._queue_wait = Histogram(
            "saring_queue_wait_seconds",
            "Time until the model took a request's first text",
            ("lane",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._texts = Histogram(
            "saring_text_characters",
            "Length of the texts judged",
            buckets=_TEXT_CHARACTERS,
            registry=registry,
        )
        self._verdicts = Counter(
            "saring_verdicts",
            "Texts judged, by whether any category was flagged",
            ("flagged",),
            registry=registry,
        )
        self._review = Counter("saring_review", "Texts that a person should look at", registry=registry)
        self._flagged = Counter(
            "saring_flagged", "Texts flagged, by category", ("category",), registry=registry
        )
        self._decisions = Counter(
            "saring_decisions",
            "What was decided of the texts judged, by category",
            ("category", "decision"),
            registry=registry,
        )
        self._drift_index = Gauge(
            "saring_drift_psi",
            "Population-stability index of the latest scores against the model's reference",
            ("category",),
            multiprocess_mode="livemostrecent",
            registry=registry,
        )
        self._model = Gauge(
            "saring_model_info",
            "Processes that judge new requests by this model",
            ("name", "version"),
            multiprocess_mode="livesum",
            registry=registry,
        )
        self._swaps = Counter(
            "saring_model_loads", "Production versions opened or refused", ("outcome",), registry=registry
        )
        self.jobs = JobMetrics(registry)
        for category in taxonomy().ids:
            self._flagged.labels(category)
            for decision in DECISIONS:
                self._decisions.labels(category, decision)
        self._judging: ModelReference | None = None
        self._drift: Drift | None = None
        self._until_drift = _DRIFT_EVERY

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count an answered request; ``path`` is the route's, never the one that was sent."""
        self._requests.labels(method, path, str(status)).observe(seconds)

    def rejected(self, code: str) -> None:
        """Count a refused request."""
        self._rejected.labels(code).inc()

    def batch(self, texts: int, characters: int, seconds: float) -> None:
        """Record a batch that the model has judged."""
        self._batch_texts.observe(texts)
        self._batch_characters.observe(characters)
        self._batch_seconds.observe(seconds)

    def queued(self, lane: str, characters: int) -> None:
        """Say how many characters are waiting in ``lane`` or being judged."""
        self._queue.labels(lane).set(characters)

    def waited(self, lane: str, seconds: float) -> None:
        """Record how long a request stood in ``lane`` before its first text was taken."""
        self._queue_wait.labels(lane).observe(seconds)

    def verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Count what was answered."""
        for verdict in verdicts:
            self._texts.observe(verdict.read.of)
            self._verdicts.labels("true" if verdict.flagged else "false").inc()
            if verdict.decision == "review":
                self._review.inc()
            for category in verdict.categories:
                self._decisions.labels(category.id, category.decision).inc()
                if category.flagged:
                    self._flagged.labels(category.id).inc()
        self._follow_drift([verdict for verdict in verdicts if verdict.model == self._judging])

    def model_opened(self, model: ModelReference, reference: Reference | None) -> None:
        """Say which model judges from now on, and how it scores ordinary texts."""
        if self._judging is not None:
            self._model.labels(self._judging.name, self._judging.version).set(0)
            self._model.clear()
            for category in taxonomy().ids if self._drift else ():
                self._drift_index.labels(category).set(np.nan)
        self._judging = model
        self._drift = None if reference is None else Drift(reference)
        self._model.labels(model.name, model.version).set(1)
        self._swaps.labels("opened").inc()

    def model_refused(self) -> None:
        """Count a production version that could not be opened."""
        self._swaps.labels("refused").inc()

    def exposition(self) -> bytes:
        """All instruments in Prometheus' text format."""
        shared = os.environ.get(SHARED)
        return generate_latest(_of_all_processes(Path(shared)) if shared else self._registry)

    def _follow_drift(self, verdicts: Sequence[Verdict]) -> None:
        if self._drift is None or not verdicts:
            return
        self._drift.add(
            np.array([[category.probability for category in verdict.categories] for verdict in verdicts])
        )
        self._until_drift -= len(verdicts)
        if self._until_drift <= 0 and (index := self._drift.index()) is not None:
            self._until_drift = _DRIFT_EVERY
            for category, value in zip(taxonomy().ids, index.tolist(), strict=True):
                self._drift_index.labels(category).set(value)


def _of_all_processes(folder: Path) -> CollectorRegistry:
    """What all processes have written to ``folder``; gauges of those that have ended are dropped."""
    for path in folder.glob("gauge_live*.db"):
        process = int(path.stem.rpartition("_")[2])
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            mark_process_dead(process, str(folder))  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
    return registry
