"""Adaptation of a tiny encoder on registers of our own words."""

import json
import lzma
import random
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from small_training import PLAIN, rows
from typer.testing import CliRunner

from saring.cli.app import app
from saring.errors import CorpusError, RecipeError
from saring.training import adapt as adaptation
from saring.training.adapt import adapt
from saring.training.hardware import Setting
from saring.training.head import from_encoder, load_tokenizer
from saring.training.masked_encoder import begin
from saring.training.masking import NOT_ASKED, WordMasker
from saring.training.passages import PassageReader
from saring.training.recipe import AdaptationRecipe, load_recipe

TESTED = "Rapat warga DESA pagi, laporan guru siang! http://taman.id/kopi"


@pytest.fixture
def registers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The register ``chat`` and lines held out of it: what follows a word is always the same."""
    folder = tmp_path / "unlabelled"
    folder.mkdir()
    rng = random.Random(0)
    starts = [rng.randrange(len(PLAIN)) for _ in range(300)]
    lines = [" ".join(PLAIN[(at + step) % len(PLAIN)] for step in range(10)) for at in starts]
    for name, part in (("chat", lines[:250]), ("heldout_chat", lines[250:])):
        (folder / f"{name}.txt.xz").write_bytes(lzma.compress("\n".join(part).encode()))
    monkeypatch.setenv("SARING_UNLABELLED", str(folder))
    monkeypatch.setattr(adaptation, "fastest_setting", lambda _: Setting("eager", False, 1.0))
    return folder


def plan(source: Path, *, new: bool = True, **schedule: object) -> AdaptationRecipe:
    values = {"epochs": 2, "tokens_per_batch": 256, "learning_rate": 5e-3} | schedule
    return AdaptationRecipe.model_validate(
        {
            "kind": "encoder",
            "encoder": {"source": str(source), "max_tokens": 16},
            "text": {"registers": ["chat"], "held_out": ["chat"]},
            "schedule": values,
        }
        | ({"shape": {"layers": 1, "hidden": 32}} if new else {})
    )


def log(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def test_words_are_masked_whole_and_special_tokens_never(encoder: Path) -> None:
    tokenizer = load_tokenizer(str(encoder))
    masker = WordMasker(tokenizer, share=0.5)
    encoding = tokenizer.encode("kopi gotong royong pagi")
    ids = torch.tensor([encoding.ids + [masker.padding] * 3]).repeat(400, 1)
    inputs, labels = masker(ids, torch.Generator().manual_seed(0))
    asked = labels != NOT_ASKED
    words = encoding.word_ids
    for word in {word for word in words if word is not None}:
        pieces = asked[:, [at for at, each in enumerate(words) if each == word]]
        assert bool((pieces.all(dim=1) | ~pieces.any(dim=1)).all())
        assert 0.4 < pieces[:, 0].float().mean() < 0.6
    special = [at for at, word in enumerate(words) if word is None] + list(range(len(words), len(words) + 3))
    assert not asked[:, special].any()
    assert torch.equal(labels[asked], ids[asked]) and torch.equal(inputs[~asked], ids[~asked])
    hidden, kept = inputs[asked] == masker.mask, inputs[asked] == ids[asked]
    assert 0.77 < hidden.float().mean() < 0.83 and 0.07 < kept.float().mean() < 0.14
    others = inputs[asked][~hidden & ~kept]
    assert not torch.isin(others, ids[0, special].unique()).any()


def test_the_loss_falls_and_what_it_leaves_can_be_gone_on_with(
    encoder: Path, registers: Path, tmp_path: Path
) -> None:
    first = adapt(plan(encoder, epochs=8), {}, tmp_path / "first")
    before, after = log(tmp_path / "first")[2]["held_out_before"], log(tmp_path / "first")[-1]["held_out"]
    assert isinstance(before, dict) and isinstance(after, dict)
    assert after["chat"] < 0.8 * before["chat"]
    assert f"| chat | {before['chat']:.3f} | {after['chat']:.3f} |" in (first / "README.md").read_text()

    adapt(plan(first, new=False, epochs=0.5), {}, tmp_path / "second")
    begun = log(tmp_path / "second")[2]["held_out_before"]
    assert isinstance(begun, dict) and begun["chat"] == pytest.approx(after["chat"], abs=0.01)
    assert json.loads((first / "config.json").read_text())["hidden_dropout_prob"] == 0.1
    served = from_encoder(str(first), categories=8, dropout=0.1)
    words = load_file(first / "model.safetensors")["bert.embeddings.word_embeddings.weight"]
    assert torch.equal(served.encoder.get_input_embeddings().weight, words.float())


def test_a_killed_run_ends_as_if_it_had_not_been(
    encoder: Path, registers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = plan(encoder, epochs=1.5, tokens_per_batch=512, checkpoint_minutes=1e-9)
    whole = adapt(given, {}, tmp_path / "whole")
    loss, steps = adaptation.masked_loss, iter(range(100))

    def killed(*arguments: object) -> object:
        if len(arguments) == 4 and next(steps) == 7:
            raise KeyboardInterrupt
        return loss(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(adaptation, "masked_loss", killed)
        adapt(given, {}, tmp_path / "killed")
    resumed = adapt(given, {}, tmp_path / "killed")
    for name in ("model.safetensors", "config.json"):
        assert (resumed / name).read_bytes() == (whole / name).read_bytes(), name
    ends = [log(tmp_path / run)[-1] for run in ("whole", "killed")]
    assert [end["tokens"] for end in ends] == [ends[0]["tokens"]] * 2
    with pytest.raises(RecipeError, match="another recipe"):
        adapt(plan(encoder, epochs=1), {}, tmp_path / "killed")


def test_lines_that_repeat_a_tested_text_are_left_out(encoder: Path, registers: Path, tmp_path: Path) -> None:
    repeats = [
        "rapat warga desa pagi laporan guru siang HTTPURL",
        "@USER rapat warga desa pagi laporan guru siang",
    ]
    others = ["rapat warga desa pagi laporan guru", "kopi siang rapat warga desa pagi laporan guru siang"]
    path = registers / "chat.txt.xz"
    path.write_bytes(lzma.compress("\n".join([*repeats, *others]).encode()))
    adapt(plan(encoder, epochs=1), {"tests": [TESTED]}, tmp_path / "run")
    entry = log(tmp_path / "run")[0]
    assert (entry["documents"], entry["tested"]) == (2, 2)


def test_what_was_read_is_kept_until_the_text_changes(encoder: Path, registers: Path, tmp_path: Path) -> None:
    reader = PassageReader(registers, load_tokenizer(str(encoder)), 2000, 16, frozenset(), tmp_path)
    first, again = reader.read("chat"), reader.read("chat")
    assert first.documents == again.documents == 250
    assert first.passages.ids.tolist() == again.passages.ids.tolist()
    assert max(first.passages.lengths) <= 16
    (registers / "chat.txt.xz").write_bytes(lzma.compress(b"kopi pagi di pasar kota"))
    assert reader.read("chat").documents == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"encoder": {}}, "encoder.source"),
        ({"text": {"registers": []}}, "text.registers"),
        ({"shape": {"layers": 2, "hidden": 100}}, "shape.hidden"),
        ({"schedule": {"minutes": 3}}, "schedule.minutes"),
    ],
)
def test_a_fault_of_the_recipe_is_named(tmp_path: Path, change: dict[str, object], named: str) -> None:
    values = {"encoder": {"source": "models/encoder"}, "text": {"registers": ["chat"]}} | change
    lines = ['kind = "encoder"']
    for table, cells in values.items():
        assert isinstance(cells, dict)
        lines += [f"[{table}]", *(f"{key} = {value!r}" for key, value in cells.items())]
    path = tmp_path / "adapt.toml"
    path.write_text("\n".join(lines))
    with pytest.raises(RecipeError, match=f"adapt.toml: {named}: "):
        load_recipe(path)


def test_what_is_missing_is_named(encoder: Path, registers: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no masked-language-model head"):
        begin(str(encoder), None, load_tokenizer(str(encoder)))
    (registers / "chat.txt.xz").unlink()
    with pytest.raises(CorpusError, match=r"chat\.txt\.xz: set SARING_UNLABELLED"):
        adapt(plan(encoder), {}, tmp_path / "run")


def test_the_command_says_where_the_encoder_is(
    encoder: Path, registers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("saring.corpora.protected.protected_texts", lambda known: {"rows": known.texts})
    Path("adapt.toml").write_text(
        f'kind = "encoder"\n[encoder]\nsource = "{encoder}"\nmax_tokens = 16\n'
        '[shape]\nlayers = 1\nhidden = 32\n[text]\nregisters = ["chat"]\nheld_out = ["chat"]\n'
        "[schedule]\nepochs = 0.2\ntokens_per_batch = 256\n"
    )
    refused = CliRunner().invoke(app, ["train", "adapt.toml"])
    assert refused.exit_code == 2 and "saring data build" in refused.output
    rows(20).save(Path("build/dataset.parquet"))
    refused = CliRunner().invoke(app, ["train", "adapt.toml", "--version", "2"])
    assert refused.exit_code == 2 and "trains an encoder" in refused.output
    done = CliRunner().invoke(app, ["train", "adapt.toml"])
    assert done.exit_code == 0, done.output
    assert "the encoder is in runs/encoder/encoder. Next:" in " ".join(done.output.split())
    assert Path("runs/encoder/encoder/model.safetensors").is_file()
