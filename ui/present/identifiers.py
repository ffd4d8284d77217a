"""How a uid is shown: its name for people, its kind, its glyph. Pure; a pseudonym never shows more than six digits."""

from __future__ import annotations

import re
from typing import Final

from graph.ids import is_victim
from graph.schema import LABELS, PREFIX_LABEL
from ui.i18n import Locale, isolate, word

_GLYPHS: Final[dict[str, str]] = {
    "Person": "person", "Victim": "victim", "Persona": "persona", "Phone": "phone", "Sim": "sim", "Device": "device",
    "IpEvent": "ip", "Account": "account", "Page": "page", "Email": "email", "Url": "url", "BankAccount": "bank",
    "Wallet": "wallet", "CryptoAddress": "crypto", "Transfer": "transfer", "Demand": "demand", "Report": "report",
    "Case": "case", "Evidence": "case", "Contact": "contact", "Outlet": "outlet", "Organisation": "organisation",
    "Place": "place", "Publication": "publication", "MediaItem": "media", "Script": "script",
}  # fmt: skip
"""Label -> drawing of ``ui/canvas/frontend/src/glyphs.js``."""

_GROUPS: Final = re.compile(r"(?<=\d\d)(?=(?:\d{3})+$)")
"""Before each three digits from the right; a single digit left over stays with the first three."""


def label_of(uid: str) -> str:
    """Label of a uid by its prefix; ``Evidence`` for a prefix nobody knows, so that nothing breaks a page."""
    return PREFIX_LABEL.get(uid.split(":", 1)[0], "Evidence")


def family_of(label: str) -> str:
    """Family of a label: decides colour and shape."""
    return LABELS[label].family if label in LABELS else "records"


def glyph_of(label: str) -> str:
    return _GLYPHS.get(label, "other")


def kind(locale: Locale, label: str) -> str:
    """Name of the label in the reader's language."""
    return word(locale, "label", label)


def _phone(number: str) -> str:
    """E.164 with its country code apart, the rest in groups of three from the right: readable, one thing to copy."""
    if not number.startswith("+"):
        return number
    country, rest = _calling_code(number[1:])
    return "+" + f"{country} {_GROUPS.sub(' ', rest)}".strip()


def _calling_code(digits: str) -> tuple[str, str]:
    """The calling code a number begins with and what follows; a code nobody assigned is taken as part of the rest."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    length = next(
        (n for n in (1, 2, 3) if digits[:n].isdecimal() and int(digits[:n]) in COUNTRY_CODE_TO_REGION_CODE), 0
    )
    return digits[:length], digits[length:]


def _named(slug: str) -> str:
    """A slug of a source, operator or platform as a name: ``orange_money`` -> ``Orange Money``."""
    return slug.replace("_", " ").title()


def plain(uid: str) -> str:
    """The identifier without its scheme, as people write it; no direction marks."""
    parts = uid.split(":", 2)
    scheme, value = (parts[1], parts[2]) if len(parts) == 3 else ("", parts[-1])
    match parts[0]:
        case "victim":
            return value[:6]
        case _ if scheme == "erased":
            return value[:6]
        case "phone":
            return _phone(value)
        case "wallet":
            return f"{_named(scheme)} {_phone(value.removeprefix('raw:'))}"
        case "bank":
            return " ".join(value[at : at + 4] for at in range(0, len(value), 4))
        case "acct":
            how, _, native = value.partition(":")
            return f"{_named(scheme)} {'@' if how == 'h' else ''}{native or how}"
        case "person" if scheme == "doc":
            country, _, rest = value.partition(":")
            form, _, number = rest.partition(":")
            return f"{form.upper()} {number} ({country})"
        case "person" if scheme == "rec":
            record, _, role = value.removeprefix(value.split(":", 1)[0] + ":").rpartition(":")
            return f"{role} · {record}" if record else value
        case "dev" | "sim":
            return f"{scheme.upper()} {value}"
        case "tx" | "outlet":
            return f"{scheme.upper() if len(scheme) < 3 else _named(scheme)} {value}"
        case "report":
            return value
        case "url":
            return uid[4:]
        case _:
            return value


def shown(locale: Locale, uid: str) -> str:
    """The identifier inside a sentence: isolated left to right; a pseudonym is introduced as such."""
    if is_victim(uid):
        return f"{kind(locale, 'Victim')} {isolate(plain(uid))}"
    if is_erased(uid):
        return f"{word(locale, 'fact', 'erased')} {isolate(plain(uid))}"
    return isolate(plain(uid))


def is_erased(uid: str) -> bool:
    """Whether a person's erasure left this uid as a tombstone."""
    return uid.split(":", 2)[1:2] == ["erased"]


def short(uid: str, limit: int = 22) -> str:
    """Text beside a node of the picture, isolated."""
    value = plain(uid)
    return isolate(value if len(value) <= limit else value[: limit - 9] + "…" + value[-8:])
