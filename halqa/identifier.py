"""What can be told of an identifier when somebody asks: from itself, and from the traffic and the texts around it.

None of it is evidence, so it stands apart from facts that have a record: it names the normaliser, and every look-up
computes it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from analysis import scripts, spoof
from analysis.epochs import BEGIN
from analysis.nodes import Evidence
from analysis.params import Params
from graph.access import Mask
from graph.errors import NothingFound
from graph.evidence import View
from graph.shared_kinds import CARRIER_NAT_NETWORKS
from halqa.lookup import RECORDS_SHOWN, iso
from ingest.normalise.facts import computed, normaliser_version

if TYPE_CHECKING:
    from halqa.opened import Opened

_SHARED_BY: Final = 5
"""Lines on one address in one hour from which it is carrier-grade NAT, or as good as."""
_RISK: Final = {"none": 0, "possible": 1, "suspected": 2, "confirmed": 3}


def forged(ws: Opened) -> pl.DataFrame:
    """What the calls say of numbers (:func:`analysis.spoof.indications`), read once while the evidence stays."""
    view = ws.view()
    kept: tuple[str, pl.DataFrame] | None = ws.__dict__.get("_forged")
    if kept is None or kept[0] != view.digest:
        kept = (view.digest, spoof.indications(view))
        ws.__dict__["_forged"] = kept
    return kept[1]


def told(ws: Opened, uid: str) -> dict[str, Any]:
    """``validity``, ``reasons``, ``computed{normaliser, facts, periods[], records{reason: []}}`` of an identifier."""
    view, mask = ws.view(), ws.mask()
    own = computed(uid)
    reasons = list(own.reasons)
    facts: dict[str, Any] = dict(own.facts)
    records: dict[str, list[str]] = {}
    code = view.code(uid)
    if code is not None and uid.startswith("phone:"):
        for found, risk, rec in forged(ws).filter(pl.col("phone") == code).select("code", "risk", "rec").iter_rows():
            reasons.append(found)
            records[found] = [mask.text(record) for record in view.record_ids([rec])]
            facts["spoof_risk"] = max(str(facts.get("spoof_risk", "none")), risk, key=lambda one: _RISK[one])
    if code is not None and uid.startswith("ip:"):
        reasons += _address(view, uid, code, facts)
    return {
        "validity": own.validity,
        "reasons": list(dict.fromkeys(reasons)),
        "computed": {
            "normaliser": normaliser_version(),
            "facts": facts,
            "periods": [] if code is None else _periods(view, code),
            "records": records,
        },
    }


def _address(view: View, uid: str, code: int, facts: dict[str, Any]) -> list[str]:
    """Reasons to think that many share the address: its operator's network, or the lines seen on it in that hour."""
    reasons = []
    network = view["statements"].filter((pl.col("subject") == code) & (pl.col("prop") == "asn"))
    numbers = {int(text) for text in network["text"].str.extract(r"([0-9]+)").drop_nulls()}
    numbers |= {int(number) for number in network["number"].drop_nulls()}
    if carriers := sorted(CARRIER_NAT_NETWORKS[number] for number in numbers & CARRIER_NAT_NETWORKS.keys()):
        facts["cgnat"], facts["network"] = "yes", carriers[0]
        reasons.append("carrier_nat_network")
    address, _, hour = uid.rpartition(":")[0].rpartition(":")[0], "", uid.rpartition(":")[2]
    same = view.entities.with_row_index("ip").filter(
        pl.col("uid").str.starts_with(address + ":") & pl.col("uid").str.ends_with(":" + hour)
    )
    lines = view["sightings"].filter(pl.col("ip").is_in(same["ip"].cast(pl.UInt32).implode()))["line"].n_unique()
    facts["lines_in_the_hour"] = lines
    if lines >= _SHARED_BY:
        facts["cgnat"] = "yes"
        reasons.append("shared_by_many_lines_in_the_hour")
    return reasons


def _periods(view: View, code: int) -> list[str | None]:
    """When the identifier passed to somebody else, or may have: nothing links across these times."""
    starts = Evidence(view, Params(), {}).epochs.filter((pl.col("entity") == code) & (pl.col("start") > BEGIN))
    return [iso(start) for start in starts["start"].sort()]


def script(view: View, mask: Mask, uid: str, params: Params) -> dict[str, Any]:
    """A script as ``halqa who`` shows it: the reports that tell it, and whether it is public. Errors: NothingFound."""
    found = scripts.find(view, params)
    rows = found.scripts.filter(pl.col("script") == uid)
    if not rows.height:
        raise NothingFound(f"No script {uid} is told by two reports or more.", "`halqa detect` names those there are.")
    about = rows.row(0, named=True)
    told_by = found.told.filter(pl.col("script") == uid)
    recs = (
        view["appearances"].filter(pl.col("entity").is_in(told_by["report"].implode())).group_by("entity").agg(
            pl.col("rec").unique().sort()
        )
    )  # fmt: skip
    records = dict(recs.iter_rows())
    names = mask.uids(view.uids(told_by["report"]))
    return {
        "uid": uid,
        "label": "Script",
        "raw_forms": [],
        "validity": "valid",
        "reasons": ["public_text"] if about["public"] else [],
        "facts": [],
        "links": [
            {
                "rel": "SIMILAR_TO", "uid": name, "from": None, "to": None, "n": 1,
                "records": [mask.text(r) for r in view.record_ids(records.get(report, [])[:RECORDS_SHOWN])],
            }
            for name, report in sorted(zip(names, told_by["report"], strict=True))
        ],
        "computed": {
            "normaliser": normaliser_version(),
            "facts": {key: about[key] for key in ("reports", "subjects", "categories", "public")},
            "periods": [],
            "records": {},
        },
    }  # fmt: skip
