"""What schemathesis sends, valid and not: no server error, and every answer as the document says."""

import threading
import time
from collections.abc import Iterator

import pytest
import schemathesis
import uvicorn
from fake_service import FakeClassifier, FakeSource
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from saring_serve.app import create_app
from saring_serve.settings import Settings

# Not `positive_data_acceptance`: "at least one visible character" is more than a pattern can say.
CHECKS = [
    not_a_server_error,
    allow_header_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
LIMITS = {"SARING_MAX_CHARACTERS": "400", "SARING_MAX_TEXTS": "8", "SARING_BATCH_WAIT": "0"}


app = create_app(Settings.from_environment(LIMITS), FakeSource(FakeClassifier()))
schema = schemathesis.openapi.from_dict(app.openapi())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where a real server serves the app, in a thread."""
    config = uvicorn.Config(app, port=0, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not (server.started and app.state.service.models.current):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()


@schema.parametrize()
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_described(case: schemathesis.Case, address: str) -> None:
    case.call_and_validate(base_url=address, checks=CHECKS)
