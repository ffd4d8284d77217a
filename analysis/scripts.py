"""Scripts: one text told in many reports, in whatever spelling, and whether it is a crew's or everybody's.

A report's folded sketch (``text_folded``) is a set of keyed grams of six hex digits. Two texts are alike when the sets
overlap enough (Jaccard); a script is a group of texts that are alike on the whole (Leiden, CPM), so that no chain of
half-alike reports makes one. A longer report that quotes a script whole is put with it but joins no two scripts.
All of this is exact set arithmetic, so it is the same under every key of the vault.

A script that reports about many unrelated things tell, in many categories, is *public*: a warning of the police, an
advertisement, a text that went round, a guide that every crew copies. It is shown and links nobody.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import igraph as ig
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.natures import categories
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.support import Support
from analysis.ties import shaped
from graph.evidence import View
from graph.schema import LABELS

PROP: Final = "text_folded"
DIGITS: Final = 6
COMMON: Final = 200
"""Texts that hold a gram; above it only the first of them are compared with, in order of their reports."""
_LEADERS: Final = 50
_COPY: Final = 0.75
"""Similarity from which two texts are copies: they are grouped before anything else, and stand for each other."""
_ROWS: Final = 8_000_000
"""Rows of one join, about: what bounds the memory of comparing texts."""
_QUOTED: Final = 30
"""Fewest grams of a text that may be found quoted inside a longer one."""

Grams = frozenset[str]


@dataclass(frozen=True)
class Scripts:
    """``told``: ``report`` (code), ``script`` (uid), ``like`` (0-1), one row a report. ``scripts``: ``script, reports,
    subjects, categories, share, public``, by uid; ``subjects`` are groups of reports that share nothing they name,
    ``share`` is that of the commonest category."""

    told: pl.DataFrame
    scripts: pl.DataFrame

    @property
    def private(self) -> pl.DataFrame:
        """``report, script`` of scripts that are not public."""
        mine = self.scripts.filter(~pl.col("public")).select("script")
        return self.told.join(mine, on="script", how="semi", maintain_order="left").select("report", "script")


_TOLD: Final = {"report": pl.UInt32, "script": pl.String, "like": pl.Float64}
_SCRIPTS: Final = {
    "script": pl.String, "reports": pl.UInt32, "subjects": pl.UInt32, "categories": pl.UInt32, "share": pl.Float64,
    "public": pl.Boolean,
}  # fmt: skip


def find(view: View, params: Params) -> Scripts:
    """All scripts that at least two reports of a view tell."""
    sketches = (
        view["statements"]
        .filter(pl.col("prop") == PROP)
        .group_by(pl.col("subject").alias("report"))
        .agg(pl.col("text").min())
        .sort("report")
    )
    by_text: dict[str, list[int]] = {}
    for report, text in sketches.iter_rows():
        by_text.setdefault(text, []).append(report)
    groups = list(by_text.values())
    told: list[tuple[int, str, float]] = []
    for cluster in same_text([grams(text) for text in by_text], params):
        reports = [(report, like) for text, like in cluster for report in groups[text]]
        if len(reports) > 1:
            uid = script_uid(view.uid(min(report for report, _ in reports)))
            told += [(report, uid, like) for report, like in reports]
    frame = pl.DataFrame(told, schema=_TOLD, orient="row").sort("report")
    return Scripts(frame, _spread(view, frame, params))


def listed(view: View, told: Scripts) -> list[dict[str, object]]:
    """Scripts as the graph takes them: ``uid, public, reports, subjects, categories, told[report, similarity]``."""
    by_script: dict[str, list[dict[str, object]]] = {}
    names = view.uids(told.told["report"])
    for name, (script, like) in zip(names, told.told.select("script", "like").iter_rows(), strict=True):
        by_script.setdefault(script, []).append({"report": name, "similarity": like})
    return [
        {key: row[key] for key in ("public", "reports", "subjects", "categories")}
        | {"uid": row["script"], "told": by_script[row["script"]]}
        for row in told.scripts.iter_rows(named=True)
    ]


def ties(evidence: Evidence, support: Support, told: Scripts, rows: pl.DataFrame) -> pl.DataFrame:
    """Weak ties between nodes that are tied already and whose reports, not the same one, tell one private script.

    A script alone joins nothing: crews learn from the same guides, and victims copy each other.
    """
    mine = (
        support.names.join(told.private, on="report")
        .group_by("node", "script")
        .agg(
            pl.col("report").n_unique().alias("n"), pl.col("report").min(), pl.col("rec").min(), pl.col("at").min(),
            pl.col("at").max().alias("until"),
        )
    )  # fmt: skip
    both = (
        rows.select("u", "v")
        .unique()
        .join(mine.rename({"node": "u"}), on="u")
        .join(mine.rename({"node": "v"}), on=["v", "script"], suffix="_v")
        .filter((pl.col("n") > 1) | (pl.col("n_v") > 1) | (pl.col("report") != pl.col("report_v")))
        .select(
            "u", "v", pl.lit("script").alias("kind"), pl.min_horizontal("at", "at_v").alias("since"),
            pl.max_horizontal("until", "until_v").alias("until"), pl.min_horizontal("rec", "rec_v").alias("rec"),
        )
    )  # fmt: skip
    return shaped(both, evidence, "u", "v")


def script_uid(first: str) -> str:
    """``script:h:<24 hex>`` from the uid of the first report that tells it: no word of the text, and no key."""
    return "script:h:" + hashlib.sha256(f"script\x1f{first}".encode()).hexdigest()[:24]


def grams(sketch: str) -> Grams:
    """Members of a folded sketch."""
    return frozenset(sketch[n : n + DIGITS] for n in range(0, len(sketch), DIGITS))


def same_text(texts: list[Grams], params: Params) -> Iterator[list[tuple[int, float]]]:
    """Groups of texts (by position, with the similarity to the group's nearest other) that are one script.

    Lone texts come as groups of one. The order of ``texts`` decides only which of very many copies are compared.
    """
    alike: dict[tuple[int, int], float] = {}
    like: dict[int, float] = {}
    quoting: dict[int, tuple[float, int]] = {}
    n = np.array([len(one) for one in texts], dtype=np.int64)
    x, y = _candidates(texts, params).to_numpy().T.astype(np.int64)
    both = _shared(texts, x, y)
    jaccard = both / (n[x] + n[y] - both)
    near = jaccard >= params.script_similarity
    for a, b, how in zip(x[near].tolist(), y[near].tolist(), jaccard[near].tolist(), strict=True):
        alike[a, b] = how
        like[a], like[b] = max(like.get(a, 0.0), how), max(like.get(b, 0.0), how)
    small, large = np.where(n[x] <= n[y], (x, y), (y, x))
    held = both / n[small]
    within = ~near & (n[small] >= _QUOTED) & (both >= params.script_quoted * n[small])
    for a, b, how in zip(small[within].tolist(), large[within].tolist(), held[within].tolist(), strict=True):
        quoting[b] = max(quoting.get(b, (0.0, 0)), (how, -a))
    member = _grouped(len(texts), alike, params)
    size: dict[int, int] = {}
    for group in member:
        size[group] = size.get(group, 0) + 1
    out: dict[int, list[tuple[int, float]]] = {}
    for text, group in enumerate(member):
        place, closest = group, like.get(text, 1.0)
        if size[group] == 1 and text in quoting:
            closest, quoted = quoting[text]
            place = member[-quoted]
        out.setdefault(place, []).append((text, round(closest, 4)))
    yield from (out[place] for place in sorted(out))


def _shared(texts: Sequence[Grams], x: NDArray[np.int64], y: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many grams each pair has in common; pairs are in order of ``x``."""
    number: dict[str, int] = {}
    held = np.fromiter((number.setdefault(gram, len(number)) for one in texts for gram in one), dtype=np.int64)
    ends = np.cumsum([len(one) for one in texts], dtype=np.int64)
    begins = ends - np.array([len(one) for one in texts], dtype=np.int64)
    out = np.zeros(len(x), dtype=np.int64)
    marked = np.zeros(len(number), dtype=np.bool_)
    first = np.flatnonzero(np.diff(x, prepend=-1))
    for low, high in pairwise([*first.tolist(), len(x)]):
        mine = held[begins[x[low]] : ends[x[low]]]
        marked[mine] = True
        # The grams of all its partners in one row, and where each partner's begin in it.
        others = y[low:high]
        lengths = ends[others] - begins[others]
        starts = np.cumsum(lengths) - lengths
        row = held[np.arange(lengths.sum()) + np.repeat(begins[others] - starts, lengths)]
        out[low:high] = np.add.reduceat(marked[row], starts, dtype=np.int64)
        marked[mine] = False
    return out


def _grouped(n: int, alike: dict[tuple[int, int], float], params: Params) -> list[int]:
    """Group (its first text) of every text: copies count as one, then per component those that are alike on average."""
    copies = _lowest(ig.Graph(n=n, edges=sorted(pair for pair, like in alike.items() if like >= _COPY)))
    between: dict[tuple[int, int], float] = {}
    for (x, y), like in alike.items():
        pair = min(copies[x], copies[y]), max(copies[x], copies[y])
        if pair[0] != pair[1]:
            between[pair] = max(between.get(pair, 0.0), round(like, 9))
    edges = sorted(between)
    whole = ig.Graph(n=n, edges=edges)
    size = Counter(copies)
    whole.vs["n"] = [size[text] for text in range(n)]
    whole.es["w"] = [between[x, y] * size[x] * size[y] for x, y in edges]
    member = list(range(n))
    for nodes in whole.connected_components():
        found = [0] * len(nodes) if len(nodes) < 3 else _leiden(whole.induced_subgraph(nodes), params)
        first: dict[int, int] = {}
        for node, group in zip(nodes, found, strict=True):
            member[node] = first.setdefault(group, node)
    return [member[copies[text]] for text in range(n)]


def _lowest(graph: ig.Graph) -> list[int]:
    """Smallest vertex of each vertex' component."""
    parts = graph.connected_components()
    low = [min(part) for part in parts]
    return [low[part] for part in parts.membership]


def _leiden(part: ig.Graph, params: Params) -> list[int]:
    ig.set_random_number_generator(random.Random(part.vcount()))
    try:
        found = part.community_leiden(
            objective_function="CPM", weights="w", node_weights="n", resolution=params.script_cohesion,
            n_iterations=params.leiden_iterations,
        )  # fmt: skip
    finally:
        ig.set_random_number_generator(random)
    return list(found.membership)


def _candidates(texts: Sequence[Grams], params: Params) -> pl.DataFrame:
    """Pairs ``x < y`` that may be alike, sorted: those that share a fifth or more of the smaller one's rarest grams.

    Of two sets that overlap in ``k`` members of the smaller, any ``n - k + 1`` of its members hold one that they share;
    its rarest are looked at. To ask for a fifth of these loses no pair of similarity .5 or more (see the tests), and
    keeps the number of pairs near that of the alike ones. Of grams in more than ``COMMON`` texts only the first few
    texts are looked at, which is enough for copies: they are all alike.
    """
    least = min(2 * params.script_similarity / (1 + params.script_similarity), params.script_quoted)
    rows = pl.DataFrame(
        {"text": pl.Series(range(len(texts)), dtype=pl.UInt32), "gram": [sorted(one) for one in texts]},
        schema={"text": pl.UInt32, "gram": pl.List(pl.String)},
    ).with_columns(pl.col("gram").list.len().alias("n"))
    held = rows.explode("gram").drop_nulls("gram")
    # Ties are broken by where a gram stands, never by its keyed value; grams that stand in the same texts are alike.
    posted = held.group_by("gram").agg(
        pl.len().alias("df"), pl.col("text").min().alias("low"), pl.col("text").cast(pl.UInt64).sum().alias("sum")
    )
    posted = posted.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("g"))
    held = held.join(posted, on="gram").drop("gram").sort("text", "df", "low", "sum", "g")
    held = held.with_columns(pl.int_range(pl.len()).over("text").alias("place"))
    looked_at = (pl.col("n") - (least * pl.col("n")).ceil() + 1).cast(pl.Int64)
    rare = held.filter((pl.col("df") > 1) & (pl.col("place") < looked_at)).select(
        "g",
        "text",
        "n",
        (looked_at // 5).clip(lower_bound=1).alias("least"),
        pl.min_horizontal("df", COMMON).alias("pairs"),
    )
    others = held.filter(pl.col("df") > 1).select("g", pl.col("text").alias("other"), pl.col("n").alias("m"), "df")
    first = pl.col("other").rank("ordinal").over("g") <= _LEADERS
    others = others.filter((pl.col("df") <= COMMON) | first).drop("df")
    out = [pl.DataFrame(schema={"x": pl.UInt32, "y": pl.UInt32})]
    for block in _blocks(rare):
        pairs = (
            block.join(others, on="g")
            .filter((pl.col("text") != pl.col("other")) & (pl.col("n") <= pl.col("m")))
            .group_by("text", "other")
            .agg(pl.len().alias("shared"), pl.col("least").first())
            .filter(pl.col("shared") >= pl.col("least"))
        )
        out.append(
            pairs.select(pl.min_horizontal("text", "other").alias("x"), pl.max_horizontal("text", "other").alias("y"))
        )
    return pl.concat(out).unique().sort("x", "y")


def _blocks(rare: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows of whole texts, so many that joining them stays within ``_ROWS``."""
    block = (pl.col("pairs").cast(pl.UInt64).cum_sum() // _ROWS).alias("block")
    starts = rare.with_columns(block).with_columns(pl.col("block").min().over("text"))
    yield from (part.drop("block") for part in starts.partition_by("block", maintain_order=True))


def _spread(view: View, told: pl.DataFrame, params: Params) -> pl.DataFrame:
    """How far each script went, and whether that makes it public."""
    suspects = [name for name, label in LABELS.items() if label.side == "suspect"]
    named = view["mentions"].join(told.select("report", "script"), on="report").select("script", "report", "target")
    labels = view.entities.with_row_index("target").select(pl.col("target").cast(pl.UInt32), "label")
    named = named.join(labels, on="target").filter(pl.col("label").is_in(suspects)).unique().sort("report", "target")
    of = dict(told.join(categories(view), on="report", how="left").select("report", "category").iter_rows())
    pairs: dict[str, list[tuple[int, int]]] = {}
    for script, report, target in named.select("script", "report", "target").iter_rows():
        pairs.setdefault(script, []).append((report, target))
    rows = []
    for script, part in sorted(told.group_by("script").agg(pl.col("report").sort()).iter_rows()):
        subjects = _groups(part, pairs.get(script, ()))
        kinds = [of[report] for report in part if of[report] is not None]
        share = max((kinds.count(kind) for kind in set(kinds)), default=0) / len(kinds) if kinds else 1.0
        mixed = subjects >= params.script_subjects and share <= params.script_mix
        public = mixed or subjects >= params.script_viral
        rows.append((script, len(part), subjects, len(set(kinds)), round(share, 4), public))
    return pl.DataFrame(rows, schema=_SCRIPTS, orient="row")


def _groups(reports: list[int], named: Iterable[tuple[int, int]]) -> int:
    """Number of groups of reports that name nothing in common; a report that names nothing is a group of its own."""
    at = {report: n for n, report in enumerate(reports)}
    first: dict[int, int] = {}
    edges = [(at[report], first.setdefault(target, at[report])) for report, target in named]
    return len(ig.Graph(n=len(reports), edges=edges).connected_components())
