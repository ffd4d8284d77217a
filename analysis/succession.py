"""Succession: which line took over from one that fell silent. A hypothesis for a person to review, never a tie.

Two lines are compared when one ends and the other begins at about that time. What speaks for one hand: contacts that
both talk to, weighed by how few lines talk to each of them (Adamic and Adar 2003; "guilt by association" across phone
numbers, Cortes, Pregibon and Volinsky 2001), the same device, a short gap. What speaks against: the two lines live side
by side (a couple, colleagues), call one another, or others fit as well. Contacts that everybody has, or as few as a
family has, say nothing without a device. A device without a common contact may have been sold, unless line after line
went through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import polars as pl

from analysis.findings import Reason, Ring
from analysis.nodes import Evidence, uid_of
from analysis.parts import components
from analysis.reasons import CITED, reason

LEAST_CALLS: Final = 3
"""Active calls without which a line has neither beginning nor end."""
SILENCE: Final = 4.6
"""Mean intervals of silence that end a line: by chance one in a hundred (e^-4.6)."""
LEAST_SILENCE_H: Final = 72.0

_PRIOR: Final = -4.0
_DEVICE: Final = 4.0
_SERIAL: Final = 1.5
SERIES: Final = 3
"""Lines that ended or began in one device before it is one of throw-away cards."""
_CONTACTS: Final = 7.5
_OLD_CONTRACT: Final = -2.0
_SHARED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "old": pl.UInt32, "new": pl.UInt32, "shared": pl.UInt32, "overlap": pl.Float64, "weight": pl.Float64,
    "contacts": pl.List(pl.UInt32), "recs": pl.List(pl.UInt32),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Succession:
    """``new`` may have taken over from ``old`` at ``at``, its first own call.

    ``old``, ``new`` and ``contacts`` are nodes. ``score`` (0-1) weighs it against every other line that fits and
    against none. ``gap_hours`` runs from the last own call of the old line; one of it and ``overlap_hours`` is 0.
    ``runner_up`` is the next best new line with its score. ``recs`` are calls that show it.
    """

    old: int
    new: int
    at: datetime
    score: float
    contacts: tuple[int, ...]
    gap_hours: float
    overlap_hours: float
    same_device: bool
    runner_up: tuple[int, float] | None
    recs: tuple[int, ...]


def find(evidence: Evidence, public: Iterable[int] = (), spared: Iterable[int] = ()) -> list[Succession]:
    """Replaced lines, each old one once and each new one once, sorted by ``at`` and uids.

    ``public`` are nodes that join nobody (cut connectors), ``spared`` lines that are not looked at (payers); known
    victims never are.
    """
    calls = _calls(evidence)
    seen = _in_devices(evidence)
    lives = _lives(evidence, calls).filter(~pl.col("line").is_in(_series(spared)))
    ended, begun = _ended(lives), _begun(lives)
    if not ended.height or not begun.height:
        return []
    pairs = _compared(evidence, calls, seen, ended, begun, public)
    return _chosen(evidence, _weighed(evidence, pairs))


def _series(nodes: Iterable[int]) -> pl.Series:
    return pl.Series(sorted(set(nodes)), dtype=pl.UInt32).implode()


def _calls(evidence: Evidence) -> pl.DataFrame:
    """``line, other, at, own, source, rec``: both ends of every call. ``own``: the line made or answered it."""
    known = pl.col("a").is_not_null() & pl.col("b").is_not_null() & pl.col("start").is_not_null()
    rows = evidence.view["calls"].filter(known & (pl.col("a") != pl.col("b"))).select(
        "a", "b", pl.col("start").alias("at"), "rec",
        (pl.col("answered").fill_null(value=False) & (pl.col("kind") == "VOICE")).alias("taken"),
    )  # fmt: skip
    rows = evidence.place(evidence.place(rows, "a", "at"), "b", "at")
    told = evidence.view.told["source"]
    # Twice as many rows as calls: a text in each is dear.
    rows = rows.with_columns(told.cast(pl.Enum(told.unique().sort())).gather(rows["rec"]))
    out = rows.select(pl.col("a").alias("line"), pl.col("b").alias("other"), "at", pl.lit(value=True).alias("own"),
                      "source", "rec")  # fmt: skip
    inward = rows.select(pl.col("b").alias("line"), pl.col("a").alias("other"), "at", pl.col("taken").alias("own"),
                         "source", "rec")  # fmt: skip
    return pl.concat([out, inward])


def _in_devices(evidence: Evidence) -> pl.DataFrame:
    """``line, device, rec``: lines of devices that few lines use."""
    rows = evidence.view["sightings"].filter(pl.col("device").is_not_null() & pl.col("line").is_not_null())
    rows = evidence.dated(rows.select("line", "device", pl.col("at").alias("seen"), "rec"), "seen").drop("seen")
    rows = evidence.place(evidence.place(rows, "line", "at"), "device", "at")
    used = rows.group_by("line", "device").agg(pl.col("rec").min())
    few = pl.len().over("device") <= evidence.params.succession_device_lines
    return used.filter(few).sort("line", "device")


def _lives(evidence: Evidence, calls: pl.DataFrame) -> pl.DataFrame:
    """``line, first, last, n, every`` (mean hours between own calls), ``silent`` and ``before``: hours to the end and
    from the beginning of what the line's operators handed over. Phones of the suspect side with few contacts only."""
    window = calls.group_by("source").agg(pl.col("at").min().alias("opens"), pl.col("at").max().alias("closes"))
    crowd = calls.group_by("line").agg(pl.col("other").n_unique().alias("contacts"))
    code = evidence.node_code[crowd["line"].to_numpy()]
    allowed = evidence.are(crowd["line"], "Phone") & pl.Series(evidence.suspect_side[code], dtype=pl.Boolean)
    lines = crowd.filter(allowed & (pl.col("contacts") <= evidence.params.succession_line_contacts))
    own = calls.filter(pl.col("own")).join(lines.select("line"), on="line", how="semi").join(window, on="source")
    return (
        own.group_by("line")
        .agg(
            pl.col("at").min().alias("first"), pl.col("at").max().alias("last"), pl.len().alias("n"),
            pl.col("opens").min(), pl.col("closes").max(),
        )
        .filter(pl.col("n") >= LEAST_CALLS)
        .with_columns((_hours("first", "last").clip(lower_bound=1.0) / (pl.col("n") - 1)).alias("every"))
        .with_columns(_hours("last", "closes").alias("silent"), _hours("opens", "first").alias("before"))
        .sort("line")
    )  # fmt: skip


