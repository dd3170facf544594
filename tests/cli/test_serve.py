import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from saring.cli.app import app

pytest.importorskip("uvicorn")
run = CliRunner()


def wait_until_ready(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/readyz", timeout=30).close()
            return
        except urllib.error.HTTPError as error:
            assert error.code == 503
        time.sleep(0.1)
    raise TimeoutError(address)


def test_the_address_is_printed_and_answers(production: Path) -> None:
    service = subprocess.Popen(
        [sys.executable, "-m", "saring.cli.app", "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert service.stdout
        address = re.search(r"http://\S+", service.stdout.readline())
        assert address
        request = urllib.request.Request(
            f"{address[0]}/classify",
            json.dumps({"text": "slot gacor"}).encode(),
            {"content-type": "application/json"},
        )
        wait_until_ready(address[0])
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert json.load(answer)["flagged"] is True
        service.send_signal(signal.SIGTERM)
        service.wait(20)
    finally:
        service.kill()
        service.wait()


@pytest.mark.parametrize(
    ("host", "keys", "told", "warned"),
    [
        ("127.0.0.1", "0", "this machine only, without a key", False),
        ("::1", "1", "this machine only, with a key (saring keys add NAME)", False),
        ("0.0.0.0", "1", "whoever reaches this machine (0.0.0.0), with a key", False),
        ("0.0.0.0", "0", "whoever reaches this machine (0.0.0.0), without a key", True),
    ],
)
def test_who_may_ask_is_said(
    host: str, keys: str, told: str, warned: bool, production: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SARING_REQUIRE_KEYS", keys)
    monkeypatch.setattr("saring_serve.server.prepared", lambda *_: lambda listening: None)
    result = run.invoke(app, ["serve", "--host", host, "--port", "0"])
    assert result.exit_code == 0, result.output
    assert told in result.stdout
    assert ("SARING_REQUIRE_KEYS=1" in result.stderr) is warned
    assert warned or not result.stderr


def test_a_port_in_use_is_said(production: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run.invoke(app, ["serve", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 2
    assert "--port" in result.stderr


def test_without_a_model_nothing_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SARING_MODELS", str(tmp_path))
    result = run.invoke(app, ["serve"])
    assert result.exit_code == 2
    assert "SARING_MODELS" in result.stderr
