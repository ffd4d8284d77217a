"""T09: a page writes about somebody, who is then asked or pays, and the post goes away (façade page).

Only the order of records counts: post, contact, statement or payment, removal. What a page writes, on what and in which
tone is never read. Without two victims' statements or a money link there is no hit, and a ring that is about a page is
at most watched (:func:`restrained`): local news, campaigns, whistle-blowers and paid advertising look alike otherwise.

Statements open the door; the strength and the records of a hit are those of posts, contacts, payments and removals, so
that reports are counted once, where they are counted anyway (T04, coercion).
"""

from __future__ import annotations

from math import comb
from typing import Final

import polars as pl

from analysis.network import Network
from analysis.nodes import Evidence
from analysis.parts import both_ends
from analysis.typologies import pages
from analysis.typologies.base import Context, hits

CODE: Final = "t09_facade_page"
_KEY: Final = ["ring", "page", "who"]
_CONTACTS: Final = ("CONTACTED", "CONTINUED_ON", "CALLED")
_GOES_ON: Final = 5
"""Posts that a page publishes afterwards, for its silence about one person to say anything."""


def detect(context: Context) -> pl.DataFrame:
    """Pages with enough targets whose chain was told or paid, one hit a page; none before the brake is released."""
    p = context.params
    found = chains(context).filter((pl.col("stated") > 0) | (pl.col("payments") > 0))
    free = _released(context, found).filter(
        (pl.col("told") & (pl.col("statements") >= 2)) | pl.col("linked") | pl.col("paid_removals")
    )
    rows = (
        found.join(free, on=["ring", "page"])
        .group_by("ring", "page")
        .agg(
            pl.len().alias("targets"),
            pl.col("statements").first(),
            pl.col("payments").sum(),
            pl.col("ended").sum().alias("removals"),
            (pl.col("contacts") > 0).sum().alias("met"),
            pl.col("records").explode(),
        )
        .filter(pl.col("targets") >= p.t09_targets)
        .sort("ring", "page")
    )
    return hits(
        CODE,
        (
            (
                row["ring"],
                0.2 + 0.1 * (min(3, row["met"]) + min(3, row["payments"]) + min(3, row["removals"])),
                {
                    "page": context.uid(row["page"]),
                    "targets": row["targets"],
                    "statements": row["statements"],
                    "payments": row["payments"],
                    "removals": row["removals"],
                },
                row["records"],
            )
            for row in rows.iter_rows(named=True)
        ),
    )


def restrained(context: Context) -> dict[int, int]:
    """Ring -> page, of rings that are about a page while nothing but publishing and dislike speaks (speech brake).

    A ring is about a page when half of its voices name the page, whoever administers it or their lines; a profile of
    which nothing but insults and slander is told stands for a page. The brake is
    released by two identified statements of a demand or force, by a payment that an identified report tells or cites,
    or by posts that go away when their targets pay (see :func:`detect`).
    """
    members = pl.concat([pages.of_members(context), pages.spoken_of(context)]).unique()
    if not members.height:
        return {}
    said = pages.statements(context).group_by("ring").agg(pl.col("voice").n_unique().alias("statements"))
    told = said.filter(pl.col("statements") >= 2).select("ring")
    sold = _released(context, chains(context)).filter("paid_removals").select("ring")
    free = pl.concat([told, pages.paid_by_reporters(context), sold]).unique()
    rest = members.join(free, on="ring", how="anti")
    about = _about(context, rest)
    return dict(about.group_by("ring").agg(pl.col("page").min()).sort("ring").iter_rows())


def _about(context: Context, members: pl.DataFrame) -> pl.DataFrame:
    """Rows of ``ring, page`` whose page, with its administrators and their lines, half of the ring's voices name."""
    hand = context.network.hands.of
    admins = context.network.ties.filter(pl.col("kind") == "administers")
    near = pl.concat(
        [
            members.with_columns(pl.col("page").alias("node")),
            members.join(both_ends(admins, ("u", "v"), ("page", "node")), on="page"),
        ]
    ).unique()
    near = near.with_columns(pl.Series("hand", hand[near["node"].to_numpy()])).select("ring", "page", "hand").unique()
    names = context.support.names.join(context.members, on="node").select("ring", "node", "voice")
    names = names.with_columns(pl.Series("hand", hand[names["node"].to_numpy()]))
    here = names.join(near, on=["ring", "hand"]).group_by("ring", "page").agg(pl.col("voice").n_unique().alias("n"))
    everywhere = names.group_by("ring").agg(pl.col("voice").n_unique().alias("all"))
    return here.join(everywhere, on="ring").filter(2 * pl.col("n") >= pl.col("all")).select("ring", "page")