def _hours(start: str, end: str) -> pl.Expr:
    return (pl.col(end) - pl.col(start)).dt.total_seconds() / 3_600


def _telling(quiet: str) -> pl.Expr:
    return pl.col(quiet) >= pl.max_horizontal(pl.lit(LEAST_SILENCE_H), SILENCE * pl.col("every"))


def _ended(lives: pl.DataFrame) -> pl.DataFrame:
    return lives.filter(_telling("silent")).select(pl.col("line").alias("old"), "last")


def _begun(lives: pl.DataFrame) -> pl.DataFrame:
    return lives.filter(_telling("before")).select(pl.col("line").alias("new"), "first")


def _compared(
    evidence: Evidence, calls: pl.DataFrame, seen: pl.DataFrame, ended: pl.DataFrame, begun: pl.DataFrame,
    public: Iterable[int],
) -> pl.DataFrame:  # fmt: skip
    """Pairs of an ended and a begun line with what they have in common: columns of ``_SHARED``, ``gap, device, last,
    first``."""
    p = evidence.params
    common = _common(evidence, calls, seen, ended, begun, public)
    pairs = (
        common.join(_same_device(seen, ended, begun), on=["old", "new"], how="full", coalesce=True)
        .join(ended, on="old")
        .join(begun, on="new")
        .with_columns(
            pl.col("seen_recs").is_not_null().alias("device"),
            (pl.col("series").fill_null(0) >= SERIES).alias("serial"),
            pl.col("shared", "overlap", "weight").fill_null(0),
            pl.col("contacts", "recs").fill_null([]),
            _hours("last", "first").alias("gap"),
        )
    )
    in_time = (pl.col("gap") >= -p.succession_overlap_hours) & (pl.col("gap") <= 24 * p.succession_gap_days)
    some = pl.col("device") & ((pl.col("shared") >= 1) | pl.col("serial"))
    enough = some | (pl.col("shared") >= p.succession_contacts)
    # Two lines that call one another are in two hands.
    between = calls.select(pl.col("line").alias("old"), pl.col("other").alias("new"))
    between = between.join(ended, on="old", how="semi").join(begun, on="new", how="semi")
    talk = between.group_by("old", "new").agg(pl.len().alias("calls"))
    kept = pairs.filter(in_time & enough & (pl.col("old") != pl.col("new")))
    return _direct(kept.join(talk.filter(pl.col("calls") >= 2), on=["old", "new"], how="anti"))


