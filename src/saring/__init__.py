"""Sift Indonesian text before it is shared.

>>> import saring
>>> saring.classify("Situs slot gacor, deposit 10rb langsung maxwin!").flagged
True
"""

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saring.classifier import Classifier
    from saring.scoring.tables import score_table
    from saring.verdict import Verdict

__all__ = ["Classifier", "Verdict", "__version__", "classify", "score_table"]

__version__ = "0.1.0"

# before onnxruntime starts: from 1.29 on it tells its maker about every process that uses it
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

_HOMES = {
    "Classifier": "saring.classifier",
    "Verdict": "saring.verdict",
    "score_table": "saring.scoring.tables",
}


def classify(text: str) -> "Verdict":
    """Judge ``text`` with the production model, which is opened at the first call and then kept."""
    return _production_classifier().classify(text)


@cache
def _production_classifier() -> "Classifier":
    from saring.classifier import Classifier

    return Classifier.open()


def __getattr__(name: str) -> Any:
    """Import the public classes when they are first asked for: ``import saring`` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