def chains(context: Context) -> pl.DataFrame:
    """``ring, page, who, posts, contacts, stated, payments, ended, records``: what followed the posts about each target
    in time; ``records`` are those of posts, contacts and payments. ``ended``: 1 when the post went within
    ``t09_removal_days`` of the payment, or the page fell silent."""
    p = context.params
    posts = pages.of_members(context).join(context.once("posts", pages.posts), on="page")
    aimed = posts.join(context.once("targets", pages.targets), on="post", suffix="_aim").sort(*_KEY, "at", "post")
    base = aimed.group_by(_KEY).agg(pl.len().alias("posts"), pl.col("rec").append(pl.col("rec_aim")).alias("own"))
    met = _soon(aimed, _contacts(context), p.t09_contact_days)
    stated = _soon(aimed, _stated(context), p.t09_report_days)
    paid = _paid(context, aimed)
    ended = _ended(context, posts, paid)

    def counted(rows: pl.DataFrame, name: str) -> pl.DataFrame:
        return rows.group_by(_KEY).agg(pl.col("item").n_unique().alias(name), pl.col("rec").alias(f"{name}_recs"))

    return (
        base.join(counted(met, "contacts"), on=_KEY, how="left")
        .join(counted(stated, "stated"), on=_KEY, how="left")
        .join(counted(paid, "payments"), on=_KEY, how="left")
        .join(ended.select(_KEY).unique().with_columns(pl.lit(1, dtype=pl.UInt32).alias("ended")), on=_KEY, how="left")
        .with_columns(pl.col("contacts", "stated", "payments", "ended").fill_null(0))
        .with_columns(
            pl.concat_list("own", *(pl.col(f"{name}_recs").fill_null([]) for name in ("contacts", "payments")))
            .list.unique()
            .list.sort()
            .alias("records")
        )
        .select(*_KEY, "posts", "contacts", "stated", "payments", "ended", "records")
        .sort(_KEY)
    )


def _soon(aimed: pl.DataFrame, what: pl.DataFrame, days: float) -> pl.DataFrame:
    """``ring, page, who, item, rec, when`` of rows ``ring, who, item, rec, when`` within ``days`` after a post."""
    return (
        aimed.select(*_KEY, "at")
        .join(what, on=["ring", "who"])
        .filter((pl.col("when") >= pl.col("at")) & (pl.col("when") <= pl.col("at") + pl.duration(days=days)))
        .select(*_KEY, "item", "rec", "when")
        .unique()
    )


def _contacts(context: Context) -> pl.DataFrame:
    """``ring, who, item, rec, when``: calls and contacts between members and people whom posts aim at."""
    near = context.once("contacts of targets", _calls_of_targets)
    return near.join(context.members, on="node").select("ring", "who", pl.col("rec").alias("item"), "rec", "when")


def _calls_of_targets(evidence: Evidence, network: Network) -> pl.DataFrame:
    """``node, who, rec, when``: who called, was called by, or is linked in contact with a target of a post."""
    aimed = pages.targets(evidence, network).select("who").unique()
    known = pages.identities(evidence, network)
    known = pl.concat([known, aimed.select(pl.col("who").alias("code"), "who")]).unique("code")
    lines = known.join(aimed, on="who", how="semi")
    some = lines["code"].implode()
    calls = evidence.view["calls"].select("a", "b", pl.col("start").alias("when"), "rec")
    links = evidence.dated(evidence.view["links"].filter(pl.col("rel").is_in(list(_CONTACTS))), "since").select(
        pl.col("src").alias("a"), pl.col("dst").alias("b"), pl.col("at").alias("when"), "rec"
    )
    both = pl.concat([calls, links]).filter(pl.col("a").is_in(some) | pl.col("b").is_in(some)).drop_nulls()
    out = both_ends(both, ("a", "b"), ("code", "line"), "rec", "when").join(lines, on="code")
    out = out.select("line", "who", "rec", "when")
    return evidence.place(out, "line", "when").rename({"line": "node"}).unique().sort("node", "who", "when", "rec")


def _stated(context: Context) -> pl.DataFrame:
    rows = pages.statements(context).filter(pl.col("who").is_not_null())
    return rows.select("ring", "who", pl.col("voice").alias("item"), "rec", pl.col("at").alias("when"))


def _paid(context: Context, aimed: pl.DataFrame) -> pl.DataFrame:
    """Payments of targets to a member, or to somebody who passes on to one, within ``t09_pay_days`` after a post."""
    passing = context.network.passing.select(pl.col("via").alias("payee"), pl.col("to").alias("node"))
    takers = pl.concat(
        [
            context.members.select("ring", pl.col("node").alias("payee")),
            passing.join(context.members, on="node").select("ring", "payee"),
        ]
    ).unique()
    paid = context.network.paid.select("tx", "payer", "payee", pl.col("at").alias("when"), "rec").drop_nulls()
    codes = pl.Series("code", context.evidence.node_code[paid["payer"].to_numpy()])
    known = context.once("identities", pages.identities)
    rows = paid.with_columns(codes).join(known, on="code").join(takers, on="payee")
    return _soon(
        aimed, rows.select("ring", "who", pl.col("tx").alias("item"), "rec", "when"), context.params.t09_pay_days
    )