def _direct(pairs: pl.DataFrame) -> pl.DataFrame:
    """Without pairs between which another line of the same device had its turn."""
    same = pairs.filter("device").select("old", "new")
    over = same.rename({"new": "via"}).join(same.rename({"old": "via"}), on="via").select("old", "new").unique()
    return pairs.join(over, on=["old", "new"], how="anti")


def _same_device(seen: pl.DataFrame, ended: pl.DataFrame, begun: pl.DataFrame) -> pl.DataFrame:
    """``old, new, seen_recs, series``: pairs of one device, and how many lines ended or began in it."""
    turned = pl.concat([ended["old"], begun["new"]]).unique().implode()
    # Looked up before the sums: inside a window the whole of `turned` would be gone through again for each device.
    turning = seen.with_columns(pl.col("line").is_in(turned).alias("series"))
    passing = turning.with_columns(pl.col("series").sum().over("device"))
    return (
        passing.rename({"line": "old", "rec": "old_rec"})
        .join(ended.select("old"), on="old")
        .join(seen.rename({"line": "new", "rec": "new_rec"}).join(begun.select("new"), on="new"), on="device")
        .group_by("old", "new")
        .agg(pl.concat([pl.col("old_rec").min(), pl.col("new_rec").min()]).alias("seen_recs"), pl.col("series").max())
    )


def _common(
    evidence: Evidence, calls: pl.DataFrame, seen: pl.DataFrame, ended: pl.DataFrame, begun: pl.DataFrame,
    public: Iterable[int],
) -> pl.DataFrame:  # fmt: skip
    """Contacts that an ended and a begun line share, by pair; a contact whose own line was replaced counts as one."""
    hand = components(len(evidence.node_code), seen.select(pl.col("line").alias("u"), pl.col("device").alias("v")))
    talk = calls.filter(~pl.col("other").is_in(_series(public))).select("line", "other", "rec")
    talk = talk.with_columns(pl.Series("contact", hand[talk["other"].to_numpy()], dtype=pl.UInt32))
    lines = max(2, talk["line"].n_unique())
    turned = pl.concat([ended["old"], begun["new"]]).unique().implode()
    theirs = (
        talk.filter(pl.col("line").is_in(turned))
        .group_by("line", "contact")
        .agg(pl.len().alias("calls"), pl.col("rec").min(), pl.col("other").min())
        .with_columns((pl.col("calls") / pl.col("calls").sum().over("line")).alias("share"))
    )
    degree = talk.join(theirs.select("contact").unique(), on="contact", how="semi").group_by("contact").agg(
        pl.col("line").n_unique().alias("degree")
    )  # fmt: skip
    talk = theirs.join(degree, on="contact")
    few = talk.filter(pl.col("degree") <= evidence.params.succession_contact_lines)
    rare = pl.max_horizontal(2 / (1 + pl.col("degree")).log(), 0.3 * (lines / pl.col("degree")).log()).clip(0, 2)
    sides = few.select("line", "contact", "degree", "share", "rec", "other")
    return (
        sides.drop("other")
        .rename({"line": "old", "share": "old_share", "rec": "old_rec"})
        .join(ended.select("old"), on="old")
        .join(sides.drop("degree").rename({"line": "new", "share": "new_share", "rec": "new_rec"})
              .join(begun.select("new"), on="new"), on="contact")
        .filter(pl.col("old") != pl.col("new"))
        .sort("old", "new", "contact")
        .group_by("old", "new", maintain_order=True)
        .agg(
            pl.len().alias("shared"), pl.min_horizontal("old_share", "new_share").sum().round(9).alias("overlap"),
            rare.sum().round(9).alias("weight"), pl.col("other").alias("contacts"),
            pl.concat([pl.col("old_rec"), pl.col("new_rec")]).alias("recs"),
        )
        .cast(_SHARED)  # type: ignore[arg-type]  # a mapping of names to types
    )  # fmt: skip


