"""Connectors: public or shared things that stay visible but join nobody.

Signs together, not a count of partners (ARCHITECTURE section 5): many partner identifiers of which few recur with it
in independent reports, a mix of complaints like the whole country's, rarely named alone. Payees are exempt.
"""

from __future__ import annotations

import polars as pl

from analysis.findings import Reason
from analysis.nodes import Evidence
from analysis.parts import both_ends, components
from analysis.reasons import reason
from analysis.support import Support
from analysis.ties import co_named, in_force, users_of_machines
from graph.shared_kinds import SHARED_KINDS

_ALONE = 0.35
_MIX = 0.55
_PAYEE = 0.25


def public_identifiers(evidence: Evidence, support: Support) -> pl.DataFrame:
    """``node, reports, partners, recurring`` of what is named as a hot-line is, not as a line of a crew."""
    p = evidence.params
    names = support.names.join(support.reports.select("report", "category"), on="report")
    names = names.with_columns(pl.len().over("report").alias("k"))
    stats = names.group_by("node").agg(
        pl.col("voice").n_unique().alias("reports"),
        (pl.col("role") == "payee").mean().alias("payee"),
        (pl.col("k") == 1).mean().alias("alone"),
    )
    busy = stats.filter(
        (pl.col("reports") >= p.public_reports) & (pl.col("payee") < _PAYEE) & (pl.col("alone") <= _ALONE)
    )
    if not busy.height:
        return busy.select("node", "reports").with_columns(partners=pl.lit(0), recurring=pl.lit(0.0))
    partners = (
        names.join(busy.select("node"), on="node")
        .select("node", "report", "voice")
        .join(names.select("report", pl.col("node").alias("partner")), on="report")
        .filter(pl.col("node") != pl.col("partner"))
        .group_by("node", "partner")
        .agg(pl.col("voice").n_unique().alias("together"))
        .group_by("node")
        .agg(pl.len().alias("partners"), (pl.col("together") >= 2).mean().alias("recurring"))
    )
    found = busy.join(partners, on="node").join(_likeness(names, busy), on="node", how="left")
    return (
        found.filter((pl.col("partners") >= p.public_partners) & (pl.col("recurring") <= p.public_recurring))
        .filter(pl.col("mix").is_null() | (pl.col("mix") >= _MIX))
        .select("node", "reports", "partners", "recurring")
        .sort("node")
    )


def _likeness(names: pl.DataFrame, busy: pl.DataFrame) -> pl.DataFrame:
    """``node, mix``: 1 minus the distance between its categories and all reports' (1: like the whole country)."""
    told = names.filter(pl.col("category").is_not_null())
    country = told.unique("report").group_by("category").agg(pl.len().alias("n")).with_columns(
        (pl.col("n") / pl.col("n").sum()).alias("all")
    )  # fmt: skip
    if country.height < 2:
        return pl.DataFrame(schema={"node": pl.UInt32, "mix": pl.Float64})
    own = (
        told.join(busy.select("node"), on="node")
        .unique(["node", "report"])
        .group_by("node", "category")
        .agg(pl.len().alias("m"))
        .with_columns((pl.col("m") / pl.col("m").sum().over("node")).alias("own"))
    )
    return (
        own.join(country.select("category", "all"), on="category")
        .group_by("node")
        .agg(pl.min_horizontal("own", "all").sum().alias("mix"))
    )


def shared_things(evidence: Evidence, support: Support, ties: pl.DataFrame, used: pl.Series) -> pl.DataFrame:
    """``node, kind, n``: holders, devices and addresses of many at a time.

    One of which most are named by reports or stand in ``used`` (nodes that are in a crew's use for another reason) is
    a crew's own: who holds the lines of a call centre sells none. But crews buy where others buy: where the many have
    nothing else to do with one another, they are customers, however many of them are reported.
    """
    p = evidence.params
    named = pl.concat([support.names["node"], used]).unique()
    told = pl.DataFrame({"other": named, "named": pl.repeat(1.0, len(named), eager=True)})
    tied = pl.concat([ties, co_named(evidence, support)]).select("u", "v").unique()
    out = []
    for kinds, labels, cap, kind in (
        (("contract", "stated"), ("Person",), p.holder_cap, "reseller"),
        (("device",), ("Device",), p.device_cap, "device"),
        (("recovery", "stated", "holds"), ("Email", "Phone", "Wallet", "BankAccount"), p.instrument_cap, "instrument"),
    ):
        rows = in_force(ties.filter(pl.col("kind").is_in(list(kinds))).select("u", "v", "since", "until"))
        mine = both_ends(rows, ("u", "v"), ("node", "other"), "since", "until")
        mine = mine.filter(evidence.are(mine["node"], *labels))
        mine = mine.filter(~_of_a_record(evidence, mine["other"]))
        many = (
            mine.join(told, on="other", how="left")
            .group_by("node")
            .agg(pl.col("other").n_unique().alias("n"), pl.col("named").fill_null(0.0).mean())
            .filter(pl.col("n") > cap)
        )
        apart = _unrelated(evidence, tied, mine.join(many, on="node", how="semi"))
        busy = many.join(apart, on="node").filter((pl.col("named") < 0.5) | (pl.col("apart") > p.customers))
        out.append(
            _at_a_time(mine.join(busy, on="node", how="semi"))
            .filter(pl.col("n") > cap)
            .with_columns(pl.lit(kind).alias("kind"))
        )
    out.append(_public_machines(evidence, ties, told, tied))
    return pl.concat(out).unique("node", keep="first", maintain_order=True).sort("node")


