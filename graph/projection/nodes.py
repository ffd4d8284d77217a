"""Node frames: one a label, a row a node, what the evidence states of it as properties.

Every node has ``uid``, ``first_seen``, ``last_seen``, ``n_records``, ``source_types`` and ``degree``, then what
its uid says (``e164``, ``platform``...), then its statements. A victim has a uid and nothing else. Times are ISO texts
to show and epoch seconds (``first_s``, ``last_s``, ``sent_s``, ``paid_s``) to reckon with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import polars as pl

from graph.evidence import View
from graph.ids import slug
from graph.projection.incidence import incidence
from graph.projection.masking import Cast, holds
from graph.stores.base import RESERVED

LISTS: Final = {"name": "names", "raw": "raw_forms"}
"""Properties of which every value is kept, under their plural; of any other the latest is."""

LIST_CAP: Final = 20

PARTS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "Phone": (("e164", "e164", r"^phone:e164:(.+)$"),),
    "Sim": (("imsi", "imsi", r"^sim:imsi:(.+)$"), ("iccid", "iccid", r"^sim:iccid:(.+)$")),
    "Device": (("imei", "imei", r"^dev:imei:(.+)$"),),
    "Email": (("address", "c", r"^email:c:(.+)$"),),
    "Account": (("platform", "", r"^acct:([^:]+):"), ("handle", "h", r"^acct:[^:]+:h:(.+)$")),
    "Page": (("platform", "", r"^acct:([^:]+):"), ("handle", "h", r"^acct:[^:]+:h:(.+)$")),
    "BankAccount": (("iban", "iban", r"^bank:iban:(.+)$"),),
    "Wallet": (("operator", "", r"^wallet:([^:]+):"), ("e164", "", r"^wallet:[^:]+:(\+\d+)$")),
    "CryptoAddress": (("chain", "", r"^crypto:([^:]+):"), ("address", "", r"^crypto:[^:]+:(.+)$")),
    "Outlet": (("operator", "", r"^outlet:([^:]+):"), ("code", "", r"^outlet:[^:]+:(.+)$")),
    "IpEvent": (("address", "", r"^ip:(.+):[^:]*:[^:]*$"),),
}
"""Properties read off a uid: name, scheme it needs (empty: any), pattern."""

_COMPUTED: Final = frozenset(
    {"first_seen", "last_seen", "first_s", "last_s", "n_records", "source_types", "degree", "source", "received_at"}
)
_NOT_NAME = re.compile(r"[^A-Za-z0-9_]")

ISO: Final = "%Y-%m-%dT%H:%M:%SZ"


def node_frames(view: View, cast: Cast, degrees: pl.DataFrame) -> tuple[dict[str, pl.DataFrame], int]:
    """Frames by label and the number of property values left out because they hold a masked value.

    Args:
        view: the evidence.
        cast: who is shown as what.
        degrees: ``node, degree``: number of distinct neighbours.
    """
    base = _base(view, cast).join(degrees, on="node", how="left").with_columns(pl.col("degree").fill_null(0))
    stated, dropped = _statements(view, cast)
    payments = _payments(view, cast)
    reports = _reports(view, cast)
    frames: dict[str, pl.DataFrame] = {}
    for label in sorted(set(base["label"].to_list())):
        frame = base.filter(pl.col("label") == label).drop("label").sort("uid")
        if label == "Victim":
            frames[label] = frame.select("uid")
            continue
        frame = _read_off(frame, label)
        for extra in (payments if label == "Transfer" else None, reports if label == "Report" else None):
            if extra is not None:
                frame = frame.join(extra, on="node", how="left")
        for kind in ("text", "number", "lists"):
            frame = _attach(frame, stated[kind])
        frames[label] = frame.drop("node").sort("uid")
    return frames, dropped


def _base(view: View, cast: Cast) -> pl.DataFrame:
    """``node, uid, label, first_seen, last_seen, first_s, last_s, n_records, source_types`` of every node."""
    seen = incidence(view)
    node = pl.Series("node", cast.node_of).gather(seen["code"])
    told = (
        seen.select(node, "rec", "since", pl.coalesce("until", "since").alias("until"))
        .group_by("node", "rec")
        .agg(pl.col("since").min(), pl.col("until").max())
    )
    source_type = view.records["source_type"]
    told = told.with_columns(
        # Small integers that sort as their texts do.
        source_type.cast(pl.Enum(source_type.unique().sort())).gather(told["rec"]),
        view.records["received_at"].gather(told["rec"]),
    )
    times = told.group_by("node").agg(
        pl.col("since").min(),
        pl.col("until").max(),
        pl.col("received_at").min(),
        pl.len().cast(pl.Int64).alias("n_records"),
    )
    sources = (
        told.select("node", pl.col("source_type").alias("source_types"))
        .unique()
        .sort("node", "source_types")
        .group_by("node", maintain_order=True)
        .agg(pl.col("source_types").cast(pl.String))
    )
    nodes = pl.DataFrame({"uid": cast.uids, "label": cast.labels}).with_row_index("node")
    return (
        nodes.join(times, on="node", how="inner")
        .join(sources, on="node", how="left")
        .with_columns(pl.coalesce("since", "received_at"), pl.coalesce("until", "received_at"))
        .select(
            "node",
            "uid",
            "label",
            pl.col("since").dt.strftime(ISO).alias("first_seen"),
            pl.col("until").dt.strftime(ISO).alias("last_seen"),
            pl.col("since").dt.epoch("s").alias("first_s"),
            pl.col("until").dt.epoch("s").alias("last_s"),
            "n_records",
            "source_types",
        )
        .sort("node")
    )


def _read_off(frame: pl.DataFrame, label: str) -> pl.DataFrame:
    """Add what the uid says of the node."""
    return frame.with_columns(
        pl.col("uid").str.extract(pattern, 1).alias(name) for name, _, pattern in PARTS.get(label, ())
    )


def _reports(view: View, cast: Cast) -> pl.DataFrame:
    """``node, source, received_at`` of the nodes that records are about."""
    rooted = view.records.filter(pl.col("root").is_not_null())
    node = pl.Series("node", cast.node_of).gather(rooted["root"].cast(pl.UInt32))
    return (
        rooted.select("source", "received_at")
        .with_columns(node)
        .sort("node", "received_at", "source")
        .group_by("node", maintain_order=True)
        .first()
        .with_columns(pl.col("received_at").dt.strftime(ISO))
    )


def _payments(view: View, cast: Cast) -> pl.DataFrame:
    """What is known of each transfer: the money custodian's word before what a report tells, the latest first."""
    moved = view["transfers"].filter(pl.col("tx").is_not_null())
    node = pl.Series("node", cast.node_of).gather(moved["tx"].cast(pl.UInt32))
    received = view.records["received_at"].gather(moved["rec"].cast(pl.UInt32))
    return (
        moved.with_columns(node, received, (pl.col("kind") == "told").fill_null(value=False).alias("told"))
        .sort("node", "told", "received_at", "rec", descending=[False, False, True, False])
        .group_by("node", maintain_order=True)
        .agg(
            pl.col("rail").drop_nulls().first(),
            pl.col("kind").drop_nulls().first(),
            pl.col("amount").drop_nulls().first().alias("amount_minor"),
            pl.col("currency").drop_nulls().first(),
            pl.col("sent_at").drop_nulls().first(),
            pl.col("paid_at").drop_nulls().first(),
            pl.col("status").drop_nulls().first(),
            pl.col("payer_country").drop_nulls().first(),
            pl.col("payee_country").drop_nulls().first(),
        )
        .with_columns(
            pl.col("sent_at").dt.strftime(ISO),
            pl.col("paid_at").dt.strftime(ISO),
            pl.col("sent_at").dt.epoch("s").alias("sent_s"),
            pl.col("paid_at").dt.epoch("s").alias("paid_s"),
        )
    )


