"""What Prometheus reads of jobs. Labels are states: no text, no names."""

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

Outcome = Literal["done", "failed", "deleted"]

_SECONDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0)


class JobMetrics:
    """The instruments of jobs, in ``registry``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._unfinished = Gauge(
            "saring_jobs",
            "Jobs to be done",
            ("state",),
            multiprocess_mode="livemostrecent",
            registry=registry,
        )
        self._seconds = Histogram(
            "saring_job_seconds",
            "Time from a job's turn to its end",
            ("outcome",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._rows = Counter("saring_job_rows", "Rows of the jobs done", registry=registry)
        self.unfinished(queued=0, running=0)

    def unfinished(self, *, queued: int, running: int) -> None:
        """Say how many jobs wait for their turn, and how many run."""
        self._unfinished.labels("queued").set(queued)
        self._unfinished.labels("running").set(running)

    def ended(self, outcome: Outcome, seconds: float, rows: int = 0) -> None:
        """Count a job that had its turn."""
        self._seconds.labels(outcome).observe(seconds)
        self._rows.inc(rows)