def _of_a_record(evidence: Evidence, nodes: pl.Series) -> pl.Series:
    """Whether each node is somebody of whom one record tells and no document: often one person in many records."""
    nameless = evidence.view.entities["uid"].str.starts_with("person:rec:")
    return nameless.gather(pl.Series(evidence.node_code[nodes.to_numpy()], dtype=pl.UInt32))


def _public_machines(evidence: Evidence, ties: pl.DataFrame, told: pl.DataFrame, tied: pl.DataFrame) -> pl.DataFrame:
    """``node, n, kind`` of machines into which no card goes and whose users, at whatever times they came, are mostly
    not named (``told``: ``other, named``) and have nothing else to do with one another: cafes, shops."""
    p = evidence.params
    used = users_of_machines(evidence, ties).rename({"machine": "node", "user": "other"})
    machines = (
        used.join(told, on="other", how="left")
        .group_by("node")
        .agg(pl.len().cast(pl.UInt32).alias("n"), pl.col("named").fill_null(0.0).mean())
        .filter((pl.col("n") >= p.machine_users) & (pl.col("named") < 0.5))
    )
    apart = _unrelated(evidence, tied, used.join(machines, on="node", how="semi"))
    public = machines.join(apart.filter(pl.col("apart") > p.customers), on="node", how="semi")
    return public.select("node", "n", pl.lit("device").alias("kind"))


def public_addresses(evidence: Evidence, support: Support, ties: pl.DataFrame, seen: pl.DataFrame) -> pl.Series:
    """Addresses of which one connection carried more than ``session_cap`` users in all (``seen``: rows of
    :func:`analysis.ties.sessions`), mostly not named and with nothing else to do with one another: a cafe whose gateway
    shows one port to the world. Its machines are not counted: that one of them stands in a report relates nobody.
    """
    p = evidence.params
    used = seen.select(pl.col("address").alias("node"), pl.col("line").alias("other")).unique()
    many = (
        used.with_columns(pl.col("other").is_in(support.names["node"].unique().implode()).alias("named"))
        .group_by("node")
        .agg(pl.len().alias("n"), pl.col("named").mean())
        .filter((pl.col("n") > p.session_cap) & (pl.col("named") < 0.5))
    )
    if not many.height:
        return many["node"]
    machines = users_of_machines(evidence, ties)["machine"].unique().implode()
    rest = pl.concat([ties, co_named(evidence, support)]).select("u", "v")
    rest = rest.filter(~pl.col("u").is_in(machines) & ~pl.col("v").is_in(machines))
    apart = _parts_of(evidence, rest, used.join(many, on="node", how="semi"))
    return apart.filter(pl.col("apart") > p.customers)["node"].sort()


def _unrelated(evidence: Evidence, tied: pl.DataFrame, mine: pl.DataFrame) -> pl.DataFrame:
    """``node, apart``: parts that the others of ``mine`` (``node, other``) fall into by ``tied`` (``u, v``), other ties
    and reports, without any of these nodes, for each other."""
    nodes = mine["node"].unique().implode()
    rest = tied.filter(~pl.col("u").is_in(nodes) & ~pl.col("v").is_in(nodes))
    return _parts_of(evidence, rest, mine.select("node", "other").unique())


