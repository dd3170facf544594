"""A tiny IndoBERT-shaped encoder in a local folder, and labelled rows of our own to train it on."""

import random
from pathlib import Path

import numpy as np

from saring.corpora.dataset import Dataset, dataset_of
from saring.corpora.keys import row_key
from saring.taxonomy import taxonomy
from saring.training.recipe import EncoderRecipe, LexicalRecipe, Recipe, ScheduleRecipe, WindowRecipe

PLAIN = "pagi siang warga kota desa pasar guru jalan hujan kopi nasi motor rapat laporan taman sungai".split()
DEEDS = {"perjudian": "gacor", "penghinaan": "goblok", "ancaman": "kubunuh"}


def tiny_encoder(folder: Path) -> Path:
    """Write what a hub's BERT folder holds: config, weights, ``vocab.txt``; no ``tokenizer.json``."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *PLAIN, *DEEDS.values(), "bukan"]
    pieces += [*letters, *(f"##{letter}" for letter in letters), ".", ",", "!", "?"]
    (folder / "vocab.txt").write_text("\n".join(pieces) + "\n", encoding="utf-8")
    BertTokenizer.from_pretrained(str(folder)).save_pretrained(str(folder))
    (folder / "tokenizer.json").unlink()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(str(folder))
    return folder


def recipe(encoder: Path, **schedule: object) -> Recipe:
    """A recipe for ``tiny_encoder`` that takes seconds."""
    plan = {
        "epochs": 3,
        "tokens_per_batch": 256,
        "learning_rate": 3e-3,
        "head_learning_rate": 1e-2,
    } | schedule
    return Recipe(
        kind="transformer",
        encoder=EncoderRecipe(source=str(encoder), max_tokens=48),
        schedule=ScheduleRecipe.model_validate(plan),
        lexical=LexicalRecipe(buckets=512),
        window=WindowRecipe(tokens=48, stride=8),
    )


def rows(count: int = 240, seed: int = 0) -> Dataset:
    """Posts of ordinary words; a third carry one deed's word. Splits 2:1:1, some labels unknown."""
    rng = random.Random(seed)
    ids = taxonomy().ids
    texts, labels = [], []
    for _ in range(count):
        words = rng.choices(PLAIN, k=rng.randint(4, 20))
        cells = np.zeros(len(ids), np.float32)
        if rng.random() < 0.5:
            deed = rng.choice(list(DEEDS))
            words[rng.randrange(len(words))] = DEEDS[deed]
            cells[ids.index(deed)] = 1
        if rng.random() < 0.1:
            cells[ids.index("sara")] = np.nan
        texts.append(" ".join(words))
        labels.append(cells)
    keys = [row_key(text) for text in texts]
    splits = [("train", "dev", "train", "test")[at % 4] for at in range(count)]
    return dataset_of(texts, ["posts"] * count, keys, keys, splits, labels, ["annotation"] * count)
