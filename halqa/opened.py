"""A workspace that is open: its folder, settings, databases, evidence view, mask, and the findings shown now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from graph.errors import NothingFound, UsageError
from graph.ids import ring_name, ring_number
from halqa import runs, settings

# Floors are loaded when they are used: listing the rings must not wait for the graph, nor for polars.
if TYPE_CHECKING:
    from analysis.findings import Ring
    from graph.access import Mask
    from graph.casebook import Casebook
    from graph.evidence import View
    from graph.ledger import Ledger
    from graph.stores.base import Store
    from graph.vault import Vault


class Opened:
    """What every question to a workspace stands on. People use :class:`halqa.Workspace`."""

    def __init__(self, home: Path, options: Mapping[str, Any]) -> None:
        self.home = home
        self.settings, self.origins = settings.load(home, options)

    @classmethod
    def open(cls, home: Path | str, **options: Any) -> Self:
        """The workspace in ``home``, made when absent; ``options`` are settings by dotted name."""
        folder = Path(home)
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file, not a folder.", "Give the folder of a workspace with --home.")
        return cls(folder, options)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the graph store."""
        for name in ("casebook", "store"):
            if name in self.__dict__:
                self.__dict__.pop(name).close()

    @cached_property
    def casebook(self) -> Casebook:
        """People's decisions (made when absent)."""
        from graph.casebook import Casebook

        self.home.mkdir(parents=True, exist_ok=True)
        return Casebook(self.settings.casebook.url or f"sqlite:///{self.home / 'casebook.sqlite'}")

    @cached_property
    def ledger(self) -> Ledger:
        """The evidence."""
        from graph.ledger import Ledger

        return Ledger(self.home / "evidence")

    @cached_property
    def vault(self) -> Vault:
        """Who the victims and reporters are."""
        from graph.vault import Vault

        return Vault(self.home / "vault", self.settings.vault_key_file)

    @cached_property
    def store(self) -> Store:
        """The graph store, embedded or a server."""
        from graph.stores import open_store

        chosen = self.settings.store
        return open_store(
            chosen.url, self.home / "graph", user=chosen.user, password=chosen.password.get_secret_value()
        )

    @property
    def runs_folder(self) -> Path:
        return self.home / "runs"

    def view(self, as_of: datetime | None = None) -> View:
        """The general compartment of the evidence as known at ``as_of``, people's "same person" decisions by then in
        force; kept in memory while nothing changes."""
        from graph.view_cache import cached_view

        same = self.same_persons(as_of)
        key = (self.ledger.head, as_of, same)
        cached: tuple[object, View] | None = self.__dict__.get("_view")
        if cached is None or cached[0] != key:
            cached = (key, cached_view(self.ledger, self.runs_folder / "cache", as_of=as_of, same=same))
            self.__dict__["_view"] = cached
        return cached[1]

    def unmerged_view(self) -> View:
        """The evidence as known now, nobody merged."""
        from graph.view_cache import cached_view

        return cached_view(self.ledger, self.runs_folder / "cache")

    def same_persons(self, as_of: datetime | None = None) -> tuple[tuple[str, ...], ...]:
        """Uids that people decided are one by ``as_of`` (by now when None), a sorted tuple each."""
        from graph.same_as import accepted

        return accepted(self.casebook, as_of) if self.home.exists() else ()

    def mask(self) -> Mask:
        """Who is shown under a pseudonym now: known victims in the files, payers of suspected payees."""
        from halqa.detection import current_masks

        return current_masks(self)

    def has_evidence(self) -> bool:
        return not self.ledger.is_empty()

    # --- findings shown now

    def _run(self, as_of: datetime | None = None) -> str | None:
        if as_of is not None:
            from halqa.detection import run_as_of

            return run_as_of(self, as_of)
        shown = runs.shown(self.runs_folder)
        if shown is None:
            current = self.casebook.current_run() if self.home.exists() else None
            shown = current["run"] if current else None
        if shown is not None and not runs.has_run(self.runs_folder, shown):
            raise NothingFound("The findings were removed.", "`halqa rebuild` makes them again from the evidence.")
        return shown

    def ring_list(
        self, *, status: str = "all", limit: int | None = None, as_of: datetime | None = None
    ) -> list[dict[str, Any]]:
        """Ranked rings as JSON of ``halqa rings``."""
        run = self._run(as_of)
        if run is None:
            return []
        found = [ring for ring in runs.read_list(self.runs_folder, run) if status in ("all", ring["status"])]
        return found[:limit]

    def rings(self, status: str = "all", limit: int | None = None) -> list[Ring]:
        """Ranked rings, whole."""
        run = self._run()
        if run is None:
            return []
        return [ring for ring in runs.read_rings(self.runs_folder, run) if status in ("all", ring.status)][:limit]

    def ring(self, name: str) -> Ring:
        """One ring, whole, with its history and decisions. Errors: NothingFound."""
        from analysis.findings import Reason

        number = ring_number(name)
        self.casebook.ring_exists(number)
        run = self._run()
        if run is None:
            raise NothingFound("There are no findings yet.", "Run `halqa detect`.")
        found = runs.read_ring(self.runs_folder, run, ring_name(number))
        told = [
            Reason(code=f"change_{row['change']}", params={"at": row["at"], **row["detail"]})
            for row in self.casebook.history(number)
        ] + [
            Reason(code=f"verdict_{row['verdict']}", params={"at": row["at"], "by": row["by"], "reason": row["reason"]})
            for row in self.casebook.judgements(number)
        ]
        return found.model_copy(update={"history": tuple(sorted(told, key=lambda r: str(r.params["at"])))})

    def cuts(self) -> list[dict[str, Any]]:
        """Connectors of the current run that were cut, each with its reason: shared infrastructure, not suspected."""
        run = self._run()
        return runs.read_cuts(self.runs_folder, run) if run else []
