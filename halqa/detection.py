"""One run, from evidence to findings that are numbered, masked, kept, alerted and projected.

A run is named by its run key: the same evidence, decisions, parameters and versions give the same name and the same
findings, so a run that is on disk already is not computed again. Numbers, history and alerts are given in one
transaction of the casebook, after the findings are on disk: a kill in between leaves nothing that the next attempt
would not make again.
"""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from analysis import scripts
from analysis.alerts import raise_alerts
from analysis.findings import Alert, Findings, Judgement, Ring, RingChange, RingSnapshot
from analysis.params import Params
from analysis.run import detect as analyse
from analysis.run import run_key
from graph.access import Mask, known_victims, payers_of
from graph.errors import NothingFound, UsageError
from graph.evidence import View
from graph.ids import ring_name, ring_number
from graph.merged import identity, spread
from graph.projection import LAYOUT, project, shown_by
from halqa import projected, runs
from halqa.clock import utc_now

if TYPE_CHECKING:
    from halqa.opened import Opened


CHANGES = ("born", "grown", "merged", "split", "died", "re_emerged")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's search for cycles: a run makes millions of objects and keeps them, none of them in a cycle, and
    going through them again and again takes a seventh of its time."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


@_uncollected()
def detect(ws: Opened, *, as_of: datetime | None, full: bool, params: Mapping[str, Any]) -> dict[str, Any]:
    """JSON of ``halqa detect``. Needs the lease. Errors: NothingFound without evidence, UsageError for a parameter."""
    began = time.perf_counter()
    if not ws.has_evidence():
        raise NothingFound("There is no evidence yet.", "`halqa ingest PATH` takes files in.")
    chosen = parameters(params)
    view = ws.view(as_of)
    judgements = _judgements(ws, view)
    victims = known_victims(view, ws.vault)
    parties = _known_then(view, victims)
    key = run_key(view, chosen, judgements, parties)
    current = ws.casebook.current_run()
    reused = not full and runs.has_run(ws.runs_folder, key)
    if reused and current is not None and current["run"] == key:
        _refresh_head(ws, current, view, as_of)
        runs.show(ws.runs_folder, key)
        graph = project_current(ws)
        return _report(ws, key, view, as_of, {}, incremental=True, began=began) | {"graph": graph}
    findings = analyse(
        view, params=chosen, judgements=judgements, masked_parties=parties, previous=_snapshots(ws, view)
    )
    changed = _keep(ws, findings, view, as_of, victims)
    # The graph is made with the parameters of the settings, whatever this run was asked with.
    graph = project_current(ws, findings.scripts if chosen == parameters(ws.settings.detect) else None, anew=full)
    return _report(ws, findings.run, view, as_of, changed, incremental=False, began=began) | {"graph": graph}


@_uncollected()
def run_as_of(ws: Opened, as_of: datetime) -> str:
    """The run that answers a past time, computed when it is not on disk; the run shown does not change."""
    view = ws.view(as_of)
    judgements = [one for one in _judgements(ws, view) if one.at <= as_of]
    chosen = parameters(ws.settings.detect)
    victims = known_victims(view, ws.vault)
    parties = _known_then(view, victims)
    key = run_key(view, chosen, judgements, parties)
    if not runs.has_run(ws.runs_folder, key):
        findings = analyse(
            view, params=chosen, judgements=judgements, masked_parties=parties, previous=_snapshots(ws, view)
        )
        mask = Mask(_masks_of(ws, findings, view, victims))
        known = {change.key: change.ring for change in findings.changes if change.kind in ("same", "grown", "merged")}
        rings = [
            _finished(ring, known.get(key) or f"T-{n:04d}", _kind(findings, key), mask)
            for n, (key, ring) in enumerate(zip(findings.keys, findings.rings, strict=True), start=1)
        ]
        runs.write_run(ws.runs_folder, findings.run, _summary(findings, view, as_of), rings, [])
    return key


def parameters(given: Mapping[str, Any]) -> Params:
    """Parameters of a run. Errors: UsageError naming the parameter."""
    from pydantic import ValidationError

    try:
        return Params.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"--param {name}: {first['msg']}.", "docs/detection.md lists the parameters.") from None


def _judgements(ws: Opened, view: View) -> list[Judgement]:
    """The decision in force on each ring, with the members it was taken on (by the uids they go by in the view)."""
    last = {row["number"]: row for row in ws.casebook.judgements()}
    return [
        Judgement(
            verdict=row["verdict"],
            members=_going_by(view, row["members"]),
            reason=row["reason"],
            by=row["by"],
            at=datetime.fromisoformat(row["at"]),
        )
        for _, row in sorted(last.items())
    ]


