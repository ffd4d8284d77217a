"""What lies on the canvas: a first neighbourhood and what the analyst did to it since, folded into one picture.

A board is a list of operations over answers of the workspace, so it can be kept in a link, replayed and undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Neighbourhood = dict[str, Any]
"""``{nodes, links, shown, total, cut}`` as the workspace answers."""

OpKind = Literal["expand", "hide", "path"]
_LETTER: Final[dict[OpKind, str]] = {"expand": "e", "hide": "h", "path": "p"}
_KIND: Final[dict[str, OpKind]] = {letter: kind for kind, letter in _LETTER.items()}
_SEPARATOR: Final = "~"


@dataclass(frozen=True, slots=True)
class Op:
    """One act of the analyst on one or more uids."""

    kind: OpKind
    uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes and links to draw, and how many there would be."""

    nodes: tuple[dict[str, Any], ...]
    links: tuple[dict[str, Any], ...]
    total: int
    cut: tuple[dict[str, Any], ...] = ()
    on_path: frozenset[str] = field(default_factory=frozenset)

    @property
    def shown(self) -> int:
        return len(self.nodes)


def write_ops(ops: Iterable[Op]) -> list[str]:
    """Operations as texts for a link."""
    return [_LETTER[op.kind] + _SEPARATOR + _SEPARATOR.join(op.uids) for op in ops]


def read_ops(texts: Iterable[str]) -> list[Op]:
    """Operations out of a link; what cannot be read is passed over."""
    ops: list[Op] = []
    for written in texts:
        letter, *uids = written.split(_SEPARATOR)
        if letter in _KIND and uids and all(uids):
            ops.append(Op(_KIND[letter], tuple(uids)))
    return ops


def _path_as_neighbourhood(answer: dict[str, Any]) -> tuple[Neighbourhood, frozenset[str]]:
    nodes: dict[str, dict[str, Any]] = {}
    links: list[dict[str, Any]] = []
    for path in answer.get("paths", []):
        uids = [str(uid) for uid in path["nodes"]]
        nodes.update({uid: {"uid": uid} for uid in uids})
        links += [
            {
                "src": a,
                "dst": b,
                "rel": link["rel"],
                "n": max(1, len(link.get("records", []))),
                "records": link.get("records", []),
            }
            for a, b, link in zip(uids, uids[1:], path["links"], strict=False)
        ]
    return {"nodes": list(nodes.values()), "links": links, "shown": len(nodes), "total": len(nodes)}, frozenset(nodes)


def compose(
    first: Neighbourhood,
    ops: Sequence[Op],
    expand: Callable[[str], Neighbourhood],
    path: Callable[[str, str], dict[str, Any]],
) -> Picture:
    """Fold operations over the first neighbourhood.

    Nodes keep the order in which they came; a hidden node leaves with its links but still counts in ``total``;
    a later expansion or path that reaches a hidden node shows it again.
    """
    nodes: dict[str, dict[str, Any]] = {}
    links: dict[tuple[str, str, str], dict[str, Any]] = {}
    cut: dict[str, dict[str, Any]] = {}
    hidden: set[str] = set()
    on_path: frozenset[str] = frozenset()
    beyond = 0

    def add(part: Neighbourhood) -> None:
        nonlocal beyond
        for node in part.get("nodes", []):
            known = nodes.get(node["uid"], {})
            nodes[node["uid"]] = {**node, **{k: v for k, v in known.items() if v is not None}}
            hidden.discard(node["uid"])
        for link in part.get("links", []):
            links.setdefault((link["src"], link["rel"], link["dst"]), link)
        for entry in part.get("cut", []):
            cut.setdefault(entry["uid"], entry)
        beyond += max(0, int(part.get("total", 0)) - int(part.get("shown", 0)))

    add(first)
    for op in ops:
        if op.kind == "hide":
            hidden.update(op.uids)
        elif op.kind == "expand":
            for uid in op.uids:
                add(expand(uid))
        elif len(op.uids) == 2:
            part, on_path = _path_as_neighbourhood(path(*op.uids))
            add(part)
    shown = [node for uid, node in nodes.items() if uid not in hidden]
    kept = {node["uid"] for node in shown}
    return Picture(
        nodes=tuple(shown),
        links=tuple(link for (src, _, dst), link in links.items() if src in kept and dst in kept),
        total=len(nodes) + beyond,
        cut=tuple(cut.values()),
        on_path=on_path & kept,
    )
