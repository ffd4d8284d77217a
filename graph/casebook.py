"""The casebook: what people decided, and the names rings are shown under. SQL, never overwritten by a run.

SQLite by default, any database SQLAlchemy reaches by URL. Every change and every disclosure is a row of the
audit log, each holding the hash of the one before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import exc

from graph import same_as
from graph.errors import NothingFound, StorageError, UsageError
from graph.files import canonical_json
from graph.ids import ring_name

Verdict = Literal["confirm", "dismiss", "reopen"]
VERDICTS: tuple[Verdict, ...] = ("confirm", "dismiss", "reopen")

_meta = sa.MetaData()
_runs = sa.Table(
    "runs",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("run", sa.String, nullable=False),
    sa.Column("evidence_head", sa.String, nullable=False),
    sa.Column("as_of", sa.String),
    sa.Column("at", sa.String, nullable=False),
)
_rings = sa.Table(
    "rings",
    _meta,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("first_run", sa.String, nullable=False),
    sa.Column("members", sa.Text, nullable=False),  # JSON list of member uids, as last seen
    sa.Column("status", sa.String, nullable=False),
    sa.Column("alive", sa.Boolean, nullable=False),
)
_ring_history = sa.Table(
    "ring_history",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, index=True),
    sa.Column("run", sa.String, nullable=False),
    sa.Column("change", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)
_judgements = sa.Table(
    "judgements",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, index=True),
    sa.Column("verdict", sa.String, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("members", sa.Text, nullable=False),  # the members judged, JSON list of uids
)
_alerts = sa.Table(
    "alerts",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.String, nullable=False, unique=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("raised_at", sa.String, nullable=False),
    sa.Column("delivered_at", sa.String),
    sa.Column("body", sa.Text, nullable=False),
)
_audit = sa.Table(
    "audit",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sa.Column("operation", sa.String, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("previous", sa.String, nullable=False),
    sa.Column("hash", sa.String, nullable=False),
)

Row = Mapping[str, Any]


class Casebook:
    """Decisions, ring numbers, alerts and the audit chain in one database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = sa.create_engine(url)
        try:
            _meta.create_all(self._engine)
            same_as.META.create_all(self._engine)
        except exc.SQLAlchemyError as error:
            raise StorageError(
                f"The casebook {self._engine.url.render_as_string()} cannot be opened.",
                f"Check the setting casebook.url. The database says: {error.__cause__ or error}",
            ) from error

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """One transaction: all of it or nothing of it is kept."""
        try:
            with self._engine.begin() as connection:
                yield connection
        except exc.OperationalError as error:
            raise StorageError(f"The casebook could not be written: {error.orig}.", "Nothing was changed.") from error

    def _rows(self, query: sa.Select[Any]) -> list[Row]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    # --- runs and rings

    def current_run(self) -> Row | None:
        """The run shown now: ``run, evidence_head, as_of, at``."""
        rows = self._rows(sa.select(_runs).order_by(_runs.c.seq.desc()).limit(1))
        return rows[0] if rows else None

    def record_run(
        self, connection: sa.Connection, *, run: str, head: str, as_of: datetime | None, at: datetime
    ) -> None:
        connection.execute(
            _runs.insert().values(
                run=run, evidence_head=head, as_of=as_of.isoformat() if as_of else None, at=at.isoformat()
            )
        )

    def registered_rings(self) -> list[Row]:
        """``number, members, status, alive`` of every ring ever numbered; ``members`` as a list."""
        return [
            dict(row) | {"members": json.loads(row["members"])}
            for row in self._rows(sa.select(_rings).order_by(_rings.c.number))
        ]

    def register_ring(self, connection: sa.Connection, *, run: str, members: Sequence[str], status: str) -> int:
        """Give a new ring the next number."""
        last = connection.execute(sa.select(sa.func.max(_rings.c.number))).scalar() or 0
        connection.execute(
            _rings.insert().values(
                number=last + 1, first_run=run, members=json.dumps(sorted(members)), status=status, alive=True
            )
        )
        return int(last) + 1

    def update_rings(self, connection: sa.Connection, seen: Mapping[int, tuple[Sequence[str], str]]) -> None:
        """Keep what living rings were last seen as: number -> members and status."""
        rows = [
            {"of": number, "now": json.dumps(sorted(members)), "as": status}
            for number, (members, status) in seen.items()
        ]
        if rows:
            given = {"members": sa.bindparam("now"), "status": sa.bindparam("as"), "alive": True}
            connection.execute(_rings.update().where(_rings.c.number == sa.bindparam("of")).values(given), rows)

    def end_ring(self, connection: sa.Connection, number: int) -> None:
        """Keep that a ring is gone; its members stay those it was last seen with."""
        connection.execute(_rings.update().where(_rings.c.number == number).values(status="watch", alive=False))

    def add_history(
        self, connection: sa.Connection, *, number: int, run: str, change: str, at: datetime, detail: Mapping[str, Any]
    ) -> None:
        connection.execute(
            _ring_history.insert().values(
                number=number, run=run, change=change, at=at.isoformat(), detail=json.dumps(detail, sort_keys=True)
            )
        )

    def history(self, number: int) -> list[Row]:
        """What happened to a ring, oldest first: ``run, change, at, detail``."""
        rows = self._rows(
            sa.select(_ring_history).where(_ring_history.c.number == number).order_by(_ring_history.c.seq)
        )
        return [dict(row) | {"detail": json.loads(row["detail"])} for row in rows]

    # --- decisions

    def judge(self, *, number: int, verdict: str, reason: str, by: str, at: datetime, members: Sequence[str]) -> Row:
        """Keep a person's decision on a ring. Errors: UsageError for an unknown verdict or an empty reason."""
        if verdict not in VERDICTS:
            raise UsageError(f"{verdict!r} is not a verdict.", f"Use one of: {', '.join(VERDICTS)}.")
        if not reason.strip():
            raise UsageError("A decision needs a reason.", "Say it with --reason TEXT.")
        with self.transaction() as connection:
            row = {
                "number": number, "verdict": verdict, "reason": reason.strip(), "by": by, "at": at.isoformat(),
            }  # fmt: skip
            connection.execute(_judgements.insert().values(**row, members=json.dumps(sorted(members))))
            self.log(
                connection, at=at, by=by, operation="alteration", purpose=reason, object_=ring_name(number), count=1
            )
            state = {"confirm": "confirmed", "dismiss": "dismissed", "reopen": "open"}[verdict]
            connection.execute(_alerts.update().where(_alerts.c.number == number).values(state=state))
        return {"ring": ring_name(number)} | {k: v for k, v in row.items() if k != "number"}

    def judgements(self, number: int | None = None) -> list[Row]:
        """Decisions, oldest first: ``number, verdict, reason, by, at, members``."""
        query = sa.select(_judgements).order_by(_judgements.c.seq)
        if number is not None:
            query = query.where(_judgements.c.number == number)
        return [dict(row) | {"members": json.loads(row["members"])} for row in self._rows(query)]

    # --- alerts

    def raise_alert(
        self, connection: sa.Connection, *, fingerprint: str, number: int, at: datetime, body: Mapping[str, Any]
    ) -> bool:
        """Queue an alert once; False when it was raised before."""
        known = connection.execute(sa.select(_alerts.c.seq).where(_alerts.c.fingerprint == fingerprint)).first()
        if known is not None:
            return False
        connection.execute(
            _alerts.insert().values(
                fingerprint=fingerprint,
                number=number,
                state="open",
                raised_at=at.isoformat(),
                body=json.dumps(body, sort_keys=True),
            )
        )
        return True

    def alerts(self, *, undelivered: bool = False) -> list[Row]:
        """The queue in the order it was raised; ``body`` as an object."""
        query = sa.select(_alerts).order_by(_alerts.c.seq)
        if undelivered:
            query = query.where(_alerts.c.delivered_at.is_(None))
        return [dict(row) | {"body": json.loads(row["body"])} for row in self._rows(query)]

    def mark_delivered(self, fingerprint: str, at: datetime) -> None:
        with self.transaction() as connection:
            connection.execute(
                _alerts.update().where(_alerts.c.fingerprint == fingerprint).values(delivered_at=at.isoformat())
            )

    # --- audit chain

    def log(
        self,
        connection: sa.Connection,
        *,
        at: datetime,
        by: str,
        operation: str,
        purpose: str,
        object_: str,
        count: int,
    ) -> None:
        """Add one line to the audit chain (collection, alteration, consultation, disclosure, combination, erasure)."""
        last = connection.execute(sa.select(_audit.c.hash).order_by(_audit.c.seq.desc()).limit(1)).scalar()
        line = {
            "at": at.isoformat(), "by": by, "operation": operation, "purpose": purpose, "object": object_,
            "count": count, "previous": last or "",
        }  # fmt: skip
        connection.execute(_audit.insert().values(**line, hash=line_hash(line)))

    def write_log(
        self, *, by: str, operation: str, purpose: str, object_: str, count: int, at: datetime | None = None
    ) -> None:
        """:meth:`log` in a transaction of its own."""
        with self.transaction() as connection:
            self.log(
                connection,
                at=at or datetime.now(UTC),
                by=by,
                operation=operation,
                purpose=purpose,
                object_=object_,
                count=count,
            )

    def audit(self) -> list[Row]:
        """The audit chain, oldest first."""
        return self._rows(sa.select(_audit).order_by(_audit.c.seq))

    def verify(self) -> list[str]:
        """What is wrong with the audit chain; empty when nothing is."""
        problems, previous = [], ""
        rows = self.audit()
        erased = _erased_lines(rows)
        for row in rows:
            known = (row["hash"], erased.get(row["seq"]))
            if row["previous"] != previous or line_hash(_line(row)) not in known:
                problems.append(f"Line {row['seq']} of the audit log was changed, or a line before it was removed.")
            previous = row["hash"]
        return problems

    def ring_exists(self, number: int) -> None:
        """Errors: NothingFound when no ring has this number."""
        if not self._rows(sa.select(_rings.c.number).where(_rings.c.number == number)):
            raise NothingFound(f"There is no ring {ring_name(number)}.", "`halqa rings --status all` lists them.")


def _line(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in ("at", "by", "operation", "purpose", "object", "count", "previous")}


def _erased_lines(rows: Sequence[Row]) -> dict[int, str]:
    """What lines that an erasure rewrote hash to now, as the last erasure says that is itself what it was."""
    found: dict[int, str] = {}
    for row in reversed(rows):
        if row["operation"] == "erasure" and line_hash(_line(row)) in (row["hash"], found.get(row["seq"])):
            try:
                lines = json.loads(row["object"]).get("lines", {})
            except (ValueError, AttributeError):
                continue
            found = {int(seq): digest for seq, digest in lines.items()} | found
    return found


def line_hash(line: Mapping[str, Any]) -> str:
    """Hash of the content of one line of the audit log."""
    return hashlib.sha256(canonical_json(dict(line))).hexdigest()
