"""Identifiers that many people share by their very kind: they are shown and join nobody.

One table, read by analysis (which cuts them) and by whoever asks about an identifier. Each row is a kind, a label and a
pattern on the uid. What is shared only by use (a cyber-café's device, a hot-line) is found in the evidence instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SharedKind:
    """``kind`` is what ``cut_kind`` says; ``pattern`` is matched against whole uids of nodes with ``label``."""

    kind: str
    label: str
    pattern: str
    source: str


_RELAYS: Final = (
    "privaterelay.appleid.com|duck.com|mozmail.com|relay.firefox.com|simplelogin.com|aleeas.com|anonaddy.me"
)
_ROLES: Final = (
    "abuse|admin|administration|accueil|bureau|commercial|compta|contact|direction|help|hello|info|infos|information|"
    "mail|marketing|newsletter|no-?reply|office|postmaster|press|presse|rh|sales|secretariat|security|service|services|"
    "support|webmaster"
)

SHARED_KINDS: Final = (
    SharedKind(
        "local_mac", "Device", r"dev:mac:[0-9a-f][26ae](?::[0-9a-f]{2}){5}",
        "IEEE 802: the locally administered bit says that the address was made up by software, often at random",
    ),
    SharedKind("group_mac", "Device", r"dev:mac:[0-9a-f][13579bdf](?::[0-9a-f]{2}){5}", "IEEE 802: a group, no device"),
    SharedKind("mail_relay", "Email", rf"email:c:[^@]+@(?:{_RELAYS})", "domain 3.7: forwards for anybody"),
    SharedKind("role_mail", "Email", rf"email:c:(?:{_ROLES})@.+", "domain 3.7, RFC 2142: read by whoever is on duty"),
    SharedKind("free_phone", "Phone", r"phone:e164:\+21280[0-7][0-9]{6}", "MA plan: 080, free or shared cost"),
    SharedKind(
        "carrier_nat", "IpEvent",
        r"ip:100\.(?:6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\.[0-9]+\.[0-9]+:[^:]*:.*",
        "RFC 6598: address between subscribers and their operator's translation, thousands share it",
    ),
)  # fmt: skip
"""Every kind that joins nobody."""

_COMPILED: Final = tuple((row, re.compile(row.pattern)) for row in SHARED_KINDS)

CARRIER_NAT_NETWORKS: Final[dict[int, str]] = {
    29571: "Orange Côte d'Ivoire",
    36884: "inwi (Wana Corporate)",
    36903: "Maroc Telecom",
    36925: "Orange Maroc (Médi Télécom)",
    39891: "stc (Saudi Telecom)",
    35819: "Mobily (Etihad Etisalat)",
    43766: "Zain KSA",
}
"""Networks that put mobile subscribers behind carrier-grade NAT, by number of autonomous system. A table to
extend, from memory (check before relying on it): nine in ten mobile operators do so (domain 3.2)."""


def shared_kind(uid: str) -> str | None:
    """The kind by which an identifier is shared, None when its kind says nothing."""
    return next((row.kind for row, pattern in _COMPILED if pattern.fullmatch(uid)), None)