def _weighed(evidence: Evidence, pairs: pl.DataFrame) -> pl.DataFrame:
    """``pairs`` with ``odds`` (natural log) of one hand against two."""
    held = (
        evidence.view["links"]
        .filter((pl.col("rel") == "USES") & (pl.col("basis") == "registered") & pl.col("since").is_not_null())
        .group_by(pl.col("dst").alias("new"))
        .agg(pl.col("since").max().alias("contract"))
    )
    contacts = pl.col("weight").clip(upper_bound=_CONTACTS) * (pl.col("overlap") / 0.3).clip(upper_bound=1.0)
    time = pl.when(pl.col("gap") >= 0).then(-(1 + pl.col("gap") / 24).log()).otherwise(pl.col("gap") / 24)
    device = _DEVICE * pl.col("device").cast(pl.Float64) + _SERIAL * pl.col("serial").cast(pl.Float64)
    # A contract much older than the first call: the line was there before, only the calls were not.
    stale = (pl.col("contract") < pl.col("first") - pl.duration(days=30)).fill_null(value=False)
    odds = _PRIOR + contacts + time + device + _OLD_CONTRACT * stale.cast(pl.Float64)
    return pairs.join(held, on="new", how="left").with_columns(odds.round(6).alias("odds"))


def _chosen(evidence: Evidence, pairs: pl.DataFrame) -> list[Succession]:
    """The best partner of each, if it is likelier than all others together."""
    if not pairs.height:
        return []
    e = pl.col("odds").exp()
    rows = pairs.with_columns((e / (1 + e.sum().over("old") + e.sum().over("new") - e)).round(3).alias("score"))
    rows = rows.sort(["odds", "old", "new"], descending=[True, False, False])
    by_old: dict[int, list[tuple[int, float]]] = {}
    for old, new, score in rows.select("old", "new", "score").iter_rows():
        by_old.setdefault(old, []).append((new, score))
    found: list[Succession] = []
    code = evidence.node_code
    for row in rows.iter_rows(named=True):
        old, new = int(row["old"]), int(row["new"])
        if row["score"] < evidence.params.succession_score or code[old] == code[new]:
            continue
        others = [one for one in by_old[old] if one[0] != new and code[one[0]] != code[old]]
        recs = sorted({*row["recs"], *(row["seen_recs"] or ())})
        found.append(
            Succession(
                old=old,
                new=new,
                at=row["first"],
                score=row["score"],
                contacts=tuple(row["contacts"]),
                gap_hours=round(max(0.0, row["gap"]), 1),
                overlap_hours=round(max(0.0, -row["gap"]), 1),
                same_device=bool(row["device"]),
                runner_up=others[0] if others else None,
                recs=tuple(recs[:CITED]),
            )
        )
    return _in_order(evidence, found)


def told(evidence: Evidence, found: Sequence[Succession], rings: Iterable[Ring]) -> list[Ring]:
    """``rings`` with ``succession``: what speaks for each replaced line of which the old or the new one is a member."""
    by_uid: dict[str, list[Succession]] = {}
    for one in found:
        for node in (one.old, one.new):
            by_uid.setdefault(uid_of(evidence, node), []).append(one)
    out: list[Ring] = []
    for ring in rings:
        mine = {id(one): one for member in ring.members for one in by_uid.get(member.uid, ())}
        why = tuple(why for one in _in_order(evidence, mine.values()) for why in _why(evidence, one))
        out.append(ring.model_copy(update={"succession": why}) if why else ring)
    return out


def _in_order(evidence: Evidence, found: Iterable[Succession]) -> list[Succession]:
    return sorted(found, key=lambda s: (s.at, uid_of(evidence, s.old), uid_of(evidence, s.new)))


def _why(evidence: Evidence, one: Succession) -> list[Reason]:
    ends = {"old": uid_of(evidence, one.old), "new": uid_of(evidence, one.new)}
    cited = evidence.view.record_ids(one.recs)
    why = [reason("succession_contacts", cited, shared=len(one.contacts), **ends)] if one.contacts else []
    if one.same_device:
        why.append(reason("succession_device", cited, **ends))
    why.append(reason("succession_gap", hours=one.gap_hours, overlap=one.overlap_hours))
    if one.runner_up is not None:
        other, score = one.runner_up
        why.append(reason("succession_runner_up", old=ends["old"], new=uid_of(evidence, other), score=score))
    return why
