"""The story of two crews and a third one, which does whatever the query library asks about.

Crew C farms accounts on one telephone, hops from a page to a number, rings the whole street, changes lines, and
collects at one counter.
"""

from __future__ import annotations

from typing import Final

from tests.contract.story import MULE, OUTLET, PAYER, VICTIMS, Story, phone, rings, two_crews

C1, C2, C3 = (phone(n) for n in (31, 32, 33))
FARM: Final = tuple(f"acct:facebook:h:synfarm{n}" for n in range(3))
OTHER_DEVICE = "dev:imei:00101700000031"
FARM_DEVICE = "dev:imei:00101700000032"
WALLET = "wallet:orange_money:+212683000034"
COLLECTOR = "person:doc:MA:cin:QQ100231"
FRIEND = "person:doc:MA:cin:QQ100232"
OWNER, NEXT_OWNER = "person:doc:MA:cin:QQ100233", "person:doc:MA:cin:QQ100234"
FACADE = "acct:facebook:id:999000000000731"
PICTURE = "media:sha256:" + "5e" * 32
SEIZURE = "ev:seizures:PV-0031:1"


def three_crews() -> Story:
    """Everything :func:`two_crews` tells, then crew C."""
    s = two_crews()
    s.report(
        "R31", VICTIMS[5], {FARM[0]: "suspect", C1: "suspect", PICTURE: None, FACADE: "other"}, "06-14 10:00",
        category="blackmail", text_hash="c31c",
    )  # fmt: skip
    demand = "demand:eblagh:R31"
    s.link("report:eblagh:R31", "MENTIONS", demand, "06-14 10:00")
    s.link(C1, "DEMANDED", demand, "06-14 10:00")
    s.link(demand, "DEMANDED_FROM", VICTIMS[5], "06-14 10:00")
    s.report(
        "R32", VICTIMS[6], {FARM[1]: "suspect", C2: "suspect", PICTURE: None, WALLET: "payee"}, "06-20 10:00",
        category="blackmail", text_hash="c31c",
    )  # fmt: skip
    _pages(s)
    _money(s)
    _lines(s)
    s.record("row:seizures:1", "seizure", "pv", "06-22 08:00", root=SEIZURE)
    s.link(SEIZURE, "MENTIONS", C1, "06-22 08:00", basis="seized")
    return s


def _pages(s: Story) -> None:
    s.appear(FACADE, "Page")
    s.record("row:platform:31", "platform", "meta", "06-21 00:00")
    for number, account in enumerate(FARM):
        s.link(account, "USES", FARM_DEVICE, f"06-0{number + 1} 10:00")
    s.link("acct:instagram:h:synother", "USES", OTHER_DEVICE, "06-01 10:00")
    for day in ("06-02", "06-03"):
        for minute, account in (("05", FARM[0]), ("40", "acct:instagram:h:synother")):
            s.link(account, "SEEN_AT", f"ip:203.0.113.31:{minute}443:2024-{day}T10", f"{day} 10:{minute}")
    s.link(FACADE, "PUBLISHED", "post:meta:31", "06-12 08:00")
    s.link("post:meta:31", "TARGETS", VICTIMS[5], "06-12 08:00")
    s.state("post:meta:31", "removed_at", "2024-06-18T08:00:00Z")


def _money(s: Story) -> None:
    s.pay("0003112221", VICTIMS[5], COLLECTOR, 100_000, "06-15 09:00", outlet=OUTLET)
    s.pay("0003112222", VICTIMS[5], COLLECTOR, 200_000, "06-16 09:00", outlet=OUTLET)
    s.pay("0003112223", VICTIMS[6], FRIEND, 100_000, "06-15 09:20", outlet=OUTLET)
    s.pay("0003112224", PAYER, FRIEND, 50_000, "06-19 09:20", outlet=OUTLET)
    s.record("tx:told:31", "report", "eblagh", "06-20 10:00")
    s.link("tx:wu:0003112221:2024-06", "SETTLES", "demand:eblagh:R31", "06-15 09:00")


def _lines(s: Story) -> None:
    for number in range(40, 50):
        s.call(f"p{number}", C2, phone(number), f"06-13 08:{number}", 0)
    for line, sim, day in ((C1, "31", "06-10"), (C2, "32", "06-18")):
        s.record(f"cdr:ops:seen{sim}", "telecom", "cdr", f"{day} 08:00")
        s.sighting(line, FARM_DEVICE, f"{day} 08:00", f"sim:imsi:0010100000000{sim}")
    s.record("sub:ops:+212683000031@2024-06-01", "registry", "subs", "06-01 00:00")
    s.link(OWNER, "USES", C1, "01-01 00:00", "03-01 00:00", basis="registered")
    s.contract(NEXT_OWNER, C1, "04-01 00:00")


def rings_of_three() -> list[dict[str, object]]:
    """Findings about all three crews."""
    third: dict[str, object] = {
        "ring": "R-0003", "status": "lead", "score": 8.0, "change": "born", "reports": 2, "victims": 2,
        "silent_victims": 0, "source_types": ["report", "money"], "countries": ["MA"],
        "first_seen": "2024-06-01T10:00:00Z", "last_seen": "2024-06-20T10:00:00Z",
        "members": [
            {"uid": uid, "role": role, "score": 0.9}
            for uid, role in (
                (C1, "operator"), (C2, "operator"), (FARM[0], "persona"), (FARM[1], "persona"), (WALLET, "mule"),
                (COLLECTOR, "cashier"),
            )
        ],
        "associates": [FRIEND, "phone:e164:+212683099998"],
        "bridges": [{"uid": phone(90), "reason": "cut_public_identifier"}, {"uid": MULE, "reason": "cut_payee"}],
        "typologies": [
            {"id": "T05", "strength": 0.5, "records": ["row:platform:31"]},
            {"id": "T04", "strength": 0.8, "records": ["report:eblagh:R31", "report:eblagh:R32"]},
            {"id": "T03", "strength": 0.9, "records": ["tx:wu:0003112221:2024-06", "report:eblagh:R31"]},
        ],
    }  # fmt: skip
    return [*rings(), third]
