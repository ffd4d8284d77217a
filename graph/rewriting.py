"""Taking an erased person's values out of databases: every text of every table, freed pages included.

The audit log is a chain of hashes: its lines keep theirs, and a further line (operation ``erasure``) says what the
rewritten ones hash to now, so that the chain still verifies and still catches any other change.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from graph.casebook import Casebook
from graph.casebook import line_hash as audit_hash
from graph.traces import Traces

AUDIT = "audit"
AUDIT_FIELDS = ("at", "by", "operation", "purpose", "object", "count", "previous")


def rewrite(casebook: Casebook, traces: Traces, *, by: str, at: datetime, reason: str) -> int:
    """Replace every value in every text column; the number of rows that changed. Adds an audit line when any did."""
    if not any(_hits(casebook, traces)):
        return 0
    changed = 0
    with casebook.transaction() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        lines: dict[str, str] = {}
        for table in _tables(connection):
            for key, values in _changes(connection, table, traces):
                connection.execute(table.update().where(*key).values(**values))
                changed += 1
        for row in connection.execute(sa.select(_audit(connection))).mappings().all():
            now = audit_hash({field: row[field] for field in AUDIT_FIELDS})
            if now != row["hash"]:
                lines[str(row["seq"])] = now
        if changed:
            told = json.dumps({"lines": lines}, sort_keys=True)
            casebook.log(connection, at=at, by=by, operation="erasure", purpose=reason, object_=told, count=changed)
    _shrink(casebook.url)
    return changed


def holds(casebook: Casebook, traces: Traces) -> list[str]:
    """Tables that still hold a value."""
    return sorted(set(_hits(casebook, traces)))


def _hits(casebook: Casebook, traces: Traces) -> list[str]:
    with casebook.transaction() as connection:
        return [table.name for table in _tables(connection) if _changes(connection, table, traces)]


def _tables(connection: sa.Connection) -> list[sa.Table]:
    meta = sa.MetaData()
    meta.reflect(bind=connection)
    return meta.sorted_tables


def _audit(connection: sa.Connection) -> sa.Table:
    return sa.Table(AUDIT, sa.MetaData(), autoload_with=connection)


def _changes(
    connection: sa.Connection, table: sa.Table, traces: Traces
) -> list[tuple[list[sa.ColumnElement[bool]], dict[str, str]]]:
    """(which row, its new texts) of every row of a table that holds a value."""
    texts = [c for c in table.columns if isinstance(c.type, sa.String)]
    keys = list(table.primary_key.columns) or list(table.columns)
    if not texts:
        return []
    found = []
    for row in connection.execute(sa.select(table)).mappings().all():
        values = {
            c.name: made for c in texts if row[c.name] and (made := rewritten(row[c.name], traces)) != row[c.name]
        }
        if values:
            found.append(([key == row[key.name] for key in keys], values))
    return found


def rewritten(text: str, traces: Traces) -> str:
    """A cell without the values: JSON leaf by leaf, anything else as text."""
    if text[:1] in ("[", "{"):
        try:
            value = json.loads(text)
        except ValueError:
            return traces.text(text)
        made = _uids(value, traces)
        return text if made == value else json.dumps(made, sort_keys=True)
    return traces.uid(text)


def _uids(value: Any, traces: Traces) -> Any:
    if isinstance(value, str):
        return traces.uid(value)
    if isinstance(value, Mapping):
        return {traces.uid(str(key)): _uids(inner, traces) for key, inner in value.items()}
    if isinstance(value, list):
        return [_uids(inner, traces) for inner in value]
    return value


def _shrink(url: str) -> None:
    """Write the database anew, so that no freed page keeps what was there (SQLite, and PostgreSQL's dead rows)."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("VACUUM")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            elif connection.dialect.name == "postgresql":
                connection.exec_driver_sql("VACUUM FULL")
    finally:
        engine.dispose()
