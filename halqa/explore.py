"""Exploring through the front door: who, paths, neighbourhoods, queries. All of it masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from graph.access import Mask
from graph.errors import NothingFound
from graph.evidence import View
from graph.ids import is_victim
from graph.schema import LABELS
from halqa import lookup, same_person

if TYPE_CHECKING:
    from analysis.findings import Ring
    from graph.stores.base import Link, Neighbourhood
    from halqa.opened import Opened

SCRIPT = "script:h:"
"""Scripts are found in the texts when asked for: the graph holds them, the evidence does not."""


def resolve(ws: Opened, text: str, country: str | None = None) -> str:
    """Any written form -> the uid the evidence holds. Errors: NothingFound naming the form looked for."""
    from ingest.written import candidates

    if text.strip().startswith(SCRIPT):
        return text.strip()
    view = ws.view()
    forms = candidates(text, country or ws.settings.ingest.country)
    for uid in forms:
        if (code := view.code(uid)) is not None:
            return view.uid(code)
    mask = ws.mask()
    by_name = lookup.named(view, mask, text)
    if by_name:
        return by_name[0]
    for uid, pseudonym in mask.masks.items():
        if pseudonym == text.strip():
            return uid
    looked_for = ", ".join(forms) or text
    raise NothingFound(
        f"Nothing is known of {looked_for}.",
        "Check the country of the number (--country CC) or try another written form.",
    )


def who(ws: Opened, text: str, country: str | None) -> dict[str, Any]:
    """JSON of ``halqa who``."""
    if text.strip().startswith(SCRIPT):
        return _who_script(ws, text.strip())
    uid = resolve(ws, text, country)
    found = lookup.entity(ws.view(), ws.mask(), uid)
    shown = found["uid"]
    if not is_victim(shown):
        from halqa.identifier import told

        found |= told(ws, uid)
    names = set(ws.view().same.get(uid, (shown,)))
    rings = (
        [] if is_victim(shown) else [ring for ring in ws.ring_list() if any(m["uid"] in names for m in ring["members"])]
    )
    # A finding made before a merge still names its members by the uids of then.
    found["same_as"] = [] if is_victim(shown) else same_person.known_as(ws, uid)
    numbers = {int(ring["ring"][2:]) for ring in rings}
    found["rings"] = [ring["ring"] for ring in rings]
    found["judgements"] = [
        {"ring": f"R-{row['number']:04d}"} | {key: row[key] for key in ("verdict", "reason", "by", "at")}
        for row in ws.casebook.judgements()
        if row["number"] in numbers
    ]
    return found


def _who_script(ws: Opened, uid: str) -> dict[str, Any]:
    from halqa.detection import parameters
    from halqa.identifier import script

    found = script(ws.view(), ws.mask(), uid, parameters(ws.settings.detect))
    reports = {link["uid"] for link in found["links"]}
    rings = [ring["ring"] for ring in ws.ring_list() if _tells(ws, ring["ring"], uid)] if reports else []
    return found | {"same_as": [], "rings": rings, "judgements": []}


def _tells(ws: Opened, ring: str, script: str) -> bool:
    return any(why.code == "shared_script" and why.params.get("uid") == script for why in ws.ring(ring).reasons)


def ensure_graph(ws: Opened) -> None:
    """Bring the graph store up to the evidence and the run shown now."""
    from halqa.detection import project_current

    project_current(ws)


def path(ws: Opened, a: str, b: str, *, max_hops: int, through_hubs: bool, k: int, longer: bool) -> dict[str, Any]:
    """JSON of ``halqa path``."""
    ends = [ws.mask().uid(resolve(ws, text)) for text in (a, b)]
    ensure_graph(ws)
    found = ws.store.shortest_paths(ends[0], ends[1], max_hops, k, through_hubs=through_hubs, longer=longer)
    return {
        "found": found.found,
        "hops": found.hops if found.found else None,
        "from": ends[0],
        "to": ends[1],
        "paths": [
            {
                "nodes": [node.uid for node in one.nodes],
                "links": [
                    {"rel": "|".join(sorted({link.rel for link in links})), "records": _records(links)}
                    for links in one.links
                ],
            }
            for one in found.paths
        ],
        "truncated": found.truncated,
    }


def _records(links: Sequence[Link]) -> list[str]:
    return sorted({record for link in links for record in link.records})[: lookup.RECORDS_SHOWN]


def neighbourhood(ws: Opened, uid: str, *, hops: int, limit: int, rels: Sequence[str] | None) -> dict[str, Any]:
    """Around one node (a uid or any written form): ``nodes, links, shown, total, cut``."""
    ensure_graph(ws)
    shown = uid if is_victim(uid) else ws.mask().uid(resolve(ws, uid))
    return _graph_json(ws, ws.store.expand(shown, hops, limit, rels=rels))


def _graph_json(ws: Opened, found: Neighbourhood) -> dict[str, Any]:
    rings = _rings_by_member(ws)
    return {
        "nodes": [_node(node.uid, node.label, rings) | {"degree": node.degree} for node in found.nodes],
        "links": [_link(link) for link in found.links],
        "shown": found.shown,
        "total": found.total,
        "cut": [{"uid": node.uid, "reason": "hub", "n": node.degree} for node in found.cut],
    }


def _rings_by_member(ws: Opened) -> dict[str, list[tuple[str, str]]]:
    rings: dict[str, list[tuple[str, str]]] = {}
    for ring in ws.ring_list():
        for member in ring["members"]:
            rings.setdefault(member["uid"], []).append((ring["ring"], ring["status"]))
    return rings


def _node(uid: str, label: str, rings: Mapping[str, list[tuple[str, str]]]) -> dict[str, Any]:
    belongs = rings.get(uid, [])
    return {
        "uid": uid,
        "label": label,
        "family": LABELS[label].family if label in LABELS else "records",
        "ring": [name for name, _ in belongs],
        "member": bool(belongs),
        "status": belongs[0][1] if belongs else None,
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "src": link.src,
        "rel": link.rel,
        "dst": link.dst,
        "n": link.n,
        "records": list(link.records),
        "since": link.first,
        "until": link.last,
    }


def ring_graph(ws: Opened, ring: Ring, *, limit: int) -> dict[str, Any]:
    """Members and their support at one hop: members first, then neighbours by how many members they touch."""
    view, mask = ws.view(), ws.mask()
    unmasked = {pseudonym: uid for uid, pseudonym in mask.masks.items()}
    members = [m.uid for m in ring.members]
    codes = pl.Series([c for m in members if (c := view.code(unmasked.get(m, m))) is not None], dtype=pl.UInt32)
    inside = codes.implode()
    touching = view.links.filter(pl.col("src").is_in(inside) | pl.col("dst").is_in(inside))
    sides = pl.concat(
        [
            touching.select(pl.col(end).alias("node"), pl.col(other).alias("member"))
            for end, other in (("src", "dst"), ("dst", "src"))
        ]
    )
    support = (
        sides.filter(~pl.col("node").is_in(inside))
        .group_by("node")
        .agg(pl.col("member").n_unique().alias("touched"), pl.len().alias("n"))
        .sort(["touched", "n", "node"], descending=[True, True, False])
    )
    room = max(limit - len(codes), 0)
    near = support["node"].head(room * 2 // 3)
    # The other side of a payment, a demand or a report stands one step further: who was harmed belongs in the picture.
    behind = _harmed(view, near)
    nodes = pl.concat([codes.alias("node"), near, behind, support["node"]]).unique(maintain_order=True)
    total = len(set(mask.uids(view.uids(nodes))))
    nodes = nodes.head(max(limit, len(codes)))
    within = nodes.implode()
    links = (
        view.links.filter(pl.col("src").is_in(within) & pl.col("dst").is_in(within))
        .group_by("src", "rel", "dst")
        .agg(
            pl.len().alias("n"),
            pl.col("since").min(),
            pl.col("until").max(),
            pl.col("rec").unique().sort().head(lookup.RECORDS_SHOWN),
        )
        .sort("src", "rel", "dst")
    )
    rings = _rings_by_member(ws)
    shared = {bridge.uid: bridge.reason for bridge in ring.bridges}
    uids = view.uids(nodes)
    labels = view.entities["label"].gather(nodes).to_list()
    shown = {uid: mask.uid(uid) for uid in uids}
    listed: dict[str, dict[str, Any]] = {}
    for uid, label in zip(uids, labels, strict=True):
        name = shown[uid]
        node = _node(name, "Victim" if is_victim(name) else label, rings)
        listed[name] = node | {"member": name in members, "shared": name in shared}
    ends = {code: shown[uid] for code, uid in zip(nodes.to_list(), uids, strict=True)}
    return {
        "nodes": list(listed.values()),
        "links": _as_shown(view, mask, links, ends),
        "shown": len(listed),
        "total": total,
        "cut": [{"uid": uid, "reason": reason, "n": 0} for uid, reason in shared.items()],
    }


def _as_shown(view: View, mask: Mask, links: pl.DataFrame, ends: Mapping[int, str]) -> list[dict[str, Any]]:
    """Links between what is shown: those of two accounts of one victim are one link, what joins the two is none."""
    joined: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in links.iter_rows(named=True):
        src, rel, dst = key = (ends[row["src"]], row["rel"], ends[row["dst"]])
        records = [mask.text(record) for record in view.record_ids(row["rec"])]
        one = {"n": row["n"], "records": records, "since": lookup.iso(row["since"]), "until": lookup.iso(row["until"])}
        if (other := joined.get(key)) is not None:
            one = {
                "n": one["n"] + other["n"],
                "records": sorted({*one["records"], *other["records"]})[: lookup.RECORDS_SHOWN],
                "since": min(filter(None, (one["since"], other["since"])), default=None),
                "until": max(filter(None, (one["until"], other["until"])), default=None),
            }
        if src != dst:
            joined[key] = {"src": src, "rel": rel, "dst": dst, **one}
    return list(joined.values())


def rows_graph(ws: Opened, table: Mapping[str, Any]) -> dict[str, Any]:
    """The nodes that the rows of a query name, and the evidence links among them, as :func:`neighbourhood` gives it."""
    from graph.stores.walk import among

    ensure_graph(ws)
    cells = [cell for row in table["rows"] for cell in row]
    cells += [inner for cell in cells if isinstance(cell, list) for inner in cell]
    return _graph_json(ws, among(ws.store, [cell for cell in cells if isinstance(cell, str)]))


def _harmed(view: View, support: pl.Series) -> pl.Series:
    """Payers, reporters and targets behind payments, reports and demands; those nearest to most come first."""
    inside = support.implode()
    paying = view.links.filter(pl.col("dst").is_in(inside) & (pl.col("rel") == "SENT"))["src"]
    told = view.links.filter(pl.col("src").is_in(inside) & pl.col("rel").is_in(["REPORTED_BY", "DEMANDED_FROM"]))["dst"]
    counted = pl.concat([paying.alias("node"), told.alias("node")]).to_frame().group_by("node").len()
    return counted.sort(["len", "node"], descending=[True, False])["node"]


def queries() -> list[dict[str, Any]]:
    """JSON of ``halqa query`` without a name."""
    from graph.queries import library

    return [dict(one.to_json()) for one in library()]


def schema(ws: Opened) -> dict[str, Any]:
    """JSON of ``halqa query --schema``: what the graph shown now holds, for whoever writes Cypher."""
    ensure_graph(ws)
    shown = ws.store.current()
    assert shown is not None, "the graph was just brought up to date"
    counted = {"run": shown.run, "as_of": shown.as_of, "nodes": shown.nodes, "links": shown.links}
    return counted | dict(shown.schema)


def query(ws: Opened, text: str, params: Mapping[str, Any], *, limit: int, cypher: bool) -> dict[str, Any]:
    """JSON of ``halqa query NAME`` and ``--cypher``."""
    from graph.queries import named

    ensure_graph(ws)
    timeout = ws.settings.query.timeout_s
    if cypher:
        table = ws.store.run(text, dict(params), limit=limit, timeout=timeout)
    else:
        chosen = named(text)
        table = ws.store.run(chosen.text, chosen.bind(params), limit=limit, timeout=timeout)
    return {
        "columns": list(table.columns),
        "rows": table.rows,
        "truncated": table.truncated,
        "limit": table.limit,
        "seconds": round(table.seconds, 4),
    }
