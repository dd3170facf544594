"""Debian's Chromium, installed where it is missing and may be."""

import os
import shutil
import subprocess

import pytest

PLACE = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Where it is; skips where it is not and cannot be installed."""
    if not os.path.exists(PLACE) and not _install():
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    return PLACE


def _install() -> bool:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update"], install):
        if subprocess.run(command, env=environment, capture_output=True, timeout=600).returncode != 0:
            return False
    return os.path.exists(PLACE)
