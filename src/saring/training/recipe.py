"""A training run as one typed object, read from ``recipes/*.toml``."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from saring.errors import RecipeError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncoderRecipe(_Part):
    """Which encoder to start from: a folder, or a name on the Hugging Face hub."""

    source: str
    max_tokens: PositiveInt = 256


class SamplingRecipe(_Part):
    """How an epoch is drawn from strata of (corpus, rarest positive category).

    A stratum of ``n`` rows is drawn in proportion to ``n ** smoothing``, so small strata are seen more
    often than their size, up to ``max_repeats`` times an epoch. ``corpus_share`` is the share of an
    epoch given to rows that only a corpus labelled.
    """

    smoothing: float = Field(default=0.7, gt=0, le=1)
    max_repeats: PositiveFloat = 4
    corpus_share: float = Field(default=0.15, ge=0, lt=1)


class ScheduleRecipe(_Part):
    """Optimisation: AdamW with warm-up and linear decay.

    ``averaging`` is the decay of the running average of the weights; 0 keeps the last weights.
    """

    epochs: PositiveInt = 3
    tokens_per_batch: PositiveInt = 2048
    learning_rate: PositiveFloat = 2e-4
    head_learning_rate: PositiveFloat = 1e-3
    layer_decay: float = Field(default=0.9, gt=0, le=1)
    warmup: float = Field(default=0.06, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    dropout: float = Field(default=0.1, ge=0, lt=1)
    averaging: float = Field(default=0.998, ge=0, lt=1)
    evaluations_per_epoch: PositiveInt = 1
    patience: PositiveInt = 3
    checkpoint_minutes: PositiveFloat = 5


class WindowRecipe(_Part):
    """How long text is cut at inference, in tokens, special tokens included."""

    tokens: PositiveInt = 256
    stride: PositiveInt = 48


class LinearRecipe(_Part):
    """TF-IDF of character and word n-grams, optionally of Sastrawi stems."""

    character_ngrams: tuple[int, int] = (2, 5)
    word_ngrams: tuple[int, int] = (1, 2)
    max_features: PositiveInt = 200_000
    inverse_regularisation: PositiveFloat = 4.0
    stems: bool = False


class RehearsalRecipe(_Part):
    """What is mixed with newly labelled rows so that old judgement is kept: rows for each new one."""

    rows_per_added: PositiveFloat = 8
    least_rows: PositiveInt = 2000


class Recipe(_Part):
    """Everything a run needs but the data."""

    kind: Literal["transformer", "linear"]
    name: str = "saring-id"
    seed: int = 0
    licence: Literal["all", "permissive"] = "all"
    encoder: EncoderRecipe | None = None
    sampling: SamplingRecipe = SamplingRecipe()
    schedule: ScheduleRecipe = ScheduleRecipe()
    window: WindowRecipe = WindowRecipe()
    linear: LinearRecipe = LinearRecipe()
    rehearsal: RehearsalRecipe = RehearsalRecipe()


def load_recipe(path: Path) -> Recipe:
    """Read a recipe; raises ``RecipeError`` naming the file, the field and what is wrong with it."""
    try:
        return Recipe.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise RecipeError(f"no recipe at {path}; the shipped ones are in recipes/") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'recipe'}: {fault['msg']}" for fault in error.errors()
        )
        raise RecipeError(f"{path}: {faults}") from None
