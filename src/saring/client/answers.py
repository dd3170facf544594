"""What the service answers, as values; what a newer service says besides is left out."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from saring.verdict import CategoryVerdict, Evidence, ModelReference, Read, Verdict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Value = TypeVar("_Value", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction that is on the service's disk: its number, the key of its text, and what was kept.

    ``until`` is when text and note are deleted, ``None`` where neither was kept.
    """

    id: int
    key: str
    kept: tuple[str, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The model that judges new requests; ``thresholds`` has ``review`` and ``flag`` by category id."""

    name: str
    version: str
    kind: str
    created: str
    licence: str
    text_rules: str
    thresholds: Mapping[str, Mapping[str, float]]
    how: str
    evaluation: Mapping[str, Any]


def verdict(told: Mapping[str, Any]) -> Verdict:
    """The answer of ``/classify``."""
    return _value(
        Verdict,
        told,
        model=_value(ModelReference, told["model"]),
        categories=tuple(map(_category, told["categories"])),
        read=_value(Read, told["read"]),
    )


def verdicts(told: Mapping[str, Any], wanted: int) -> list[Verdict]:
    """The answer of ``/classify/batch`` to ``wanted`` texts."""
    if len(told["results"]) != wanted:
        raise ValueError("another number of verdicts than of texts")
    return list(map(verdict, told["results"]))


def correction(told: Mapping[str, Any]) -> Correction:
    """The answer of ``/feedback``."""
    until = datetime.fromisoformat(told["until"]) if told["until"] else None
    return _value(Correction, told, kept=tuple(told["kept"]), until=until)


def served_model(told: Mapping[str, Any]) -> ServedModel:
    """The answer of ``/model``."""
    return _value(ServedModel, told)


def _category(told: Mapping[str, Any]) -> CategoryVerdict:
    evidence = tuple(_value(Evidence, one) for one in told["evidence"])
    return _value(CategoryVerdict, told, guideline=tuple(told["guideline"]), evidence=evidence)


def _value(kind: type[_Value], told: Mapping[str, Any], **parts: Any) -> _Value:
    return kind(**{field.name: told[field.name] for field in fields(kind)} | parts)
