"""Parts scored by a Ray cluster, each as one task: Ray spreads, retries and scales them."""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from saring import __version__
from saring.artefact.manifest import MANIFEST, Manifest
from saring.backends.onnx import THREADS, cores
from saring.classifier import Classifier
from saring.errors import InputError, MissingExtraError, SaringError, said
from saring.scoring.runner import Engine, Pending, Scored, score_part

_RETRIES = 5  # of a part whose worker died
_REACHED = 10.0  # seconds
_PARTS_PER_CORE = 2  # one is scored and one waits, so that an autoscaler sees that there is more to do

_Files = dict[str, bytes]


@contextmanager
def ray_engine(folder: Path, address: str | None = None) -> Iterator[Engine]:
    """Scores parts on the Ray cluster at ``address``, by default on one of this machine that ends with it.

    ``address`` is ``HOST:PORT``, or ``auto`` for the cluster that this machine is part of. The model in
    ``folder``, the one that the classifier was opened from, travels with the work: workers need no more
    than the same version of Saring.

    Raises:
        InputError: there is no cluster that can be used.
        MissingExtraError: Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use to its makers otherwise
    os.environ.setdefault("RAY_IGNORE_UNHANDLED_ERRORS", "1")  # of parts that are not waited for any more
    try:
        import ray
    except ModuleNotFoundError as error:
        raise MissingExtraError("--engine ray", "ray", "ray") from error
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        ray.init("local", num_cpus=cores(), include_dashboard=False, **quiet)
    else:
        _check_reachable(address)
        try:
            ray.init(address, **quiet)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise InputError(f"the Ray cluster at {address} cannot be used: {said(error)}") from error
    try:
        yield _Cluster(ray, folder)
    finally:
        ray.shutdown()


class _Cluster:
    """The cluster that this process is connected to; see ``Engine``."""

    def __init__(self, ray: Any, folder: Path) -> None:
        self._ray = ray
        # within a list, for a worker to fetch it once, not with each part
        self._model = [ray.put(_files(folder))]
        self._score = ray.remote(num_cpus=1, max_retries=_RETRIES)(_scored)

    def at_once(self) -> int:
        return max(1, _PARTS_PER_CORE * int(self._ray.cluster_resources().get("CPU", 0)))

    def start(self, texts: Sequence[str]) -> Pending:
        ray = self._ray
        task = self._score.remote(texts, self._model, __version__)

        def wait(progress: Callable[[float], None]) -> Scored:
            try:
                scored: Scored = ray.get(task)
            except ray.exceptions.RayTaskError as error:
                if isinstance(error.cause, SaringError):
                    raise error.cause from None
                raise SaringError(
                    f"a worker of the Ray cluster failed; it needs Saring {__version__}: {error.cause!r}"
                ) from error
            except ray.exceptions.RayError as error:
                raise SaringError(
                    f"the Ray cluster gave a part up; run the command again: {said(error)}"
                ) from error
            return scored

        return wait


def _files(folder: Path) -> _Files:
    return {name: (folder / name).read_bytes() for name in (MANIFEST, *Manifest.read(folder).files)}


def _scored(texts: Sequence[str], model: Sequence[Any], version: str) -> Scored:
    """What a worker does."""
    if version != __version__:
        raise InputError(f"the cluster has Saring {__version__}, this is {version}: install the same")
    return score_part(texts, _opened(model[0]))


@lru_cache(maxsize=1)
def _opened(model: Any) -> Classifier:
    """The model, opened once in each worker, on the one core that Ray counts for it."""
    import ray

    os.environ[THREADS] = "1"
    files: _Files = ray.get(model)
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Classifier.open(Path(folder))


def _check_reachable(address: str) -> None:
    """Ray itself ends the process, after minutes, when nobody answers at ``address``."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not port.isdigit():
        return  # auto, local
    try:
        socket.create_connection((host, int(port)), _REACHED).close()
    except OSError as error:
        raise InputError(f"no Ray cluster answers at {address}: {error.strerror or said(error)}") from error
