"""Scripts written back: ``(:Report)-[:SIMILAR_TO {similarity}]->(:Script {uid, public, reports, subjects})``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from graph.evidence import View
from graph.projection.masking import Cast
from graph.stores.base import Links


def script_frames(
    scripts: Sequence[Mapping[str, object]], view: View, cast: Cast
) -> tuple[dict[str, pl.DataFrame], list[Links]]:
    """Script nodes and the links of the reports that tell them.

    A script is an object ``uid, public, reports (number), subjects, told[report, similarity]``; a report that the graph
    does not hold is left out.
    """
    if not scripts:
        return {}, []
    held = dict(zip(cast.uids.to_list(), cast.labels.to_list(), strict=True))
    nodes: list[dict[str, object]] = []
    links: list[dict[str, object]] = []
    for script in scripts:
        uid = str(script["uid"])
        told = script.get("told")
        reports: dict[str, float] = {}
        for one in told if isinstance(told, Sequence) else ():
            code = view.code(str(one["report"]))
            name = "" if code is None else str(cast.uids[int(cast.node_of[code])])
            if held.get(name) == "Report":
                reports[name] = float(one["similarity"])
        nodes.append(
            {
                "uid": uid,
                "public": bool(script["public"]),
                "reports": len(reports),
                "subjects": script["subjects"],
                "degree": len(reports),
            }
        )
        links += [{"src": name, "dst": uid, "similarity": like} for name, like in sorted(reports.items())]
    schema = {"src": pl.String, "dst": pl.String, "similarity": pl.Float64}
    frame = pl.DataFrame(links, schema=schema)
    made = [Links("SIMILAR_TO", "Report", "Script", frame)] if frame.height else []
    return {"Script": pl.DataFrame(nodes, infer_schema_length=None).sort("uid")}, made
