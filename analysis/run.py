"""The run: evidence to findings, one step a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import polars as pl

from analysis import assemble, communities, counter, fragility, network, rings, succession, support, track
from analysis.findings import Cut, Findings, Judgement, Ring, RingSnapshot
from analysis.flows import payers_of
from analysis.fringe import mule_victims
from analysis.nodes import Evidence, uid_of
from analysis.params import Params
from analysis.reasons import reason
from analysis.scripts import Scripts, listed
from analysis.typologies.base import Context
from analysis.verdicts import judge
from graph.evidence import View, count_links

BASELINE = "1"
"""Version of what a run takes as given: base weights, likelihood ratios, rates. A change is a new version."""

_LIBRARIES = ("igraph", "numpy", "polars")
_RANK = {"lead": 0, "corroborate": 1, "watch": 2}


@cache
def code_digest() -> str:
    """SHA-256 of this package's own modules: other code may answer otherwise, so it is another run."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run_key(view: View, params: Params, judgements: Sequence[Judgement], masked: Iterable[str]) -> str:
    """Digest of all a run depends on (law 6): same key, same findings. 32 hex digits."""
    said = {
        "digest": view.digest,
        "judgements": sorted(j.model_dump_json() for j in judgements),
        "params": params.model_dump(mode="json"),
        "baseline": BASELINE,
        "code": code_digest(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "compartments": sorted(view.compartments),
        "masked": sorted(masked),
        # Only what is one in this view: a decision on anybody else changes nothing.
        "same": sorted(view.same.values()),
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]


def detect(
    view: View,
    *,
    params: Params | None = None,
    judgements: Sequence[Judgement] = (),
    masked_parties: Mapping[str, str] | Iterable[str] = (),
    previous: Sequence[RingSnapshot] = (),
) -> Findings:
    """Rings of a view, ranked: leads first, then by score.

    ``masked_parties`` are uids of parties that the vault knows as victims or reporters, with the pseudonym of each
    where it is known: they are never members, and a person who stands under several uids is counted once.
    ``previous`` only decides what is called born, grown, merged, split, died or re-emerged.
    """
    params = params or Params()
    names = masked_parties if isinstance(masked_parties, Mapping) else {uid: uid for uid in masked_parties}
    masked = sorted(names)
    run = run_key(view, params, judgements, masked)
    evidence = Evidence(view, params, view.by_code(names))
    backing = support.gather(evidence)
    net = network.build(evidence, backing)
    community = communities.solve(evidence, net.edges, net.part, net.hands)
    candidates = rings.find(evidence, backing, net, community)
    context = Context(evidence, backing, net, candidates)
    against = counter.gather(evidence)
    verdicts = judge(context, against, judgements)
    weak = fragility.weigh(context, verdicts, against)
    found = assemble.rings(context, verdicts, weak, run)
    found = succession.told(evidence, succession.find(evidence, net.cuts, net.barred.to_list()), found)
    ranked = sorted(found, key=lambda ring: (_RANK[ring.status], -ring.score, not _shifted(ring), _uids(ring)))
    keys = _keys(ranked)
    changes = track.match(previous, [frozenset(_uids(ring)) for ring in ranked], keys, params)
    kind = {change.key: change.kind for change in changes if change.key}
    ranked = [ring.model_copy(update={"change": kind[key]}) for ring, key in zip(ranked, keys, strict=True)]
    members = np.unique(candidates.members["node"].to_numpy())
    payers = payers_of(net.paid, members)
    outside = payers.filter(~payers.is_in(candidates.members["node"].unique().implode()))
    receiving = candidates.members["node"].unique().sort()
    receiving = receiving.filter(receiving.is_in(net.paid["payee"].drop_nulls().unique().implode()))
    return Findings(
        run=run,
        digest=view.digest,
        as_of=view.as_of,
        rings=tuple(ranked),
        keys=keys,
        changes=tuple(changes),
        cuts=(
            *(Cut(uid=uid_of(evidence, node), why=why) for node, why in net.cuts.items()),
            *_public_texts(net.scripts),
        ),
        suspected_payees=_texts(evidence, receiving),
        payers=_texts(evidence, outside),
        mule_victims=_texts(evidence, mule_victims(context)["node"]),
        scripts=tuple(listed(view, net.scripts)),
        components=len(np.unique(net.part[net.part >= 0])),
        entities=view.entities.height,
        links=count_links(view.tables),
    )


def _uids(ring: Ring) -> tuple[str, ...]:
    return tuple(sorted(member.uid for member in ring.members))


def _shifted(ring: Ring) -> bool:
    """Whether its money began to come from elsewhere (T08): all that pattern does is to order equals."""
    return any(hit.id == "T08" for hit in ring.typologies)


def _public_texts(told: Scripts) -> list[Cut]:
    return [
        Cut(uid=uid, why=reason("cut_public_text", reports=reports, subjects=subjects, categories=categories))
        for uid, reports, subjects, categories in told.scripts.filter("public")
        .select("script", "reports", "subjects", "categories")
        .iter_rows()
    ]


def _texts(evidence: Evidence, nodes: pl.Series) -> tuple[str, ...]:
    return tuple(sorted({uid_of(evidence, int(node)) for node in nodes.to_list()}))


def _keys(ranked: Sequence[Ring]) -> tuple[str, ...]:
    """Smallest member uid of each ring, numbered from the second that has the same."""
    seen: dict[str, int] = {}
    out: list[str] = []
    for ring in ranked:
        low = _uids(ring)[0]
        seen[low] = seen.get(low, 0) + 1
        out.append(low if seen[low] == 1 else f"{low}#{seen[low]}")
    return tuple(out)
