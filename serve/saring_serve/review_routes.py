"""The path of what waits for review."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from saring_serve import problems
from saring_serve.access import PROBLEMS, requires
from saring_serve.problems import responses
from saring_serve.reviews import ReviewResponse
from saring_serve.service import Service


def review_routes(service: Service) -> APIRouter:
    """The path, answered by ``service``."""
    router = APIRouter(redirect_slashes=False)

    @router.get(
        "/review",
        tags=["feedback"],
        summary="Texts that a person should look at",
        response_model=ReviewResponse,
        dependencies=[requires("review")],
        responses=responses(*PROBLEMS, problems.WRONG_TYPE, problems.STORE_UNAVAILABLE),
    )
    async def review(limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
        """Texts that people corrected differently, and recent ones between the thresholds.

        There are none where the operator does not let texts be stored.
        """
        waiting = await service.reviews.waiting(limit)
        headers = {"cache-control": "no-store"}
        return Response(waiting.model_dump_json(), headers=headers, media_type="application/json")

    return router
