"""Profiles: operators' extracts whose columns have names of their own, told from those names.

A profile is data (``profiles.toml``). It is applied only when every column a format cannot do without is explained by
exactly one column of the file, or by one pair (a date and a time of day), and the first rows are what those columns
promise; the answer of the intake says so. Anything less is for a mapping, which :mod:`ingest.mapping.guess` proposes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

import polars as pl

from ingest.formats import profile_values as values
from ingest.formats.described import Format
from ingest.formats.profile_values import ZONE, folded
from ingest.incoming import Incoming
from ingest.tables import LINE, Sheet, in_brief, read_csv

TIMES: Final = frozenset(("start_ts", "sent_at", "paid_at", "ts", "activated_at", "deactivated_at"))
DURATIONS: Final = frozenset(("ring_s", "duration_s"))
NUMBERS: Final = frozenset(("charge", "amount", "amount_sent", "amount_paid", "balance_after", "fee", "fx"))
COUNTRIES: Final = frozenset(("send_country", "pay_country"))
CURRENCIES: Final = frozenset(("currency", "currency_sent", "currency_paid"))
FEWEST: Final = 3
"""Columns a profile must explain: two words alone are no profile."""
MOST: Final = 512
"""Columns of a table that is worth a look."""
UNDERSTOOD: Final = 0.9
"""Share of the first rows whose times and closed lists must be understood."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One canonical column: from which columns of the file, and by which kind of reading."""

    sources: tuple[str, ...]
    kind: str  # name, time, pair, seconds, decimal, words, direction, caller, called


