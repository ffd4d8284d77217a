"""A workspace of a few synthetic rings with the methods the desk uses, for tests that need no evidence.

All identifiers come from reserved blocks (phones +212 683/685, GB 07700 900; CIN prefix QQ; IBAN bank 999).
"""

# ruff: noqa: E501 (rows of data)

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.findings import Bridge, Fragility, Member, Money, Reason, Ring, RingLink, TypologyHit
from graph.errors import InputError, NothingFound, UsageError
from graph.schema import LABELS, label_of

FIRST, LAST = datetime(2026, 3, 3, 9, tzinfo=UTC), datetime(2026, 4, 9, 18, tzinfo=UTC)
PAYEES = [f"person:doc:MA:cin:QQ10000{n}" for n in range(3)]
LINES = [f"phone:e164:+21268300000{n}" for n in range(4)]
PAGE = "acct:facebook:id:999000000000001"
HOTLINE = "phone:e164:+212685000099"
REPORTS = [f"report:eblagh:EB-2026-{n:04d}" for n in range(11)]
TRANSFERS = [f"tx:wu:000000{n:04d}:2026-03" for n in range(15)]
VICTIMS = [f"victim:h:{n:024x}" for n in range(0xA10, 0xA19)]


def _ring(number: int, status: Any, score: float) -> Ring:
    mine = slice(0, 3) if number == 1 else slice(3, 4)
    members = [
        Member(
            uid=uid, label="Person", role="mule", score=0.83, first_seen=FIRST,
            basis=(Reason(code="role_mule_receives", params={"payers": 4, "transfers": 5}, records=tuple(TRANSFERS[:5])),),
        )
        for uid in PAYEES[: 3 if number == 1 else 1]
    ]  # fmt: skip
    members += [
        Member(
            uid=uid, label="Phone", role="operator", score=0.6, first_seen=FIRST,
            basis=(Reason(code="role_operator_demands", params={"reports": 6}, records=tuple(REPORTS[:6])),),
        )
        for uid in LINES[mine]
    ]  # fmt: skip
    return Ring(
        ring=f"R-{number:04d}",
        status=status,
        score=score,
        percentile=98.2,
        run="run-5f3a",
        members=tuple(members),
        associates=(PAGE,),
        bridges=(Bridge(uid=HOTLINE, reason="cut_public_identifier"),),
        typologies=(
            TypologyHit(id="T04", strength=0.8, records=tuple(REPORTS[:11])),
            TypologyHit(id="T01", strength=0.6, records=tuple(TRANSFERS)),
        ),
        source_types=("money", "report"),
        reports=11,
        victims=9,
        silent_victims=4,
        money=(Money(currency="MAD", total="50000.00", transfers=15),),
        countries=("AE", "KW"),
        first_seen=FIRST,
        last_seen=LAST,
        fragility=Fragility(
            critical_links=((PAYEES[0], LINES[0]),), minimal_evidence=tuple(REPORTS[:2]), score_without=(2.1,)
        ),
        change="grown",
        reasons=(
            Reason(
                code="independent_reports",
                params={"n": 11, "identified": 9, "anonymous": 2, "copies": 3},
                records=tuple(REPORTS),
            ),
            Reason(
                code="t01_funnel",
                params={"payee": PAYEES[0], "payers": 9, "countries": 2, "days": 30},
                records=tuple(TRANSFERS),
            ),
            Reason(code="t04_shared_identifier", params={"uid": LINES[0], "reports": 6}, records=tuple(REPORTS[:6])),
            Reason(code="coercion_reported", params={"n": 8, "share": 0.727}, records=tuple(REPORTS[:8])),
            Reason(code="custodians", params={"types": ["money", "report"]}, records=()),
            Reason(code="needs_second_typology", params={"have": 2}, records=()),
        ),
        counter_indicators=(Reason(code="counter_copied_reports", params={"n": 3}, records=tuple(REPORTS[:3])),),
        links=(RingLink(src=PAYEES[0], rel="HOLDS", dst=LINES[0], weight=1.2, records=(REPORTS[0],)),),
        history=(Reason(code="change_grown", params={"before": 4, "after": 6, "at": "2026-04-10T08:00:00Z"}),),
    )