def _parts_of(evidence: Evidence, rest: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """``node, apart``: parts that the ``others`` of each ``node`` fall into by the ties ``rest``, for each other."""
    part = components(len(evidence.node_code), rest)
    others = others.with_columns(pl.Series("part", part[others["other"].to_numpy()], dtype=pl.Int64))
    return others.group_by("node").agg((pl.col("part").n_unique() / pl.len()).alias("apart"))


def _at_a_time(rows: pl.DataFrame) -> pl.DataFrame:
    """``node, n``: most others held at one moment (sweep over the ends of intervals)."""
    # A sighting is a moment: whoever was seen within a month counts as using it at the same time.
    spans = rows.group_by("node", "other").agg(pl.col("since").min(), pl.col("until").max().dt.offset_by("30d"))
    sweep = pl.concat(
        [
            spans.select("node", pl.col("since").alias("at"), pl.lit(1, dtype=pl.Int32).alias("step")),
            spans.select("node", pl.col("until").alias("at"), pl.lit(-1, dtype=pl.Int32).alias("step")),
        ]
    ).sort("node", "at", "step", descending=[False, False, True])
    return (
        sweep.with_columns(pl.col("step").cum_sum().over("node").alias("held"))
        .group_by("node")
        .agg(pl.col("held").max().cast(pl.UInt32).alias("n"))
    )


_CODES = {
    "reseller": ("cut_reseller", "lines"),
    "device": ("cut_shared_device", "lines"),
    "instrument": ("cut_shared_instrument", "phones"),
}


def help_lines(evidence: Evidence, support: Support) -> pl.DataFrame:
    """``node, callers`` of named lines that several known reporters call and that hardly calls any of these.

    Crews reach out to whom they threaten. Who is harmed calls a help line, a journalist or a lawyer, and some write the
    number into the report.
    """
    p = evidence.params
    known = pl.Series(sorted(evidence.masked), dtype=pl.UInt32).implode()
    lines = support.names.filter(pl.col("role") != "payee").select("node").unique()
    lines = lines.with_columns(pl.Series("line", evidence.node_code[lines["node"].to_numpy()], dtype=pl.UInt32))
    calls = evidence.view["calls"].filter((pl.col("kind") == "VOICE") | pl.col("kind").is_null()).select("a", "b")
    heard = calls.filter(pl.col("a").is_in(known)).select(pl.col("b").alias("line"), pl.col("a").alias("who")).unique()
    rung = calls.filter(pl.col("b").is_in(known)).select(pl.col("a").alias("line"), pl.col("b").alias("who")).unique()
    only = heard.join(rung, on=["line", "who"], how="anti").group_by("line").agg(pl.len().alias("callers"))
    return (
        heard.group_by("line")
        .agg(pl.len().alias("all"))
        .join(only, on="line")
        .filter((pl.col("callers") >= p.help_callers) & (pl.col("callers") >= p.help_share * pl.col("all")))
        .join(lines, on="line")
        .select("node", "callers")
        .sort("node")
    )


def by_kind(evidence: Evidence, support: Support, ties: pl.DataFrame) -> list[tuple[int, str]]:
    """``(node, kind)`` of what is shared by its very kind: made-up MAC addresses, role mailboxes, free numbers."""
    entities = evidence.view.entities.with_row_index("code")
    shared = [
        entities.filter((pl.col("label") == row.label) & pl.col("uid").str.contains(f"^(?:{row.pattern})$")).select(
            pl.col("code").cast(pl.UInt32), pl.lit(row.kind).alias("kind")
        )
        for row in SHARED_KINDS
    ]
    present = pl.concat([support.names["node"], ties["u"], ties["v"]]).unique().sort().to_frame("node")
    coded = present.with_columns(pl.Series("code", evidence.node_code[present["node"].to_numpy()], dtype=pl.UInt32))
    return list(coded.join(pl.concat(shared), on="code").select("node", "kind").sort("node", "kind").iter_rows())


def find(evidence: Evidence, support: Support, ties: pl.DataFrame, used: pl.Series) -> dict[int, Reason]:
    """Nodes to cut, each with its reason; ``used`` as :func:`shared_things` takes it."""
    out = {node: reason("cut_kind", kind=kind) for node, kind in by_kind(evidence, support, ties)}
    for node, kind, n in shared_things(evidence, support, ties, used).select("node", "kind", "n").iter_rows():
        code, name = _CODES[kind]
        out[node] = reason(code, **{name: n})
    for node, callers in help_lines(evidence, support).iter_rows():
        out[node] = reason("cut_help_line", callers=callers)
    for node, reports, partners, recurring in public_identifiers(evidence, support).iter_rows():
        out[node] = reason(
            "cut_public_identifier", reports=reports, partners=partners, recurring=round(float(recurring), 2)
        )
    return dict(sorted(out.items()))