def _statements(view: View, cast: Cast) -> tuple[dict[str, pl.DataFrame], int]:
    """Statements as ``node, prop, value``: texts, numbers and lists apart; those of victims are left out."""
    said = view["statements"]
    node = pl.Series("node", cast.node_of).gather(said["subject"].cast(pl.UInt32))
    victim = pl.Series("victim", cast.victims()).gather(node)
    received = view.records["received_at"].gather(said["rec"].cast(pl.UInt32))
    said = said.with_columns(node, victim, received.alias("received_at")).filter(~pl.col("victim"))
    dropped = 0
    if cast.needles and said.height:
        clean = said.filter(~holds(pl.col("text"), cast.needles))
        dropped, said = said.height - clean.height, clean
    names = {prop: _property(prop) for prop in said["prop"].unique().to_list()}
    said = said.with_columns(
        pl.col("prop").replace_strict(names, default=None, return_dtype=pl.String).alias("prop"),
        pl.coalesce("text", pl.col("time").dt.strftime(ISO)).alias("text"),
    )
    lists = (
        said.filter(pl.col("prop").is_in(list(LISTS.values())) & pl.col("text").is_not_null())
        .group_by("node", "prop")
        .agg(pl.col("text").unique().sort().head(LIST_CAP).alias("value"))
        .sort("node", "prop")
    )
    latest = (
        said.filter(~pl.col("prop").is_in(list(LISTS.values())))
        .sort("node", "prop", "received_at", "text", "number", descending=[False, False, True, False, False])
        .group_by("node", "prop", maintain_order=True)
        .first()
    )
    # A property is a text everywhere or a number everywhere, so that a query can rely on it.
    textual = latest.filter(pl.col("text").is_not_null())["prop"].unique().to_list()
    as_text = pl.coalesce("text", pl.col("number").cast(pl.String))
    return {
        "text": latest.filter(pl.col("prop").is_in(textual)).select("node", "prop", as_text.alias("value")),
        "number": latest.filter(~pl.col("prop").is_in(textual)).select("node", "prop", pl.col("number").alias("value")),
        "lists": lists,
    }, dropped


def _property(prop: str) -> str:
    """A name both stores take: plain letters, none of their built-in ones."""
    if prop in LISTS:
        return LISTS[prop]
    plain = prop if prop.isascii() else slug(prop)
    plain = _NOT_NAME.sub("_", plain) or "property"
    plain = f"p_{plain}" if plain[0].isdigit() else plain
    return f"{plain}_stated" if plain.lower() in RESERVED or plain in _COMPUTED or plain in LISTS.values() else plain


def _attach(frame: pl.DataFrame, stated: pl.DataFrame) -> pl.DataFrame:
    """Add the statements about the nodes of ``frame`` as columns; what was read off a uid stays."""
    own = stated.join(frame.select("node"), on="node", how="semi")
    if not own.height:
        return frame
    wide = own.sort("prop", "node").pivot(on="prop", index="node", values="value", aggregate_function="first")
    clashing = [name for name in wide.columns if name != "node" and name in frame.columns]
    wide = wide.rename({name: f"{name}_stated" for name in clashing})
    return frame.join(wide, on="node", how="left")