@dataclass(frozen=True, slots=True)
class Plan:
    """How the columns of a file become those of a format. ``confidence`` is from 0 to 1."""

    format: str
    rules: dict[str, Rule]
    confidence: float
    day_first: bool = True

    def apply(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with canonical columns; works per chunk.

        A column that only had another name is renamed; one whose values are read otherwise stays beside what was made
        of it (under ``<name> (as written)`` when both have the same name), so that nothing written is lost.
        """
        plain = {r.sources[0]: c for c, r in self.rules.items() if r.kind == "name" and r.sources[0] != c}
        read = {c: rule for c, rule in self.rules.items() if rule.kind != "name"}
        made = frame.select(self._expression(c, rule).alias(c) for c, rule in read.items())
        kept = {c: f"{c} (as written)" for c in frame.columns if c in read}
        extra = self._zone(frame)
        return frame.rename(plain | kept).with_columns(*made.get_columns(), *extra)

    def _zone(self, frame: pl.DataFrame) -> list[pl.Expr]:
        if self.format != "cdr":
            return []
        known = pl.col("tz") if "tz" in self.rules else pl.lit(None, pl.String)  # renamed by now
        return [known.fill_null(ZONE).alias("tz")] if frame.width else []

    def _expression(self, canonical: str, rule: Rule) -> pl.Expr:
        column = pl.col(rule.sources[0])
        match rule.kind:
            case "time" | "pair":
                text = values.stamps(column, day_first=self.day_first)
                if rule.kind == "pair":
                    text = pl.concat_str(text, values.clocks(pl.col(rule.sources[1])), separator="T")
                return values.with_offset(text) if self.format in ("remittance", "wallet") else text
            case "seconds":
                return values.seconds(column)
            case "decimal":
                return values.decimals(column)
            case "caller" | "called":
                way = values.words(pl.col(rule.sources[2]), _table("cdr", "direction"))
                served, other = (pl.col(name) for name in rule.sources[:2])
                first, second = (other, served) if rule.kind == "caller" else (served, other)
                return pl.when(way == "MT").then(first).otherwise(second)
            case "direction":
                return values.words(column, _directions())
            case _:
                return values.words(column, _table(self.format, canonical))

    def recast(self, sheet: Sheet) -> None:
        """A block with the columns of the format; its rows are still compared by what was written.

        Left as it is where it has other columns than the head of the file showed (a header of megabytes): what is
        missing is told by who needs it.
        """
        if not {source for rule in self.rules.values() for source in rule.sources} <= set(sheet.columns):
            return
        derived = {c for c, rule in self.rules.items() if rule.kind != "name"} | ({"tz"} - set(self.rules))
        sheet.frame = self.apply(sheet.frame)
        sheet.columns = [c for c in sheet.frame.columns if c != LINE]
        sheet.written = [c for c in sheet.columns if c not in derived]

    @property
    def note(self) -> str:
        """What was read as what, for the person who took the file in."""
        named = [f"{' + '.join(map(in_brief, r.sources))} as {c}" for c, r in self.rules.items() if r.sources != (c,)]
        order = "day before month" if self.day_first else "month before day"
        return (
            f"columns of another layout read as {self.format} (confidence {self.confidence:.2f}): {', '.join(named)}; "
            f"dates {order}, local times in {ZONE}"
        )


def profile_of(columns: Sequence[str], wanted: Format, sample: pl.DataFrame | None = None) -> Plan | None:
    """The plan that reads a file with these columns as ``wanted``, None when it does not explain all it must.

    ``sample`` holds the first rows: they settle the order of day and month and whether the words of closed lists are
    known. Two candidates for a column that is required make none; for any other column both are left alone.
    """
    if wanted.name not in _data() or len(set(columns)) < len(columns) or set(wanted.required) <= set(columns):
        return None
    rules = _explained(columns, wanted)
    if rules is None:
        return None
    share = len({s for r in rules.values() for s in r.sources}) / len(columns)
    plan = Plan(wanted.name, rules, round(0.7 + 0.3 * share, 2))
    return plan if sample is None else _settled(plan, wanted, sample)


def planned(incoming: Incoming, wanted: Format) -> Plan | None:
    """The plan for a CSV, from its header and first lines; None when it has the format's own columns or none fits."""
    columns = incoming.columns
    if wanted.name not in _data() or len(columns) > MOST or set(wanted.required) <= set(columns):
        return None
    if profile_of(columns, wanted) is None:
        return None
    data = "\n".join(incoming.lines).encode()
    sheet = read_csv(data, limits=incoming.limits, delimiter=incoming.delimiter)
    if sheet.refused is not None or sheet.doubled or not sheet.columns:
        return None
    return profile_of(sheet.columns, wanted, sheet.frame.drop(LINE))


def _explained(columns: Sequence[str], wanted: Format) -> dict[str, Rule] | None:
    data = _data()[wanted.name]
    by_name: dict[str, list[str]] = {}
    for column in columns:
        by_name.setdefault(folded(column), []).append(column)

    def named(names: Iterable[str]) -> list[str]:
        return [c for name in dict.fromkeys(map(folded, names)) for c in by_name.get(name, ())]

    found: dict[str, list[str]] = {}
    for canonical, names in data["columns"].items():
        found[canonical] = named(names) or named(data.get("instead", {}).get(canonical, ()))
    pairs: dict[str, Rule] = {}
    for canonical, pair in data.get("pairs", {}).items():
        dates, times = named(pair["date"]), named(pair["time"])
        if len(dates) == len(times) == 1 and dates != times and set(found[canonical]) <= {*dates, *times}:
            pairs[canonical] = Rule((dates[0], times[0]), "pair")
    rules = _unique(found, pairs, wanted)
    if rules is None:
        return None
    if wanted.name == "cdr":
        _parties(rules, named, data)
    missing = set(wanted.required) - set(rules)
    if wanted.name == "cdr" and missing == {"direction"}:
        rules["direction"] = Rule(rules["call_type"].sources, "direction")
        missing = set()
    explained = {s for r in rules.values() for s in r.sources}
    return rules if not missing and len(explained) >= FEWEST else None


def _unique(found: dict[str, list[str]], pairs: dict[str, Rule], wanted: Format) -> dict[str, Rule] | None:
    """Rules of columns with one candidate that is nobody else's; None when a required column has several."""
    rules = dict(pairs)
    taken = {source for rule in pairs.values() for source in rule.sources}
    claims: dict[str, int] = {}
    for canonical, candidates in found.items():
        for candidate in candidates if canonical not in pairs else ():
            claims[candidate] = claims.get(candidate, 0) + 1
    for canonical, candidates in found.items():
        free = [c for c in candidates if c not in taken]
        if canonical in rules or not free:
            continue
        if len(free) > 1 or claims.get(free[0], 0) > 1:
            if canonical in wanted.required:
                return None
            continue
        rules[canonical] = Rule((free[0],), _kind(wanted.name, canonical))
    return rules


def _kind(wanted: str, canonical: str) -> str:
    if canonical in TIMES:
        return "time"
    if canonical in DURATIONS:
        return "seconds"
    if canonical in NUMBERS:
        return "decimal"
    return "words" if _table(wanted, canonical) else "name"


def _parties(rules: dict[str, Rule], named: Callable[[Iterable[str]], list[str]], data: dict[str, Any]) -> None:
    """Caller and called of a table told from the side of one line: the direction says which is which."""
    served, other = named(data["parties"]["served"]), named(data["parties"]["other"])
    if {"a_number", "b_number"} & set(rules) or len(served) != 1 or len(other) != 1 or "direction" not in rules:
        return
    sources = (served[0], other[0], rules["direction"].sources[0])
    rules["a_number"], rules["b_number"] = Rule(sources, "caller"), Rule(sources, "called")


def _settled(plan: Plan, wanted: Format, sample: pl.DataFrame) -> Plan | None:
    """The plan as the first rows show it, None when they are not what it expects."""
    if not sample.height:
        return plan
    dates = [
        value
        for canonical, rule in plan.rules.items()
        if rule.kind in ("time", "pair")
        for value in sample[rule.sources[0]].drop_nulls().to_list()
    ]
    order = values.order_of_days(dates)
    if order is None:
        return None
    settled = replace(plan, day_first=order)
    read = settled.apply(sample)
    fits: list[float] = []
    for canonical in wanted.required:
        rule, column = plan.rules[canonical], read[canonical].drop_nulls()
        if not len(column):
            return None
        if rule.kind in ("time", "pair"):
            fits.append(float(column.str.contains(r"^\d{4}-\d{2}-\d{2}").mean() or 0))  # type: ignore[arg-type]  # a mean of booleans
        elif allowed := _closed(wanted, canonical):
            fits.append(float(column.is_in(sorted(allowed)).mean() or 0))  # type: ignore[arg-type]  # a mean of booleans
    if any(fit < UNDERSTOOD for fit in fits):
        return None
    return replace(settled, confidence=round(plan.confidence * min(fits, default=1.0), 2))


def _closed(wanted: Format, canonical: str) -> frozenset[str]:
    return frozenset(wanted.enum(canonical)) if canonical in wanted.names else frozenset()


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("ingest.formats") / "profiles.toml").read_text("utf-8"))


@cache
def _table(wanted: str, canonical: str) -> dict[str, str]:
    """Folded word -> value of a closed list."""
    data = _data()
    table: dict[str, list[str]] = data[wanted].get("values", {}).get(canonical, {})
    if canonical in COUNTRIES:
        table = data["countries"]
    elif canonical in CURRENCIES:
        table = data["currencies"]
    own = {folded(value): value for value in table}
    return {**{folded(w): value for value, words in table.items() for w in words}, **own}


@cache
def _directions() -> dict[str, str]:
    return {folded(w): way for way, words in _data()["cdr"]["directions"].items() for w in words}
