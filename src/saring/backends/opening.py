"""From a model folder to the backend that runs it."""

from pathlib import Path
from typing import Protocol

from saring.backends import Backend
from saring.errors import MissingExtraError


class WindowRule(Protocol):
    """How a model's texts are cut: windows of ``tokens`` units that overlap by ``stride``."""

    @property
    def tokens(self) -> int: ...  # noqa: D102

    @property
    def stride(self) -> int: ...  # noqa: D102


class ModelDescription(Protocol):
    """What a backend must know of a model; the manifest has it."""

    @property
    def kind(self) -> str: ...  # noqa: D102

    @property
    def window(self) -> WindowRule: ...  # noqa: D102

    @property
    def categories(self) -> tuple[str, ...]: ...  # noqa: D102


def open_backend(folder: Path, model: ModelDescription) -> Backend:
    """The backend for the model in ``folder``, by its kind.

    Raises:
        ArtefactError: the folder does not hold what this kind runs.
        MissingExtraError: the model needs a package that is not installed.
    """
    try:
        if model.kind == "linear":
            from saring.backends.linear import LinearBackend

            return LinearBackend(folder, model)
        from saring.backends.onnx import OnnxBackend

        return OnnxBackend(folder, model)
    except ModuleNotFoundError as error:
        raise MissingExtraError(f"a {model.kind} model", error.name or str(error), "train") from error
