"""Structure through the front door: any selection measured, and what would be left of a ring without some members."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from graph.errors import NothingFound, UsageError
from graph.evidence import View
from graph.ids import is_victim
from graph.schema import LABELS, RELATIONS

if TYPE_CHECKING:
    from analysis.disruption import Network
    from analysis.findings import Ring
    from halqa.opened import Opened

LASTING = ("USES", "HOLDS", "HAS_SIM", "INSERTED_IN", "SEEN_AT", "RECOVERY_OF", "ADMINISTERS", "PRESENTS_AS")
"""Relations that hold or do not, however often somebody saw it: a pair counts once. Calls and meetings add up."""

Window = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which links are measured. ``directed``: betweenness and page rank follow them; ``events``: meetings, reports and
    transfers stay nodes; ``limit``: nodes at most."""

    ring: str | None = None
    rels: Sequence[str] | None = None
    labels: Sequence[str] | None = None
    as_of: datetime | None = None
    window: Window = (None, None)
    directed: bool = False
    events: bool = False
    limit: int = 2_000
    key_players: int = 5


def structure(ws: Opened, chosen: Selection) -> dict[str, Any]:
    """JSON of ``halqa structure``: the selected links, measured. Nobody masked is in it: whoever was harmed holds no
    position. Errors: NothingFound when nothing is selected or nothing is called so, UsageError for a limit without
    sense."""
    from analysis.structure import structure as measure

    if chosen.limit < 2 or chosen.key_players < 1:
        raise UsageError("A structure has two nodes at least, and one key player.", "Give --limit 2 or more.")
    for option, given, known in (("--rels", chosen.rels, RELATIONS), ("--labels", chosen.labels, LABELS)):
        if unknown := sorted(set(given or ()) - set(known)):
            raise NothingFound(
                f"The selection holds no link: {option} has no {unknown[0]!r}.",
                f"Use some of: {', '.join(sorted(known))}.",
            )
    view, mask = ws.view(chosen.as_of), ws.mask()
    links = _within(view, chosen)
    if chosen.ring is not None:
        links = _of_ring(ws, view, links, ws.ring(chosen.ring))
    used = pl.concat([links["src"], links["dst"]]).unique().sort()
    named = pl.DataFrame(
        {"code": used, "uid": mask.uids(view.uids(used)), "label": view.entities["label"].gather(used)}
    )
    harmed = pl.Series([is_victim(uid) for uid in named["uid"]], dtype=pl.Boolean)
    nodes = named.filter(~harmed)
    shown = (
        links.join(nodes.select(pl.col("code").alias("src"), pl.col("uid").alias("a")), on="src")
        .join(nodes.select(pl.col("code").alias("dst"), pl.col("uid").alias("b")), on="dst")
        .select(pl.col("a").alias("src"), pl.col("b").alias("dst"), "number")
        .filter(pl.col("src") != pl.col("dst"))
    )
    if not shown.height:
        raise NothingFound("The selection holds no link.", "Widen --rels, --labels or --window.")
    labels = nodes.select("uid", pl.lit("").alias("label") if chosen.events else "label").unique("uid").sort("uid")
    found = dict(measure(labels, shown, key_players=chosen.key_players, limit=chosen.limit, directed=chosen.directed))
    if not found["nodes"]:
        raise NothingFound("Nothing in the selection joins two actors.", "Add relations, or --events.")
    if chosen.events:
        told = dict(nodes.select("uid", "label").iter_rows())
        found["nodes"] = [node | {"label": told[node["uid"]]} for node in found["nodes"]]
    found["method"] |= {"victims_left_out": int(named.filter(harmed)["uid"].n_unique())}
    return found


def _within(view: View, chosen: Selection) -> pl.DataFrame:
    """Links of the relations, labels and window."""
    links = view.links
    if chosen.rels:
        links = links.filter(pl.col("rel").is_in(list(chosen.rels)))
    since, until = (_utc(moment) for moment in chosen.window)
    if since is not None:
        links = links.filter(pl.col("until").is_null() | (pl.col("until") >= since))
    if until is not None:
        links = links.filter(pl.col("since").is_null() | (pl.col("since") < until))
    lasting = pl.col("rel").is_in(list(LASTING))
    once = links.filter(lasting).sort("src", "rel", "dst", "number", descending=[False, False, False, True])
    links = pl.concat([links.filter(~lasting), once.unique(["src", "rel", "dst"], keep="first", maintain_order=True)])
    if chosen.labels:
        entities = view.entities.with_row_index("code")
        codes = entities.filter(pl.col("label").is_in(list(chosen.labels)))["code"].implode()
        links = links.filter(pl.col("src").is_in(codes) & pl.col("dst").is_in(codes))
    return links


