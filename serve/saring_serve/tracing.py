"""Traces by OpenTelemetry, where the standard variables name a collector. No span holds any text.

Only what is listed here is recorded: OpenTelemetry's own instrumentation would send paths and query
strings as they came, and exceptions with their messages.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from saring import __version__
from saring.errors import MissingExtraError
from saring_serve.correlation import REQUEST_ID, TRACE_ID

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_UNTRACED = frozenset({"/livez", "/readyz", "/metrics"})  # asked every few seconds, by machines

Tell = Callable[[str, str | None, int], None]
"""Tells the span of a request its method, its route's path and its status."""


class Traces:
    """No traces: what there is when no collector is named."""

    @contextmanager
    def request(self, path: str, headers: Mapping[str, str]) -> Iterator[Tell]:
        """The span of a request, which continues the trace that its ``headers`` name."""
        yield lambda method, route, status: None

    def here(self) -> Any:
        """The span that is running, for ``record``."""
        return None

    def record(self, name: str, under: Any, started: float, ended: float, **attributes: int | str) -> None:
        """Add a span under what ``here`` gave; times are ``time.monotonic()``."""

    def close(self) -> None:
        """Send what has not been sent."""


def open_traces(environment: Mapping[str, str] = os.environ) -> Traces:
    """Traces as ``environment`` asks for them.

    Raises:
        MissingExtraError: it asks for traces, and OpenTelemetry is not installed.
    """
    named = next((variable for variable in ENDPOINTS if environment.get(variable)), None)
    if named is None:
        return Traces()
    try:
        return OpenTelemetry()
    except ImportError:
        raise MissingExtraError(f"sending traces ({named})", "opentelemetry-sdk", "otel") from None


class OpenTelemetry(Traces):
    """Traces sent by OTLP over HTTP; all else that ``OTEL_*`` sets is read by the SDK."""

    def __init__(self) -> None:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        named = {} if os.environ.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "saring"}
        self._provider = TracerProvider(resource=Resource.create({SERVICE_VERSION: __version__, **named}))
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("saring", __version__)
        self._propagator = TraceContextTextMapPropagator()
        self._trace = trace

    @contextmanager
    def request(self, path: str, headers: Mapping[str, str]) -> Iterator[Tell]:
        """A server span."""
        if path in _UNTRACED:
            yield lambda method, route, status: None
            return
        with self._tracer.start_as_current_span(
            "request",
            # not `tracestate`: it may hold anything, is sent on, and is quoted in a warning where it is wrong
            context=self._propagator.extract({"traceparent": headers.get("traceparent", "")}),
            kind=self._trace.SpanKind.SERVER,
            attributes={"saring.request_id": REQUEST_ID.get() or ""},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            def tell(method: str, route: str | None, status: int) -> None:
                span.update_name(f"{method} {route}" if route else method)
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.response.status_code", status)
                if route:
                    span.set_attribute("http.route", route)
                if status >= 500:
                    span.set_status(self._trace.StatusCode.ERROR)

            traced = TRACE_ID.set(self._trace.format_trace_id(span.get_span_context().trace_id))
            try:
                yield tell
            finally:
                TRACE_ID.reset(traced)

    def here(self) -> Any:
        """The current span as a context."""
        return self._trace.set_span_in_context(self._trace.get_current_span())

    def record(self, name: str, under: Any, started: float, ended: float, **attributes: int | str) -> None:
        """A span that is over already."""
        if not self._trace.get_current_span(under).get_span_context().is_valid:
            return  # work that no traced request asked for
        span = self._tracer.start_span(
            name,
            under,
            start_time=_since_epoch(started),
            attributes={f"saring.{key}": value for key, value in attributes.items()},
        )
        span.end(_since_epoch(ended))

    def close(self) -> None:
        """Send what has not been sent; waits for an absent collector as long as the SDK is set to."""
        self._provider.shutdown()


def _since_epoch(monotonic: float) -> int:
    """Nanoseconds since the epoch at a time of ``time.monotonic()``."""
    return time.time_ns() - int((time.monotonic() - monotonic) * 1e9)
