"""A picture as the canvas draws it: words, shapes and widths decided here, in Python, where they can be tested."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from math import sqrt
from typing import Any, Final

from graph.ids import is_victim
from ui.i18n import Locale, counted, period, text, word
from ui.present.board import Picture
from ui.present.identifiers import family_of, glyph_of, kind, label_of, short, shown
from ui.present.palette import FAMILIES
from ui.present.placement import placed

DIRECTED: Final = frozenset(
    [
        "SENT",
        "RECEIVED",
        "PAY_TO",
        "PAID_AT",
        "SETTLES",
        "CALLED",
        "CALLBACK",
        "DIVERTED_TO",
        "CONTACTED",
        "DEMANDED",
        "DEMANDED_FROM",
        "PASSED_ON",
        "COLLECTED_FROM",
    ]
)
"""Relations drawn with an arrow: money, calls and demands have a direction that matters."""

INFERRED: Final = frozenset({"SAME_AS", "SIMILAR_TO"})
CANVAS_STRINGS: Final = (
    "canvas", "legend", "shown", "more", "expand", "path", "hide", "undo", "fit", "tidy", "picture", "pin", "unpin",
    "records", "help", "choose_one", "choose_two",
)  # fmt: skip
_WIDEST: Final = 5.0


def _variant(uid: str, label: str, shared: Collection[str]) -> str:
    if is_victim(uid):
        return "victim"
    if uid in shared:
        return "shared"
    return "persona" if label == "Persona" else ""


def node_row(locale: Locale, node: dict[str, Any], shared: Collection[str], on_path: Collection[str]) -> dict[str, Any]:
    """One node for the canvas."""
    uid = str(node["uid"])
    label = str(node.get("label") or label_of(uid))
    variant = _variant(uid, label, shared)
    tip = [[text(locale, "tip.kind"), kind(locale, label)]]
    if node.get("role"):
        tip.append([text(locale, "tip.role"), word(locale, "role", str(node["role"]))])
    if node.get("ring"):
        rings = node["ring"] if isinstance(node["ring"], list) else [node["ring"]]
        tip.append([text(locale, "tip.rings"), ", ".join(str(ring) for ring in rings)])
    if node.get("status"):
        tip.append([text(locale, "tip.status"), word(locale, "status", str(node["status"]))])
    if variant == "shared":
        tip.append([text(locale, "tip.note"), text(locale, "shared.not_suspected")])
    row: dict[str, Any] = {
        "id": uid,
        "text": str(node.get("name") or shown(locale, uid)),
        "short": str(node.get("name") or short(uid)),
        "family": str(node.get("family") or family_of(label)),
        "glyph": glyph_of("Victim" if variant == "victim" else label),
        "kind": kind(locale, label),
        "member": bool(node.get("member")),
        "variant": variant,
        "onpath": uid in on_path,
        "tip": tip,
    }
    if node.get("status") and node.get("member"):
        row["status"] = str(node["status"])
    if "x" in node and "y" in node:
        row |= {"x": node["x"], "y": node["y"]}
    return row


def edge_rows(
    locale: Locale, links: Collection[dict[str, Any]], critical: Collection[frozenset[str]], on_path: Collection[str]
) -> list[dict[str, Any]]:
    """Links bundled by pair of nodes, each with its relations, its number of records and an arrow where one matters."""
    bundles: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for link in links:
        a, b = sorted((str(link["src"]), str(link["dst"])))
        bundles.setdefault((a, b), []).append(link)
    rows: list[dict[str, Any]] = []
    for (a, b), parts in sorted(bundles.items()):
        n = sum(max(1, int(part.get("n") or 1)) for part in parts)
        names = list(dict.fromkeys(word(locale, "rel", str(part["rel"])) for part in parts))
        count = counted(locale, "record", n)
        since = min((str(part["since"]) for part in parts if part.get("since")), default=None)
        until = max((str(part["until"]) for part in parts if part.get("until")), default=None)
        tip = [[text(locale, "tip.records"), count]]
        if since or until:
            tip.append([text(locale, "tip.period"), period(locale.lang, locale.zone, since, until)])
        directed = [part for part in parts if part["rel"] in DIRECTED]
        rows.append(
            {
                "id": edge_id(a, b),
                "source": a,
                "target": b,
                "text": " · ".join(names) + (f" ({n})" if n > 1 else ""),
                "short": names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}",
                "width": round(min(_WIDEST, 0.6 + sqrt(n)), 2),
                "forward": any(part["src"] == a for part in directed),
                "backward": any(part["src"] == b for part in directed),
                "inferred": all(part["rel"] in INFERRED or part.get("basis") == "inferred" for part in parts),
                "critical": frozenset((a, b)) in critical,
                "onpath": a in on_path and b in on_path,
                "tip": tip,
            }
        )
    return rows


def edge_id(a: str, b: str) -> str:
    """Id of the bundle between two nodes, the same both ways."""
    return "–".join(sorted((a, b)))


def edge_ends(edge: str) -> tuple[str, str] | None:
    """The two uids of a bundle's id."""
    a, dash, b = edge.partition("–")
    return (a, b) if dash else None


def payload(
    locale: Locale,
    picture: Picture,
    *,
    store: str,
    height: int = 560,
    more: bool = False,
    shared: Collection[str] = (),
    critical: Collection[frozenset[str]] = (),
    select: list[str] | None = None,
) -> dict[str, Any]:
    """Everything the canvas needs; ``rev`` changes exactly when something to draw changes."""
    placed_nodes = placed(picture.nodes, picture.links)
    nodes = [node_row(locale, node, shared, picture.on_path) for node in placed_nodes]
    edges = edge_rows(locale, picture.links, critical, picture.on_path)
    statuses = [
        status for status in ("lead", "corroborate", "watch") if any(node.get("status") == status for node in nodes)
    ]
    marks = [[status, word(locale, "status", status)] for status in statuses]
    if any(node["variant"] == "shared" for node in nodes):
        marks.append(["shared", text(locale, "shared.legend")])
    drawn = json.dumps([nodes, edges, select], sort_keys=True, ensure_ascii=False)
    return {
        "nodes": nodes,
        "edges": edges,
        "families": {
            name: {
                "light": look.light,
                "dark": look.dark,
                "shape": look.shape,
                "glyph": look.glyph,
                "text": word(locale, "family", name),
            }
            for name, look in FAMILIES.items()
        },
        "marks": marks,
        "strings": {key: text(locale, f"canvas.{key}") for key in CANVAS_STRINGS if key not in {"shown"}}
        | {"shown": raw_shown(locale)},
        "count": {"total": picture.total, "more": more},
        "select": select,
        "store": store,
        "file": store,
        "lang": locale.lang,
        "locale": locale.tag,
        "dir": "rtl" if locale.rtl else "ltr",
        "height": height,
        "rev": hashlib.blake2b(drawn.encode(), digest_size=12).hexdigest(),
    }


def raw_shown(locale: Locale) -> str:
    """``{shown} of {total} shown...`` with its placeholders left for the canvas, which knows the legend's filter."""
    return text(locale, "canvas.shown", shown="{shown}", total="{total}")
