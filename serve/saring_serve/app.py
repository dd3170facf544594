"""The application: ``uvicorn saring_serve.app:create_app --factory``."""

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from saring import __version__
from saring_serve.headers import ResponseHeaders
from saring_serve.jobs.routes import job_routes
from saring_serve.logs import SERVER_ACCESS, log_loop_failure
from saring_serve.middleware import Observe
from saring_serve.models import RegistrySource, Source
from saring_serve.openapi import describe
from saring_serve.problems import Problem, internal_error, method_not_allowed, not_found, wrong_query
from saring_serve.review_routes import review_routes
from saring_serve.routes import routes
from saring_serve.service import Service
from saring_serve.settings import Settings
from saring_serve.slow_bodies import RefuseSlowBodies

DESCRIPTION = """\
Saring memilah teks bahasa Indonesia menurut delapan kategori pedoman SE Menpan RB 137/2018 dan \
menunjukkan kata-kata yang menjadi dasarnya. *Saring sebelum sharing.*

Saring sifts Indonesian text by the eight categories of the circular and shows the words that carry \
each. Errors are `application/problem+json` with a stable `code` and a `hint`. Texts are never \
logged, and stored only with a correction, where the operator switched that on.
"""


_EXPOSED = [
    "content-disposition",
    "location",
    "ratelimit",
    "ratelimit-policy",
    "retry-after",
    "x-request-id",
]
"""What pages of other sites may read of a response, where they may call the service at all."""


def create_app(settings: Settings | None = None, source: Source | None = None) -> FastAPI:
    """Build the service; by default set by ``SARING_*`` and fed from the models' registry.

    Raises:
        SettingsError: an environment variable cannot be used.
        MissingExtraError: one asks for traces, and their packages are not installed.
    """
    settings = settings or Settings.from_environment()
    service = Service(settings, source or RegistrySource(settings.models, settings.model))

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        logging.getLogger(SERVER_ACCESS).disabled = True
        asyncio.get_running_loop().set_exception_handler(log_loop_failure)
        await service.keys.read()  # before the first request needs them
        running = asyncio.create_task(service.run())
        try:
            with _on_termination(service.drain):
                yield
        finally:
            service.drain()
            running.cancel()
            await asyncio.wait([running])
            service.close()

    app = FastAPI(
        title="Saring",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # its scripts come from another host
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.service = service
    app.include_router(routes(service))
    app.include_router(job_routes(service))
    app.include_router(review_routes(service))
    _wrap(app, service)
    _answer_problems(app, service)
    describe(app)
    return app


def _wrap(app: FastAPI, service: Service) -> None:
    """Put the middleware around the routes; what is added last is outermost."""
    app.add_middleware(RefuseSlowBodies)
    app.add_middleware(Observe, metrics=service.metrics, traces=service.traces)
    if origins := service.settings.access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["authorization", "content-type"],
            expose_headers=_EXPOSED,
        )
    app.add_middleware(ResponseHeaders)


def _answer_problems(app: FastAPI, service: Service) -> None:
    def answer(problem: Problem) -> Response:
        service.metrics.rejected(problem.kind.code)
        return problem.response()

    async def refused(request: Request, error: Exception) -> Response:
        return answer(error if isinstance(error, Problem) else internal_error())

    async def unknown_path(request: Request, error: Exception) -> Response:
        return answer(not_found())

    async def wrong_method(request: Request, error: Exception) -> Response:
        headers = (error.headers or {}) if isinstance(error, HTTPException) else {}
        path = getattr(request.scope.get("route"), "path", None)
        documented = map(str.upper, app.openapi()["paths"].get(path, ()))  # Allow has those of one route only
        return answer(method_not_allowed(", ".join(sorted(documented)) or headers.get("Allow", "GET")))

    async def wrong_parameter(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        first = error.errors()[0]
        return answer(wrong_query(str(first["loc"][-1]), first["msg"]))

    app.add_exception_handler(Problem, refused)
    app.add_exception_handler(RequestValidationError, wrong_parameter)
    app.add_exception_handler(404, unknown_path)
    app.add_exception_handler(405, wrong_method)


@contextlib.contextmanager
def _on_termination(act: Callable[[], None]) -> Iterator[None]:
    """Call ``act`` when the process is told to stop, before the server's own handling of it.

    Servers shut an application down only after its last request, too late to refuse new ones.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    servers = {
        number: handler
        for number in (signal.SIGTERM, signal.SIGINT)
        if callable(handler := signal.getsignal(number))
    }

    def handle(number: int, frame: FrameType | None) -> None:
        act()
        servers[signal.Signals(number)](number, frame)

    for number in servers:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in servers.items():
            signal.signal(number, handler)