def _node(uid: str, ring: str | None = None, status: str | None = None) -> dict[str, Any]:
    label = label_of(uid)
    return {
        "uid": uid, "label": label, "family": LABELS[label].family,
        "ring": [ring] if ring else [], "member": ring is not None, "status": status,
    }  # fmt: skip


def _link(src: str, rel: str, dst: str, *records: str) -> dict[str, Any]:
    return {
        "src": src, "rel": rel, "dst": dst, "n": len(records) or 1, "records": list(records),
        "since": "2026-03-03T09:00:00Z", "until": "2026-04-09T18:00:00Z",
    }  # fmt: skip


def _act(seq: int, act: str, by: str, authority: str | None, **rest: Any) -> dict[str, Any]:
    return {
        "batch": f"{seq:06d}-{seq:012x}", "act": act, "at": f"2026-04-{seq:02d}T08:30:00Z", "by": by, "authority": authority,
        "tool": "halqa 0.1.0", "hash": f"{seq:064x}", "segment": None,
    } | rest  # fmt: skip


def _intake(seq: int, names: list[str], by: str, authority: str | None, **rest: Any) -> dict[str, Any]:
    files = [
        {"name": name, "sha256": f"{seq:02x}" * 32, "size": 5021, "format": "cdr" if "cdr" in name else "eblagh", "source": "maroc",
         "reliability": "B", "parser": "ingest.cdr+profile", "parser_version": "1", "mapping_sha256": None}
        for name in names
    ]  # fmt: skip
    return _act(seq, "intake", by, authority, files=files, accepted=14, **rest)


def _custody() -> list[dict[str, Any]]:
    return [
        _intake(1, ["old_cdr.csv"], "كريم العلوي", "Réquisition 2026/118", segment="000003-000000000003"),
        _intake(2, ["notifications.jsonl", "cdr_april.csv"], "analyst 7", None),
        _act(3, "compaction", "root", None, merged=1, covers=[[1, 1]]),
        _act(4, "withdrawal", "analyst 7", "Ordonnance 77/2026", withdraws=["000002-000000000002"], reason="the wrong line was listed"),
        _act(5, "erasure", "dpo", "Décision 9", touched=["000001-000000000001"], files_changed=3, values=4, reason="demande de la personne"),
    ]  # fmt: skip


MERGEABLE = ("person:rec:wu:0001:payee", "person:rec:wu:0002:payee")
NAMESAKES = ("person:rec:wu:0003:payee", "person:rec:wu:0004:payee")
NAMES = {
    MERGEABLE[0]: "محمد بن حدو", MERGEABLE[1]: "Mohammed Benhaddou", NAMESAKES[0]: "Mohamed Alaoui", NAMESAKES[1]: "محمد العلوي",
}  # fmt: skip


def _point(code: str, side: str, weight: float, **params: Any) -> dict[str, Any]:
    return {"code": code, "side": side, "weight": weight, "params": params}


def _proposals() -> list[dict[str, Any]]:
    a, b = MERGEABLE
    c, d = NAMESAKES
    return [
        {
            "a": a, "b": b, "score": 0.81, "name_only": False, "proposed_by": None, "sources": {"a": ["wu"], "b": ["cashplus", "wu"]},
            "features": [
                _point("shared_phone", "for", 0.6, uid=LINES[0], hands=2),
                _point("rare_name", "for", 0.55, a=NAMES[a], b=NAMES[b], score=0.93, expected=0.01),
                _point("other_papers", "against", 0.3),
            ],
        },
        {
            "a": c, "b": d, "score": 0.2, "name_only": True, "proposed_by": "analyst 9", "sources": {"a": ["wu"], "b": ["wu"]},
            "features": [_point("same_name", "for", 0.2, a=NAMES[c], b=NAMES[d], score=1.0, expected=12.4)],
        },
    ]  # fmt: skip


