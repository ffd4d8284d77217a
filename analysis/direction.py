"""Which way a ring's links point. Ties have no direction; what the records say has one, and a reader goes by it."""

from __future__ import annotations

from typing import Final

import polars as pl

from analysis.typologies.base import Context

_ORDER: Final = (
    ("Person", "Organisation"), ("Phone", "Email"), ("Account",), ("Page",),
    ("Sim", "Wallet", "BankAccount", "CryptoAddress"), ("Persona", "Device"),
)  # fmt: skip
"""Labels from who has to what is had: a person uses a line, a line has a card, a card is put into a device."""
_HAVING: Final = ("contract", "stated", "holds", "card", "device", "recovery", "administers", "presents")


def turned(context: Context, ties: pl.DataFrame) -> pl.DataFrame:
    """``u, v, kind`` of those ``ties`` (of members, u < v) whose link reads from ``v`` to ``u``.

    Where records say both ways, or the kind has no direction (named together, talk), it reads from ``u``.
    """
    evidence, network = context.evidence, context.network
    rank = {label: n for n, labels in enumerate(_ORDER) for label in labels}
    of_code = evidence.view.entities["label"].replace_strict(rank, default=len(_ORDER), return_dtype=pl.Int8).to_numpy()
    pairs = ties.select("u", "v", "kind").unique()
    ends = [of_code[evidence.node_code[pairs[side].to_numpy()]] for side in ("u", "v")]
    having = pairs.filter(pl.col("kind").is_in(_HAVING) & pl.Series(ends[0] > ends[1], dtype=pl.Boolean))
    code = pl.Series(evidence.node_code, dtype=pl.UInt32)
    diverted = evidence.view["calls"].filter(pl.col("c").is_not_null()).select("b", "c").drop_nulls().unique()
    coded = pairs.filter(pl.col("kind") == "diverted")
    coded = coded.with_columns(code.gather(coded["u"]).alias("from"), code.gather(coded["v"]).alias("to"))
    said = [
        _backwards(coded, diverted.select(pl.col("b").alias("from"), pl.col("c").alias("to"))),
        _backwards(
            pairs.filter(pl.col("kind") == "passed_on").with_columns(
                pl.col("u").alias("from"), pl.col("v").alias("to")
            ),
            network.passing.select(pl.col("via").alias("from"), "to"),
        ),
        _backwards(
            pairs.filter(pl.col("kind").is_in(["collected", "sums"])).with_columns(
                pl.col("u").alias("from"), pl.col("v").alias("to")
            ),
            network.paid.select(pl.col("payee").alias("from"), pl.col("payer").alias("to")).drop_nulls().unique(),
        ),
    ]
    return pl.concat([having, *said]).unique().sort("u", "v", "kind")


def _backwards(pairs: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Those of ``pairs`` (``u, v, kind, from, to``) that ``told`` (``from, to``) has the other way round only."""
    other = told.rename({"from": "to", "to": "from"})
    both = ["from", "to"]
    return pairs.join(other, on=both, how="semi").join(told, on=both, how="anti").select("u", "v", "kind")
