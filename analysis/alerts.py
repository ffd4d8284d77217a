"""Alerts: changes that people should hear of, each once.

The fingerprint of an alert depends on what happened (which ring, which change, to which members), not on the run: the
same change found again has the same fingerprint, and the outbox keeps one alert a fingerprint.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from analysis.findings import Alert, Change, Findings, Reason, Ring, RingChange, Status
from analysis.reasons import reason

_RANK: Final[Mapping[Status, int]] = {"watch": 0, "corroborate": 1, "lead": 2}


def raise_alerts(findings: Findings, *, least: Status = "corroborate") -> list[Alert]:
    """Alerts of a run, most urgent first; rings below ``least`` raise none."""
    rings = dict(zip(findings.keys, findings.rings, strict=True))
    out: list[Alert] = []
    for change in findings.changes:
        ring = rings.get(change.key)
        if ring is None or _RANK[ring.status] < _RANK[least]:
            continue
        rose = change.status_before is not None and _RANK[ring.status] > _RANK[change.status_before]
        if change.kind in ("born", "grown", "merged", "split", "re_emerged"):
            out.append(_alert(change, ring, change.kind, _why(change, ring, rose=rose)))
        elif rose:
            out.append(_alert(change, ring, "status", _why(change, ring, rose=True)))
    return sorted(out, key=lambda alert: (alert.priority, alert.key, alert.fingerprint))


def _why(change: RingChange, ring: Ring, *, rose: bool) -> tuple[Reason, ...]:
    why: list[Reason] = []
    match change.kind:
        case "born":
            why.append(reason("alert_born", status=ring.status, members=len(ring.members)))
        case "grown":
            why.append(reason("alert_grown", added=len(change.added), members=len(ring.members)))
        case "merged":
            why.append(reason("alert_merged", rings=list(change.from_rings)))
        case "split":
            why.append(reason("alert_split", ring=change.from_rings[0] if change.from_rings else ""))
        case "re_emerged":
            shared = change.why.params["shared"] if change.why else 0
            why.append(reason("alert_re_emerged", ring=change.ring, shared=shared))
        case _:
            pass
    if rose:
        why.append(reason("alert_status", before=change.status_before, after=ring.status))
    if ring.silent_victims:
        why.append(reason("alert_victims", n=ring.victims, silent=ring.silent_victims))
    return tuple(why)


def _alert(change: RingChange, ring: Ring, kind: Change | str, why: tuple[Reason, ...]) -> Alert:
    return Alert(
        fingerprint=fingerprint(change, ring, kind),
        key=change.key,
        ring=change.ring,
        kind=kind,  # type: ignore[arg-type]  # a Change or "status", as the callers give it
        priority=priority(ring, kind),
        why=why,
        members=len(change.added),
        reports=ring.reports,
        money=ring.money,
    )


def fingerprint(change: RingChange, ring: Ring, kind: str) -> str:
    """32 hex digits of the event: its kind, the ring it happened to, the status reached and the members it brought."""
    members = change.added if kind != "status" else ()
    words = [kind, change.ring, *change.from_rings, ring.status if kind in ("status", "born") else "", *members]
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:32]


def priority(ring: Ring, kind: str) -> int:
    """1 lead that is new, back, merged or risen; 2 lead otherwise; 3 corroborate with silent victims; 4 the rest."""
    if ring.status == "lead":
        return 1 if kind in ("born", "re_emerged", "merged", "status") else 2
    return 3 if ring.status == "corroborate" and ring.silent_victims else 4
