"""A real but tiny model folder: WordPiece tokenizer, ONNX graph and manifest, made in milliseconds.

Its judgement is a table: a trigger word carries its category, ``bukan`` speaks against all of them.
"""

import string
from pathlib import Path

import numpy as np

from saring.artefact.manifest import Calibration, Manifest, Thresholds, WindowSize
from saring.taxonomy import taxonomy

TRIGGERS = {
    "hoaks": ("sebarkan", "viralkan"),
    "sara": ("kadrun",),
    "provokasi": ("ganyang", "bakar"),
    "radikalisme": ("khilafah",),
    "pornografi": ("vcs",),
    "perjudian": ("slot", "gacor", "maxwin"),
    "penghinaan": ("goblok",),
    "ancaman": ("kubunuh",),
}
WEIGHT, AGAINST, BIAS = 6.0, -3.0, -4.0
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "@user", "httpurl")


def tiny_model(
    folder: Path, *, name: str = "saring-id", version: str = "1", tokens: int = 16, stride: int = 4
) -> Path:
    """Write a model that opens into ``folder`` (made if missing) and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _write_tokenizer(folder / "tokenizer.json")
    _write_graph(folder / "model.onnx", vocabulary)
    categories = len(taxonomy().ids)
    Manifest(
        name=name,
        version=version,
        kind="transformer",
        window=WindowSize(tokens, stride),
        calibration=Calibration.identity(categories),
        thresholds=Thresholds(review=(0.3,) * categories, flag=(0.5,) * categories),
        how="set by hand",
    ).write(folder)
    return folder


def _write_tokenizer(path: Path) -> dict[str, int]:
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    words = [word for words in TRIGGERS.values() for word in words]
    letters = string.ascii_lowercase + string.digits
    pieces = [*SPECIAL, *string.punctuation, *letters, *words, "bukan", "situs", "kucing"]
    pieces += [f"##{piece}" for piece in [*letters, *words]]
    vocabulary = {piece: at for at, piece in enumerate(pieces)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=64))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.save(str(path))
    return vocabulary


def _write_graph(path: Path, vocabulary: dict[str, int]) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    ids = taxonomy().ids
    table = np.zeros((len(vocabulary), len(ids)), np.float32)
    for category, words in TRIGGERS.items():
        for word in words:
            table[[vocabulary[word], vocabulary[f"##{word}"]], ids.index(category)] = WEIGHT
    table[vocabulary["bukan"]] = AGAINST
    bias = np.full(len(ids), BIAS, np.float32)
    graph = helper.make_graph(
        nodes=[
            helper.make_node("Gather", ["table", "input_ids"], ["terms"]),
            helper.make_node("Cast", ["attention_mask"], ["read"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["read", "last"], ["read_by_category"]),
            helper.make_node("Mul", ["terms", "read_by_category"], ["contributions"]),
            helper.make_node("ReduceSum", ["contributions", "tokens"], ["sum"], keepdims=0),
            helper.make_node("Add", ["sum", "bias"], ["logits"]),
        ],
        name="tiny",
        inputs=[
            helper.make_tensor_value_info(each, TensorProto.INT64, ["batch", "length"])
            for each in ("input_ids", "attention_mask")
        ],
        outputs=[
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(ids)]),
            helper.make_tensor_value_info("contributions", TensorProto.FLOAT, ["batch", "length", len(ids)]),
        ],
        initializer=[
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(bias, "bias"),
            numpy_helper.from_array(np.array([2], np.int64), "last"),
            numpy_helper.from_array(np.array([1], np.int64), "tokens"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
