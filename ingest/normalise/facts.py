"""What an identifier says of itself: validity, operator, country, type, risk. Computed when asked, never stored.

Evidence keeps what was written and the uid it means; everything here can be had again from the uid alone, with a newer
table too, so it carries the version of the normaliser instead of a source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberType, carrier
from stdnum import imsi as imsi_table

from graph.shared_kinds import shared_kind
from ingest.normalise.banks import account_facts
from ingest.normalise.company import sort_code
from ingest.normalise.device import luhn

NORMALISER: Final = "2"
"""Version of the rules of :mod:`ingest.normalise`; numbering and carrier data carry the library's."""

Fact = str | int | bool


@dataclass(frozen=True, slots=True)
class Computed:
    """``validity`` is ``valid``, ``possible`` (a form nobody was given, or without a check) or ``invalid``."""

    validity: str
    reasons: tuple[str, ...] = ()
    facts: dict[str, Fact] = field(default_factory=dict)


def normaliser_version() -> str:
    """``2; phonenumbers 9.0.43``: what the facts were computed with."""
    return f"{NORMALISER}; phonenumbers {version('phonenumbers')}"


_TYPES: Final[dict[int, str]] = {
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_or_mobile",
    PhoneNumberType.TOLL_FREE: "free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "company",
    PhoneNumberType.VOICEMAIL: "voicemail",
}
_VOIP: Final = re.compile(r"\+212(?:592|593|808|809)")
_SATELLITE: Final = re.compile(r"\+(?:870|881|882|883)")
_CALLED_BACK: Final = ("+269", "+371", "+675")
"""Country codes that turn up again and again in call-back fraud (domain 3.1): dear to call, not suspect."""


def _phone(value: str) -> Computed:
    number = phonenumbers.parse(value)
    valid = phonenumbers.is_valid_number(number)
    kind = _TYPES.get(phonenumbers.number_type(number))
    if _VOIP.match(value):
        kind = "voip"
    facts: dict[str, Fact] = {"country_code": f"+{number.country_code}"}
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(number.country_code or 0, ())
    region = phonenumbers.region_code_for_number(number) or (regions[0] if len(regions) == 1 else None)
    if region is not None and region != "001":
        facts["country"] = region
    if kind is not None:
        facts["type"] = kind
    if allocated := carrier.name_for_number(number, "en"):
        facts["allocated_operator"] = allocated  # of the block: numbers are carried from operator to operator
    reasons = [] if valid else ["not_allocated_by_numbering_plan"]
    if _SATELLITE.match(value):
        reasons.append("satellite_or_global_range")
    if value.startswith(_CALLED_BACK):
        reasons.append("range_known_for_call_back_fraud")
    facts["spoof_risk"] = "none" if valid else "possible"
    return Computed("valid" if valid else "possible", tuple(reasons), facts)


def _raw_phone(value: str) -> Computed:
    if len(value) > 15:
        return Computed("invalid", ("kept_as_written", "longer_than_15_digits"), {"spoof_risk": "suspected"})
    return Computed("invalid", ("kept_as_written",))


_NETWORKS: Final[dict[str, str]] = {
    "60400": "Orange", "60401": "Maroc Telecom", "60402": "inwi", "60405": "inwi",
    "61202": "Moov", "61203": "Orange", "61205": "MTN",
}  # fmt: skip
"""Networks of the two countries by the names people use (domain 3.1); the others go by stdnum's table."""


def _imsi(value: str) -> Computed:
    facts: dict[str, Fact] = {"mcc": value[:3]}
    known = imsi_table.info(value) if imsi_table.is_valid(value) else {}
    for name, ours in (("mnc", "mnc"), ("cc", "country"), ("brand", "brand"), ("operator", "operator")):
        if text := known.get(name):
            facts[ours] = text.upper() if name == "cc" else text
    if value[:5] in _NETWORKS:
        facts["operator"] = _NETWORKS[value[:5]]
    if "operator" in facts:
        return Computed("valid", (), facts)
    return Computed("possible", ("network_code_unknown",), facts)


def _iccid(value: str) -> Computed:
    facts: dict[str, Fact] = {}
    for size in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(value[2 : 2 + size]), ())
        if regions and regions[0] != "001":
            facts = {"country_code": "+" + value[2 : 2 + size], "country": regions[0]}
            break
    return Computed("valid" if luhn(value) else "invalid", (), facts)


def _imei(value: str) -> Computed:
    check = next(str(d) for d in range(10) if luhn(value + str(d)))
    return Computed("valid", ("check_digit_not_compared",), {"type_allocation": value[:8], "imei": value + check})


