"""T10: accounts of several hands pass the same posts on at the same time, again and again, more than chance explains.

The null model keeps which posts each account shared and how soon it usually does (its delays after the post came out),
and shuffles which delay went with which post. A news desk, a fan group or a town hall is quick with everything, so its
coincidences survive the shuffle and say nothing; pages that one hand works come late together and early together, and
theirs do not. Copies that arrive within seconds are automatic cross-posting and are left out.

It finds who else may be behind the page of a ring; a ring that the speech brake holds gets none.
"""

from __future__ import annotations

import hashlib
from typing import Final

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.network import Network
from analysis.nodes import Evidence, uid_of
from analysis.typologies import pages, t09_facade
from analysis.typologies.base import Context, hits

CODE: Final = "t10_coordinated"
_SHUFFLES: Final = 499
_MOST: Final = 60
"""Accounts of one component that are compared; the busiest of more."""
_SHOWN: Final = 8
_CELLS: Final = 4_000_000
"""Delays drawn at a time, about: what bounds the memory of the null model."""

GROUPS: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "group": pl.UInt32,
    "node": pl.UInt32,
    "posts": pl.UInt32,
    "p": pl.Float64,
    "recs": pl.List(pl.UInt32),
}


def detect(context: Context) -> pl.DataFrame:
    """Rings of which a member belongs to a coordinated group, or publishes what one passes on; one hit a group."""
    found = context.once("t10 groups", groups)
    if not found.height:
        return hits(CODE, ())
    sources = context.once("t10 sources", lambda evidence, network: _sources(evidence, network, found))
    touched = (
        pl.concat([found.select("group", "node"), sources])
        .join(context.members, on="node")
        .group_by("ring", "group")
        .agg(pl.col("node").min().alias("member"))
    )
    held = t09_facade.restrained(context)
    of = found.group_by("group").agg(
        pl.col("node").sort(), pl.col("posts").first(), pl.col("p").first(), pl.col("recs").explode()
    )
    rows = touched.filter(~pl.col("ring").is_in(sorted(held))).join(of, on="group").sort("ring", "group")
    return hits(
        CODE,
        (
            (
                row["ring"],
                0.4 + 0.1 * min(6, len(row["node"]) - 3),
                {
                    "uid": context.uid(row["member"]),
                    "accounts": len(row["node"]),
                    "uids": [context.uid(node) for node in row["node"][:_SHOWN]],
                    "posts": row["posts"],
                    "minutes": context.params.t10_minutes,
                    "p": round(row["p"], 3),
                },
                row["recs"],
            )
            for row in rows.iter_rows(named=True)
        ),
    )


