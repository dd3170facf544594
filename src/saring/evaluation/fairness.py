"""Whether naming a people sways the judgement: AUCs by identity, after Borkan et al. 2019.

D. Borkan, L. Dixon, J. Sorensen, N. Thain, L. Vasserman: Nuanced Metrics for Measuring Unintended Bias
with Real Data for Text Classification (https://arxiv.org/abs/1903.04561). Of the rows that name an
identity (the subgroup) and the others (the background):

- subgroup AUC: positives against negatives within the subgroup;
- BPSN AUC: background positives against subgroup negatives; low where naming the identity raises scores;
- BNSP AUC: background negatives against subgroup positives; low where naming it lowers them.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from saring.errors import EvaluationError
from saring.evaluation.resampling import Floats, figures, once
from saring.taxonomy import taxonomy
from saring.text import normalise

ANY = "any"
LEAST_PER_CLASS = 5  # positives, and negatives, below which an AUC is left out
LEAST_FOR_ECE = 50
_CATEGORIES = ("sara", "penghinaan")
_CHECKOUT = Path(__file__).resolve().parents[3]

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Identity:
    """People, and the words that name them; ``protected`` is false for a contrast, as politics is."""

    id: str
    group: str
    protected: bool
    forms: tuple[str, ...]


def load_identities(path: Path | None = None) -> list[Identity]:
    """Read the identities, by default ``data/checks/identities.toml`` of the checkout.

    Raises:
        EvaluationError: the file is not there or not of its form.
    """
    path = path or _CHECKOUT / "data" / "checks" / "identities.toml"
    if not path.is_file():
        raise EvaluationError(f"no identities at {path}; they are in data/checks of a checkout")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return [
            Identity(name, group, entry["protected"], tuple(forms))
            for group, entry in raw.items()
            for name, forms in entry["identities"].items()
        ]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise EvaluationError(
            f"{path}: each table is a group with `protected` and `identities`: {error!r}"
        ) from error


def measure_fairness(
    texts: Sequence[str],
    labels: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    thresholds: NDArray[np.float32],
    identities: Sequence[Identity],
) -> dict[str, Any]:
    """Figures for the manifest's ``evaluation["fairness"]``, rounded to four digits.

    ``labels`` (nan: unknown) and ``probabilities`` have shape ``(n, C)``, ``thresholds`` ``(C,)``. Per
    identity: rows, clean rows and the share of them that is flagged, mean calibration error over the
    categories, and the three AUCs in ``sara``, in ``penghinaan`` and in any of the eight (scored by
    the highest probability). An AUC is ``None`` with fewer than five rows of a class, the calibration
    error with fewer than fifty rows.
    """
    known = np.isfinite(labels)
    yes = known & (labels >= 0.5)
    clean: Bools = np.all(known, axis=1) & ~np.any(yes, axis=1)
    flagged: Bools = np.any(probabilities >= thresholds, axis=1)
    harmful: Bools = np.any(yes, axis=1)
    judged = {ANY: (harmful, clean, probabilities.max(axis=1))}
    for category in _CATEGORIES:
        at = taxonomy().index(category)
        judged[category] = (yes[:, at], known[:, at] & ~yes[:, at], probabilities[:, at])
    naming = _naming(texts, identities)

    def ece(rows: Bools) -> Floats:
        own: Floats = figures(labels[rows], probabilities[rows], thresholds, once(int(rows.sum()))).ece[0]
        return own

    everywhere = ece(np.ones(len(labels), bool))
    return {
        "rows": len(texts),
        "clean_rows": int(clean.sum()),
        "clean_flagged": _mean(flagged[clean]),
        "ece": {category: _rounded(each) for category, each in zip(taxonomy().ids, everywhere, strict=True)},
        "identities": {
            one.id: {
                "group": one.group,
                "protected": one.protected,
                "rows": int(rows.sum()),
                "clean_rows": int((clean & rows).sum()),
                "clean_flagged": _mean(flagged[clean & rows]),
                "ece": _mean(ece(rows)) if rows.sum() >= LEAST_FOR_ECE else None,
                "categories": {name: _aucs(rows, *each) for name, each in judged.items()},
            }
            for one, rows in zip(identities, naming, strict=True)
        },
    }


def roc_auc(positives: NDArray[np.float32], negatives: NDArray[np.float32]) -> float:
    """Chance that a positive's score is above a negative's; a tie counts half (Mann and Whitney)."""
    ordered = np.sort(negatives)
    below, upto = (np.searchsorted(ordered, positives, side) for side in ("left", "right"))
    return float((below + upto).mean() / (2 * len(negatives)))


def _naming(texts: Sequence[str], identities: Sequence[Identity]) -> list[Bools]:
    """Per identity, which texts name it: whole words, as the text rules read them."""
    read = [normalise(text).text for text in texts]
    patterns = [re.compile(rf"\b(?:{'|'.join(map(re.escape, one.forms))})(?:nya)?\b") for one in identities]
    return [np.array([bool(pattern.search(text)) for text in read], bool) for pattern in patterns]


def _aucs(rows: Bools, yes: Bools, no: Bools, scores: NDArray[np.float32]) -> dict[str, float | int | None]:
    own, others = (rows & yes, rows & no), (~rows & yes, ~rows & no)
    return {
        "positives": int(own[0].sum()),
        "negatives": int(own[1].sum()),
        "subgroup_auc": _auc(scores[own[0]], scores[own[1]]),
        "bpsn_auc": _auc(scores[others[0]], scores[own[1]]),
        "bnsp_auc": _auc(scores[own[0]], scores[others[1]]),
    }


def _auc(positives: NDArray[np.float32], negatives: NDArray[np.float32]) -> float | None:
    if min(len(positives), len(negatives)) < LEAST_PER_CLASS:
        return None
    return round(roc_auc(positives, negatives), 4)


def _mean(values: NDArray[Any]) -> float | None:
    defined = values[np.isfinite(values)]
    return _rounded(defined.mean()) if len(defined) else None


def _rounded(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
