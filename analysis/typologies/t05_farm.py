"""T05: many accounts on one device or recovery address, most of them with one hand (account farm)."""

from __future__ import annotations

import polars as pl

from analysis.typologies.base import Context, hits


def detect(context: Context) -> pl.DataFrame:
    """Hands of members with enough accounts on their devices, e-mails and numbers; one hit a hand."""
    accounts = pl.Series(sorted(context.evidence.codes_of("Account").to_list()), dtype=pl.UInt32).implode()
    ties = context.network.ties.filter(pl.col("kind").is_in(["device", "recovery"]))
    sides = pl.concat(
        [
            ties.filter(pl.col("u").is_in(accounts)).select(
                pl.col("u").alias("account"), pl.col("v").alias("key"), "rec"
            ),
            ties.filter(pl.col("v").is_in(accounts)).select(
                pl.col("v").alias("account"), pl.col("u").alias("key"), "rec"
            ),
        ]
    )
    hand = context.network.hands.of
    hands = sides.select(pl.col("key").unique().sort())
    hands = hands.with_columns(pl.Series("hand", hand[hands["key"].to_numpy()]))
    rows = (
        sides.join(context.members.rename({"node": "account"}), on="account")
        .join(context.members.rename({"node": "key"}), on=["ring", "key"], how="semi")
        .join(hands, on="key")
        .group_by("ring", "hand")
        .agg(
            pl.col("key").min(),
            pl.col("account").n_unique().alias("accounts"),
            pl.col("rec").unique().sort().alias("records"),
        )
        .filter(pl.col("accounts") >= context.params.t05_accounts)
        .sort("ring", "key")
    )
    return hits(
        "t05_account_farm",
        (
            (
                row["ring"],
                0.2 + 0.05 * row["accounts"],
                {"key": context.uid(row["key"]), "accounts": row["accounts"]},
                row["records"],
            )
            for row in rows.iter_rows(named=True)
        ),
    )
