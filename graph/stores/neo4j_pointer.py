"""The pointer of a Neo4j graph: one ``HalqaSnapshot`` node that says what is shown, and whether it is just changing.

Neo4j reads what is committed, and applies a commit record by record: a query that runs meanwhile may see a part of it.
So a difference, all of it in one transaction, is announced before it is committed and the announcement is taken back
afterwards; a reader believes an answer when the pointer was the same before and after it and nothing was announced. An
announcement whose transaction the server does not hold any more is that of a writer who was killed: the server has
undone the transaction or finished it, and the graph stands still.

Every move of the pointer gives it a new ``token``: numbers that begin anew on an emptied server deceive nobody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import neo4j

from graph.errors import StoreError
from graph.stores.base import NOT_BUILT, NOT_BUILT_HINT

UPDATE: Final = {"halqa": "update"}
"""What an updating transaction calls itself."""

_PAUSE: Final = 0.02
_LOOK: Final = """MATCH (s:HalqaSnapshot)
RETURN s.generation AS generation, coalesce(s.token, '') AS token, s.updating IS NOT NULL AS updating"""
_MOVE: Final = """MERGE (s:HalqaSnapshot)
SET s.generation = $generation, s.about = $about, s.token = randomUUID(), s.updating = null"""
_UPDATE: Final = """MATCH (s:HalqaSnapshot {generation: $generation, token: $token})
SET s.about = $about, s.token = randomUUID() RETURN count(s) AS n"""


@dataclass(frozen=True, slots=True)
class Shown:
    generation: int
    token: str
    updating: bool = False
    """A change has been announced."""


def look(asked: neo4j.Session | neo4j.Transaction) -> Shown:
    """What the pointer says. Errors: StoreError when there is none."""
    found = asked.run(_LOOK).single()
    if found is None:
        raise StoreError(NOT_BUILT, NOT_BUILT_HINT)
    return Shown(int(found["generation"]), str(found["token"]), bool(found["updating"]))


def settled(session: neo4j.Session, patience: float) -> Shown:
    """What the pointer says when nothing is being changed; waits at most ``patience`` seconds for that.

    Raises:
        StoreError: there is no pointer, or a change took longer.
    """
    until = time.monotonic() + patience
    while True:
        shown = look(session)
        if not shown.updating:
            return shown
        # In this order: a change that was finished between the two has moved the pointer.
        if not _is_updated(session):
            again = look(session)
            if again.token == shown.token:
                return Shown(again.generation, again.token)
        elif time.monotonic() > until:
            raise StoreError("The graph is just being brought up to date.", "Ask again in a moment.")
        else:
            time.sleep(_PAUSE)


def _is_updated(session: neo4j.Session) -> bool:
    """Whether the server holds an updating transaction, be it open or being committed."""
    rows = session.run("SHOW TRANSACTIONS YIELD metaData RETURN metaData")
    return any(row["metaData"] == UPDATE for row in rows)


def move(tx: neo4j.ManagedTransaction, generation: int, about: str) -> None:
    """Show another generation."""
    tx.run(_MOVE, {"generation": generation, "about": about}).consume()


def announce(session: neo4j.Session, *, updating: bool) -> None:
    """Say that the generation shown is about to change, or that it has."""
    session.run("MATCH (s:HalqaSnapshot) SET s.updating = $on", {"on": True if updating else None}).consume()


def update(tx: neo4j.Transaction, shown: Shown, about: str) -> None:
    """Say what the generation shown holds now. Errors: StoreError when somebody else moved the pointer."""
    found = tx.run(_UPDATE, {"generation": shown.generation, "token": shown.token, "about": about}).single(strict=True)
    if found["n"] != 1:
        raise StoreError("Another process replaced the graph at the same time.", "Run the command again.")
