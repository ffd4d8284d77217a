"""Named parties of operator files: a person by document, else one node per record and role."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ingest.drafts import Drafts
from ingest.normalise.document import document

_PROBE = "Q1"


def persons(
    frame: pl.DataFrame,
    drafts: Drafts,
    name: str,
    kind: str,
    number: str,
    named_by: Sequence[str],
    unnamed: Sequence[str | pl.Expr],
) -> pl.DataFrame:
    """Add ``<name>`` (number of the uid) and ``<name>_warning`` from the document in columns ``kind``, ``number``.

    Without a usable document the uid is made of the pieces ``unnamed`` when one of ``named_by`` is there, else null.
    Names never join records.
    """
    written = frame.select(pl.concat_str([kind, number], separator="\x1f")).to_series()
    _, found, warning = drafts.forms_of("document", documents).read(written)
    there = pl.any_horizontal(pl.col(c).is_not_null() for c in named_by)
    alone = frame.select(pl.when(pl.lit(found).is_null() & there).then(pl.concat_str(unnamed))).to_series()
    numbers = pl.select(pl.coalesce(found, drafts.spool.uids.numbers(alone))).to_series()
    return frame.with_columns(numbers.alias(name), warning.alias(f"{name}_warning"))


def documents(texts: pl.Series) -> pl.DataFrame:
    """Persons by document of distinct ``kind\\x1fnumber``: equal to :func:`document` one by one."""
    parts = pl.DataFrame({"text": texts}).select(
        kind=pl.col("text").str.extract(r"^([^\x1f]*)\x1f"), number=pl.col("text").str.extract(r"\x1f([^\x1f]*)$")
    )
    # What a kind of document makes of a plain number is asked once: all that differs is the number.
    kinds = parts["kind"].drop_nulls().unique().sort()
    heads = [(document(kind, _PROBE).value or "").removesuffix(_PROBE) or None for kind in kinds]
    head = parts["kind"].replace_strict(kinds, pl.Series(heads, dtype=pl.String), default=None, return_dtype=pl.String)
    cin = pl.col("head") == "MA:cin:"
    no = pl.col("number").str
    plain = no.contains("^[A-Z0-9]+$") & (~cin | no.contains("^[A-Z]{1,2}[0-9]{1,6}$"))
    parts = parts.with_columns(head=head).with_columns(
        uid=pl.when(plain).then(pl.concat_str(pl.lit("person:doc:"), "head", "number")), warning=pl.lit(None, pl.String)
    )
    rest = parts.with_row_index("at").filter(pl.col("uid").is_null())
    found = [document(kind, number) for kind, number in rest.select("kind", "number").iter_rows()]
    slow = rest.select(
        "at",
        uid_=pl.lit("person:doc:") + pl.Series([f.value for f in found], dtype=pl.String),
        warning_=pl.Series([f.warning for f in found], dtype=pl.String),
    )
    return (
        parts.with_row_index("at")
        .join(slow, on="at", how="left", maintain_order="left")
        .select(uid=pl.coalesce("uid", "uid_"), warning=pl.coalesce("warning", "warning_"))
    )
