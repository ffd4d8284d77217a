"""The driver's errors as ours: what happened to the server, what is safe, and what to do.

Source: Neo4j status codes 5, "Client errors", "Transient errors", "Database errors".
"""

from __future__ import annotations

from typing import Final

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph.errors import HalqaError, QueryError, QueryTimeout, StoreError, StoreUnavailable
from graph.stores.base import TIMED_OUT, TIMED_OUT_HINT
from graph.stores.neo4j_write import UNCHANGED

NEEDED: Final = "5.26 or later is needed."
UPDATE: Final = "Update the server, or set store.url to `embedded`."

_TIMEOUT: Final = ("TransactionTimedOut", "TransactionTimedOutClientConfiguration", "LockClientStopped")
_MEMORY: Final = ("MemoryPoolOutOfMemoryError", "OutOfMemoryError")
_DISK: Final = ("TransactionLogError", "TransactionCommitFailed")
_STOPPED: Final = ("TransactionStartFailed", "DatabaseUnavailable", "General.DatabaseNotFound")
_AGAIN: Final = "then run `halqa rebuild`."


def told(error: Neo4jError | DriverError, url: str, timeout: float) -> HalqaError:
    """What to raise instead of ``error``. ``timeout`` is what the query was allowed, in seconds."""
    if isinstance(error, Neo4jError):
        return _from_server(error, url, timeout)
    if isinstance(error, ServiceUnavailable | SessionExpired):
        return StoreUnavailable(
            f"No graph server answers at {url}.",
            "Start it, correct store.url, or set store.url to `embedded`. Evidence is intact.",
        )
    if isinstance(error, ConfigurationError):  # it speaks a language of before, or of after, our driver's
        return StoreUnavailable(f"What answers at {url} is no Neo4j that we can speak to; {NEEDED}", UPDATE)
    return StoreError(f"The graph server failed: {error}", UNCHANGED)


def _from_server(error: Neo4jError, url: str, timeout: float) -> HalqaError:
    code, message = error.code or "", error.message or ""
    if isinstance(error, AuthError) or ".Security." in code:
        return StoreUnavailable(
            f"The graph server at {url} refused the user or the password.", "Set store.user and HALQA_STORE__PASSWORD."
        )
    if code.endswith(_TIMEOUT):
        return QueryTimeout(TIMED_OUT.format(timeout), TIMED_OUT_HINT)
    if code.endswith(_MEMORY):
        return StoreError(
            f"The graph server has too little memory for this: {message}",
            f"Give it more (dbms.memory.transaction.total.max, db.memory.transaction.max, its heap). {UNCHANGED}",
        )
    if code.endswith(_DISK):
        return StoreError(
            "The graph server could not write; its disk may be full.",
            f"Make room there, start the server again, {_AGAIN} {UNCHANGED}",
        )
    if code.endswith(_STOPPED):
        return StoreUnavailable(
            f"The graph server at {url} has stopped working: {message}",
            f"Its log says why. Start it again, {_AGAIN} {UNCHANGED}",
        )
    if isinstance(error, ClientError | TransientError) and "Statement" in code:
        return QueryError(message, "The query only reads, but the graph store cannot answer it.")
    return StoreError(f"The graph server failed: {message}", UNCHANGED)
