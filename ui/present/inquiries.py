"""Outlets and replaced lines in words: shares against the town's others, what speaks for a pair of lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from analysis.findings import Reason
from ui.i18n import Locale, decimal, integer, isolate, listed, moment, share, text
from ui.present.identifiers import shown
from ui.present.sentences import sentence

NAMED: Final = 4
"""Common contacts that are named; the others are in the number."""


def outlet_rows(here: Locale, outlets: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """A row for each of ``outlets`` (as ``halqa outlets`` gives them, in its order): rank, outlet, town, share of its
    pay-outs that goes to reported payees, the same share of the town's others, payees, surprise."""
    return [
        [
            integer(here.lang, rank),
            shown(here, str(row["outlet"])),
            f"\u2068{str(row['town']).title()}\u2069" if row["town"] else text(here, "inquiries.town.none"),
            _share(here, int(row["reported"]), int(row["paid"])),
            _share(here, int(row["town_reported"] - row["reported"]), int(row["town_paid"] - row["paid"])),
            integer(here.lang, int(row["payees"])),
            isolate(decimal(here.lang, float(row["surprise"]), 1)),
        ]
        for rank, row in enumerate(outlets, start=1)
    ]


def _share(here: Locale, part: int, whole: int) -> str:
    if not whole:
        return "–"
    said = text(
        here,
        "inquiries.share",
        part=integer(here.lang, part),
        whole=integer(here.lang, whole),
        share=share(here.lang, part / whole),
    )
    return isolate(said)


def pair_said(here: Locale, row: Mapping[str, Any]) -> str:
    """The old line and the new one."""
    return text(here, "inquiries.line.pair", old=shown(here, str(row["old"])), new=shown(here, str(row["new"])))


def line_said(here: Locale, row: Mapping[str, Any]) -> list[str]:
    """A row of ``halqa succession`` in sentences, those of a ring's page: what speaks for it, what else fits, when."""
    evidence, ends = row["evidence"], {"old": row["old"], "new": row["new"]}
    reasons: list[Reason] = []
    if evidence["shared_contacts"]:
        reasons.append(Reason(code="succession_contacts", params={"shared": evidence["shared_contacts"]} | ends))
    if evidence["same_device"]:
        reasons.append(Reason(code="succession_device", params=ends))
    gap = {"hours": evidence["gap_hours"], "overlap": evidence["overlap_hours"]}
    reasons.append(Reason(code="succession_gap", params=gap))
    if (other := row["runner_up"]) is not None:
        params = {"old": row["old"], "new": other["new"], "score": other["score"]}
        reasons.append(Reason(code="succession_runner_up", params=params))
    said = [text(here, "inquiries.line.when", when=moment(here.lang, here.zone, str(row["at"])))]
    said += [sentence(here, reason) for reason in reasons]
    return said if other is not None else [*said, text(here, "inquiries.line.alone")]


def contacts_said(here: Locale, uids: Sequence[str]) -> str:
    """The contacts of both lines by name, the first few; empty when there is none."""
    if not uids:
        return ""
    names = listed(here.lang, [shown(here, uid) for uid in uids[:NAMED]])
    more = f" (+{integer(here.lang, len(uids) - NAMED)})" if len(uids) > NAMED else ""
    return text(here, "inquiries.line.contacts", who=names + more)