def _mac(value: str) -> Computed:
    first = int(value[:2], 16)
    if first & 1:
        return Computed("invalid", ("group_address",), {"links": False})
    if first & 2:
        return Computed("valid", ("locally_administered",), {"links": False})
    return Computed("valid", (), {"maker_prefix": value[:8], "links": True})


def _ip(uid: str) -> Computed:
    import ipaddress

    address, _, rest = uid.removeprefix("ip:").partition("]:" if uid.startswith("ip:[") else ":")
    found = ipaddress.ip_address(address.removeprefix("["))
    port = rest.split(":", 1)[0]
    reasons: list[str] = []
    facts: dict[str, Fact] = {"version": found.version, "links": False, "cgnat": "unknown"}
    if shared_kind(uid) == "carrier_nat":
        facts["cgnat"] = "yes"
        reasons.append("carrier_nat_range")
    elif not found.is_global:
        reasons.append("not_a_public_address")
    if not port:
        reasons.append("no_port")  # behind carrier-grade NAT an address without port names thousands
    return Computed("valid", tuple(reasons), facts)


def _account(uid: str) -> Computed:
    _, platform, scheme, value = uid.split(":", 3)
    facts: dict[str, Fact] = {"platform": platform, "key": "native_id" if scheme == "id" else "handle"}
    if scheme == "h" and platform == "whatsapp":
        number = _phone(value)
        return Computed(number.validity, number.reasons, facts | number.facts)
    if scheme == "h":
        return Computed("possible", ("handle_may_be_reassigned",), facts)
    return Computed("possible", (), facts)


_CIN_OFFICES: Final[dict[str, str]] = {"A": "Rabat", **dict.fromkeys(("BE", "BH", "BJ", "BK"), "Casablanca")}


def _document(value: str) -> Computed:
    country, kind, number = value.split(":", 2)
    facts: dict[str, Fact] = {"country": country, "type": kind}
    letters = re.match(r"[A-Z]*", number)
    if kind == "cin" and country == "MA" and letters is not None and (office := _CIN_OFFICES.get(letters[0])):
        facts["issuing_office"] = office  # where it was first issued: never a present address
    return Computed("possible", ("no_check_digit",), facts)


def _email(uid: str) -> Computed:
    facts: dict[str, Fact] = {"domain": uid.rpartition("@")[2]}
    kind = shared_kind(uid)
    return Computed("possible", () if kind is None else (kind,), facts | {"links": kind is None})


def _crypto(uid: str) -> Computed:
    _, chain, address = uid.split(":", 2)
    kind = {"bc1q": "segwit", "bc1p": "taproot"}.get(address[:4]) if chain == "btc" else None
    kind = kind or ({"1": "p2pkh", "3": "p2sh"}.get(address[0], "segwit") if chain == "btc" else "account")
    return Computed("valid", (), {"chain": chain, "kind": kind})


def _wallet(uid: str) -> Computed:
    _, operator, value = uid.split(":", 2)
    number = _phone(value)
    facts: dict[str, Fact] = {"operator": operator}
    return Computed(number.validity, number.reasons, facts | number.facts)


_RULES: Final[tuple[tuple[str, Callable[[str], Computed], bool], ...]] = (
    ("phone:e164:", _phone, True),
    ("phone:raw:", _raw_phone, True),
    ("sim:imsi:", _imsi, True),
    ("sim:iccid:", _iccid, True),
    ("dev:imei:", _imei, True),
    ("dev:mac:", _mac, True),
    ("ip:", _ip, False),
    ("bank:iban:", lambda value: Computed("valid", (), {**account_facts(value)}), True),
    ("email:c:", _email, False),
    ("person:doc:", _document, True),
)
"""Prefix of the uid, rule, whether the rule takes the value without the prefix."""


def computed(uid: str) -> Computed:
    """Validity, reasons and facts of an identifier; ``valid`` without more for what has no rule of its own."""
    for prefix, rule, bare in _RULES:
        if uid.startswith(prefix):
            found = rule(uid.removeprefix(prefix) if bare else uid)
            kind = shared_kind(uid)
            return Computed(found.validity, found.reasons, found.facts | ({"shared": kind} if kind else {}))
    if uid.startswith("bank:raw:") and (british := sort_code(uid.removeprefix("bank:raw:"))) is not None:
        facts: dict[str, Fact] = {"country": "GB", "sort_code": british[0], "account": british[1]}
        return Computed("possible", ("uk_sort_code_and_account", "check_needs_clearing_table"), facts)
    if ":raw:" in uid:
        return Computed("invalid", ("kept_as_written",))
    if uid.startswith("acct:"):
        return _account(uid)
    if uid.startswith("crypto:"):
        return _crypto(uid)
    if uid.startswith("wallet:"):
        return _wallet(uid)
    return Computed("valid")