def _ended(context: Context, posts: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """``ring, page, who, post`` of posts that went soon after a payment, or after which nothing more came on the
    payer while the page went on publishing."""
    within = pl.duration(days=context.params.t09_removal_days)
    aimed = posts.join(context.once("targets", pages.targets).select("post", "who").unique(), on="post")
    pairs = aimed.select(*_KEY, "post", "at", "gone").join(paid.select(*_KEY, "when").unique(), on=_KEY)
    gone = pairs.filter(
        (pl.col("at") <= pl.col("when"))
        & (pl.col("gone") >= pl.col("when"))
        & (pl.col("gone") <= pl.col("when") + within)
    )
    last = paid.group_by(_KEY).agg(pl.col("when").max())
    quiet = (
        aimed.join(last, on=_KEY)
        .group_by(_KEY)
        .agg(
            pl.col("when").first(),
            (pl.col("at") < pl.col("when")).sum().alias("before"),
            (pl.col("at") > pl.col("when")).sum().alias("after"),
            pl.col("post").min(),
        )
        .filter((pl.col("before") >= 2) & (pl.col("after") == 0))
        .join(posts.select("ring", "page", pl.col("at").alias("later")), on=["ring", "page"])
        .filter(pl.col("later") > pl.col("when"))
        .group_by(*_KEY, "post")
        .agg(pl.len().alias("later"))
        .filter(pl.col("later") >= _GOES_ON)
    )
    return pl.concat([gone.select(*_KEY, "post"), quiet.select(*_KEY, "post")]).unique().sort(*_KEY, "post")


def _released(context: Context, found: pl.DataFrame) -> pl.DataFrame:
    """``ring, page, told, statements, linked, paid_removals``: what releases the brake of each page.

    ``told``: a target says that they were asked. ``linked``: and that target paid. ``paid_removals``: of the posts
    about people, those whose target paid went away more often than the others, by more than chance (``t09_p``).
    """
    said = pages.statements(context).group_by("ring").agg(pl.col("voice").n_unique().alias("statements"))
    both = found.group_by("ring", "page").agg(
        (pl.col("stated") > 0).any().alias("told"),
        ((pl.col("stated") > 0) & (pl.col("payments") > 0)).any().alias("linked"),
    )
    sold = _paid_removals(context, found)
    return (
        both.join(said, on="ring", how="left")
        .join(sold, on=["ring", "page"], how="left")
        .with_columns(pl.col("statements").fill_null(0), pl.col("paid_removals").fill_null(value=False))
        .sort("ring", "page")
    )


def _paid_removals(context: Context, found: pl.DataFrame) -> pl.DataFrame:
    """``ring, page, paid_removals``: Fisher's exact test, one-sided, by target: paid or not, ended or not."""
    posts = pages.of_members(context).join(context.once("posts", pages.posts), on="page")
    aimed = posts.join(context.once("targets", pages.targets).select("post", "who").unique(), on="post")
    gone = aimed.group_by(_KEY).agg(pl.col("gone").is_not_null().any().alias("gone"))
    paid = found.filter(pl.col("payments") > 0).select(*_KEY, "ended")
    table = (
        gone.join(paid, on=_KEY, how="left")
        .with_columns(pl.col("ended").is_not_null().alias("paid"), (pl.col("ended").fill_null(0) > 0).alias("sold"))
        .group_by("ring", "page")
        .agg(
            pl.len().alias("n"),
            (pl.col("sold") | (pl.col("gone") & ~pl.col("paid"))).sum().alias("ends"),
            pl.col("paid").sum(),
            pl.col("sold").sum(),
        )
        .sort("ring", "page")
    )
    p = context.params
    sure = [
        sold > p.t09_targets and exact(n, ends, paid, sold) < p.t09_p
        for n, ends, paid, sold in table.select("n", "ends", "paid", "sold").iter_rows()
    ]
    return table.select("ring", "page", pl.Series("paid_removals", sure, dtype=pl.Boolean))


def exact(n: int, ends: int, paid: int, sold: int) -> float:
    """Chance of at least ``sold`` of ``paid`` targets among the ``ends`` of ``n`` whose post went (hypergeometric)."""
    ways = [comb(ends, k) * comb(n - ends, paid - k) for k in range(sold, min(ends, paid) + 1) if paid - k <= n - ends]
    return sum(ways) / comb(n, paid)
