"""The paths of jobs."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from saring_serve import problems, schemas
from saring_serve.access import PROBLEMS, caller_of, requires
from saring_serve.bodies import JSON_PROBLEMS, read_start
from saring_serve.jobs.events import events
from saring_serve.jobs.folders import ReportFormat, TableFormat
from saring_serve.jobs.schemas import JobResponse
from saring_serve.jobs.uploads import FILE, HOLD, TEXT_COLUMN
from saring_serve.problems import responses
from saring_serve.reviews import ReviewResponse
from saring_serve.service import Service

_ASKED = (*PROBLEMS, problems.UNKNOWN_JOB, problems.STORE_UNAVAILABLE)
_MEDIA_TYPES: Final[dict[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
_REPORT_TYPES: Final[dict[str, str]] = {"html": "text/html; charset=utf-8", "json": "application/json"}
_NOT_STORED = {"cache-control": "no-store"}
_FORM: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": [FILE],
                "additionalProperties": False,
                "properties": {
                    FILE: {
                        "type": "string",
                        "format": "binary",
                        "description": "A table; the ending of its file name says in which format",
                    },
                    TEXT_COLUMN: {"type": "string", "description": "The column that holds the texts"},
                    HOLD: {"enum": ["0", "1"], "description": "1: wait for a start after the preview"},
                },
            }
        }
    },
}


def _attachment(*media_types: str) -> dict[int | str, dict[str, Any]]:
    content = {media: {"schema": {"type": "string", "format": "binary"}} for media in media_types}
    return {200: {"description": "The file, as an attachment", "content": content}}


def job_routes(service: Service) -> APIRouter:
    """The paths of jobs, answered by ``service``."""
    router = APIRouter(redirect_slashes=False, tags=["jobs"], dependencies=[requires("classify")])
    jobs = service.jobs

    @router.post(
        "/jobs",
        summary="Send a table to be scored",
        status_code=202,
        response_model=JobResponse,
        responses=responses(
            *PROBLEMS,
            problems.INVALID_FORM,
            problems.INCOMPLETE_BODY,
            problems.SLOW_BODY,
            problems.BODY_TOO_LARGE,
            problems.UNSUPPORTED_MEDIA_TYPE,
            problems.MISSING_FIELD,
            problems.UNKNOWN_FIELD,
            problems.WRONG_TYPE,
            problems.UNKNOWN_FORMAT,
            problems.UNUSABLE_TABLE,
            problems.UNKNOWN_COLUMN,
            problems.DISK_FULL,
            problems.STORE_UNAVAILABLE,
            problems.SHUTTING_DOWN,
        ),
        openapi_extra={"requestBody": _FORM},
    )
    async def send_job(request: Request) -> Response:
        """It waits for its turn, or for `start` where the column of the texts is not decided.

        Jobs run one at a time, at low priority, and go on after a restart of the service.
        """
        service.check_open()
        job = await jobs.submit(request, caller_of(request))
        return _json(job, 202, {"location": f"/jobs/{job.id}"})

    @router.get(
        "/jobs/{id}", summary="How a job stands", response_model=JobResponse, responses=responses(*_ASKED)
    )
    async def show_job(request: Request, id: str) -> Response:
        """Its columns and first rows, how far it is, and what came of it."""
        return _json(await jobs.describe(id, caller_of(request)))

    @router.post(
        "/jobs/{id}/start",
        summary="Say which column holds the texts",
        status_code=202,
        response_model=JobResponse,
        responses=responses(*_ASKED, *JSON_PROBLEMS, problems.UNKNOWN_COLUMN, problems.JOB_STARTED),
        openapi_extra={"requestBody": schemas.start_body()},
    )
    async def start_job(request: Request, id: str) -> Response:
        """Only a job that is `waiting` can be started."""
        column = (await read_start(request, service.settings.limits)).text_column
        return _json(await jobs.start(id, column, caller_of(request)), 202)

    @router.get(
        "/jobs/{id}/events",
        summary="Follow a job",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "Server-sent events",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **responses(*_ASKED),
        },
    )
    async def follow_job(request: Request, id: str) -> Response:
        """Server-sent events called `job`, each the job as JSON, at every change until it has ended."""
        caller = caller_of(request)
        await jobs.describe(id, caller)
        told = events(jobs, id, caller, service.is_draining)
        headers = _NOT_STORED | {"x-accel-buffering": "no"}  # nginx would hold them back
        return StreamingResponse(told, headers=headers, media_type="text/event-stream")

    @router.get(
        "/jobs/{id}/result",
        summary="The scored table",
        response_class=FileResponse,
        responses={
            **_attachment(*_MEDIA_TYPES.values()),
            **responses(
                *_ASKED,
                problems.WRONG_TYPE,
                problems.JOB_NOT_DONE,
                problems.UNUSABLE_TABLE,
                problems.DISK_FULL,
            ),
        },
    )
    async def job_result(
        request: Request,
        id: str,
        format: Annotated[TableFormat | None, Query(description="By default that of the file")] = None,
    ) -> Response:
        """In CSV and XLSX, a cell that a spreadsheet would take for a formula stands after an apostrophe."""
        path, name = await jobs.table(id, format, caller_of(request))
        media_type = _MEDIA_TYPES[path.suffix.removeprefix(".")]
        return FileResponse(path, filename=name, media_type=media_type, headers=_NOT_STORED)

    @router.get(
        "/jobs/{id}/report",
        summary="The report on a job",
        response_class=FileResponse,
        responses={
            **_attachment(*_REPORT_TYPES.values()),
            **responses(*_ASKED, problems.WRONG_TYPE, problems.JOB_NOT_DONE),
        },
    )
    async def job_report(
        request: Request, id: str, format: Annotated[ReportFormat, Query()] = "html"
    ) -> Response:
        """A page that stands by itself, to be opened from the disk, or its figures as JSON."""
        path = await jobs.report(id, format, caller_of(request))
        return FileResponse(path, filename=path.name, media_type=_REPORT_TYPES[format], headers=_NOT_STORED)

    @router.get(
        "/jobs/{id}/rejections",
        summary="Rows without a verdict",
        response_class=FileResponse,
        responses={
            **_attachment(_MEDIA_TYPES["jsonl"]),
            **responses(*_ASKED, problems.JOB_NOT_DONE, problems.NO_REJECTIONS),
        },
    )
    async def job_rejections(request: Request, id: str) -> Response:
        """JSON lines with file, line and reason."""
        path = await jobs.rejections(id, caller_of(request))
        return FileResponse(path, filename=path.name, media_type=_MEDIA_TYPES["jsonl"], headers=_NOT_STORED)

    @router.get(
        "/jobs/{id}/review",
        summary="Rows of a job that a person should look at",
        response_model=ReviewResponse,
        dependencies=[requires("review", cost=0)],
        responses=responses(*_ASKED, problems.WRONG_TYPE, problems.JOB_NOT_DONE),
    )
    async def job_review(
        request: Request, id: str, limit: Annotated[int, Query(ge=1, le=200)] = 50
    ) -> Response:
        """Rows between the thresholds, the most uncertain first, unless somebody has corrected their text."""
        uncertain = await jobs.uncertain(id, caller_of(request))
        return _json(await service.reviews.of_job(id, uncertain, limit))

    @router.delete(
        "/jobs/{id}",
        summary="Stop a job and delete all of it",
        status_code=204,
        response_class=Response,
        responses=responses(*_ASKED),
    )
    async def delete_job(request: Request, id: str) -> Response:
        """When it is answered, nothing of the file is left."""
        await jobs.delete(id, caller_of(request))
        return Response(status_code=204)

    return router


def _json(
    body: JobResponse | ReviewResponse, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(
        body.model_dump_json(), status, _NOT_STORED | (headers or {}), media_type="application/json"
    )