def _going_by(view: View, members: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({view.canonical(uid) for uid in members}))


def _snapshots(ws: Opened, view: View) -> list[RingSnapshot]:
    return [
        RingSnapshot(
            ring=ring_name(row["number"]),
            members=_going_by(view, row["members"]),
            status=row["status"],
            ended=not row["alive"],
        )
        for row in ws.casebook.registered_rings()
    ]


def _known_then(view: View, victims: Mapping[str, str]) -> dict[str, str]:
    """Of the parties the vault knows now, those it knew at the time of the view: a later report must not change what
    was the answer then. Who is shown goes by what is known now."""
    if view.as_of is None:
        return dict(victims)
    known = set(view.entities.filter(pl.col("label") == "Victim")["uid"])
    return {uid: person for uid, person in victims.items() if person in known}


def _masks_of(ws: Opened, findings: Findings, view: View, victims: Mapping[str, str]) -> dict[str, str]:
    """Who must be masked in these findings: uid -> pseudonym.

    Whoever the vault knows goes by that name, so that a payer and the reporter they are become one.
    """
    members = sorted({member.uid for ring in findings.rings for member in ring.members})
    return payers_of(view, findings.suspected_payees, members, ws.vault) | dict(victims)


def _kind(findings: Findings, key: str) -> str:
    return next((change.kind for change in findings.changes if change.key == key), "born")


def _keep(
    ws: Opened, findings: Findings, view: View, as_of: datetime | None, victims: Mapping[str, str]
) -> dict[str, list[str]]:
    """Number the rings, write the findings, record history and alerts; names of rings by what became of them."""
    now = utc_now()
    masks = _masks_of(ws, findings, view, victims)
    mask = Mask(masks)
    changes = {change.key: change for change in findings.changes if change.key}
    by_kind: dict[str, list[str]] = {kind: [] for kind in CHANGES}
    # Masks go first: what is written next must never be readable without them.
    ws.vault.save_masks(masks)
    ws.__dict__["_mask"] = ((ws.ledger.head, ws.same_persons()), mask)
    with ws.casebook.transaction() as tx:
        names: dict[str, str] = {}
        rings: list[Ring] = []
        seen: dict[int, tuple[list[str], str]] = {}
        for key, ring in zip(findings.keys, findings.rings, strict=True):
            change = changes[key]
            number = _number(ws, tx, findings.run, change, ring, key)
            names[key] = ring_name(number)
            rings.append(_finished(ring, names[key], change.kind, mask))
            # Members are matched by uid at the next run, so the registry keeps them unmasked but for victims.
            seen[number] = ([m.uid for m in ring.members if m.uid not in victims], ring.status)
            if change.kind != "same":
                by_kind[change.kind].append(names[key])
                detail = dict(change.why.params) if change.why else {}
                ws.casebook.add_history(
                    tx, number=number, run=findings.run, change=change.kind, at=now, detail=mask.everywhere(detail)
                )
        ws.casebook.update_rings(tx, seen)
        for change in findings.changes:
            if change.kind == "died":
                number = ring_number(change.ring)
                by_kind["died"].append(change.ring)
                ws.casebook.end_ring(tx, number)
                ws.casebook.add_history(tx, number=number, run=findings.run, change="died", at=now, detail={})
        runs.write_run(
            ws.runs_folder,
            findings.run,
            _summary(findings, view, as_of),
            rings,
            [mask.everywhere(cut.model_dump(mode="json")) for cut in findings.cuts],
        )
        for alert in raise_alerts(findings):
            _raise(ws, tx, alert, names[alert.key], mask, now)
        ws.casebook.record_run(tx, run=findings.run, head=view.head, as_of=as_of, at=now)
    runs.show(ws.runs_folder, findings.run)
    return by_kind


def _number(ws: Opened, tx: sa.Connection, run: str, change: RingChange, ring: Ring, key: str) -> int:
    """The number a ring goes on under, or the next free one for a ring that is new."""
    if change.ring and change.kind in ("same", "grown", "merged", "split", "re_emerged"):
        return ring_number(change.ring)
    return ws.casebook.register_ring(tx, run=run, members=[m.uid for m in ring.members], status=ring.status)


def _finished(ring: Ring, name: str, change: str, mask: Mask) -> Ring:
    """The ring as it is kept: numbered, with everybody masked who must be."""
    masked = mask.everywhere(ring.model_dump(mode="json"))
    return Ring.model_validate({**masked, "ring": name, "change": change})


