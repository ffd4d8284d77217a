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


class FakeWorkspace:
    """Answers as ``halqa.workspace.Workspace`` does; ``empty`` has no evidence, ``unanalysed`` no run."""

    def __init__(self, *, empty: bool = False, unanalysed: bool = False) -> None:
        self.empty = empty
        self.analysed = not (empty or unanalysed)
        self.judged: list[tuple[str, str, str, str]] = []
        self.taken: list[list[str]] = []

    def status(self) -> dict[str, Any]:
        return {
            "home": "case", "batches": 0 if self.empty else 2, "records": 0 if self.empty else 26, "entities": 30,
            "run": "run-5f3a" if self.analysed else None, "as_of": None, "head": "a1b2", "stale": not self.analysed and not self.empty,
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

    def neighbourhood(self, uid: str, hops: int = 1, limit: int = 150) -> dict[str, Any]:
        return self._around({uid}, limit)

    def who(self, text: str, country: str | None = None) -> dict[str, Any]:
        digits = "".join(ch for ch in text.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")) if ch.isdigit())
        known = {uid for edge in self._edges() for uid in (edge["src"], edge["dst"])}
        uid = text if text in known else next((line for line in LINES if digits and line.endswith(digits[-9:])), None)
        if uid is None:
            raise NothingFound(f"Nothing is known of {text}.", "Check the country of the number.")
        links = [edge for edge in self._edges() if uid in (edge["src"], edge["dst"])]
        return {
            "uid": uid, "label": label_of(uid), "raw_forms": ["0683000000", "٠٦٨٣٠٠٠٠٠٠"], "validity": "possible", "reasons": [],
            "facts": [{"property": "operator", "value": "IAM", "record": REPORTS[0], "batch": "b1"}],
            "links": [
                {"rel": edge["rel"], "uid": edge["dst"] if edge["src"] == uid else edge["src"], "from": edge["since"], "to": edge["until"], "records": edge["records"]}
                for edge in links
            ],
            "rings": ["R-0001"] if uid in {*PAYEES, *LINES[:3]} else [], "judgements": [],
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
        self, paths: list[Any], *, dry_run: bool = False, source: str | None = None, mapping: Any = None
    ) -> dict[str, Any]:
        names = [Path(path).name for path in paths]
        if any(name.endswith(".zip") for name in names):
            raise InputError("archive.zip is not a format we know.", "Unpack it first; nothing was changed.")
        if not dry_run:
            self.taken.append(names)
            self.empty = False
        rejects = [{"file": names[0], "line": 7, "code": "datetime", "message": "incident.from: 2026-13-01"}]
        counts = {"accepted": 12, "rejected": 1, "duplicates": 2, "superseded": 0, "filtered": 0}
        return {
            "batch": None if dry_run else "b3", "format": "eblagh",
            "files": [{"path": name, "sha256": "00", "format": "eblagh"} | counts for name in names],
            **counts, "rejects": rejects, "warnings": [], "seconds": 0.1,
        }  # fmt: skip

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
