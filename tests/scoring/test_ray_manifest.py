"""The manifest for KubeRay: its pods are valid, and its command is one that there is."""

from pathlib import Path
from typing import Any

import pytest
import typer

from saring.cli import score

yaml = pytest.importorskip("yaml")
JOB, CLAIM = yaml.safe_load_all((Path(__file__).parents[2] / "serve/k8s/ray/rayjob.yaml").read_text())
CLUSTER = JOB["spec"]["rayClusterSpec"]
PODS = [group["template"] for group in (CLUSTER["headGroupSpec"], *CLUSTER["workerGroupSpecs"])]


@pytest.mark.parametrize(
    "each",
    [CLAIM, *({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}} | pod for pod in PODS)],
    ids=["claim", "head", "worker"],
)
def test_it_is_valid(each: Any) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    kubernetes_validate.validate(each, kubernetes_validate.latest_version(), strict=True)


def test_the_command_is_understood() -> None:
    name, command, *arguments = JOB["spec"]["entrypoint"].split()
    assert (name, command) == ("saring", "score")
    app = typer.Typer()
    app.command()(score.score)
    understood = typer.main.get_command(app).make_context("score", arguments).params
    assert (understood["engine"], understood["ray_address"]) == ("ray", "auto")


def test_what_is_kept_outlives_the_cluster() -> None:
    [head], [volume] = PODS[0]["spec"]["containers"], PODS[0]["spec"]["volumes"]
    assert volume["persistentVolumeClaim"]["claimName"] == CLAIM["metadata"]["name"]
    [mount] = head["volumeMounts"]
    assert {"name": "XDG_CACHE_HOME", "value": mount["mountPath"]} in head["env"]
