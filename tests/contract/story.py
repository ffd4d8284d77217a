"""A small evidence told fact by fact, and the view of it that every store test projects.

Two crews (A: two lines, a wallet and a page; B: a line and an account) are paid through one wallet; the numbers are
from the reserved ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from graph.batch_files import encode
from graph.evidence import View
from graph.schema import TABLES
from graph.views import build_view


def phone(number: int) -> str:
    """A reserved Moroccan line."""
    return f"phone:e164:+2126830{number:05d}"


def time(text: str | None) -> datetime | None:
    """``06-03 10:00`` of 2024, in UTC."""
    return None if text is None else datetime.fromisoformat(f"2024-{text}").replace(tzinfo=UTC)


class Story:
    """Facts in the order they are told; each belongs to the record last begun."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}

    def _add(self, table: str, **values: Any) -> None:
        row: dict[str, Any] = dict.fromkeys(TABLES[table])
        row.update(values)
        if "rec" in row:
            row["rec"] = len(self.rows["records"]) - 1
        self.rows[table].append(row)

    def record(
        self,
        record: str,
        source_type: str = "report",
        source: str = "eblagh",
        at: str = "06-03 10:00",
        root: str | None = None,
    ) -> str:
        self._add(
            "records", record=record, source=source, source_type=source_type, format=source, key=record,
            hash=f"{len(self.rows['records']) + 1:032x}", received_at=time(at), file=0, line=1, root=root,
        )  # fmt: skip
        return record

    def report(self, ref: str, reporter: str | None, targets: dict[str, str | None], at: str, **stated: Any) -> str:
        uid = f"report:eblagh:{ref}"
        self.record(uid, at=at, root=uid)
        for target, role in targets.items():
            self._add("mentions", report=uid, target=target, role=role, at=time(at))
        if reporter is not None:
            self.link(uid, "REPORTED_BY", reporter, at)
        for prop, value in stated.items():
            self.state(uid, prop, value)
        return uid

    def link(
        self, src: str, rel: str, dst: str, since: str | None = None, until: str | None = None, basis: str | None = None
    ) -> None:
        self._add("links", src=src, rel=rel, dst=dst, since=time(since), until=time(until or since), basis=basis)

    def contract(self, holder: str, line: str, since: str) -> None:
        """A contract in force: it has begun and not ended."""
        self._add("links", src=holder, rel="USES", dst=line, since=time(since), basis="registered")

    def state(self, subject: str, prop: str, value: Any) -> None:
        kind = {str: "text", int: "number", float: "number", datetime: "time"}[type(value)]
        self._add("statements", subject=subject, prop=prop, **{kind: value})

    def transfer(
        self, tx: str, payer: str | None, payee: str | None, amount: int, at: str, *, outlet: str | None = None,
        kind: str = "remittance", rail: str = "wu", status: str = "paid",
    ) -> None:  # fmt: skip
        self._add(
            "transfers", tx=tx, payer=payer, payee=payee, rail=rail, kind=kind, amount=amount, currency="MAD",
            sent_at=time(at), paid_at=time(at), status=status, outlet=outlet, payer_country="KW", payee_country="MA",
        )  # fmt: skip

    def pay(self, ref: str, payer: str | None, payee: str | None, amount: int, at: str, **more: Any) -> None:
        tx = f"tx:wu:{ref}:2024-06"
        self.record(tx, "money", "remit", at, root=tx)
        self.transfer(tx, payer, payee, amount, at, **more)

    def call(
        self,
        ref: str,
        a: str | None,
        b: str | None,
        at: str,
        duration: int = 0,
        kind: str = "VOICE",
        c: str | None = None,
    ) -> None:
        self.record(f"cdr:ops:{ref}", "telecom", "cdr", at)
        self._add(
            "calls", a=a, b=b, c=c, kind=kind, direction="MO", start=time(at), ring_s=5, duration_s=duration,
            answered=duration > 0,
        )  # fmt: skip

    def sighting(self, line: str, device: str, at: str, sim: str | None = None) -> None:
        self._add("sightings", line=line, sim=sim, device=device, rel="INSERTED_IN", at=time(at))

    def appear(self, entity: str, label: str) -> None:
        self._add("appearances", entity=entity, label=label)

    def tables(self) -> dict[str, pl.DataFrame]:
        return {name: pl.DataFrame(rows, schema=TABLES[name]) for name, rows in self.rows.items()}

    def view(self, order: Sequence[str] = ()) -> View:
        """The view the ledger would give. ``order`` names tables to hand over reversed."""
        tables = {name: frame.reverse() if name in order else frame for name, frame in self.tables().items()}
        entities, coded = encode(tables)
        return build_view(
            [("b1", {"entities": entities, **coded})], head="h" * 64, as_of=None, compartments=("general",)
        )


MULE = "wallet:orange_money:+212683000020"
IBAN = "bank:iban:MA64999780000000000001234527"
OUTLET = "outlet:wu:OZ01"
CASHIER = "person:doc:MA:cin:QQ100201"
PAGE = "acct:facebook:id:999000000000777"
ADMIN = "acct:facebook:id:999000000000101"
PERSONA = "acct:facebook:h:synlinatest"
MAIL = "email:c:crew@mail.example"
DEVICE = "dev:imei:00101700000001"
SIM = "sim:imsi:001010000000011"
PAYER = "person:doc:KW:passport:ZZ900001"
OTHER_PAYER = "person:doc:IQ:passport:ZZ900002"
VICTIMS = tuple(f"victim:h:{n:024x}" for n in range(1, 9))
A1, A2, A3, B1, B2 = (phone(n) for n in (1, 2, 3, 11, 12))
HOTLINE = phone(90)


