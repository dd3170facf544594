"""Whatever a file holds, scoring it ends well or with an error that says why."""

import random
from pathlib import Path

import pytest
from test_formats import COMPRESS, WRITERS

from saring.classifier import Classifier
from saring.errors import InputError
from saring.scoring.tables import score_table

FILES = 12
ROWS = [{"teks": 'slot "gacor", é', "n": "1"}, {"teks": "kucing\nya", "n": "2"}, {"teks": "", "n": "✨"}]


def damaged(content: bytes, chance: random.Random) -> bytes:
    """``content`` with bytes changed, cut out, doubled or put in."""
    for _ in range(chance.randint(1, 4)):
        at, size = chance.randrange(len(content) + 1), chance.choice([1, 1, 2, 8, 64])
        put = chance.choice([b"", chance.randbytes(size), content[at : at + size] * 2, b'"', b"\n", b"\0"])
        content = content[:at] + put + content[at + size * chance.randint(0, 1) :]
    return content


@pytest.mark.parametrize("name", [*WRITERS, "chat.txt"])
@pytest.mark.parametrize("compression", COMPRESS)
def test_damaged_files_give_an_error_or_counts_that_add_up(
    tmp_path: Path, model_folder: Path, name: str, compression: str
) -> None:
    classifier = Classifier.open(model_folder)
    chance = random.Random(f"{name}{compression}")
    source, target = tmp_path / f"{name}{compression}", tmp_path / "out.jsonl"
    whole = b"12/03/24 21.05 - Budi: slot\n" if name == "chat.txt" else WRITERS[name](ROWS)
    for _ in range(FILES):
        inside = chance.random() < 0.5
        content = COMPRESS[compression](damaged(whole, chance) if inside else whole)
        source.write_bytes(content if inside else damaged(content, chance))
        try:
            summary = score_table(
                source, target, classifier, column="pesan" if name == "chat.txt" else "teks"
            )
        except InputError as error:
            assert source.name in str(error) or "--text-column" in str(error) or "column" in str(error)
        else:
            assert summary.read == summary.scored + summary.rejected
