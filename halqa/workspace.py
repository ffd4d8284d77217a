"""The front door: one folder, everything that can be asked of it.

    from halqa import Workspace
    ws = Workspace.open("case")
    ws.ingest("reports.jsonl"); ws.detect()
    for ring in ws.rings(status="lead"): print(ring.ring, ring.score)

A workspace is ``evidence/ vault/ graph/ runs/ casebook.sqlite halqa.toml``. Writers take its lease; decisions go to the
casebook and need none. Whatever leaves here has been looked through the mask (``graph.access``).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import InputError, UsageError
from graph.files import lease
from graph.ids import ring_name, ring_number
from halqa import projected, runs
from halqa.clock import utc_now
from halqa.exploring import Exploring
from halqa.safekeeping import Safekeeping, user_name

if TYPE_CHECKING:
    from graph.schema import Compartment


RESTRICTED: Mapping[str, tuple[Compartment, ...]] = {
    "minors": ("minors",),
    "terrorism": ("terrorism",),
    "all": ("minors", "terrorism"),
}


class Workspace(Safekeeping, Exploring):
    """One case folder. Open it with :meth:`open`; use it in a ``with`` block or :meth:`close` it."""

    # --- evidence

    def ingest(
        self,
        paths: Path | str | Sequence[Path | str],
        *,
        format: str | None = None,
        source: str | None = None,
        mapping: Path | str | None = None,
        dry_run: bool = False,
        strict: bool = False,
        received_at: datetime | None = None,
        by: str | None = None,
        authority: str | None = None,
    ) -> dict[str, Any]:
        """Take files or folders into the evidence; JSON of ``halqa ingest``.

        ``received_at`` (UTC) is when we were told, for formats that do not say it themselves; now when None.
        ``authority`` is the legal basis that custody keeps, such as the number of a requisition.
        ``dry_run`` changes nothing. Errors: InputError, MappingError, StorageError, WorkspaceLocked.
        """
        from halqa.intake import take_in

        files = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
        for path in files:
            if not path.exists():
                raise InputError(f"{path} does not exist.", "Check the name; nothing was changed.")
        return take_in(
            self,
            files,
            format=format,
            source=source,
            mapping=Path(mapping) if mapping else None,
            dry_run=dry_run,
            received_at=received_at or utc_now(),
            by=by or user_name(),
            authority=authority,
        )

    def propose_mapping(self, path: Path | str) -> dict[str, Any]:
        """A mapping guessed for an unknown table, never applied; JSON of ``halqa ingest --propose``.

        Errors: InputError for a file that is no table.
        """
        from halqa.intake import proposal

        file = Path(path)
        if not file.is_file():
            raise InputError(f"{file} is not a file.", "Name one table; nothing was changed.")
        return proposal(self, file)

    def evidence(
        self, *, batch: str | None = None, file: str | None = None, compartment: str | None = None
    ) -> dict[str, Any]:
        """What a batch became; JSON of ``halqa evidence``. Opening a restricted compartment is logged."""
        from halqa.evidence_report import evidence_report

        if compartment is not None and compartment not in (*RESTRICTED, "general"):
            raise UsageError(f"{compartment!r} is not a compartment.", "Use minors, terrorism or all.")
        chosen = self.ledger.batch(batch)
        restricted = RESTRICTED.get(compartment or "", ())
        if restricted:
            self.casebook.write_log(
                by=user_name(), operation="consultation", purpose="halqa evidence --compartment",
                object_=f"{chosen.id}:{','.join(restricted)}", count=1,
            )  # fmt: skip
        return evidence_report(self.ledger, chosen, self.mask(), restricted=restricted, file=file)

    def status(self) -> dict[str, Any]:
        """Where the workspace stands."""
        entries = self.ledger.chain.entries()
        rows = [table for entry in entries for table in entry.manifest["rows"].values()]
        recent = self.ledger.recent(50)
        withdrawn = self.ledger.withdrawn()
        run = self.casebook.current_run()
        return {
            "home": str(self.home),
            "batches": sum(entry.manifest.get("intakes", entry.kind == "intake") for entry in entries),
            "records": sum(table.get("records", 0) for table in rows),
            "head": self.ledger.head,
            "run": run["run"] if run else None,
            "as_of": run["as_of"] if run else None,
            "detected_at": run["at"] if run else None,
            "stale": bool(entries)
            and (run is None or run["evidence_head"] != self.ledger.head or self._redecided(run)),
            "store": self.settings.store.url,
            "graph": projected.last(self.runs_folder),
            "rings": runs.count_by_status(self.runs_folder, run["run"]) if run else {},
            "alerts_open": sum(alert["state"] == "open" for alert in self.alerts()),
            "vault_key_file": str(self.vault.key_file),
            "history": [
                {
                    "batch": batch.id,
                    "at": batch.manifest["ingested_at"],
                    "files": [Path(source["path"]).name for source in batch.manifest["sources"]],
                    **batch.manifest["counts"],
                    "withdrawn": batch.id in withdrawn,
                }
                for batch in recent
            ],
        }

    def _redecided(self, run: Mapping[str, Any]) -> bool:
        """Whether people have decided since this run, otherwise than it knew, who is one person."""
        if not runs.has_run(self.runs_folder, run["run"]):
            return False
        as_of = datetime.fromisoformat(run["as_of"]) if run["as_of"] else None
        known = runs.read_summary(self.runs_folder, run["run"]).get("same", "")
        if not known and not self.same_persons(as_of):
            return False
        from graph.merged import identity

        return bool(known != identity(self.view(as_of)))

    # --- findings

    def detect(
        self, *, as_of: datetime | None = None, full: bool = False, params: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """One run over the evidence; JSON of ``halqa detect``. The same question again gives the same answer."""
        from halqa.detection import detect

        with lease(self.home):
            return detect(self, as_of=as_of, full=full, params={**self.settings.detect, **(params or {})})

    def rebuild(self) -> dict[str, Any]:
        """Delete findings, graph and caches, and make them again from the evidence."""
        from halqa.detection import detect

        current = self.casebook.current_run()
        with lease(self.home):
            shutil.rmtree(self.runs_folder, ignore_errors=True)
            self.__dict__.pop("_view", None)
            if not self.has_evidence():
                return {"run": None, "rings": 0}
            as_of = datetime.fromisoformat(current["as_of"]) if current and current["as_of"] else None
            report = detect(self, as_of=as_of, full=True, params=dict(self.settings.detect))
        return {
            "run": report["run"],
            "rings": sum(report["rings"].values()),
            "same": current is not None and report["run"] == current["run"],
            "graph": report["graph"],
        }

    def judge(self, ring: str, verdict: str, *, reason: str, by: str | None = None) -> dict[str, Any]:
        """Keep a person's decision. It needs no lease: one can always decide while a job runs."""
        number = ring_number(ring)
        self.casebook.ring_exists(number)
        members = next(row["members"] for row in self.casebook.registered_rings() if row["number"] == number)
        return dict(
            self.casebook.judge(
                number=number, verdict=verdict, reason=reason, by=by or user_name(), at=utc_now(), members=members
            )
        )

    # --- alerts

    def alerts(self) -> list[dict[str, Any]]:
        """The queue, most urgent (priority 1) first; JSON of ``halqa alerts``."""
        queue = [_alert(row) for row in self.casebook.alerts()]
        return sorted(queue, key=lambda a: (a["priority"], a["raised_at"], a["alert"]))

    def undelivered_alerts(self) -> list[dict[str, Any]]:
        return [_alert(row) for row in self.casebook.alerts(undelivered=True)]

    def mark_delivered(self, alert: str) -> None:
        self.casebook.mark_delivered(alert, utc_now())

    # --- same person?

    def same_person_proposals(self, *, limit: int | None = None) -> list[dict[str, Any]]:
        """Pairs of entities that may be one, the best first; JSON of ``halqa same``. Nothing is decided by it."""
        from halqa import same_person

        return same_person.proposals(self, limit=limit)

    def same_person_decisions(self) -> list[dict[str, Any]]:
        """Every decision, newest first, as ``halqa same A B`` lists them; ``standing`` says which are in force."""
        from halqa import same_person

        return same_person.decisions(self)

    def same_person_count(self) -> int:
        """How many decisions were taken: what was read before the last of them may have changed."""
        from graph import same_as

        return same_as.count(self.casebook) if self.home.exists() else 0

    def same_person(
        self,
        a: str,
        b: str,
        decision: str | None = None,
        *,
        reason: str = "",
        by: str | None = None,
        override: bool = False,
    ) -> dict[str, Any]:
        """Two entities: what speaks for and against their being one, or a decision (propose, accept, reject, undo).

        Accepting what only agrees in a name, or contradicts, needs ``override``. Errors: UsageError, NothingFound.
        """
        from halqa import same_person

        if decision is None:
            return same_person.pair(self, a, b)
        return same_person.decide(self, a, b, decision, reason=reason, by=by or user_name(), override=override)


def _alert(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "alert": row["fingerprint"],
        "ring": ring_name(row["number"]),
        "state": row["state"],
        "raised_at": row["raised_at"],
    } | dict(row["body"])


def describe_formats() -> list[dict[str, Any]]:
    """Formats that are recognised, each with its fields; JSON of ``halqa formats``."""
    from ingest.intake import formats

    described: list[dict[str, Any]] = json.loads(
        json.dumps(formats(), default=lambda v: getattr(v, "__dict__", str(v)))
    )
    return described


def describe_typologies() -> list[dict[str, Any]]:
    """Patterns that are looked for; JSON of ``halqa typologies``."""
    from analysis.params import Params
    from analysis.typologies.registry import TYPOLOGIES

    return [
        {
            "id": one.id,
            "title": one.name,
            "code": one.code,
            "parameters": {name: getattr(Params(), name) for name in one.params},
            "source": one.source,
            "false_positives": list(one.false_positives),
        }
        for one in TYPOLOGIES
    ]
