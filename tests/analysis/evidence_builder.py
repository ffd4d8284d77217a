"""Evidence by hand: facts in, a canonical view out, through the same encoding and sorting that the ledger uses."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from graph.batch_files import encode
from graph.evidence import View
from graph.schema import TABLES, label_of
from graph.views import build_view

DAY0 = datetime(2024, 6, 3, tzinfo=UTC)


def at(day: float) -> datetime:
    """A moment, in days from the start."""
    return DAY0 + timedelta(days=day)


def phone(n: int) -> str:
    """A reserved Moroccan number."""
    return f"phone:e164:+21268300{n:04d}"


def person(n: int) -> str:
    """A person by a reserved document."""
    return f"person:doc:MA:cin:QQ{n:06d}"


def account(n: int) -> str:
    """A false profile."""
    return f"acct:facebook:id:99900000{n:07d}"


def victim(n: int) -> str:
    """A reporter's pseudonym."""
    return f"victim:h:{n:024x}"


@dataclass
class Facts:
    """Facts told one by one; every method adds one record unless it says otherwise."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABLES})

    def _record(self, record: str, source: str, kind: str, when: datetime, root: str | None = None) -> int:
        self.rows["records"].append(
            {
                "record": record, "source": source, "source_type": kind, "format": "mapping", "key": record,
                "hash": hashlib.sha256(record.encode()).hexdigest()[:32], "received_at": when, "file": 0,
                "line": len(self.rows["records"]) + 1, "index": None, "root": root, "extra": None,
            }
        )  # fmt: skip
        return len(self.rows["records"]) - 1

    def _appear(self, rec: int, *uids: str) -> None:
        for uid in uids:
            self.rows["appearances"].append({"entity": uid, "label": label_of(uid), "rec": rec})

    def report(
        self, ref: str, *, names: tuple[str, ...] = (), payees: tuple[str, ...] = (), by: str | None = None,
        category: str | None = "sexual_blackmail", day: float = 10, text: str | None = None,
        cites: tuple[str, ...] = (), demand: bool = False, source: str = "eblagh", place: str | None = None,
        fields: Mapping[str, str] | None = None,
    ) -> str:  # fmt: skip
        """A report; ``cites`` are transfers of money records it mentions, ``fields`` what else is stated of it. Returns
        its uid."""
        uid, when = f"report:{source}:{ref}", at(day)
        rec = self._record(uid, source, "report", when, uid)
        said = {"category": category, "reporter_mode": "identified" if by else "anonymous", "place": place}
        said |= fields or {}
        said["text_hash"] = hashlib.sha256(text.encode()).hexdigest()[:16] if text else None
        for prop, value in said.items():
            if value is not None:
                self.rows["statements"].append({"subject": uid, "prop": prop, "text": value, "rec": rec})
        for role, targets in (("suspect", names), ("payee", payees), (None, cites)):
            for target in targets:
                self.rows["mentions"].append({"report": uid, "target": target, "role": role, "at": when, "rec": rec})
        if by:
            self.link(uid, "REPORTED_BY", by, rec=rec)
        if demand:
            told = f"demand:{source}:{ref}"
            self.rows["mentions"].append({"report": uid, "target": told, "role": None, "at": when, "rec": rec})
            for name in names:
                self.link(name, "DEMANDED", told, rec=rec)
        self._appear(rec, uid, *names, *payees, *cites)
        return uid

    def link(
        self, src: str, rel: str, dst: str, *, rec: int | None = None, kind: str = "registry", basis: str | None = None,
        since: float | None = None, until: float | None = None, props: str | None = None,
    ) -> None:  # fmt: skip
        """A link, in a record of its own unless ``rec`` is given."""
        if rec is None:
            n = len(self.rows["records"])
            rec = self._record(f"row:{kind}:{n}", kind, kind, at(since or 0))
        self.rows["links"].append(
            {
                "src": src, "rel": rel, "dst": dst, "since": None if since is None else at(since),
                "until": None if until is None else at(until), "basis": basis, "props": props, "rec": rec,
            }
        )  # fmt: skip
        self._appear(rec, src, dst)

    def seized(self, item: str, *things: str, day: float = 5) -> None:
        """An item of a search (``ev:...``) and what it lists, in one record."""
        rec = self._record(item, "police", "seizure", at(day), item)
        for thing in things:
            said = {"report": item, "target": thing, "role": None, "at": at(day), "rec": rec}
            self.rows["mentions"].append(said)
        self._appear(rec, item, *things)

    def state(self, uid: str, prop: str, text: str, *, kind: str = "registry", day: float = 5) -> None:
        """What a record says of a thing."""
        rec = self._record(f"row:{kind}:{len(self.rows['records'])}", kind, kind, at(day), uid)
        self.rows["statements"].append({"subject": uid, "prop": prop, "text": text, "rec": rec})
        self._appear(rec, uid)

    def pay(
        self, ref: str, payer: str, payee: str, amount: int, *, day: float = 5, currency: str = "MAD",
        country: str | None = "KW", status: str = "paid", outlet: str | None = None, told_by: str | None = None,
    ) -> str:  # fmt: skip
        """A payment in centimes, from a money record or told in a report. Returns the transfer's uid."""
        uid = ref if ref.startswith("tx:") else f"tx:wafacash:{ref}"
        kind = "report" if told_by else "money"
        record = told_by or uid
        rec = self._record(
            f"{record}" if not told_by else f"{told_by}#{ref}", "told" if told_by else "remit", kind, at(day)
        )
        self.rows["transfers"].append(
            {
                "tx": uid, "payer": payer, "payee": payee, "rail": "wafacash",
                "kind": "told" if told_by else "remittance",
                "amount": amount, "currency": currency, "sent_at": at(day), "paid_at": at(day), "status": status,
                "outlet": outlet, "payer_country": country, "payee_country": "MA", "rec": rec,
            }
        )  # fmt: skip
        self._appear(rec, uid, payer, payee)
        return uid

    def call(
        self,
        a: str,
        b: str,
        day: float,
        *,
        seconds: int = 60,
        ring: int = 8,
        answered: bool = True,
        c: str | None = None,
        of: str | None = None,
    ) -> None:
        """A call, diverted to ``c`` if given, in a record of the line ``of``: ``a`` if it is not said."""
        n = len(self.rows["records"])
        rec = self._record(f"cdr:op1:{n:07d}", "op1", "telecom", at(day))
        kind = "CALL_FORWARD" if c else "VOICE"
        self.rows["calls"].append(
            {
                "a": a, "b": b, "c": c, "kind": kind, "direction": "MT" if of == b else "MO", "start": at(day),
                "ring_s": ring, "duration_s": seconds if answered else 0, "answered": answered, "rec": rec,
            }
        )  # fmt: skip

    def talk(self, a: str, b: str, *, times: int = 8, day: float = 5, of: str | None = None) -> None:
        """Regular calls both ways, one a day, in records of the line ``of``: of whoever calls if it is not said."""
        for i in range(times):
            self.call(*((a, b) if i % 2 else (b, a)), day + i, of=of)

    def connected(self, account: str, ip: str, *, day: float = 5) -> None:
        """A profile seen at an address."""
        rec = self._record(f"item:facebook:logins:{len(self.rows['records'])}", "facebook", "platform", at(day))
        self.rows["sightings"].append({"line": account, "ip": ip, "rel": "USES", "at": at(day), "rec": rec})
        self._appear(rec, account, ip)

    def seen(self, line: str, *, sim: str | None = None, device: str | None = None, day: float = 5) -> None:
        """A line seen in a device."""
        n = len(self.rows["records"])
        rec = self._record(f"cdr:op1:{n:07d}", "op1", "telecom", at(day))
        self.rows["sightings"].append(
            {"line": line, "sim": sim, "device": device, "rel": "INSERTED_IN", "at": at(day), "rec": rec}
        )

    def view(self, *, shuffle: int | None = None) -> View:
        """The view; with ``shuffle`` the rows are told in another order, as they would arrive."""
        order = list(range(len(self.rows["records"])))
        if shuffle is not None:
            random.Random(shuffle).shuffle(order)
        place = {old: new for new, old in enumerate(order)}
        tables = {}
        for name, schema in TABLES.items():
            rows = self.rows[name]
            if name == "records":
                rows = [rows[old] for old in order]
            else:
                rows = [{**row, "rec": place[row["rec"]]} for row in rows]
                if shuffle is not None:
                    random.Random(shuffle + 1).shuffle(rows)
            tables[name] = pl.DataFrame(rows, schema=schema) if rows else pl.DataFrame(schema=schema)
        entities, coded = encode(tables)
        parts = {**coded, "entities": entities}
        return build_view([("batch", parts)], head="h", as_of=None, compartments=("general",))


def oued_zem() -> Facts:
    """Three men, twelve victims, 50,000 MAD (press R7): reports of some, remittances of all."""
    facts = Facts()
    men = [person(1), person(2), person(3)]
    for n, man in enumerate(men):
        facts.link(man, "USES", phone(n + 1), kind="registry", basis="registered", since=-400)
    amounts = [400_000] * 11 + [600_000]
    for v, total in enumerate(amounts):
        payee = men[v % 3]
        country = ("KW", "IQ", "AE")[v % 3]
        payer = f"person:doc:{country}:passport:ZZ{v:06d}"
        parts = [total // 2, total - total // 2] if v % 2 else [total]
        for i, part in enumerate(parts):
            facts.pay(f"OZ{v:02d}{i}", payer, payee, part, day=2 + v + i, country=country)
    for v in range(6):
        facts.report(
            f"EB-{v}", names=(account(v // 2), phone(10 + v // 3)), by=victim(v + 1), day=20 + v, demand=True,
            cites=(f"tx:wafacash:OZ{v:02d}0",),
        )  # fmt: skip
    return facts
