"""The paths of the service."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from saring.taxonomy import Taxonomy
from saring.verdict import Verdict
from saring_serve import problems, schemas
from saring_serve.access import PROBLEMS, AccessResponse, Sent, charge, requires
from saring_serve.bodies import JSON_PROBLEMS, read_feedback, read_text, read_texts
from saring_serve.metrics import CONTENT_TYPE
from saring_serve.page import page
from saring_serve.problems import responses
from saring_serve.service import Service

_BODY_PROBLEMS = (*JSON_PROBLEMS, problems.EMPTY_TEXT, problems.TEXT_TOO_LONG)
_NOT_READY = (problems.MODEL_LOADING, problems.SHUTTING_DOWN)
_NOT_NOW = (problems.OVERLOADED, *_NOT_READY)


def routes(service: Service) -> APIRouter:
    """All paths, answered by ``service``."""
    router = APIRouter(redirect_slashes=False)
    limits = service.settings.limits
    taxonomy_json = schemas.taxonomy_json()

    @router.post(
        "/classify",
        tags=["classify"],
        summary="Classify one text",
        response_model=Verdict,
        dependencies=[requires("classify")],
        responses={
            200: {"content": {"application/json": {"example": schemas.verdict_example()}}},
            **responses(*PROBLEMS, *_BODY_PROBLEMS, *_NOT_NOW),
        },
        openapi_extra={"requestBody": schemas.classify_body(limits)},
    )
    async def classify(request: Request) -> Response:
        """All eight categories in the policy's order, with the evidence for each.

        Evidence counts characters (code points) of the text as it was sent.
        """
        service.classifier()  # refuse before reading a body that could not be judged
        text = await read_text(request, limits)
        [verdict] = await service.judge(request, [text], "single")
        return _json(schemas.VERDICT.dump_json(verdict))

    @router.post(
        "/classify/batch",
        tags=["classify"],
        summary="Classify several texts",
        response_model=schemas.BatchResponse,
        dependencies=[requires("classify", cost=0)],
        responses={
            200: {"content": {"application/json": {"example": {"results": [schemas.verdict_example()]}}}},
            **responses(*PROBLEMS, *_BODY_PROBLEMS, problems.NO_TEXTS, problems.TOO_MANY_TEXTS, *_NOT_NOW),
        },
        openapi_extra={"requestBody": schemas.batch_body(limits)},
    )
    async def classify_batch(request: Request) -> Response:
        """One verdict per text, in the order of the texts, all by the same model.

        A batch takes turns with single texts; a text that cannot be judged refuses the whole batch.
        """
        service.classifier()
        texts = await read_texts(request, limits)
        charge(request, len(texts))
        verdicts = await service.judge(request, texts, "bulk")
        return _json(b'{"results":' + schemas.VERDICTS.dump_json(verdicts) + b"}")

    @router.post(
        "/feedback",
        tags=["feedback"],
        summary="Correct a verdict",
        status_code=201,
        response_model=schemas.FeedbackResponse,
        dependencies=[requires("review")],
        responses=responses(
            *PROBLEMS,
            *_BODY_PROBLEMS,
            problems.ID_OR_TEXT,
            problems.UNKNOWN_VERDICT,
            problems.UNKNOWN_CATEGORY,
            problems.NO_LABELS,
            problems.STORE_UNAVAILABLE,
        ),
        openapi_extra={"requestBody": schemas.feedback_body(limits)},
    )
    async def correct(request: Request) -> Response:
        """What is right by category, for the next training. Answered when it is on the disk.

        Of the text only its key is kept, unless the operator lets texts be stored; `kept` says what was.
        """
        kept = await service.feedback.correct(await read_feedback(request, limits))
        return _json(kept.model_dump_json().encode(), 201)

    @router.get(
        "/feedback/summary",
        tags=["feedback"],
        summary="Corrections so far",
        response_model=schemas.FeedbackSummary,
        dependencies=[requires("review")],
        responses=responses(*PROBLEMS, problems.STORE_UNAVAILABLE),
    )
    async def feedback_summary() -> Response:
        """How many, how often they agree with the model, and what waits for the next training."""
        return _json((await service.feedback.summary()).model_dump_json().encode())

    @router.get(
        "/taxonomy",
        tags=["about"],
        summary="The categories and the circular's points",
        response_model=Taxonomy,
        responses={200: {"content": {"application/json": {"example": schemas.taxonomy_example()}}}},
    )
    async def taxonomy() -> Response:
        """Names, definitions and limits of the categories, in Indonesian and English."""
        return _json(taxonomy_json)

    @router.get(
        "/model",
        tags=["about"],
        summary="The model that judges new requests",
        response_model=schemas.ModelResponse,
        responses=responses(*_NOT_READY),
    )
    async def model() -> Response:
        """Version, thresholds and figures; a promoted version shows as soon as it judges."""
        return _json(schemas.ModelResponse.of(service.classifier().manifest).model_dump_json().encode())

    @router.get(
        "/access",
        tags=["about"],
        summary="Are keys needed, and what may this one do?",
        response_model=AccessResponse,
        responses=responses(problems.KEYS_UNAVAILABLE),
    )
    async def access(sent: Sent) -> Response:
        """What a page asks before it asks a person for a key; a key that is not valid has no role."""
        caller = service.keys.caller(sent.credentials if sent else None)
        told = AccessResponse.of(caller, keys=service.keys.required)
        return _json(told.model_dump_json().encode())

    @router.get("/livez", tags=["health"], summary="Is the process alive?", response_model=schemas.Liveness)
    async def livez() -> Response:
        """200 as long as the process answers."""
        return _json(b'{"status":"alive"}')

    @router.get(
        "/readyz",
        tags=["health"],
        summary="Does the service take requests?",
        response_model=schemas.Readiness,
        responses=responses(*_NOT_READY),
    )
    async def readyz() -> Response:
        """200 when a model is loaded, 503 while it loads and while the service shuts down."""
        manifest = service.classifier().manifest
        ready = schemas.Readiness(status="ready", name=manifest.name, version=manifest.version)
        return _json(ready.model_dump_json().encode())

    @router.get(
        "/metrics",
        tags=["health"],
        summary="Metrics for Prometheus",
        response_class=Response,
        dependencies=[requires("admin")],
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
            **responses(*PROBLEMS),
        },
    )
    async def metrics() -> Response:
        """Prometheus' text format. Labels hold no text."""
        return Response(service.metrics.exposition(), media_type=CONTENT_TYPE)

    router.include_router(page())
    return router


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")
