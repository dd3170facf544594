"""Token models by onnxruntime: the default, since it needs no torch."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring.backends import Window, WindowScore
from saring.backends.opening import ModelDescription
from saring.backends.tokens import PAD, TokenWindows
from saring.errors import ArtefactError, InputError

THREADS = "SARING_THREADS"

_OUTPUTS = ("logits", "contributions")


class OnnxBackend:
    """Runs ``model.onnx`` on the processor.

    ``threads`` is how many batches may be scored at once: by default ``SARING_THREADS``, else as many as
    this process is allowed cores. A batch is scored by the thread that calls, on one core: cores that
    share a batch wait for each other at every operator.
    """

    def __init__(self, folder: Path, model: ModelDescription, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = folder / "model.onnx"
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own classes share no base
            raise ArtefactError(f"{path} cannot be run by onnxruntime: {error}") from error
        outputs = [output.name for output in self._session.get_outputs()]
        if missing := [name for name in _OUTPUTS if name not in outputs]:
            raise ArtefactError(f"{path} lacks the output {' and '.join(missing)}; export the model again")
        self.threads = threads or _threads()
        self._windows = TokenWindows(folder / "tokenizer.json", model.window.tokens, model.window.stride)

    def windows(self, texts: Sequence[str]) -> list[list[Window]]:
        """Cut each text into windows that cover all of it; at least one each."""
        return self._windows(texts)

    def score(self, windows: Sequence[Window]) -> list[WindowScore]:
        """Score windows in one run, padded to the longest."""
        if not windows:
            return []
        ids, mask = padded(windows)
        logits, contributions = self._session.run(_OUTPUTS, {"input_ids": ids, "attention_mask": mask})
        return [
            WindowScore(logits[row], contributions[row, : len(window.ids)])
            for row, window in enumerate(windows)
        ]


def padded(windows: Sequence[Window]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token ids and attention mask, both of shape ``(windows, longest)``."""
    ids = np.full((len(windows), max(len(window.ids) for window in windows)), PAD, np.int64)
    mask = np.zeros_like(ids)
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = 1
    return ids, mask


def cores() -> int:
    """How many cores this process is allowed."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _threads() -> int:
    named = os.environ.get(THREADS)
    if named is None:
        return cores()
    if not named.isdigit() or int(named) < 1:
        raise InputError(f"{THREADS} must be a whole number from 1, not {named!r}")
    return int(named)
