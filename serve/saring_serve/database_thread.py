"""The database in a thread of its own, so that a slow disk holds up nothing else."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from saring.errors import SaringError
from saring_serve.logs import SERVICE
from saring_serve.problems import store_unavailable
from saring_serve.settings import StoreSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine

logger = logging.getLogger(SERVICE)

_QUEUED = 64  # requests that may wait for the database

_Result = TypeVar("_Result")


class DatabaseThread:
    """Opens the database of ``settings`` when it is first asked, and anew after a failure."""

    def __init__(self, settings: StoreSettings) -> None:
        self._settings = settings
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="saring-store")
        self._queued = 0
        self._engine: Engine | None = None

    async def ask(self, act: "Callable[[Engine], _Result]") -> _Result:
        """What ``act`` returns, in the thread; raises ``Problem`` where the database fails."""
        if self._queued >= _QUEUED:
            raise store_unavailable()
        self._queued += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._worker, self._with_engine, act)
        except SaringError as error:
            logger.error("the database cannot be used: %s", error)
            raise store_unavailable() from None
        finally:
            self._queued -= 1

    def close(self) -> None:
        """Let the thread and the database go; call it when no request is left."""
        self._worker.shutdown(cancel_futures=True)
        if self._engine is not None:
            self._engine.dispose()

    def _with_engine(self, act: "Callable[[Engine], _Result]") -> _Result:
        """In the thread; after a failure the database is opened anew, for it may be mended by then."""
        from saring_serve.store.database import open_database

        if self._engine is None:
            self._engine = open_database(self._settings)
        try:
            return act(self._engine)
        except SaringError:
            self._engine.dispose()
            self._engine = None
            raise
