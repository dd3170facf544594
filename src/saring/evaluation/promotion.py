"""Whether a model may become the production one: not if it got worse beyond its interval."""

from pathlib import Path
from typing import TYPE_CHECKING

from saring.artefact.manifest import open_model
from saring.artefact.registry import Registry
from saring.errors import ArtefactError, EvaluationError, SaringError
from saring.evaluation.comparison import Comparison
from saring.evaluation.run import compare_models

if TYPE_CHECKING:
    from saring.corpora.dataset import Dataset


class WorseModelError(EvaluationError):
    """The model got worse; the message says where, ``comparison`` has every figure."""

    def __init__(self, message: str, comparison: Comparison) -> None:
        super().__init__(message)
        self.comparison = comparison


def promote_model(
    registry: Registry,
    folder: Path,
    *,
    who: str,
    why: str,
    force: bool = False,
    dataset: "Dataset | None" = None,
) -> Comparison | None:
    """Make the model in ``folder`` the production one; publish it first where it is not yet.

    It is compared with the version in production on the frozen test. Returns the comparison;
    ``None`` where nothing of that name was in production, or where ``force`` left out a comparison
    that was not possible. A promotion is recorded as forced only where it would have been refused.

    Raises:
        WorseModelError: it is worse beyond its interval somewhere, and ``force`` is not given.
        EvaluationError, ArtefactError: it cannot be compared, and ``force`` is not given.
        ArtefactError: it does not open, or cannot be published.
    """
    manifest = open_model(folder)
    name, version = manifest.name, manifest.version
    current = registry.production_version(name) if name in registry.names() else None
    comparison: Comparison | None = None
    refusal: SaringError | None = None
    if current is not None:
        production = registry.path(name, current)
        try:
            comparison = compare_models((production, open_model(production)), (folder, manifest), dataset)
        except (ArtefactError, EvaluationError) as error:
            refusal = error
        else:
            if worse := comparison.worse():
                refusal = WorseModelError(
                    f"{name} {version} is worse than {current}, which is in production, on the frozen test:\n"
                    + "\n".join(f"  {place}" for place in worse)
                    + "\n--force promotes it all the same, and is recorded",
                    comparison,
                )
    if refusal is not None and not force:
        raise refusal
    if folder.resolve() != (registry.root / name / version).resolve():
        registry.publish(folder, name, version, who)
    registry.promote(name, version, who, why, forced=refusal is not None)
    return comparison
