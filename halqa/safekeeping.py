"""What keeps a workspace fit for a court: history, withdrawal, compaction, checking, the two ways into the vault."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from graph.errors import UsageError
from halqa.clock import utc_now
from halqa.opened import Opened


class Safekeeping(Opened):
    """Acts on evidence that is there already, each by somebody, with a reason. People use :class:`halqa.Workspace`."""

    def history(self, *, record: str | None = None, batch: str | None = None) -> dict[str, Any]:
        """Custody lines, of everything, of a batch or of all versions of a record; ``halqa evidence --history``."""
        from halqa import custody

        return custody.history(self, record=record, batch=batch)

    def withdraw(
        self,
        batch: str,
        *,
        reason: str,
        by: str | None = None,
        authority: str | None = None,
        at: datetime | None = None,
    ) -> dict[str, Any]:
        """Take a batch back from ``at`` (now) on, or undo a withdrawal; JSON of ``halqa withdraw``."""
        from halqa import custody

        return custody.withdraw(
            self, batch, reason=reason, by=by or user_name(), at=at or utc_now(), authority=authority
        )

    def compact(self, *, by: str | None = None) -> dict[str, Any]:
        """Merge small batches into one segment; JSON of ``halqa compact``."""
        from halqa import custody

        return custody.compact(self, by=by or user_name(), at=utc_now())

    def unmask(
        self, pseudonym: str, *, reason: str, by: str | None = None, approved_by: str | None = None
    ) -> dict[str, Any]:
        """Who is behind a pseudonym: a reasoned, logged act; JSON of ``halqa unmask``."""
        from halqa import disclosure

        return disclosure.unmask(
            self, pseudonym, reason=reason, by=by or user_name(), at=utc_now(), approved_by=approved_by
        )

    def welfare(
        self, ring: str, *, reason: str, by: str | None = None, approved_by: str | None = None
    ) -> dict[str, Any]:
        """Who paid a ring and never reported: a reasoned, logged act; JSON of ``halqa welfare``."""
        from halqa.welfare import silent_victims

        return silent_victims(self, ring, reason=reason, by=by or user_name(), at=utc_now(), approved_by=approved_by)

    def erase(
        self,
        identifiers: str | Sequence[str],
        *,
        reason: str = "",
        authority: str = "",
        by: str | None = None,
        country: str | None = None,
        only: bool = False,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Erase a person's data from every file of the workspace; JSON of ``halqa erase``."""
        from halqa import erasure

        named = [identifiers] if isinstance(identifiers, str) else list(identifiers)
        return erasure.erase(
            self, named, reason=reason, authority=authority, by=by or user_name(), at=utc_now(),
            country=country, only=only, dry_run=dry_run,
        )  # fmt: skip

    def verify(self, path: Path | None = None, *, report: Path | None = None, by: str | None = None) -> dict[str, Any]:
        """Recompute the evidence chain and the audit chain; JSON of ``halqa verify``.

        ``report`` is where to write the version fit for a court.
        """
        from halqa import custody

        if path is not None and Path(path).resolve() != self.home.resolve():
            raise UsageError(f"{path} is not an exported dossier.", "Leave the path out to verify the workspace.")
        return custody.verify(self, report=report, by=by or user_name(), at=utc_now())


def user_name() -> str:
    """Who works here, for decisions and logs."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
