"""``saring serve``: the service, on this machine."""

import socket
from importlib import import_module
from typing import Annotated

import typer

from saring.errors import InputError

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
_DRAIN = 30  # seconds that requests in flight are given when the service stops


def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="PORT", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
) -> None:
    """Run the service until it is stopped; prints the address to open."""
    import uvicorn

    from saring.artefact.registry import production_model

    production_model()  # without a model, say so instead of serving errors
    # by name: the service imports saring, never the reverse
    application = import_module("saring_serve.app").create_app()
    logs = import_module("saring_serve.logs").log_config()
    config = uvicorn.Config(application, log_config=logs, access_log=False, timeout_graceful_shutdown=_DRAIN)
    with _listen(host, port) as listening:
        shown = _EVERYWHERE.get(host, host)
        shown = f"[{shown}]" if ":" in shown else shown
        typer.echo(f"Saring: http://{shown}:{listening.getsockname()[1]}  (description: /openapi.json)")
        uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens already: what is wrong with the address is known before anything starts."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        cause = (error.strerror or str(error)).partition(" (")[0]
        raise InputError(
            f"cannot listen on {host} port {port}: {cause}; choose another by --port (PORT) or --host (HOST)"
        ) from error
