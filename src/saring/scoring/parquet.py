"""Parquet, a batch of rows at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from saring.errors import InputError, said
from saring.scoring.places import Place
from saring.scoring.sources import Row, Table, checked_header

_BATCH = 2048


def open_parquet(place: Place) -> Table:
    """The table in a Parquet file; see ``open_table``. Times to the nanosecond are read as microseconds."""
    with _file(place) as file:
        schema = file.schema_arrow
        columns = checked_header(place, schema.names)
        count = file.metadata.num_rows
    kinds = {field.name: _in_microseconds(field.type) for field in schema}

    def rows() -> Iterator[Row]:
        import pyarrow

        within = pyarrow.schema(list(kinds.items()))
        number = 0
        with _file(place) as file:
            for batch in file.iter_batches(_BATCH):
                for cells in pyarrow.Table.from_batches([batch]).cast(within).to_pylist():
                    number += 1
                    yield Row(number, cells)

    return Table(place, columns, count, "Parquet", rows, kinds)


@contextmanager
def _file(place: Place) -> Iterator[Any]:
    import pyarrow
    from pyarrow.parquet import ParquetFile

    with place.seekable() as stream:
        try:
            yield ParquetFile(stream, pre_buffer=False)  # what is read ahead is kept to the end
        except (pyarrow.ArrowException, ValueError, OverflowError) as error:
            raise InputError(f"{place.name} cannot be read as Parquet: {said(error)}") from error


def _in_microseconds(kind: Any) -> Any:
    """Python has no nanoseconds; a value that would lose some is refused by the cast."""
    import pyarrow
    from pyarrow import types

    if types.is_timestamp(kind) and kind.unit == "ns":
        return pyarrow.timestamp("us", kind.tz)
    if types.is_time64(kind) and kind.unit == "ns":
        return pyarrow.time64("us")
    if types.is_duration(kind) and kind.unit == "ns":
        return pyarrow.duration("us")
    return kind
