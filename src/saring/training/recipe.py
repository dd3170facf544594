"""A training run as one typed object, read from ``recipes/*.toml``."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    TypeAdapter,
    ValidationError,
)

from saring.errors import RecipeError


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EncoderRecipe(_Part):
    """Which encoder to start from: a folder, or a name on the Hugging Face hub."""

    source: str
    max_tokens: int = Field(default=256, ge=8)


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


class AugmentationRecipe(_Part):
    """Shares of the training texts that are rewritten: brands in promotions, words by slips and habit."""

    renamed_brands: float = Field(default=0.5, ge=0, le=1)
    rewritten: float = Field(default=0.1, ge=0, le=1)


class LexicalRecipe(_Part):
    """The lexical part beside the encoder: TF-IDF of pieces and hashed pairs of pieces.

    ``buckets`` is the size of the table; it must exceed the tokenizer's vocabulary.
    """

    buckets: PositiveInt = 262_144
    inverse_regularisation: PositiveFloat = 20.0


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
    augmentation: AugmentationRecipe | None = None
    lexical: LexicalRecipe | None = None
    window: WindowRecipe = WindowRecipe()
    linear: LinearRecipe = LinearRecipe()
    rehearsal: RehearsalRecipe = RehearsalRecipe()


class ShapeRecipe(_Part):
    """A new encoder: its layers and width; 32 dimensions an attention head."""

    layers: PositiveInt
    hidden: int = Field(gt=0, multiple_of=32)


class TextRecipe(_Part):
    """Text without labels: registers to learn from and to hold out, and where long documents are cut."""

    registers: tuple[str, ...] = Field(min_length=1)
    held_out: tuple[str, ...] = ("informal", "news", "regional")
    characters: PositiveInt = 2000


class MaskingRecipe(_Part):
    """Optimisation of masked-language-model training: AdamW with warm-up and a cosine.

    ``masked`` is the share of words to guess, ``epochs`` how often the text is read, in fractions too,
    and ``warmup`` a share of the run.
    """

    epochs: PositiveFloat = 1
    masked: float = Field(default=0.2, gt=0, lt=1)
    tokens_per_batch: PositiveInt = 1024
    learning_rate: PositiveFloat = 3e-4
    warmup: float = Field(default=0.02, ge=0, lt=1)
    weight_decay: float = Field(default=0.01, ge=0)
    checkpoint_minutes: PositiveFloat = 5


class AdaptationRecipe(_Part):
    """Masked-language-model training of an encoder.

    With ``shape`` the weights begin at random, and of ``encoder.source`` only the tokenizer is used.
    """

    kind: Literal["encoder"]
    name: str = "encoder"
    seed: int = 0
    encoder: EncoderRecipe
    shape: ShapeRecipe | None = None
    text: TextRecipe
    schedule: MaskingRecipe = MaskingRecipe()


_ANY_RECIPE: TypeAdapter[Recipe | AdaptationRecipe] = TypeAdapter(
    Annotated[Recipe | AdaptationRecipe, Field(discriminator="kind")]
)


def load_recipe(path: Path) -> Recipe | AdaptationRecipe:
    """Read a recipe; raises ``RecipeError`` naming the file, the field and what is wrong with it."""
    try:
        return _ANY_RECIPE.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise RecipeError(f"no recipe at {path}; the shipped ones are in recipes/") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        # The first place of a fault within a recipe is its kind.
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'][1:])) or 'recipe'}: {fault['msg']}" for fault in error.errors()
        )
        raise RecipeError(f"{path}: {faults}") from None
