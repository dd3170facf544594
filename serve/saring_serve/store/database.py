"""Opening the database: SQLite set to lose nothing, PostgreSQL by URL, both brought up to date."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError, OperationalError, SQLAlchemyError

from saring.errors import MissingExtraError, SaringError
from saring_serve.settings import StoreSettings

_BUSY = 10  # seconds to wait for another process that writes, or for PostgreSQL to answer
_MIGRATING = 0x5A81  # number of the lock under which PostgreSQL is migrated; only this service uses it


class StoreError(SaringError):
    """The database did not do what it was asked; the message holds nothing of what it was given."""


def open_database(settings: StoreSettings) -> Engine:
    """The database, migrated to the present form.

    Raises:
        StoreError: it cannot be reached, created or read, or was written by a newer version.
        MissingExtraError: the driver of PostgreSQL is not installed.
    """
    with store_errors():
        engine = _postgresql(settings.database_url) if settings.database_url else _sqlite(settings.file)
        try:
            with engine.begin() as connection:
                _migrate(connection)
        except BaseException:
            engine.dispose()
            raise
    return engine


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn the failures of a database into ``StoreError``."""
    try:
        yield
    except CommandError as error:
        raise StoreError(f"the database is of another version of the service: {error}") from None
    except SQLAlchemyError as error:
        raise StoreError(f"the database failed: {_cause(error)}") from None


def _cause(error: SQLAlchemyError) -> str:
    # Other kinds, a violated constraint for one, may quote the row.
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return str(error.orig).partition("\n")[0]
    return type(error).__name__


def _sqlite(file: Path) -> Engine:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError as error:
        raise StoreError(f"{file} cannot be written: {error.strerror}; see SARING_DATA_DIR") from None
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": _BUSY}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not where the driver thinks best
        _set_wal(connection)
        for pragma in (
            "synchronous = FULL",  # a commit is on the disk when it returns
            "secure_delete = ON",  # a text that expired is overwritten
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _set_wal(connection: Any) -> None:
    """Turn WAL on; SQLite itself does not wait for others here, as it does everywhere else."""
    until = time.monotonic() + _BUSY
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _postgresql(url: str) -> Engine:
    try:
        return create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            connect_args={"connect_timeout": _BUSY},
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError("SARING_DATABASE_URL", str(error.name), "postgres") from error


def _migrate(connection: Connection) -> None:
    """Run the missing migrations; processes that start together take turns."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    command.upgrade(config, "head")
