"""Traces, received by a collector that speaks OTLP over HTTP."""

import json
import logging
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from fake_service import BROKEN, CANARY, FakeClassifier, FakeSource, running

from saring.errors import MissingExtraError
from saring_serve.app import create_app
from saring_serve.logs import ACCESS, JsonLines
from saring_serve.settings import Settings
from saring_serve.tracing import Traces, open_traces

pytest.importorskip("opentelemetry.sdk")

pytestmark = pytest.mark.anyio

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector:
    """Keeps what is posted to ``/v1/traces``."""

    def __init__(self) -> None:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
            ExportTraceServiceRequest,
            ExportTraceServiceResponse,
        )

        self.requests: list[ExportTraceServiceRequest] = []
        collected = self.requests

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert self.path == "/v1/traces"
                collected.append(ExportTraceServiceRequest.FromString(body))
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def spans(self) -> list[Any]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def resource(self) -> dict[str, Any]:
        return attributes(self.requests[0].resource_spans[0].resource)


def attributes(of: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in of.attributes}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    collector = Collector()
    host, port = collector.server.server_address[:2]
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{host!s}:{port}")
    yield collector
    collector.server.shutdown()
    collector.server.server_close()


async def test_a_request_its_wait_and_its_batch_are_one_trace(collector: Collector) -> None:
    async with running(create_app(Settings(), FakeSource(FakeClassifier()))) as client:
        await client.post(
            "/classify",
            params={"q": CANARY},
            json={"text": f"{CANARY} slot"},
            headers={"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "abc"},
        )
    spans = {span.name: span for span in collector.spans()}
    assert set(spans) == {"POST /classify", "queue", "model"}
    request, queue, model = spans["POST /classify"], spans["queue"], spans["model"]
    assert {span.trace_id.hex() for span in spans.values()} == {TRACE}
    assert request.parent_span_id.hex() == PARENT
    assert queue.parent_span_id == model.parent_span_id == request.span_id
    assert attributes(request) == {
        "saring.request_id": "abc",
        "http.request.method": "POST",
        "http.route": "/classify",
        "http.response.status_code": 200,
    }
    assert attributes(queue) == {"saring.lane": "single"}
    assert attributes(model)["saring.batch_texts"] == 1
    assert request.kind == request.SPAN_KIND_SERVER
    times = [(span.start_time_unix_nano, span.end_time_unix_nano) for span in (request, queue, model)]
    slack = 20_000_000  # clocks are read one after the other
    assert times[0][0] - slack < times[1][0] <= times[1][1] == pytest.approx(times[2][0], abs=slack)
    assert times[2][0] < times[2][1] < times[0][1] + slack
    assert collector.resource()["service.name"] == "saring"
    assert all(CANARY.encode() not in sent.SerializeToString() for sent in collector.requests)


async def test_without_a_parent_a_trace_begins_and_failures_show(collector: Collector) -> None:
    async with running(create_app(Settings(), FakeSource(FakeClassifier()))) as client:
        failed = await client.post("/classify", json={"text": f"{CANARY} {BROKEN}"})
        await client.get(f"/{CANARY}")
        await client.get("/readyz")
    assert failed.status_code == 500
    spans = {span.name: span for span in collector.spans()}
    assert set(spans) == {"POST /classify", "GET", "queue", "model"}, "probes are not traced"
    request = spans["POST /classify"]
    assert not request.parent_span_id
    assert request.status.code == request.status.STATUS_CODE_ERROR
    assert attributes(request)["saring.request_id"] == failed.json()["request_id"]
    assert spans["GET"].status.code != request.status.STATUS_CODE_ERROR
    assert spans["GET"].trace_id != request.trace_id
    assert all(CANARY.encode() not in sent.SerializeToString() for sent in collector.requests)


async def test_a_batch_of_several_requests_shows_in_each(collector: Collector) -> None:
    classifier = FakeClassifier()
    async with running(create_app(Settings(), FakeSource(classifier))) as client:
        answer = await client.post("/classify/batch", json={"texts": ["halo " * 100] * 20})
        assert answer.status_code == 200
    models = [span for span in collector.spans() if span.name == "model"]
    assert len(models) == len(classifier.batches) - 1 > 1, "all but the greeting at the start"
    assert sum(attributes(span)["saring.batch_texts"] for span in models) == 20
    assert len([span for span in collector.spans() if span.name == "queue"]) == 1


async def test_a_log_line_names_its_trace(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    lines: list[dict[str, Any]] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(json.loads(self.format(record)))

    handler = Kept()
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(ACCESS)
    logger.addHandler(handler)
    caplog.set_level(logging.INFO, ACCESS)
    try:
        async with running(create_app(Settings(), FakeSource(FakeClassifier()))) as client:
            await client.get("/taxonomy", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    finally:
        logger.removeHandler(handler)
    assert [line["trace_id"] for line in lines] == [TRACE]


async def test_an_absent_collector_fails_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9/v1/traces")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    async with running(create_app(Settings(), FakeSource(FakeClassifier()))) as client:
        assert (await client.post("/classify", json={"text": "slot"})).status_code == 200


def test_without_the_variable_there_are_no_traces() -> None:
    assert type(open_traces({})) is Traces


def test_without_the_packages_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(MissingExtraError, match=r"OTEL_EXPORTER_OTLP_ENDPOINT.*saring\[otel\]"):
        open_traces({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"})