class FakeWorkspace:
    """Answers as ``halqa.workspace.Workspace`` does; ``empty`` has no evidence, ``unanalysed`` no run."""

    def __init__(self, *, empty: bool = False, unanalysed: bool = False) -> None:
        self.empty = empty
        self.analysed = not (empty or unanalysed)
        self.judged: list[tuple[str, str, str, str]] = []
        self.custody: list[dict[str, Any]] = [] if empty else _custody()
        self.same: list[dict[str, Any]] = []
        self.taken: list[list[str]] = []
        self.opened: list[tuple[str, str, str | None, str | None]] = []
        self.measured: list[tuple[Any, ...]] = []
        self.compared: list[tuple[datetime | None, bool]] = []

    def status(self) -> dict[str, Any]:
        return {
            "home": "case", "batches": sum(line["act"] == "intake" for line in self.custody), "records": 0 if self.empty else 26, "entities": 30,
            "run": "run-5f3a" if self.analysed else None, "as_of": None, "head": f"a1b2{len(self.custody)}", "stale": not self.analysed and not self.empty,
        }  # fmt: skip

    def rings(self, status: str = "all", limit: int | None = None) -> list[Ring]:
        if not self.analysed:
            return []
        found = [_ring(1, "lead", 7.13), _ring(2, "corroborate", 3.4)]
        return [ring for ring in found if status in ("all", ring.status)][:limit]

    def ring(self, name: str) -> Ring:
        for ring in self.rings():
            if ring.ring == name:
                verdicts = tuple(
                    Reason(code=f"verdict_{what}", params={"at": "2026-04-11T10:00:00Z", "by": by, "reason": why})
                    for ring_, what, why, by in self.judged
                    if ring_ == name
                )
                return ring.model_copy(update={"history": (*ring.history, *verdicts)})
        raise NothingFound(f"There is no ring {name}.", "`halqa rings` lists them.")

    def ring_timeline(self, ring: str) -> list[dict[str, Any]]:
        told = [
            {
                "at": f"2026-03-{3 + n:02d}T12:00:00Z",
                "kind": "report",
                "uid": LINES[0],
                "record": record,
                "amount": None,
                "currency": None,
            }
            for n, record in enumerate(REPORTS)
        ]
        paid = [
            {
                "at": f"2026-03-{5 + n:02d}T15:30:00Z",
                "kind": "payment",
                "uid": PAYEES[n % 3],
                "record": record,
                "amount": "3333.00",
                "currency": "MAD",
            }
            for n, record in enumerate(TRANSFERS)
        ]
        return [*told, *paid]

    def _edges(self) -> list[dict[str, Any]]:
        edges = [_link(PAYEES[n], "HOLDS", LINES[n], REPORTS[n]) for n in range(3)]
        edges += [_link(report, "MENTIONS", LINES[n % 3], report) for n, report in enumerate(REPORTS)]
        edges += [_link(report, "REPORTED_BY", VICTIMS[n % 9], report) for n, report in enumerate(REPORTS)]
        edges += [_link(VICTIMS[n % 9], "SENT", tx, tx) for n, tx in enumerate(TRANSFERS)]
        edges += [_link(tx, "RECEIVED", PAYEES[n % 3], tx) for n, tx in enumerate(TRANSFERS)]
        edges += [
            _link(LINES[0], "CALLED", LINES[1], "cdr:maroc:1", "cdr:maroc:2"),
            _link(LINES[1], "CALLED", LINES[0], "cdr:maroc:3"),
        ]
        edges += [
            _link(LINES[2], "CALLED", HOTLINE, "cdr:maroc:4"),
            _link(REPORTS[0], "MENTIONS", HOTLINE, REPORTS[0]),
            _link(PAYEES[0], "ADMINISTERS", PAGE, "row:page:1"),
        ]
        edges += [_link(PAGE, "PUBLISHED", f"post:facebook:9990000{n}", "row:page:1") for n in range(12)]
        return edges

    def _around(self, start: set[str], limit: int) -> dict[str, Any]:
        edges = [edge for edge in self._edges() if edge["src"] in start or edge["dst"] in start]
        uids = sorted(start) + sorted({uid for edge in edges for uid in (edge["src"], edge["dst"])} - start)
        kept = set(uids[:limit])
        in_ring = {member.uid for member in _ring(1, "lead", 7.13).members}
        nodes = [_node(uid, "R-0001", "lead") if uid in in_ring else _node(uid) for uid in uids[:limit]]
        links = [edge for edge in self._edges() if edge["src"] in kept and edge["dst"] in kept]
        return {"nodes": nodes, "links": links, "shown": len(nodes), "total": len(uids), "cut": []}

    def ring_graph(self, ring: str, limit: int = 150) -> dict[str, Any]:
        found = self._around({member.uid for member in self.ring(ring).members}, min(limit, 40))
        return found | {
            "total": found["total"] + 200,
            "cut": [{"uid": HOTLINE, "reason": "cut_public_identifier", "n": 0}],
        }

    def structure(
        self,
        *,
        ring: str | None = None,
        rels: Any = None,
        window: tuple[datetime | None, datetime | None] = (None, None),
        directed: bool = False,
        events: bool = False,
    ) -> dict[str, Any]:
        if ring is not None:
            self.ring(ring)
        self.measured.append((ring, tuple(rels or ()), window, directed, events))
        uids = (
            [*LINES[:3], *PAYEES, VICTIMS[0]] if rels is None else [f"phone:e164:+2126830001{n:02d}" for n in range(30)]
        )
        nodes = [
            {
                "uid": uid, "label": label_of(uid), "community": n % 2, "degree": 9 - n % 9, "betweenness": 0.5 / (n + 1), "eigenvector": 0.1,
                "pagerank": 0.1, "core": 2, "broker": 0.9 - n * 0.03, "leader": 0.9 - n * 0.02, "leader_low": 0.7 - n * 0.02, "leader_high": 0.98 - n * 0.02,
            }
            for n, uid in enumerate(uids)
        ]  # fmt: skip
        return {
            "nodes": nodes,
            "communities": [{"community": n, "size": len(uids[n::2]), "density": 0.26, "cohesion": 0.87} for n in range(2)],
            "key_players": {"disrupt": [LINES[0]], "reach": [PAYEES[0], LINES[1]]},
            "method": {
                "communities": "Leiden, modularity", "communities_why": "agrees with itself most when links are missing (0.74)",
                "communities_compared": [
                    {"method": "Leiden, modularity", "communities": 2, "modularity": 0.7, "stability": 0.74},
                    {"method": "Infomap", "communities": 5, "modularity": 0.6, "stability": 0.61},
                ],
                "nodes": len(uids), "links": 41, "victims_left_out": 3,
            } | ({"cut": {"nodes": 281, "of": 2281, "kept": "those with most links"}} if rels else {}),
            "truncated": bool(rels),
        }  # fmt: skip

    def outlets(self) -> dict[str, Any]:
        if not self.analysed:
            return {"outlets": [], "all": 0}
        return {
            "outlets": [
                {"outlet": "outlet:cashplus:CP-CA-007", "town": "casablanca", "paid": 26, "reported": 19, "payees": 3, "town_paid": 1026,
                 "town_reported": 29, "lift": 17.89, "surprise": 18.811},
                {"outlet": "outlet:wu:WU-OZ-001", "town": None, "paid": 53, "reported": 12, "payees": 3, "town_paid": 453,
                 "town_reported": 19, "lift": 12.8, "surprise": 8.03},
            ],
            "all": 2,
        }  # fmt: skip

    def succession(self, *, since: datetime | None = None, everything: bool = False) -> list[dict[str, Any]]:
        self.compared.append((since, everything))
        rows = [
            {
                "old": LINES[0], "new": LINES[3], "at": "2026-03-20T10:00:00Z", "score": 0.89, "rings": ["R-0001"], "contacts": [HOTLINE],
                "evidence": {"shared_contacts": 1, "gap_hours": 35.8, "overlap_hours": 0.0, "same_device": True},
                "runner_up": {"new": LINES[2], "score": 0.41}, "records": ["cdr:maroc:1", "cdr:maroc:2"],
            },
            {
                "old": LINES[1], "new": LINES[2], "at": "2026-03-25T10:00:00Z", "score": 0.55, "rings": [], "contacts": [],
                "evidence": {"shared_contacts": 0, "gap_hours": 12.0, "overlap_hours": 0.0, "same_device": True},
                "runner_up": None, "records": ["cdr:maroc:3"],
            },
        ]  # fmt: skip
        if not self.analysed:
            return []
        found = rows if everything else rows[:1]
        return [row for row in found if since is None or datetime.fromisoformat(str(row["at"])) >= since]

    def welfare(
        self, ring: str, *, reason: str, by: str | None = None, approved_by: str | None = None
    ) -> dict[str, Any]:
        if approved_by == by:
            raise UsageError("--approved-by names the person who asks.", "A second person approves.")
        self.opened.append((ring, reason, by, approved_by))
        return {
            "ring": ring, "reason": reason, "by": by, "approved_by": approved_by, "at": "2026-03-20T10:00:00Z",
            "people": [
                {
                    "shown_as": [VICTIMS[0]], "uids": ["person:doc:passport:QQ9990001", "phone:e164:+33639980001"], "names": ["Sender One"],
                    "payments": [{"at": "2026-02-01T10:00:00Z", "amount": "5000.00", "currency": "MAD", "payee": PAYEES[0], "record": TRANSFERS[0]}],
                },
                {
                    "shown_as": [], "uids": ["phone:e164:+33639980002"], "names": [],
                    "payments": [{"at": "2026-02-03T10:00:00Z", "amount": None, "currency": None, "payee": PAYEES[0], "record": TRANSFERS[1]}],
                },
            ],
        }  # fmt: skip

    def what_if(self, ring: str, *, remove: tuple[str, ...] = (), best: int | None = None) -> dict[str, Any]:
        removed = [[uid] for uid in remove] or [[LINES[n]] for n in range(best or 0)]
        before = {
            "hands": 6, "parts": 1, "largest": 6, "connected": 1.0, "reach": 0.8, "reports": 11,
            "money": [{"currency": "MAD", "total": "50000.00"}],
        }  # fmt: skip
        after = before | {
            "hands": 6 - len(removed),
            "parts": 2,
            "largest": 3,
            "connected": 0.2,
            "reports": 7,
            "money": [],
        }
        return {
            "chosen": "given" if remove else "best", "removed": removed, "before": before, "after": after,
            "connected_low": 0.2, "connected_high": 0.6, "connected_random": 0.7, "method": "",
        }  # fmt: skip

    def neighbourhood(self, uid: str, hops: int = 1, limit: int = 150) -> dict[str, Any]:
        return self._around({uid}, limit)

    def who(self, text: str, country: str | None = None) -> dict[str, Any]:
        digits = "".join(ch for ch in text.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")) if ch.isdigit())
        known = {uid for edge in self._edges() for uid in (edge["src"], edge["dst"])}
        if text in NAMES:
            return self._person(text)
        uid = text if text in known else next((line for line in LINES if digits and line.endswith(digits[-9:])), None)
        if uid is None:
            raise NothingFound(f"Nothing is known of {text}.", "Check the country of the number.")
        links = [edge for edge in self._edges() if uid in (edge["src"], edge["dst"])]
        return {
            "uid": uid, "label": label_of(uid), "raw_forms": ["0683000000", "٠٦٨٣٠٠٠٠٠٠"], "validity": "possible",
            "reasons": ["not_allocated_by_numbering_plan", "national_on_international_trunk"],
            "computed": {
                "normaliser": "2; phonenumbers 9.0.43", "periods": ["2026-03-20T00:00:00Z"],
                "facts": {"country_code": "+212", "country": "MA", "type": "mobile", "spoof_risk": "suspected"},
                "records": {"national_on_international_trunk": ["cdr:maroc:1"]},
            },
            "facts": [{"property": "operator", "value": "IAM", "record": REPORTS[0], "batch": "b1"}],
            "links": [
                {"rel": edge["rel"], "uid": edge["dst"] if edge["src"] == uid else edge["src"], "from": edge["since"], "to": edge["until"], "records": edge["records"]}
                for edge in links
            ],
            "rings": ["R-0001"] if uid in {*PAYEES, *LINES[:3]} else [], "judgements": [],
        }  # fmt: skip

    def _person(self, uid: str) -> dict[str, Any]:
        joined = [
            row
            for row in self.same_person_decisions()
            if row["standing"] and row["decision"] == "accept" and uid in (row["a"], row["b"])
        ]
        return {
            "uid": uid, "label": "Person", "raw_forms": [], "validity": "valid", "reasons": [],
            "facts": [{"property": "name", "value": NAMES[uid], "record": TRANSFERS[0], "batch": "b1"}],
            "computed": {"normaliser": "2", "facts": {}, "periods": [], "records": {}},
            "links": [{"rel": "USES", "uid": LINES[0], "from": "2026-03-03T09:00:00Z", "to": "2026-04-09T18:00:00Z", "records": [TRANSFERS[0]]}],
            "rings": [], "judgements": [],
            "same_as": [
                {"uid": one, "records": [TRANSFERS[0]], "decisions": [{"with": row["b"] if one == row["a"] else row["a"], "by": row["by"], "reason": row["reason"], "seq": row["seq"]}]}
                for row in joined
                for one in (row["a"], row["b"])
            ],
        }  # fmt: skip

    def path(self, a: str, b: str, max_hops: int = 6) -> dict[str, Any]:
        if PAGE in (a, b) and LINES[3] in (a, b):
            return {"found": False, "hops": None, "paths": [], "truncated": False}
        middle = [PAYEES[0]] if LINES[0] in (a, b) and PAGE in (a, b) else []
        nodes = [a, *middle, b]
        links = [{"rel": "HOLDS", "records": [REPORTS[0]]} for _ in nodes[1:]]
        return {"found": True, "hops": len(links), "paths": [{"nodes": nodes, "links": links}], "truncated": False}

    def record(self, name: str) -> dict[str, Any]:
        if name not in {*REPORTS, *TRANSFERS} and not name.startswith(("cdr:", "row:")):
            raise NothingFound(f"There is no record {name}.")
        return {
            "record": name, "source": "eblagh", "source_type": "report", "received_at": "2026-03-03T09:00:00Z", "file": "notifications.jsonl",
            "line": 12, "index": None, "batch": "b1",
            "facts": [{"subject": name, "property": "category", "value": "sexual_blackmail"}, {"subject": LINES[0], "property": "raw", "value": "0683 00 00 00"}],
            "links": [{"src": name, "rel": "MENTIONS", "dst": LINES[0], "at": None}, {"src": name, "rel": "REPORTED_BY", "dst": VICTIMS[0], "at": None}],
        }  # fmt: skip

    def ingest(
        self,
        paths: list[Any],
        *,
        dry_run: bool = False,
        source: str | None = None,
        mapping: Any = None,
        by: str | None = None,
        authority: str | None = None,
    ) -> dict[str, Any]:
        names = [Path(path).name for path in paths]
        if any(name.endswith(".zip") for name in names):
            raise InputError("archive.zip is not a format we know.", "Unpack it first; nothing was changed.")
        if not dry_run:
            self.taken.append(names)
            self.empty = False
            self.custody.append(_intake(len(self.custody) + 1, names, by or "root", authority))
        rejects = [{"file": names[0], "line": 7, "code": "datetime", "message": "incident.from: 2026-13-01"}]
        counts = {"accepted": 12, "rejected": 1, "duplicates": 2, "superseded": 0, "filtered": 0}
        return {
            "batch": None if dry_run else "b3", "format": "eblagh",
            "files": [{"path": name, "sha256": "00", "format": "eblagh"} | counts for name in names],
            **counts, "rejects": rejects, "warnings": [], "seconds": 0.1,
        }  # fmt: skip

    def propose_mapping(self, path: Any) -> dict[str, Any]:
        raise InputError(f"{Path(path).name}: no table with columns", "A mapping needs a table.")

    def history(self, *, record: str | None = None, batch: str | None = None) -> dict[str, Any]:
        if batch is None:
            return {"custody": list(self.custody)}
        named = [
            line
            for line in self.custody
            if batch in (line["batch"], *line.get("withdraws", ()), *line.get("touched", ()))
        ]
        return {"batch": batch, "custody": named}

    def withdraw(
        self, batch: str, *, reason: str, by: str | None = None, authority: str | None = None
    ) -> dict[str, Any]:
        if not reason:
            raise UsageError("A withdrawal needs a reason.", "Say why.")
        self.custody.append(
            _act(len(self.custody) + 1, "withdrawal", by or "root", authority, withdraws=[batch], reason=reason)
        )
        return {"batch": self.custody[-1]["batch"], "withdrawn": [batch], "restored": []}

    def verify(self, *, report: Path | None = None, by: str | None = None) -> dict[str, Any]:
        if report is not None:
            report.write_text('{"verdict": "whole"}', encoding="utf-8")
        return {
            "ok": True, "batches": 2, "files": 14, "head": "a1" * 32, "problems": [], "entries": [],
            "states": {"intact": 1, "compacted": 1, "withdrawn": 1, "erased": 1, "broken": 0},
            "report": {"path": str(report), "sha256": "b2" * 32},
        }  # fmt: skip

    def same_person_proposals(self, *, limit: int | None = None) -> list[dict[str, Any]]:
        standing = {(row["a"], row["b"]) for row in self.same_person_decisions() if row["standing"]}
        return [one for one in _proposals() if not self.empty and (one["a"], one["b"]) not in standing][:limit]

    def same_person_decisions(self) -> list[dict[str, Any]]:
        last = {(row["a"], row["b"]): row for row in self.same}
        return [
            row | {"standing": last[row["a"], row["b"]] is row and row["decision"] != "undo"}
            for row in reversed(self.same)
        ]

    def same_person_count(self) -> int:
        return len(self.same)

    def same_person(
        self,
        a: str,
        b: str,
        decision: str | None = None,
        *,
        reason: str = "",
        by: str | None = None,
        override: bool = False,
    ) -> dict[str, Any]:
        one = next((one for one in _proposals() if (one["a"], one["b"]) == (a, b)), None)
        if one is None:
            raise NothingFound(f"Nothing is known of {a}.", "It was looked for in this form.")
        mine = [row for row in self.same if (row["a"], row["b"]) == (a, b)]
        if decision is None:
            standing = mine[-1]["decision"] if mine and mine[-1]["decision"] != "undo" else None
            return one | {"decision": standing, "decisions": mine}
        if decision == "accept" and one["name_only"] and not override:
            raise UsageError("Nothing but a name speaks for it.", "--override")
        row = {
            "seq": len(self.same) + 1, "a": a, "b": b, "decision": decision, "reason": reason, "by": by, "at": "2026-04-12T09:00:00Z",
            "features": [], "override": override, "four_eyes": "one" if decision == "accept" else None,
        }  # fmt: skip
        self.same.append(row)
        return row

    def detect(self) -> dict[str, Any]:
        self.analysed = True
        return {"run": "run-5f3a", "rings": {"lead": 1, "corroborate": 1, "watch": 0}, "seconds": 0.1}

    def judge(self, ring: str, verdict: str, *, reason: str, by: str) -> dict[str, Any]:
        if not reason:
            raise UsageError("A verdict needs a reason.", "Say why.")
        self.judged.append((ring, verdict, reason, by))
        return {"ring": ring, "verdict": verdict}

    def queries(self) -> list[dict[str, Any]]:
        return [
            {
                "name": "payees_by_reports", "title": {"fr": "Bénéficiaires les plus cités", "ar": "أكثر المستفيدين ذكرًا", "en": "Payees named most"},
                "params": [{"name": "min_reports", "type": "int", "default": 2}, {"name": "country", "type": "str", "default": "MA"}],
                "purpose": {"fr": "Qui reçoit l’argent.", "ar": "من يتلقى المال.", "en": "Who receives the money."}, "caution": "",
            }
        ]  # fmt: skip

    def query(self, name: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        rows = [[uid, 11 - n] for n, uid in enumerate(PAYEES)]
        return {"columns": ["uid", "reports"], "rows": rows, "truncated": True, "limit": 3, "seconds": 0.01}

    def alerts(self) -> list[dict[str, Any]]:
        if not self.analysed:
            return []
        return [
            {
                "alert": "al-1", "ring": "R-0001", "kind": "born", "priority": 3, "state": "open", "raised_at": "2026-04-10T08:00:00Z",
                "why": [{"code": "alert_born", "params": {"status": "lead", "members": 6}}, {"code": "alert_victims", "params": {"n": 9, "silent": 4}}],
                "diff": {"members": 6, "reports": 11, "money": []}, "sla": None,
            }
        ]  # fmt: skip
