"""Random small evidence with rings: few identifiers and many facts, so that every query of the library meets some.

A story is a list of drawn facts told one after the other; the same draw gives the same graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from hypothesis import strategies as st

from tests.contract.story import IBAN, OUTLET, VICTIMS, Story, phone

LINES: Final = tuple(phone(n) for n in range(1, 6))
ACCOUNTS: Final = ("acct:facebook:h:syna", "acct:facebook:h:synb", "acct:instagram:h:sync", "acct:whatsapp:h:synd")
PAGE: Final = "acct:facebook:id:999000000000801"
WALLETS: Final = ("wallet:orange_money:+212683000020", "wallet:inwi_money:+212683000021")
PEOPLE: Final = tuple(f"person:doc:MA:cin:QQ10080{n}" for n in range(4))
DEVICES: Final = tuple(f"dev:imei:0010170000080{n}" for n in range(3))
SIMS: Final = tuple(f"sim:imsi:00101000000080{n}" for n in range(3))
MAIL: Final = "email:c:random@mail.example"
PICTURE: Final = "media:sha256:" + "ab" * 32
OUTLETS: Final = (OUTLET, "outlet:cashplus:CP02")
SUSPECTS: Final = (*LINES, *ACCOUNTS, PAGE, *WALLETS, IBAN, *PEOPLE, *DEVICES, *SIMS, MAIL)

_line, _account, _person = st.sampled_from(LINES), st.sampled_from((*ACCOUNTS, PAGE)), st.sampled_from(PEOPLE)
_victim, _device, _sim = st.sampled_from(VICTIMS[:3]), st.sampled_from(DEVICES), st.sampled_from(SIMS)
_holder = st.sampled_from((*PEOPLE, *WALLETS, IBAN))
_payer = st.sampled_from((*VICTIMS[:3], *PEOPLE, *WALLETS))
_named = st.sampled_from((*LINES, *ACCOUNTS, PAGE, *WALLETS, IBAN, MAIL, PICTURE))
_role = st.sampled_from(("suspect", "suspect", "payee", "other", None))
_day, _hour = st.integers(1, 9), st.integers(0, 23)
_at = st.builds(lambda day, hour: f"06-{day:02d} {hour:02d}:30", _day, _hour)

Fact = Callable[[Story, int], None]
Drawn = st.SearchStrategy[str] | st.SearchStrategy[str | None] | st.SearchStrategy[None]


def _report(
    victim: str | None,
    named: Mapping[str, str | None],
    at: str,
    text: str | None,
    demand: tuple[str, str | None] | None,
) -> Fact:
    def tell(s: Story, number: int) -> None:
        stated = {} if text is None else {"text_hash": text}
        uid = s.report(f"X{number}", victim, dict(named), at, category="blackmail", **stated)
        if demand is not None:
            by, payee = demand
            asked = f"demand:eblagh:X{number}"
            s.link(uid, "MENTIONS", asked, at)
            s.link(by, "DEMANDED", asked, at)
            if victim is not None:
                s.link(asked, "DEMANDED_FROM", victim, at)
            if payee is not None:
                s.link(asked, "PAY_TO", payee, at)

    return tell


def _pay(payer: str, payee: str, at: str, amount: int, outlet: str | None, settles: int | None) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.pay(f"{number:010d}", payer, payee, amount, at, outlet=outlet)
        if settles is not None:
            s.link(f"tx:wu:{number:010d}:2024-06", "SETTLES", f"demand:eblagh:X{settles}", at)

    return tell


def _call(a: str, b: str, at: str, seconds: int, kind: str, c: str | None) -> Fact:
    return lambda s, number: s.call(str(number), a, b, at, seconds, kind=kind, c=c if kind == "CALL_FORWARD" else None)


def _seen(line: str, device: str, sim: str | None, at: str) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.record(f"cdr:ops:s{number}", "telecom", "cdr", at)
        s.sighting(line, device, at, sim)

    return tell


def _link(
    source_type: str, src: str, rel: str, dst: str, since: str | None, until: str | None, basis: str | None
) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.record(f"row:x:{number}", source_type, "x", "06-01 00:00")
        ordered = sorted(at for at in (since, until) if at is not None)
        s.link(src, rel, dst, ordered[0] if ordered else None, ordered[-1] if ordered else None, basis=basis)

    return tell


def _contract(holder: str, line: str, since: str) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.record(f"sub:x:{number}", "registry", "x", since)
        s.contract(holder, line, since)

    return tell


def _ip(account: str, at: str, address: int) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.record(f"row:ip:{number}", "platform", "x", at)
        s.link(account, "SEEN_AT", f"ip:203.0.113.{address}:{number}:2024-{at[:8].replace(' ', 'T')}", at)

    return tell


def _post(target: str, at: str, removed: bool) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.record(f"row:post:{number}", "platform", "x", at)
        s.appear(PAGE, "Page")
        s.link(PAGE, "PUBLISHED", f"post:x:{number}", at)
        s.link(f"post:x:{number}", "TARGETS", target, at)
        if removed:
            s.state(f"post:x:{number}", "removed_at", "2024-06-20T00:00:00Z")

    return tell


def _seizure(found: str, at: str) -> Fact:
    def tell(s: Story, number: int) -> None:
        uid = f"ev:seizures:PV-{number}:1"
        s.record(uid, "seizure", "pv", at, root=uid)
        s.link(uid, "MENTIONS", found, at, basis="seized")

    return tell


def _passed_on(payer: str, holders: tuple[str, str, str], day: int, amount: int) -> Fact:
    def tell(s: Story, number: int) -> None:
        for step, (a, b) in enumerate(zip((payer, *holders), holders, strict=False)):
            s.pay(f"{number:05d}{step:05d}", a, b, amount * 4 - step, f"06-{day + step:02d} 10:00", outlet=OUTLET)

    return tell


def _called_back(a: str, b: str, day: int) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.call(f"{number}-ring", a, b, f"06-{day:02d} 08:00", 0)
        s.call(f"{number}-back", b, a, f"06-{day:02d} 09:00", 90)

    return tell


def _together(a: str, b: str, day: int) -> Fact:
    def tell(s: Story, number: int) -> None:
        for step, (account, device) in enumerate(((a, DEVICES[0]), (b, DEVICES[1]))):
            s.record(f"row:pair:{number}:{step}", "platform", "x", f"06-{day:02d} 10:00")
            s.link(account, "USES", device, f"06-{day:02d} 10:00")
            for later in (0, 1):
                at = f"06-{day + later:02d} 10:{step}0"
                s.link(account, "SEEN_AT", f"ip:203.0.113.9:{number}{step}:2024-{at[:8].replace(' ', 'T')}", at)

    return tell


def _came_back(old: str, new: str, payee: str, day: int) -> Fact:
    def tell(s: Story, number: int) -> None:
        s.record(f"row:back:{number}", "platform", "x", "06-01 00:00")
        for account in (old, new):
            s.link(MAIL, "RECOVERY_OF", account)
        s.report(f"O{number}", None, {old: "suspect", payee: "payee"}, f"06-{day:02d} 10:00")
        s.report(f"N{number}", None, {new: "suspect", payee: "payee"}, f"06-{day + 3:02d} 10:00")

    return tell


_demand = st.tuples(st.one_of(_line, _account), st.none() | st.sampled_from((*WALLETS, IBAN)))
_wallet, _outlet = st.sampled_from(WALLETS), st.none() | st.sampled_from(OUTLETS)
_kind = st.sampled_from(("VOICE", "VOICE", "SMS", "CALL_FORWARD"))
_text, _amount = st.sampled_from(("0a", "0b", None)), st.integers(1, 4)
_platform, _registry, _registered, _nothing = (
    st.just(text) for text in ("platform", "registry", "registered", None)
)  # fmt: skip
_mentioned = st.dictionaries(_named, _role, min_size=1, max_size=3)
_recovery, _page = st.one_of(_line, st.just(MAIL)), st.just(PAGE)


def _tie(rel: str, src: Drawn, dst: Drawn, since: Drawn, until: Drawn) -> st.SearchStrategy[Fact]:
    return st.builds(_link, _platform, src, st.just(rel), dst, since, until, _nothing)


FACTS: Final = st.one_of(
    st.builds(_report, st.none() | _victim, _mentioned, _at, _text, st.none() | _demand),
    st.builds(_pay, _payer, _holder, _at, _amount, _outlet, st.none() | st.integers(0, 9)),
    st.builds(_call, _line, _line, _at, st.sampled_from((0, 0, 70)), _kind, _line),
    st.builds(_seen, _line, _device, st.none() | _sim, _at),
    _tie("USES", _account, _device, _at, _nothing),
    _tie("RECOVERY_OF", _recovery, _account, _nothing, _nothing),
    _tie("ADMINISTERS", _account, _page, st.none() | _at, st.none() | _at),
    st.builds(
        _link, _registry, _person, st.sampled_from(("USES", "HOLDS")), st.one_of(_line, _wallet), _at, _at, _registered
    ),
    st.builds(_contract, _person, _line, _at),
    st.builds(_ip, _account, _at, st.integers(1, 2)),
    st.builds(_post, st.one_of(_victim, _person), _at, st.booleans()),
    st.builds(_seizure, st.one_of(_line, _account, _device), _at),
    st.builds(_passed_on, _payer, st.tuples(_holder, _holder, _holder), _day, _amount),
    st.builds(_called_back, _line, _line, _day),
    st.builds(_together, _account, _account, _day),
    st.builds(_came_back, _account, _account, _wallet, _day),
)
"""One fact."""

STORIES: Final = st.lists(FACTS, min_size=15, max_size=45)


def told(facts: list[Fact]) -> Story:
    """The story of these facts."""
    s = Story()
    for number, tell in enumerate(facts):
        tell(s, number)
    return s


@st.composite
def findings(draw: st.DrawFn) -> list[dict[str, object]]:
    """Up to three rings; a member may be in two of them, and may not be in the evidence at all."""
    suspects = st.sampled_from((*SUSPECTS, *ACCOUNTS, *LINES, *ACCOUNTS, *WALLETS))
    rings: list[dict[str, object]] = []
    for number in range(draw(st.integers(0, 3))):
        members = draw(st.lists(suspects, min_size=1, max_size=6, unique=True))
        shared = draw(st.lists(suspects, max_size=2, unique=True))
        records = draw(st.lists(st.integers(0, 12), max_size=3, unique=True))
        rings.append(
            {
                "ring": f"R-000{number + 1}",
                "status": draw(st.sampled_from(("lead", "corroborate", "watch"))),
                "score": draw(st.sampled_from((0.5, 2.25, 7.0))),
                "members": [
                    {"uid": uid, "role": "unknown", "score": draw(st.sampled_from((0.25, 0.5, 1.0)))} for uid in members
                ],
                "associates": draw(st.lists(suspects, max_size=2, unique=True)),
                "bridges": [{"uid": uid, "reason": "cut_public_identifier"} for uid in shared],
                "typologies": [
                    {"id": typology, "strength": 0.5, "records": [f"report:eblagh:X{n}" for n in records]}
                    for typology in draw(st.lists(st.sampled_from(("T03", "T04")), max_size=2, unique=True))
                ],
            }
        )
    return rings
