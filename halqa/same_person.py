"""Same person? Proposals from the evidence, and people's decisions on them, which can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from graph import same_as
from graph.access import Mask
from graph.errors import NothingFound, UsageError
from graph.evidence import View
from graph.ids import is_victim
from graph.merged import merge, records_of
from graph.same_as import DECISIONS, Decided, Decision
from halqa.clock import utc_now

if TYPE_CHECKING:
    from halqa.opened import Opened
    from ingest.resolution.proposals import Proposal


def proposals(ws: Opened, *, limit: int | None) -> list[dict[str, Any]]:
    """Pairs that may be one person, the best first: JSON of ``halqa same``. Nobody masked is in it."""
    from ingest.resolution.proposals import propose

    view, mask = ws.view(), ws.mask()
    decisions = same_as.decided(ws.casebook)
    rejected = [key for key, row in same_as.in_force(decisions).items() if row.decision == "reject"]
    found = propose(view, masked=list(mask.masks), rejected=rejected)[:limit]
    put_forward = {(row.a, row.b): row for row in decisions if row.decision == "propose"}
    sources = _sources(view, [uid for one in found for uid in (one.a, one.b)])
    return [_shown(one, sources, mask) | _forward(put_forward.get((one.a, one.b))) for one in found]


def _shown(one: Proposal, sources: Mapping[str, list[str]], mask: Mask) -> dict[str, Any]:
    made = cast(dict[str, Any], mask.everywhere(one.to_json()))
    return made | {"sources": {"a": sources[one.a], "b": sources[one.b]}}


def _forward(row: Decided | None) -> dict[str, Any]:
    return {"proposed_by": None if row is None else row.by}


def pair(ws: Opened, a: str, b: str) -> dict[str, Any]:
    """What speaks for and against two entities, and what was decided on them: JSON of ``halqa same A B``."""
    first, second = _two(ws, a, b)
    view, proposal = _examined(ws, first, second)
    history = [row.to_json() for row in same_as.decided(ws.casebook) if (row.a, row.b) == (first, second)]
    standing = same_as.in_force(same_as.decided(ws.casebook)).get((first, second))
    return (
        _shown(proposal, _sources(view, [proposal.a, proposal.b]), ws.mask())
        | {"a": first, "b": second, "decision": None if standing is None else standing.decision}
        | {"decisions": ws.mask().everywhere(history)}
    )


def decide(
    ws: Opened, a: str, b: str, decision: str, *, reason: str, by: str, override: bool = False
) -> dict[str, Any]:
    """Keep a person's decision on two entities. Needs no lease; views, graph and findings follow.

    Errors: UsageError where the two can not be one, where only a name or a conflict speaks (without ``override``),
    without reason; NothingFound where the evidence does not hold one of them.
    """
    if decision not in DECISIONS:
        raise UsageError(f"{decision!r} is not a decision.", f"Use one of: {', '.join(DECISIONS)}.")
    first, second = _two(ws, a, b)
    if decision == "undo":
        made = same_as.record(ws.casebook, first, second, "undo", reason=reason, by=by, at=utc_now())
    else:
        view, proposal = _examined(ws, first, second)
        sources = _sources(view, [proposal.a, proposal.b])
        made = same_as.record(
            ws.casebook,
            first,
            second,
            cast(Decision, decision),
            reason=reason,
            by=by,
            at=utc_now(),
            features=proposal.features,
            override=override,
            sources_differ=sources[proposal.a] != sources[proposal.b],
        )
    return cast(dict[str, Any], ws.mask().everywhere(made.to_json()))


def decisions(ws: Opened) -> list[dict[str, Any]]:
    """Every decision ever taken, newest first, in rows as ``halqa same A B`` lists them, looked at through the mask;
    ``standing`` says whether the row is in force."""
    rows = same_as.decided(ws.casebook)
    if not rows:
        return []  # the mask needs the vault and the evidence: no reason to wait for it
    standing = {row.seq for row in same_as.in_force(rows).values()}
    told = [row.to_json() | {"standing": row.seq in standing} for row in reversed(rows)]
    return cast(list[dict[str, Any]], ws.mask().everywhere(told))


def known_as(ws: Opened, uid: str) -> list[dict[str, Any]]:
    """Every uid a merged entity is known under, with the records that say so and the decisions that joined them."""
    view, mask = ws.view(), ws.mask()
    members = view.same.get(view.canonical(uid), ())
    if not members:
        return []
    records: Mapping[str, list[str]] = {
        str(member): [mask.text(name) for name in view.record_ids(part["rec"])]
        for (member,), part in view.merged.filter(pl.col("uid").is_in(list(members))).group_by(
            "uid", maintain_order=True
        )
    }
    joined = [row for row in same_as.in_force(same_as.decided(ws.casebook)).values() if row.decision == "accept"]
    return [
        {
            "uid": member,
            "records": records.get(member, [])[:20],
            "decisions": [
                {"with": row.b if row.a == member else row.a, "by": row.by, "reason": row.reason, "seq": row.seq}
                for row in joined
                if member in (row.a, row.b)
            ],
        }
        for member in members
    ]


def _two(ws: Opened, a: str, b: str) -> tuple[str, str]:
    """The exact uids of two written forms, in order. Errors: NothingFound, UsageError; never says who is masked."""
    mask = ws.mask()
    uids = [_exact(ws, text) for text in (a, b)]
    for text, uid in zip((a, b), uids, strict=True):
        if is_victim(mask.uid(uid)):
            raise UsageError(f"{text} is under protection and is not merged.", "Unmasking is a reasoned, logged act.")
    return same_as.pair(*uids)


def _exact(ws: Opened, text: str) -> str:
    """The uid itself where it is one, merged or not; else the entity a written form leads to."""
    view = ws.view()
    if view.code(text) is not None:
        return text
    if any(text in (row.a, row.b) for row in same_as.decided(ws.casebook)):
        return text
    from halqa.explore import resolve

    return resolve(ws, text)


def _examined(ws: Opened, a: str, b: str) -> tuple[View, Proposal]:
    """The two as they stand without their own decision: each with whoever else is accepted as one with them."""
    from ingest.resolution.proposals import examine

    others = [row for row in same_as.decided(ws.casebook) if (row.a, row.b) != (a, b)]
    groups = same_as.components(others)
    if any(a in uids and b in uids for uids in groups):
        raise UsageError(f"{a} and {b} are one already, through others.", "`halqa who` shows through whom.")
    view = merge(ws.unmerged_view(), groups)
    for uid in (a, b):
        if view.code(uid) is None:
            raise NothingFound(f"Nothing is known of {uid}.", "It was looked for in this form.")
    return view, examine(view, view.canonical(a), view.canonical(b), masked=list(ws.mask().masks))


def _sources(view: View, uids: Sequence[str]) -> dict[str, list[str]]:
    """Sources whose records name each entity, sorted."""
    said = records_of(view, [code for uid in uids if (code := view.code(uid)) is not None])
    told = (
        said.select("code", view.records["source"].gather(said["rec"]).alias("source")).unique().sort("code", "source")
    )
    found: dict[str, list[str]] = {uid: [] for uid in uids}
    for code, source in told.iter_rows():
        found[view.uid(code)].append(source)
    return found