def two_crews() -> Story:
    """The story most tests use."""
    s = Story()
    s.report(
        "R1",
        VICTIMS[0],
        {A1: "suspect", MULE: "payee", PERSONA: "suspect"},
        "06-03 10:00",
        category="blackmail",
        reporter_mode="identified",
    )
    s.state(A1, "raw", "06 83 00 00 01")
    s.state(A1, "type", "mobile")
    s.link("demand:eblagh:R1", "DEMANDED_FROM", VICTIMS[0], "06-03 10:00")
    s.link("demand:eblagh:R1", "PAY_TO", MULE, "06-03 10:00")
    s.link(A1, "DEMANDED", "demand:eblagh:R1", "06-03 10:00")
    s.state("demand:eblagh:R1", "amount", 5000.0)
    s.report("R2", VICTIMS[1], {A1: "suspect", MULE: "payee"}, "06-05 11:00", category="blackmail")
    s.report("R3", VICTIMS[2], {A2: "suspect", PAGE: "other", HOTLINE: "other"}, "06-06 12:00", category="blackmail")
    s.appear(PAGE, "Page")
    s.report("R4", VICTIMS[3], {B1: "suspect", MULE: "payee"}, "06-09 12:00", category="threat", text_hash="0f0f")
    s.report("R5", None, {B1: "suspect"}, "06-10 12:00", category="insult", text_hash="0f0f")
    s.report("R6", VICTIMS[4], {phone(60): "suspect", IBAN: "payee"}, "06-11 12:00", category="fraud")
    s.record("row:platform:1", "platform", "meta", "06-12 00:00")
    s.link(ADMIN, "ADMINISTERS", PAGE, "05-01 00:00", "06-20 00:00", basis="registered")
    s.link(MAIL, "RECOVERY_OF", ADMIN, "05-01 00:00")
    s.link(A2, "RECOVERY_OF", ADMIN, "05-01 00:00")
    s.record("sub:ops:+212683000001@2024-06-01", "registry", "subs", "06-01 00:00")
    s.link(CASHIER, "USES", A1, "01-01 00:00", basis="registered")
    s.record("wal:1", "money", "wallet", "06-01 00:00")
    s.link("phone:e164:+212683000020", "HOLDS", MULE, "06-01 00:00")
    s.pay("0001112221", PAYER, MULE, 500_000, "06-04 09:00", outlet=OUTLET)
    s.pay("0001112222", OTHER_PAYER, MULE, 300_000, "06-07 09:00", outlet=OUTLET)
    s.pay("0001112223", MULE, CASHIER, 450_000, "06-04 15:00", outlet=OUTLET, kind="cash_out")
    s.pay("0001112224", PAYER, CASHIER, 100_000, "06-08 15:00", outlet=OUTLET)
    s.pay("0001112225", phone(70), IBAN, 70_000, "06-01 15:00")
    s.pay("0001112226", CASHIER, "bank:raw:ABROAD77", 440_000, "06-05 15:00", kind="bank_to_wallet")
    s.record("report:eblagh:R1#pay", "report", "eblagh", "06-03 10:00")
    s.transfer("tx:wu:0001112221:2024-06", VICTIMS[0], MULE, 499_000, "06-04 08:00", kind="told")
    s.call("c1", A1, A2, "06-02 08:00", 60)
    s.call("c2", A1, A2, "06-02 09:00", 0)
    s.call("c3", A1, A2, "06-03 09:00", 30)
    s.call("c4", A2, B1, "06-04 09:00", 45)
    s.call("c5", A3, HOTLINE, "06-04 10:00", 0)
    s.call("c6", HOTLINE, A3, "06-04 10:20", 300)
    s.call("c7", B1, A3, "06-05 10:20", 20, kind="SMS")
    s.call("c8", B2, A3, "06-05 11:20", 20, kind="CALL_FORWARD", c=B1)
    s.sighting(A1, DEVICE, "06-02 08:00", SIM)
    s.call("c9", A3, B2, "06-06 08:00", 10)
    s.sighting(A3, DEVICE, "06-06 08:00")
    return s


def rings() -> list[dict[str, object]]:
    """Findings about the story, as a run would give them."""
    return [
        {"ring": "R-0001", "status": "lead", "score": 7.5, "members": [
            {"uid": A1, "role": "operator", "score": 0.9}, {"uid": A2, "role": "operator", "score": 0.8},
            {"uid": MULE, "role": "mule", "score": 0.7}, {"uid": ADMIN, "role": "page_admin", "score": 0.5},
            {"uid": CASHIER, "role": "cashier", "score": 0.5}]},
        {"ring": "R-0002", "status": "corroborate", "score": 3.25, "members": [
            {"uid": B1, "role": "operator", "score": 0.9}, {"uid": B2, "role": "unknown", "score": 0.4}]},
    ]  # fmt: skip
