"""One set of weights run by several engines, each as a backend of ``Classifier``.

What serves is OnnxBackend; the others are here to be compared with. Unless its name says otherwise, an
engine scores a batch by the thread that calls, on one core, and as many batches at once as it has
``threads``.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saring.artefact.manifest import Manifest
from saring.backends import Window, WindowScore
from saring.backends.onnx import padded
from saring.backends.tokens import TokenWindows
from saring.training.head import SaringModel


class Engine(ABC):
    """A backend that gives logits only."""

    def __init__(self, folder: Path, threads: int) -> None:
        manifest = Manifest.read(folder)
        self.threads = threads
        self._windows = TokenWindows(
            folder / "tokenizer.json", manifest.window.tokens, manifest.window.stride
        )

    def windows(self, texts: Sequence[str]) -> list[list[Window]]:
        return self._windows(texts)

    def score(self, windows: Sequence[Window]) -> list[WindowScore]:
        none = np.empty((0, 0), np.float32)
        return [WindowScore(logits, none) for logits in self.logits(*padded(windows))]

    @abstractmethod
    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """``ids`` and ``mask`` (batch, tokens) -> (batch, categories)."""


class SharedBatchEngine(Engine):
    """What serves, but with all cores on one batch."""

    def __init__(self, folder: Path, threads: int, graph: Path) -> None:
        import onnxruntime

        super().__init__(folder, threads=1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})[0]


class TorchEngine(Engine):
    def __init__(
        self, folder: Path, threads: int, model: SaringModel, *, bf16: bool = False, compiled: bool = False
    ) -> None:
        import torch

        super().__init__(folder, threads)
        self._torch = torch
        self._bf16 = bf16
        self._model = torch.compile(model, dynamic=True) if compiled else model

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        torch = self._torch
        torch.set_num_threads(1)  # of the thread that calls
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            logits, _ = self._model(torch.from_numpy(ids), torch.from_numpy(mask))
        return logits.float().numpy()


class OpenvinoEngine(Engine):
    """``precision``: ``f32``, ``bf16``, or ``int8``, for which activations are scaled by ``calibration``."""

    def __init__(
        self, folder: Path, threads: int, graph: Path, precision: str, calibration: Sequence[str] = ()
    ) -> None:
        import openvino

        super().__init__(folder, threads)
        core = openvino.Core()
        model = core.read_model(graph)
        if precision == "int8":
            model = self._quantised(model, calibration)
        self._model = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": threads,
                "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._own = threading.local()

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        if not hasattr(self._own, "request"):
            self._own.request = self._model.create_infer_request()
        return self._own.request.infer({"input_ids": ids, "attention_mask": mask})["logits"].copy()

    def _quantised(self, model: object, calibration: Sequence[str]) -> object:
        import nncf

        batches = [
            dict(zip(("input_ids", "attention_mask"), padded(own), strict=True))
            for own in self.windows(calibration)
        ]
        return nncf.quantize(
            model, nncf.Dataset(batches), model_type=nncf.ModelType.TRANSFORMER, subset_size=len(batches)
        )


class Ctranslate2Engine(Engine):
    """The encoder by CTranslate2, the head, which it has no operator for, by torch."""

    def __init__(self, folder: Path, threads: int, model: SaringModel, home: Path, precision: str) -> None:
        import ctranslate2
        import torch
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

        super().__init__(folder, threads)
        self._torch, self._model = torch, model
        if not (home / "converted").is_dir():
            BertConfig.position_embedding_type = "absolute"  # the converter asks; transformers 5 has no other
            encoder = BertModel(model.encoder.config, add_pooling_layer=True)  # its weights are not used
            encoder.load_state_dict(model.encoder.state_dict(), strict=False)
            encoder.save_pretrained(home / "encoder")
            special = {f"{each}_token": f"[{each.upper()}]" for each in ("pad", "unk", "cls", "sep", "mask")}
            PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **special).save_pretrained(
                home / "encoder"
            )
            ctranslate2.converters.TransformersConverter(str(home / "encoder")).convert(
                str(home / "converted")
            )
        self._encoder = ctranslate2.Encoder(
            str(home / "converted"), compute_type=precision, inter_threads=threads, intra_threads=1
        )

    def logits(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        torch = self._torch
        torch.set_num_threads(1)  # of the thread that calls
        lengths = mask.sum(1)
        rows = [row[:length].tolist() for row, length in zip(ids, lengths, strict=True)]
        hidden = torch.from_numpy(np.array(self._encoder.forward_batch(rows).last_hidden_state))
        read, shown = torch.from_numpy(ids), torch.from_numpy(mask)
        with torch.inference_mode():
            logits, _ = self._model.head(hidden, shown)
            if self._model.lexical is not None:
                logits = logits + self._model.lexical(read, shown).sum(dim=1) + self._model.lexical.bias
        return logits.numpy()
