"""The page at ``/``: what ``serve/web`` builds into ``static``, served as it stands there."""

from importlib.resources import files

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

_ASK_EACH_TIME = "no-cache"
_NEVER_ASK_AGAIN = "public, max-age=31536000, immutable"
"""For assets: a digest of their content is in their names."""


def page() -> APIRouter:
    """The paths of the page and of the files that it consists of."""
    router = APIRouter(redirect_slashes=False, include_in_schema=False)
    static = StaticFiles(directory=str(files("saring_serve") / "static"))

    @router.get("/")
    async def index(request: Request) -> Response:
        return await serve("index.html", request, _ASK_EACH_TIME)

    @router.get("/assets/{name}")
    async def asset(request: Request, name: str) -> Response:
        return await serve(f"assets/{name}", request, _NEVER_ASK_AGAIN)

    async def serve(path: str, request: Request, caching: str) -> Response:
        response = await static.get_response(path, request.scope)
        response.headers["cache-control"] = caching
        return response

    return router