def _raise(ws: Opened, tx: sa.Connection, alert: Alert, name: str, mask: Mask, at: datetime) -> None:
    body = {
        "kind": alert.kind,
        "priority": alert.priority,
        "why": [{"code": why.code, "params": mask.everywhere(dict(why.params))} for why in alert.why],
        "diff": {
            "members": alert.members,
            "reports": alert.reports,
            "money": [money.model_dump() for money in alert.money],
        },
        "sla": {1: "P1D", 2: "P2D"}.get(alert.priority, "P7D"),
    }
    ws.casebook.raise_alert(tx, fingerprint=alert.fingerprint, number=ring_number(name), at=at, body=body)


def _summary(findings: Findings, view: View, as_of: datetime | None) -> dict[str, Any]:
    counts = Counter(ring.status for ring in findings.rings)
    return {
        "run": findings.run,
        "evidence_head": view.head,
        "digest": findings.digest,
        "same": identity(view),
        "as_of": as_of.isoformat() if as_of else None,
        "entities": findings.entities,
        "links": findings.links,
        "components": findings.components,
        "rings": {status: counts.get(status, 0) for status in ("lead", "corroborate", "watch")},
    }


def _refresh_head(ws: Opened, current: Mapping[str, Any], view: View, as_of: datetime | None) -> None:
    """New batches that change nothing still move the head the run stands on."""
    if current["evidence_head"] != view.head:
        with ws.casebook.transaction() as tx:
            ws.casebook.record_run(tx, run=current["run"], head=view.head, as_of=as_of, at=utc_now())


def _report(
    ws: Opened,
    run: str,
    view: View,
    as_of: datetime | None,
    changed: Mapping[str, Sequence[str]],
    *,
    incremental: bool,
    began: float,
) -> dict[str, Any]:
    summary = runs.read_summary(ws.runs_folder, run)
    return {
        "run": run,
        "evidence_head": view.head,
        "as_of": as_of.isoformat().replace("+00:00", "Z") if as_of else None,
        "engine": "local",
        "incremental": incremental,
        "entities": summary["entities"],
        "links": summary["links"],
        "components": summary["components"],
        "rings": summary["rings"],
        "changes": {kind: len(changed.get(kind, ())) for kind in CHANGES},
        "changed_rings": {kind: list(changed.get(kind, ())) for kind in CHANGES},
        "seconds": round(time.perf_counter() - began, 3),
    }


def current_masks(ws: Opened) -> Mask:
    """Known victims in the evidence as it is now, and the payers the last run masked."""
    head = (ws.ledger.head, ws.same_persons())
    cached: tuple[object, Mask] | None = ws.__dict__.get("_mask")
    if cached is None or cached[0] != head:
        view = ws.view()
        cached = (head, Mask(spread(view, ws.vault.masks() | known_victims(view, ws.vault))))
        ws.__dict__["_mask"] = cached
    return cached[1]


def project_current(
    ws: Opened, told: Sequence[Mapping[str, object]] | None = None, *, anew: bool = False
) -> dict[str, Any] | None:
    """Bring the graph store up to the evidence and the run shown now; what was done for it, None when nothing was.

    ``told`` are the scripts of the evidence where a run has just searched them; else they are searched here. ``anew``
    writes everything, whatever the store says that it shows.
    """
    if not ws.has_evidence():
        raise NothingFound("There is no evidence yet.", "`halqa ingest PATH` takes files in.")
    began = time.perf_counter()
    current = ws.casebook.current_run()
    run = current["run"] if current and runs.has_run(ws.runs_folder, current["run"]) else None
    as_of = datetime.fromisoformat(current["as_of"]) if current and current["as_of"] else None
    view = ws.view(as_of)
    # Decisions on who is whom change the graph as new evidence does.
    if who := identity(view):
        view = replace(view, head=f"{view.head}+{who}")
    shown = shown_by(ws.store)
    if not anew and shown is not None and (shown.head, shown.run, shown.layout) == (view.head, run, LAYOUT):
        return None
    rings = runs.read_list(ws.runs_folder, run) if run else []
    if told is None:
        told = scripts.listed(view, scripts.find(view, parameters(ws.settings.detect)))
    made = project(
        view, ws.store, run=run, rings=rings, scripts=told, mask=current_masks(ws).uids,
        prints=ws.runs_folder / "cache" / "graph", anew=anew,
    )  # fmt: skip
    report = projected.report(made, ws.settings.store.url, time.perf_counter() - began)
    projected.keep(ws.runs_folder, report)
    return report