def shares(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``node, post, at, delay, rec``: who passed which post on, first time, and so many seconds after it came out (by
    its publisher, else by whoever was first). Posts that very many pass on are left out: they are in the air."""
    came = pages.posts(evidence, network).group_by("post").agg(pl.col("at").min().alias("out"))
    links = evidence.view["links"].filter((pl.col("rel") == "SHARED") & pl.col("since").is_not_null())
    posts = evidence.codes_of("Publication").implode()
    allowed = pl.Series(np.flatnonzero(evidence.suspect_side).astype(np.uint32)).implode()
    rows = links.filter(pl.col("dst").is_in(posts) & pl.col("src").is_in(allowed)).select(
        pl.col("src").alias("account"), pl.col("dst").alias("post"), pl.col("since").alias("at"), "rec"
    )
    rows = evidence.place(rows, "account", "at").rename({"account": "node"})
    rows = rows.sort("node", "post", "at", "rec").unique(["node", "post"], keep="first", maintain_order=True)
    return (
        rows.filter(pl.len().over("post") <= evidence.params.t10_viral)
        .join(came, on="post", how="left")
        .with_columns(pl.min_horizontal("out", pl.col("at").min().over("post")).alias("out"))
        .with_columns((pl.col("at") - pl.col("out")).dt.total_seconds().alias("delay"))
        .select("node", "post", "at", "delay", "rec")
        .sort("node", "post")
    )


def groups(evidence: Evidence, network: Network) -> pl.DataFrame:
    """Coordinated groups, one row an account: columns of ``GROUPS``."""
    told = shares(evidence, network)
    p = evidence.params
    near = _pairs(told, p.t10_minutes * 60)
    often = (
        near.filter(pl.col("lag").median().over("x", "y") > p.t10_automatic_s)
        .sort("at")
        .rolling(index_column="at", period=f"{p.t10_days}d", group_by=["x", "y"])
        .agg(pl.len().alias("n"))
        .filter(pl.col("n") >= p.t10_times)
        .select("x", "y")
        .unique()
        .sort("x", "y")
    )
    if not often.height:
        return pl.DataFrame(schema=GROUPS)
    out = []
    for part in _parts(often):
        sure = _beyond_chance(evidence, told, often, part)
        for group in _parts(sure.select("x", "y")):
            mine = told.filter(pl.col("node").is_in(group))
            together = _together(mine, p.t10_minutes, p.t10_days)
            if together.height and int(together["n"][0]) >= p.t10_times and _owners(network, group) >= p.t10_accounts:
                chance = sure.filter(pl.col("x").is_in(group))["p"].max()
                recs = mine.join(together, on="post", how="semi")
                out += [
                    (
                        min(group),
                        node,
                        int(together["n"][0]),
                        chance,
                        recs.filter(pl.col("node") == node)["rec"].to_list(),
                    )
                    for node in group
                ]
    return pl.DataFrame(out, schema=GROUPS, orient="row").sort("group", "node")


def _pairs(told: pl.DataFrame, seconds: float) -> pl.DataFrame:
    """``x, y, post, at, lag``: pairs of accounts that passed a post on within so many seconds."""
    # By slots of that length and their neighbours, so that a post which hundreds pass on is no square of them.
    slot = (pl.col("delay") / seconds).floor().cast(pl.Int64)
    other = told.select(
        pl.col("node").alias("y"),
        "post",
        pl.col("delay").alias("other"),
        pl.concat_list(slot - 1, slot, slot + 1).alias("slot"),
    ).explode("slot")
    return (
        told.select(pl.col("node").alias("x"), "post", "at", "delay", slot.alias("slot"))
        .join(other, on=["post", "slot"])
        .filter(pl.col("x") < pl.col("y"))
        .with_columns((pl.col("delay") - pl.col("other")).abs().alias("lag"))
        .filter(pl.col("lag") <= seconds)
        .select("x", "y", "post", "at", "lag")
        .sort("x", "y", "at", "post")
    )


def _parts(pairs: pl.DataFrame) -> list[list[int]]:
    """Connected groups of pairs, each ascending, in order of their smallest."""
    nodes = pl.concat([pairs["x"], pairs["y"]]).unique().sort()
    if not len(nodes):
        return []
    place = {node: n for n, node in enumerate(nodes.to_list())}
    graph = ig.Graph(n=len(nodes), edges=[(place[x], place[y]) for x, y in pairs.select("x", "y").iter_rows()])
    return sorted(sorted(int(nodes[n]) for n in part) for part in graph.connected_components())


def _beyond_chance(evidence: Evidence, told: pl.DataFrame, often: pl.DataFrame, part: list[int]) -> pl.DataFrame:
    """``x, y, p`` of pairs that coincide more often than any pair of the part does under the null model (``t10_p``)."""
    p = evidence.params
    mine = told.filter(pl.col("node").is_in(part))
    busy = mine.group_by("node").len().sort("len", "node", descending=[True, False])["node"].head(_MOST).sort()
    nodes, posts = busy.to_list(), mine["post"].unique().sort()
    late = np.full((len(nodes), len(posts)), np.nan)
    rows = mine.filter(pl.col("node").is_in(busy.implode()))
    late[busy.search_sorted(rows["node"]).to_numpy(), posts.search_sorted(rows["post"]).to_numpy()] = rows[
        "delay"
    ].to_numpy()
    seconds = p.t10_minutes * 60
    seen = _coincidences(late[None], seconds)[0]
    # Named by its smallest uid, so that nothing unrelated moves a draw.
    name = min(uid_of(evidence, node) for node in nodes)
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(f"t10\x1f{name}".encode()).digest()[:8], "big"))
    order = sorted(range(len(nodes)), key=lambda n: uid_of(evidence, nodes[n]))
    least = np.zeros_like(seen)
    batch = max(1, _CELLS // late.size)
    for first in range(0, _SHUFFLES, batch):
        drawn = np.repeat(late[None], min(batch, _SHUFFLES - first), axis=0)
        for n in order:
            own = np.flatnonzero(~np.isnan(late[n]))
            drawn[:, n, own] = rng.permuted(drawn[:, n, own], axis=1)
        most = _coincidences(drawn, seconds).max(axis=(1, 2))
        least += (most[:, None, None] >= seen).sum(axis=0)
    chance = (1 + least) / (1 + _SHUFFLES)
    asked = [(x, y) for x, y in often.iter_rows() if x in nodes and y in nodes]
    found = [(x, y, float(chance[nodes.index(x), nodes.index(y)])) for x, y in asked]
    sure = [row for row in found if row[2] < p.t10_p]
    return pl.DataFrame(sure, schema={"x": pl.UInt32, "y": pl.UInt32, "p": pl.Float64}, orient="row")


def _coincidences(late: NDArray[np.float64], seconds: float) -> NDArray[np.int64]:
    """How often each two accounts of ``late[draw, account, post]`` are within so many seconds of each other, by draw;
    the lower triangles are 0."""
    draws, many, _ = late.shape
    out = np.zeros((draws, many, many), dtype=np.int64)
    for n in range(many - 1):
        out[:, n, n + 1 :] = (np.abs(late[:, n + 1 :] - late[:, n : n + 1]) <= seconds).sum(axis=2)
    return out


def _together(mine: pl.DataFrame, minutes: float, days: int) -> pl.DataFrame:
    """``post, n``: posts that three or more pass on within the minutes, and how many in the busiest window of days."""
    ranked = mine.sort("post", "delay").with_columns(pl.col("delay").shift(-2).over("post").alias("third"))
    posts = (
        ranked.filter(pl.col("third") - pl.col("delay") <= minutes * 60)
        .group_by("post")
        .agg(pl.col("at").min())
        .sort("at", "post")
    )
    windows = posts.rolling(index_column="at", period=f"{days}d").agg(pl.len().alias("n"))
    most = windows["n"].max() if windows.height else 0
    return posts.select("post").with_columns(pl.lit(most, dtype=pl.UInt32).alias("n"))


def _owners(network: Network, group: list[int]) -> int:
    """Hands of a group: accounts that one hand is known to administer are its own cross-posting, not several."""
    inside = set(group)
    admins: dict[int, int] = {}
    for u, v in network.administered.iter_rows():
        for admin, page in ((u, v), (v, u)):
            if page in inside and admin not in inside:
                admins[page] = min(admins.get(page, admin), admin)
    return len({int(network.hands.of[admins.get(node, node)]) for node in group})


def _sources(evidence: Evidence, network: Network, found: pl.DataFrame) -> pl.DataFrame:
    """``group, node``: pages that publish at least half of what a coordinated group passes on."""
    mine = shares(evidence, network).join(found.select("group", "node"), on="node").select("group", "post").unique()
    made = mine.join(pages.posts(evidence, network).select("post", "page"), on="post")
    counts = made.group_by("group", pl.col("page").alias("node")).agg(pl.col("post").n_unique().alias("n"))
    everything = mine.group_by("group").agg(pl.len().alias("all"))
    rows = counts.join(everything, on="group").filter(2 * pl.col("n") >= pl.col("all"))
    return rows.select("group", "node").sort("group", "node")
