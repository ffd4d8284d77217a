"""What every step of a run asks of the evidence: sides, custodians, times, and who is who when a number changes hands.

Nodes are codes of the view. A number that changed holder is several nodes: codes from ``len(view.entities)`` on stand
for its later epochs (domain/02, rule on use intervals), so no path leads from one holder to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis import cited, epochs, natures
from analysis.epochs import BEGIN
from analysis.params import Params
from graph.evidence import View
from graph.schema import LABELS, UTC_TIME

_LABELS: Final = tuple(sorted(LABELS))


@dataclass(frozen=True)
class Evidence:
    """A view with the look-ups detection needs. Frames stay canonical: sorted, coded."""

    view: View
    params: Params
    masked: Mapping[int, str]
    """Parties that are known victims or reporters, with the pseudonym of each: never members."""

    @property
    def size(self) -> int:
        """Number of codes of the view."""
        return self.view.entities.height

    def label(self, node: int) -> str:
        """Label of one node."""
        return _LABELS[int(self._label[node])]

    def labels(self, nodes: pl.Series) -> pl.Series:
        """``label`` of each of ``nodes``."""
        return pl.Series("label", _LABELS).gather(pl.Series(self._label[nodes.to_numpy()]).cast(pl.UInt32))

    def are(self, nodes: pl.Series | NDArray[np.unsignedinteger], *labels: str) -> pl.Series:
        """Whether each of ``nodes`` has one of these labels."""
        wanted = np.array([name in labels for name in _LABELS])
        return pl.Series(wanted[self._label[np.asarray(nodes)]], dtype=pl.Boolean)

    @cached_property
    def _label(self) -> NDArray[np.uint8]:
        """Label of every node, as its rank in ``_LABELS``."""
        by_code = self.view.entities["label"].cast(pl.Enum(_LABELS)).to_physical().cast(pl.UInt8).to_numpy()
        return by_code[self.node_code]

    @cached_property
    def suspect_side(self) -> NDArray[np.bool_]:
        """Whether a code may be a network node: an identifier or entity that is not a known victim."""
        sides = {name for name, label in LABELS.items() if label.side == "suspect"}
        allowed = self.view.entities["label"].is_in(list(sides)).to_numpy().copy()
        if self.masked:
            allowed[np.fromiter(sorted(self.masked), dtype=np.int64)] = False
        return allowed

    def codes_of(self, *labels: str) -> pl.Series:
        """Codes with one of these labels, ascending."""
        found = [self._by_label[label] for label in labels if label in self._by_label]
        return pl.concat(found).sort() if found else pl.Series("code", dtype=pl.UInt32)

    @cached_property
    def _by_label(self) -> dict[str, pl.Series]:
        rows = self.view.entities.select("label", pl.int_range(pl.len(), dtype=pl.UInt32).alias("code"))
        return {str(label): part["code"] for (label,), part in rows.partition_by("label", as_dict=True).items()}

    @cached_property
    def received(self) -> pl.DataFrame:
        """``rec``, ``told_at`` (when we were told) and ``source_type`` of every record."""
        return self.view.told.with_row_index("rec").select(
            pl.col("rec").cast(pl.UInt32),
            pl.col("received_at").cast(UTC_TIME).alias("told_at"),
            "source_type",
            "source",
        )

    @cached_property
    def source_type(self) -> NDArray[np.object_]:
        """Kind of custodian by ``rec``."""
        return self.view.told["source_type"].to_numpy().astype(object)

    def dated(self, frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
        """``frame`` with ``at``: the first of ``columns`` that has a value, else when we were told."""
        told_at = self.received["told_at"].gather(frame["rec"])
        return frame.with_columns(pl.coalesce(*columns, told_at, pl.lit(BEGIN, dtype=UTC_TIME)).alias("at"))

    @cached_property
    def cited(self) -> pl.DataFrame:
        """``report, tx, rec``: payments that reports cite (:mod:`analysis.cited`)."""
        return cited.payments(self.view, self.codes_of("Report"), self.codes_of("Transfer"))

    @cached_property
    def demanding(self) -> pl.DataFrame:
        """``report``: reports that tell of a demand (:mod:`analysis.natures`)."""
        return natures.demanding(self.view, self.codes_of("Demand")).to_frame()

    @cached_property
    def last_cited(self) -> pl.DataFrame:
        """``report, sent_at``: the last payment that each report cites; what it tells of happened by then."""
        sent = self.view["transfers"].select("tx", "sent_at").drop_nulls().unique()
        return self.cited.join(sent, on="tx").group_by("report").agg(pl.col("sent_at").max())

    @cached_property
    def found_in_use(self) -> pl.DataFrame:
        """``rec, target, in_use``: numbers that a search found together with a card, and when that card was last seen
        in the number; and reported numbers that had passed on shortly before the search, and when they did. A drawer
        full of old cards says nothing about who has their numbers on the day of the search."""
        view = self.view
        searches = self.received.filter(pl.col("source_type") == "seizure")["rec"].implode()
        links = view["links"].filter(pl.col("rec").is_in(searches))
        found = pl.concat(
            [
                view["mentions"].filter(pl.col("rec").is_in(searches)).select("rec", pl.col("target").alias("sim")),
                *(links.select("rec", pl.col(end).alias("sim")) for end in ("src", "dst")),
            ]
        )
        seen = view["sightings"].select("line", "sim", "at").filter(pl.col("sim").is_in(found["sim"].implode()))
        last = seen.drop_nulls().group_by("line", "sim").agg(pl.col("at").max().alias("in_use"))
        cards = found.unique().join(last, on="sim")
        by_card = cards.group_by("rec", pl.col("line").alias("target")).agg(pl.col("in_use").max())
        days = links.filter(pl.col("basis") == "seized").group_by("rec").agg(pl.col("since").min())
        searched = found.rename({"sim": "target"}).unique().join(days, on="rec", how="left")
        late = self.passed_on_late(self.dated(searched, "since"), "at").select("rec", "target", "in_use")
        return pl.concat([by_card, late.join(by_card, on=["rec", "target"], how="anti")])

    def passed_on_late(self, told: pl.DataFrame, at: str) -> pl.DataFrame:
        """Those of ``told`` (``target`` and the time ``at``) that speak of a number, reported before, within
        ``report_delay_days`` after it passed on, with ``in_use``, the last moment before that: what is told or found
        late is of the holder whom reports knew."""
        rows = told.join(self._numbers_passed_on.rename({"entity": "target"}), on="target")
        within = pl.col(at).is_between("start", pl.col("start") + timedelta(days=self.params.report_delay_days))
        before = pl.col("start") - timedelta(microseconds=1)
        named = epochs.first_named(self.view).rename({"entity": "target"})
        late = rows.filter(within).join(named, on="target").filter(pl.col("named") < pl.col("start"))
        return late.group_by(told.columns).agg(before.min().alias("in_use"))

    @cached_property
    def epochs(self) -> pl.DataFrame:
        """``entity, start, node``: one row a period of a thing that changed hands (:mod:`analysis.epochs`)."""
        return epochs.of(self.view, self.params)

    @cached_property
    def _numbers_passed_on(self) -> pl.DataFrame:
        """``entity, start`` of each time a number passed to another holder, sorted."""
        numbers = self.codes_of("Phone").implode()
        later = self.epochs.filter((pl.col("node") >= self.size) & pl.col("entity").is_in(numbers))
        return later.select("entity", "start").sort("entity", "start")

    @cached_property
    def reassigned(self) -> dict[int, list[datetime]]:
        """When each number (by code) passed to another holder."""
        out: dict[int, list[datetime]] = {}
        for entity, start in self._numbers_passed_on.iter_rows():
            out.setdefault(entity, []).append(start)
        return out

    @cached_property
    def node_code(self) -> NDArray[np.uint32]:
        """Code of every node, epochs included."""
        later = self.epochs.filter(pl.col("node") >= self.size).sort("node")
        return np.concatenate([np.arange(self.size, dtype=np.uint32), later["entity"].to_numpy().astype(np.uint32)])

    def place(self, frame: pl.DataFrame, column: str, at: str) -> pl.DataFrame:
        """``frame`` with the entity codes of ``column`` replaced by the node in force at time ``at``."""
        split = self.epochs["entity"].unique()
        if not len(split):
            return frame
        touched = pl.col(column).is_in(split.implode())
        hit, rest = frame.filter(touched.fill_null(value=False)), frame.filter(~touched.fill_null(value=False))
        if not hit.height:
            return frame
        placed = (
            hit.sort(at)
            .join_asof(
                self.epochs.sort("start").rename({"entity": column, "start": "_start"}),
                left_on=at,
                right_on="_start",
                by=column,
                strategy="backward",
                check_sortedness=False,
            )
            .with_columns(pl.col("node").alias(column))
            .select(frame.columns)
        )
        return pl.concat([rest, placed])


def uid_of(evidence: Evidence, node: int) -> str:
    """Uid of a node."""
    return evidence.view.uid(int(evidence.node_code[node]))
