"""What a column holds, for formats whose columns have a type."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import reduce
from typing import Any

Kind = Any
"""``null``, ``string``, ``bool``, ``int53`` (exact as a float), ``int64``, ``double``, ``date32``,
``timestamp[us]``; or the pyarrow type of a column that was read from Parquet."""

_KINDS = {str: "string", bool: "bool", float: "double", datetime: "timestamp[us]", date: "date32"}
_MIXED = {
    frozenset(("int53", "int64")): "int64",
    frozenset(("int53", "double")): "double",
}


def kind_of(value: Any) -> Kind:
    """The kind of one value; what no typed column can hold is a string, as its JSON."""
    if value is None:
        return "null"
    if type(value) is int:
        return "int53" if abs(value) <= 2**53 else "int64" if -(2**63) <= value < 2**63 else "string"
    return _KINDS.get(type(value), "string")


def joined(kinds: Iterable[Kind]) -> Kind:
    """The kind that holds the values of all ``kinds`` without loss."""

    def join(one: Kind, other: Kind) -> Kind:
        if one == other or other == "null":
            return one
        if one == "null":
            return other
        named = isinstance(one, str) and isinstance(other, str)
        return _MIXED.get(frozenset((one, other)), "string") if named else "string"

    return reduce(join, kinds, "null")


def observe(kinds: dict[str, Kind], cells: Mapping[str, Any]) -> None:
    """Widen ``kinds`` so that they hold ``cells`` as well."""
    for column, value in cells.items():
        before = kinds.get(column, "null")
        if before != "string":
            kinds[column] = joined((before, kind_of(value)))


def arrow_schema(kinds: Mapping[str, Kind]) -> Any:
    """The pyarrow schema of columns of these kinds."""
    import pyarrow

    def arrow_type(kind: Kind) -> Any:
        if not isinstance(kind, str):
            return kind
        return pyarrow.type_for_alias({"null": "string", "int53": "int64"}.get(kind, kind))

    return pyarrow.schema([(column, arrow_type(kind)) for column, kind in kinds.items()])
