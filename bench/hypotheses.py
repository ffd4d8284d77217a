"""Quality of two hypotheses on a synthetic country: replaced lines, and payers who never reported.

    python -m bench.hypotheses --scale medium --seed 31

A replaced line counts as found when the pair (old, new) is the truth's; those whose calls are in no file cannot be
found and are left out. Silent victims are those of the leads: a person listed is right when the truth knows one of
their identities as somebody who paid an extortion ring and told nobody. Recall is over the silent payers of detectable
rings whose payments are in the files.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from analysis import succession, victims
from analysis.findings import Findings
from analysis.nodes import Evidence, uid_of
from analysis.params import Params
from analysis.run import detect
from graph.evidence import View

Victims = Sequence[Mapping[str, Any]]


def measured(
    view: View,
    masked: Mapping[str, str],
    findings: Findings,
    rings: Sequence[Mapping[str, Any]],
    crimes: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, float]]:
    """``successions`` and ``silent_victims``, each with ``found, true, precision, recall``."""
    known = {code: who for uid, who in masked.items() if (code := view.code(uid)) is not None}
    evidence = Evidence(view, Params(), known)
    return {
        "successions": replaced(evidence, findings, [*rings, *crimes]),
        "silent_victims": silent(evidence, findings, rings),
    }


def replaced(evidence: Evidence, findings: Findings, rings: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Pairs found against those of the truth whose two lines are in the call files."""
    view = evidence.view
    calls = view["calls"]
    seen = set(view.uids(pl.concat([calls["a"], calls["b"]]).drop_nulls().unique()))
    true = {(old, new) for ring in rings for old, new in ring["replaced"] if old in seen and new in seen}
    public = [code for cut in findings.cuts if (code := view.code(cut.uid)) is not None]
    found = {(uid_of(evidence, s.old), uid_of(evidence, s.new)) for s in succession.find(evidence, public)}
    return _scored(len(found), len(true), len(found & true), len(found & true))


def silent(evidence: Evidence, findings: Findings, rings: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """People listed for the leads against the truth's payers who told nobody."""
    view = evidence.view
    crew = [
        (n, code)
        for n, ring in enumerate(findings.rings)
        if ring.status == "lead"
        for member in ring.members
        if (code := view.code(member.uid)) is not None
    ]
    members = pl.DataFrame(crew, schema={"ring": pl.UInt32, "code": pl.UInt32}, orient="row")
    rows = victims.silent_payers(evidence, members)
    own = victims.belongings(evidence, rows["payer"])
    people = {person: {_identity(uid) for uid in view.uids(parts)} for person, parts in own.items()}
    payers = view["transfers"]["payer"].drop_nulls().unique()
    visible = {_identity(uid) for uid in view.uids(payers)}
    visible |= {
        _identity(uid) for parts in victims.belongings(evidence, payers).values() for uid in view.uids(parts)
    }  # fmt: skip
    quiet = [
        (ring["detectable"], set(one["identities"]))
        for ring in rings
        for one in ring["victims"]
        if one["reported"] == "none" and one["payments"]
    ]
    true = [identities for detectable, identities in quiet if detectable and identities & visible]
    listed = list(people.values())
    right = sum(any(identities & one for _, identities in quiet) for one in listed)
    known = sum(any(identities & one for one in listed) for identities in true)
    return _scored(len(listed), len(true), right, known)


def _identity(uid: str) -> str:
    """A uid as the truth writes identities: ``doc:...``, ``phone:+...``."""
    kind, scheme, value = [*uid.split(":", 2), "", ""][:3]
    if kind == "person" and scheme == "doc":
        return f"doc:{value}"
    if kind == "wallet" or (kind == "phone" and scheme == "e164"):
        return f"phone:{value}"
    return uid


def _scored(found: int, true: int, right: int, known: int) -> dict[str, float]:
    return {
        "found": found,
        "true": true,
        "precision": round(right / found, 3) if found else 0.0,
        "recall": round(known / true, 3) if true else 0.0,
    }


def main() -> None:
    """Make a country, load it, detect, print the figures as JSON."""
    from bench.quality import load, read_truth
    from fixtures.country import make_country

    parser = argparse.ArgumentParser(description="Quality of hypotheses on a synthetic country")
    parser.add_argument("--scale", default="small", choices=["tiny", "small", "medium", "large"])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_country(home / "country", scale=given.scale, seed=given.seed)
        view, masked, _ = load(home / "country" / "files", home)
        truth = read_truth(home / "country" / "truth")
        findings = detect(view, masked_parties=masked)
        print(json.dumps(measured(view, masked, findings, truth.rings, truth.crimes), indent=2))


if __name__ == "__main__":
    main()
