"""A run from recipe and rows to a candidate: a model folder that opens, with its figures and card."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from saring.artefact.manifest import Calibration, Manifest, Thresholds, WindowSize
from saring.classifier import Classifier
from saring.corpora.dataset import Dataset
from saring.errors import RecipeError
from saring.evaluation.calibration import HOW_FITTED, fit_calibration, fit_thresholds
from saring.taxonomy import taxonomy
from saring.training.recipe import Recipe

CANDIDATE = "candidate"

_KEPT = (
    "Calibration and thresholds are those of the version it was trained from: without annotated dev rows "
    "at hand they cannot be fitted anew."
)


def train(recipe: Recipe, data: Dataset, version: str, folder: Path, start: Path | None = None) -> Path:
    """Train on the train split, choose and calibrate on the dev split; returns the candidate's folder.

    ``folder`` keeps the checkpoint and the log: started again, a killed run goes on. ``start`` is a
    model folder whose weights are trained further instead of the recipe's encoder. The test split is
    not looked at here.
    """
    candidate = folder / CANDIDATE
    candidate.mkdir(parents=True, exist_ok=True)
    trained, dev = data.split("train"), data.split("dev")
    if not len(trained) or not len(dev):
        raise RecipeError(f"{len(trained)} rows to train on and {len(dev)} to choose by: both must be there")
    if recipe.augmentation:
        from saring.training.augment import augment

        trained = augment(trained, recipe.augmentation, recipe.seed)
    if recipe.kind == "linear":
        from saring.training.linear import fit_linear, row_weights

        fit_linear(trained, row_weights(trained, recipe.sampling.corpus_share), recipe.linear, candidate)
        encoder: dict[str, Any] = {}
    else:
        encoder = _train_transformer(recipe, trained, dev, folder, candidate, start)
    manifest = Manifest(
        name=recipe.name,
        version=version,
        kind=recipe.kind,
        window=WindowSize(recipe.window.tokens, recipe.window.stride),
        calibration=Calibration.identity(len(taxonomy().ids)),
        thresholds=Thresholds((0.5,) * len(taxonomy().ids), (0.5,) * len(taxonomy().ids)),
        how=HOW_FITTED,
        encoder=encoder,
        recipe=recipe.model_dump(mode="json"),
        data=describe(data),
    )
    if start is not None and "annotation" not in dev.origins:
        begun = Manifest.read(start)
        kept = replace(manifest, calibration=begun.calibration, thresholds=begun.thresholds, how=_KEPT)
        kept.write(candidate)
    else:
        calibrate(manifest, dev, candidate)
    return candidate


def calibrate(manifest: Manifest, dev: Dataset, folder: Path) -> Manifest:
    """Fit calibration and thresholds on ``dev``, as the model in ``folder`` scores it once it serves."""
    manifest = replace(manifest, calibration=Calibration.identity(len(manifest.categories))).write(folder)
    logits = Classifier.open(folder).score(dev.texts).logits
    calibration = fit_calibration(logits, dev.labels)
    thresholds = fit_thresholds(calibration.probabilities(logits), dev.labels)
    return replace(manifest, calibration=calibration, thresholds=thresholds).write(folder)


def describe(data: Dataset) -> dict[str, Any]:
    """What the manifest says of the rows: counts by split and origin, by corpus, positives by category."""
    positive = np.nan_to_num(data.labels) >= 0.5
    train = np.array(data.splits) == "train"
    return {
        "rows": dict(
            Counter(f"{split}/{origin}" for split, origin in zip(data.splits, data.origins, strict=True))
        ),
        "corpora": dict(sorted(Counter(data.corpora).items())),
        "train_positives": dict(zip(taxonomy().ids, positive[train].sum(axis=0).tolist(), strict=True)),
    }


def _train_transformer(
    recipe: Recipe, trained: Dataset, dev: Dataset, folder: Path, candidate: Path, start: Path | None
) -> dict[str, Any]:
    import torch

    from saring.training.export import export_served
    from saring.training.head import from_encoder, load_tokenizer, load_weights, save_weights
    from saring.training.journal import enter
    from saring.training.lexical import fit_lexical
    from saring.training.linear import row_weights
    from saring.training.sampling import draw_epoch
    from saring.training.transformer import dev_score, encode, fine_tune

    if recipe.encoder is None:
        raise RecipeError("a transformer recipe needs [encoder] with a source")
    source = recipe.encoder.source if start is None else str(start)
    tokenizer = load_tokenizer(source)
    torch.manual_seed(recipe.seed)  # a new head is drawn at random
    dropout, categories = recipe.schedule.dropout, len(taxonomy().ids)
    model = load_weights(start, dropout) if start else from_encoder(source, categories, dropout)
    rows, chosen_by = (encode(side, tokenizer, recipe.encoder.max_tokens) for side in (trained, dev))
    fine_tune(
        model,
        rows,
        chosen_by,
        lambda epoch: draw_epoch(trained, recipe.sampling, recipe.seed, epoch),
        recipe,
        folder,
    )
    if recipe.lexical and model.lexical is None:
        weight = row_weights(trained, recipe.sampling.corpus_share)
        model.lexical = fit_lexical(
            rows.ids, rows.labels, weight, model.encoder.config.vocab_size, recipe.lexical
        )
        score = round(dev_score(model, chosen_by), 4)
        enter(folder, {"part": "lexical", "dev_macro_average_precision": score})
    save_weights(model, candidate)
    tokenizer.save(str(candidate / "tokenizer.json"))
    export_served(model, candidate)
    config = model.encoder.config
    return {
        "source": recipe.encoder.source,
        "layers": config.num_hidden_layers,
        "hidden": config.hidden_size,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        **({"lexical_rows": len(model.lexical.table)} if model.lexical is not None else {}),
    }
