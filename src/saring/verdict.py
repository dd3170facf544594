"""What Saring says of a text: frozen values and their JSON form."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Decision = Literal["clear", "review", "flag"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
"""What may be decided, the weakest first: nothing to do, a person should look, flagged."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of the text, as it was sent, that carries a category.

    ``start`` and ``end`` count characters (code points); ``weight`` is the stretch's term in the
    category's logit, so weights of one category may be compared and added.
    """

    start: int
    end: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class CategoryVerdict:
    """One category's part of a verdict; ``guideline`` lists the circular's points it concerns.

    ``decision`` is ``flag`` where ``flagged``, ``review`` between the model's two thresholds, else ``clear``.
    """

    id: str
    name: str
    probability: float
    threshold: float
    flagged: bool
    decision: Decision
    guideline: tuple[int, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ModelReference:
    """Which model judged."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Read:
    """How much was read: ``characters`` of the text's ``of`` characters, in ``windows`` passes."""

    characters: int
    of: int
    windows: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one text: all categories, in the taxonomy's order; ``decision`` is the strongest."""

    id: str
    model: ModelReference
    flagged: bool
    decision: Decision
    categories: tuple[CategoryVerdict, ...]
    read: Read

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, the same as the service's response."""
        return asdict(self)
