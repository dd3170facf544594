from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from small_training import recipe, rows

from saring.classifier import Classifier
from saring.errors import RecipeError
from saring.training import transformer
from saring.training.hardware import Setting
from saring.training.head import from_encoder, load_tokenizer, load_weights
from saring.training.run import train
from saring.training.sampling import draw_epoch
from saring.training.transformer import encode, fine_tune, masked_loss


def test_it_learns_which_word_does_the_deed(trained: Path) -> None:
    classifier = Classifier.open(trained)
    verdict = classifier.classify("kopi pagi GACOR di pasar kota")
    assert [category.id for category in verdict.categories if category.flagged] == ["perjudian"]
    assert any("GACOR" in evidence.text for evidence in verdict.categories[5].evidence)
    assert not classifier.classify("kopi pagi di pasar kota").flagged


def test_terms_sum_to_the_logit(trained: Path) -> None:
    model = load_weights(trained).eval()
    ids = torch.randint(5, 40, (3, 11))
    mask = torch.ones_like(ids)
    mask[2, 6:] = 0
    logits, terms = model(ids, mask)
    assert model.lexical is not None
    torch.testing.assert_close(terms.sum(dim=1) + model.head.bias + model.lexical.bias, logits)
    assert terms[2, 6:].abs().max() == 0


def test_unknown_labels_teach_nothing() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    masked_loss(logits, torch.tensor([[1.0, torch.nan, 0.3], [torch.nan] * 3])).backward()
    assert logits.grad is not None
    assert (logits.grad[0].tolist()[1], logits.grad[1].tolist()) == (0.0, [0.0] * 3)
    assert logits.grad[0, 0] < 0 < logits.grad[0, 2]


def test_a_killed_run_ends_as_if_it_had_not_been(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transformer, "fastest_setting", lambda _: Setting("eager", False, 1.0))
    data = rows(120)
    plan = recipe(encoder, epochs=2, checkpoint_minutes=1e-9)
    tokenizer = load_tokenizer(str(encoder))
    train_rows, dev_rows = (encode(data.split(side), tokenizer, 48) for side in ("train", "dev"))

    def draw(epoch: int) -> NDArray[np.int64]:
        return draw_epoch(data.split("train"), plan.sampling, 0, epoch)

    def run(folder: Path) -> dict[str, torch.Tensor]:
        folder.mkdir(exist_ok=True)
        torch.manual_seed(1)
        model = from_encoder(str(encoder), 8, 0.1)
        fine_tune(
            model,
            train_rows,
            dev_rows,
            lambda e: draw_epoch(data.split("train"), plan.sampling, 0, e),
            plan,
            folder,
        )
        return model.state_dict()

    whole = run(tmp_path / "whole")
    steps = iter(range(100))

    def killed_at_five(*arguments: torch.Tensor) -> torch.Tensor:
        if next(steps) == 5:
            raise KeyboardInterrupt
        return masked_loss(*arguments)

    with monkeypatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(transformer, "masked_loss", killed_at_five)
        run(tmp_path / "killed")
    resumed = run(tmp_path / "killed")
    for name, tensor in whole.items():
        torch.testing.assert_close(resumed[name], tensor, msg=name)


def test_another_run_is_not_gone_on_with(encoder: Path, tmp_path: Path) -> None:
    train(recipe(encoder, epochs=1), rows(60), "1", tmp_path)
    for plan, data in (
        (recipe(encoder, epochs=2), rows(60)),
        (recipe(encoder, epochs=1), rows(60, seed=1)),
    ):
        with pytest.raises(RecipeError, match="another recipe, other rows"):
            train(plan, data, "1", tmp_path)


def test_a_finished_run_gives_the_same_weights_again(encoder: Path, tmp_path: Path) -> None:
    plan, data = recipe(encoder, epochs=1), rows(60)
    first = (train(plan, data, "1", tmp_path) / "model.safetensors").read_bytes()
    assert (train(plan, data, "1", tmp_path) / "model.safetensors").read_bytes() == first


def test_an_unreachable_hub_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(RecipeError, match="cannot get 'indobenchmark/indobert-base-p1'") as caught:
        from_encoder("indobenchmark/indobert-base-p1", 8, 0.1)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="does not hold a model"):
        from_encoder(str(tmp_path), 8, 0.1)


def test_rows_on_both_sides_are_needed(encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="0 to choose by"):
        train(recipe(encoder), rows().split("train"), "1", tmp_path)


def test_weights_of_half_precision_come_back(trained: Path) -> None:
    bias = load_weights(trained).head.bias.detach().numpy()
    assert bias.dtype == np.float32 and np.isfinite(bias).all()
