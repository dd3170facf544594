"""``saring serve``: the service, on this machine."""

import socket
from importlib import import_module
from ipaddress import ip_address
from typing import Annotated

import typer

from saring.errors import InputError

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="PORT", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8000,
    workers: Annotated[
        int, typer.Option(envvar="WEB_CONCURRENCY", min=1, help="Processes that share port and cores.")
    ] = 1,
) -> None:
    """Run the service until it is stopped; prints the address to open."""
    from saring.artefact.registry import production_model

    production_model()  # without a model, say so instead of serving errors
    # by name: the service imports saring, never the reverse
    settings = import_module("saring_serve.settings").Settings.from_environment()
    run = import_module("saring_serve.server").prepared(settings, workers)
    with _listen(host, port) as listening:
        shown = _EVERYWHERE.get(host, host)
        shown = f"[{shown}]" if ":" in shown else shown
        typer.echo(f"Saring: http://{shown}:{listening.getsockname()[1]}  (description: /openapi.json)")
        _say_who_may_ask(listening, keys=settings.access.keys)
        run(listening)


def _say_who_may_ask(listening: socket.socket, *, keys: bool) -> None:
    """Who can reach the service, and whether they need a key; a warning where it is everyone, with none."""
    address = listening.getsockname()[0]
    here = ip_address(address).is_loopback
    reach = "this machine only" if here else f"whoever reaches this machine ({address})"
    needs = "with a key (saring keys add NAME)" if keys else "without a key"
    typer.echo(f"It answers {reach}, {needs}.")
    if not (here or keys):
        typer.secho(
            "saring: warning: the service listens beyond this machine and requires no keys: whoever reaches "
            "it may classify, correct, and read what corrections and jobs hold; set SARING_REQUIRE_KEYS=1, "
            "or listen on --host 127.0.0.1",
            err=True,
            fg="yellow",
        )


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
