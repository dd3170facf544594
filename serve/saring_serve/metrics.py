"""What Prometheus reads at ``/metrics``. Labels are paths of routes, codes and category ids: no text."""

from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from saring.taxonomy import taxonomy
from saring.verdict import ModelReference, Verdict

CONTENT_TYPE = CONTENT_TYPE_LATEST

_SECONDS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_TEXTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_BATCH_CHARACTERS = (256, 512, 1024, 2048, 4096, 8192, 16384)
_TEXT_CHARACTERS = (50, 100, 200, 400, 800, 1600, 3200, 6400, 12800)


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
        self._flagged = Counter(
            "saring_flagged", "Texts flagged, by category", ("category",), registry=registry
        )
        self._model = Info("saring_model", "The model that judges new requests", registry=registry)
        self._swaps = Counter(
            "saring_model_loads", "Production versions opened or refused", ("outcome",), registry=registry
        )
        for category in taxonomy().ids:
            self._flagged.labels(category)

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

    def watch_queue(self, lane: str, depth: Callable[[], float]) -> None:
        """Ask ``depth`` for the characters waiting in ``lane`` whenever metrics are read."""
        self._queue.labels(lane).set_function(depth)

    def verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Count what was answered."""
        for verdict in verdicts:
            self._texts.observe(verdict.read.of)
            self._verdicts.labels("true" if verdict.flagged else "false").inc()
            for category in verdict.categories:
                if category.flagged:
                    self._flagged.labels(category.id).inc()

    def model_opened(self, model: ModelReference) -> None:
        """Say which model judges from now on."""
        self._model.info({"name": model.name, "version": model.version})
        self._swaps.labels("opened").inc()

    def model_refused(self) -> None:
        """Count a production version that could not be opened."""
        self._swaps.labels("refused").inc()

    def exposition(self) -> bytes:
        """All instruments in Prometheus' text format."""
        return generate_latest(self._registry)