def _utc(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise UsageError(f"The window's {moment} has no time zone.", "Give it one: datetime(..., tzinfo=UTC).")
    return None if moment is None else moment.astimezone(UTC)


def _of_ring(ws: Opened, view: View, links: pl.DataFrame, ring: Ring) -> pl.DataFrame:
    """Links among members and associates, and to the meetings, reports and transfers that join them."""
    from analysis.two_mode import EVENTS

    behind = {pseudonym: uid for uid, pseudonym in ws.mask().masks.items()}
    names = [*(m.uid for m in ring.members), *ring.associates]
    inside = pl.Series(
        [code for name in names if (code := view.code(behind.get(name, name))) is not None], dtype=pl.UInt32
    ).implode()
    events = view.entities.with_row_index("code").filter(pl.col("label").is_in(sorted(EVENTS)))["code"].implode()
    own = [pl.col(end).is_in(inside) for end in ("src", "dst")]
    event = [pl.col(end).is_in(events) for end in ("src", "dst")]
    return links.filter((own[0] & (own[1] | event[1])) | (own[1] & event[0]))


# --- what if


def what_if(ws: Opened, name: str, *, remove: Sequence[str] = (), best: int | None = None) -> dict[str, Any]:
    """``what_if`` of ``halqa structure --ring R``: the ring before and after, with a band for links nobody saw.

    ``remove`` names members in any written form; ``best`` looks for so many hands. Errors: UsageError for both, neither
    or somebody who is no member; NothingFound for a ring that there is not.
    """
    from analysis import disruption

    if bool(remove) == (best is not None):
        raise UsageError("Say either --remove or --best.", "--remove UID, once for each; --best K looks for K.")
    if best is not None and best < 1:
        raise UsageError(f"--best: {best} is nobody.", "Give 1 or more.")
    ring = ws.ring(name)
    known = _network(ws, ring)
    gone = disruption.best(known, best) if best else [_member(ws, known, ring, text) for text in remove]
    if len(set(gone)) >= len(known.members):
        raise UsageError(f"That is everybody of {ring.ring}.", "Leave somebody to ask about.")
    found = disruption.what_if(known, gone, chosen="given" if best is None else "best")
    return found.model_dump(mode="json")


def _network(ws: Opened, ring: Ring) -> Network:
    """The ring as hands, with who speaks of them and what they were paid."""
    from analysis import disruption
    from analysis.flows import payments
    from analysis.nodes import Evidence
    from analysis.support import gather
    from graph.access import known_victims
    from halqa.detection import parameters

    view = ws.view()
    behind = {pseudonym: uid for uid, pseudonym in ws.mask().masks.items()}
    codes = {code: m.uid for m in ring.members if (code := view.code(behind.get(m.uid, m.uid))) is not None}
    known = view.by_code(known_victims(view, ws.vault))
    evidence = Evidence(view, parameters(ws.settings.detect), known)
    of = pl.DataFrame({"code": list(codes), "uid": list(codes.values())}, schema={"code": pl.UInt32, "uid": pl.String})

    def by_uid(frame: pl.DataFrame, column: str) -> pl.DataFrame:
        placed = frame.with_columns(pl.Series("code", evidence.node_code[frame[column].to_numpy()], dtype=pl.UInt32))
        return placed.join(of, on="code")

    paid = payments(evidence).filter(pl.col("payee").is_not_null() & pl.col("amount").is_not_null())
    received = by_uid(paid, "payee")
    inside = of["code"].implode()
    payer = pl.Series("payer_code", evidence.node_code[received["payer"].fill_null(0).to_numpy()], dtype=pl.UInt32)
    outside = received["payer"].is_null() | ~received.with_columns(payer)["payer_code"].is_in(inside)
    return disruption.network(
        {m.uid: m.label for m in ring.members},
        [(link.src, link.rel, link.dst) for link in ring.links],
        by_uid(gather(evidence).names, "node").select("uid", "voice"),
        received.filter(outside & pl.col("currency").is_not_null()).select("uid", "currency", "amount"),
        [m.uid for m in ring.members if m.role == "mule_victim" or is_victim(m.uid)],
    )


def _member(ws: Opened, known: Network, ring: Ring, text: str) -> int:
    from halqa.explore import resolve

    hand = known.hand_of(text.strip())
    if hand is None:
        hand = known.hand_of(ws.mask().uid(resolve(ws, text)))
    if hand is None:
        raise UsageError(f"--remove: {text!r} is no member of {ring.ring}.", f"`halqa ring {ring.ring}` lists them.")
    return int(hand)
