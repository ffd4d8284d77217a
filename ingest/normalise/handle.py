"""Social accounts: from a handle or an address to ``acct:<platform>:id:`` or ``:h:`` (domain/03 section 3.6)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote

from graph.ids import slug
from ingest.normalise.found import NOTHING, Found
from ingest.normalise.phone import e164, phone
from ingest.normalise.text import clean
from ingest.normalise.url import Address, address, url

PLATFORMS: Final[dict[str, str]] = {
    "fb": "facebook",
    "meta": "facebook",
    "ig": "instagram",
    "snap": "snapchat",
    "twitter": "x",
    "tg": "telegram",
    "wa": "whatsapp",
}

HANDLES: Final[dict[str, re.Pattern[str]]] = {
    "facebook": re.compile(r"[a-z0-9]{5,}"),
    "instagram": re.compile(r"(?!\.)(?!.*\.\.)[a-z0-9._]{1,30}(?<!\.)"),
    "tiktok": re.compile(r"[a-z0-9._]{2,24}(?<!\.)"),
    "snapchat": re.compile(r"[a-z][a-z0-9._-]{2,14}"),
    "telegram": re.compile(r"[a-z][a-z0-9_]{4,31}"),
    "x": re.compile(r"[a-z0-9_]{1,15}"),
    "skype": re.compile(r"live:\.cid\.[0-9a-f]{16}|(?:live:)?[a-z][a-z0-9.,_-]{5,31}"),
}
"""Shape of a handle once lower-cased (Facebook: dots dropped too)."""

_HOSTS: Final[dict[str, str]] = {
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "instagram.com": "instagram",
    "tiktok.com": "tiktok",
    "snapchat.com": "snapchat",
    "t.me": "telegram",
    "telegram.me": "telegram",
    "telegram.dog": "telegram",
    "wa.me": "whatsapp",
    "whatsapp.com": "whatsapp",
    "x.com": "x",
    "twitter.com": "x",
}
_SUBDOMAINS: Final = re.compile(r"(?:m|web|mobile|mbasic|touch|api|chat|fr-fr|ar-ar|en-gb|l)\.")

_FACEBOOK_CONTENT: Final = """
groups share sharer story.php permalink.php watch events photo photo.php photos hashtag reel reels marketplace
login login.php search stories media posts video.php videos help messages
"""

# First path segments that lead to content, not to an account.
_RESERVED: Final[dict[str, frozenset[str]]] = {
    "facebook": frozenset(_FACEBOOK_CONTENT.split()),
    "instagram": frozenset(["p", "reel", "reels", "tv", "explore", "share", "accounts", "direct"]),
    "tiktok": frozenset(["t", "tag", "music", "discover", "v"]),
    "snapchat": frozenset(["spotlight", "discover", "t", "p"]),
    "telegram": frozenset(["joinchat", "c", "addstickers", "share", "proxy"]),
    "x": frozenset(["i", "intent", "share", "search", "hashtag", "home", "explore", "messages"]),
}
_FB_NUMBERED: Final = re.compile(r".*-([0-9]{1,17})")


class _Inside(NamedTuple):
    """What an address says of an account: its handle, or its native id."""

    handle: str | None = None
    native: str | None = None


def platform_slug(name: str) -> str:
    """Canonical platform of a written one (``fb`` -> ``facebook``)."""
    found = slug(clean(name))
    return PLATFORMS.get(found, found)


@lru_cache(maxsize=1 << 16)
def account(platform: str, text: str, region: str | None = None) -> Found:
    """An account from a handle, an ``@handle`` or a profile address.

    An address that leads to no account keeps its ``url:`` node and warns ``unresolved``; a handle against the
    rule of its platform stays ``acct:<platform>:raw:``. WhatsApp accounts are numbers, read in ``region``.
    """
    value, where = clean(text), platform_slug(platform)
    if not value or not where:
        return NOTHING
    if where == "whatsapp" or "wa.me/" in value.lower():
        return _whatsapp(value, region)
    if "/" in value or value.lower().startswith("www."):
        parts = address(value)
        if parts is not None:
            host = _HOSTS.get(_SUBDOMAINS.sub("", parts.host, count=1))
            if host == "whatsapp":
                return _whatsapp(value, region)
            where = host or where
            inside = _inside(where, parts, known=host is not None)
            if inside is None:
                return Found(url(value).uid, "unresolved")
            if inside.native:
                return Found(f"acct:{where}:id:{inside.native}")
            return _handle(where, inside.handle or "", value)
    return _handle(where, value, value)


def _handle(platform: str, handle: str, written: str) -> Found:
    name = handle.removeprefix("@").strip().lower()
    if platform == "facebook":
        name = name.replace(".", "")
        if name.isascii() and name.isdigit() and len(name) <= 17:
            return Found(f"acct:facebook:id:{name}")
    rule = HANDLES.get(platform)
    good = rule.fullmatch(name) is not None if rule else bool(name) and not re.search(r"\s", name)
    if good:
        return Found(f"acct:{platform}:h:{name}")
    raw = written.removeprefix("@").strip()
    return Found(f"acct:{platform}:raw:{raw}" if raw else None, "identifier")


def _whatsapp(value: str, region: str | None) -> Found:
    found = phone(value, region)
    if found.uid is None:
        return found
    number = e164(found.uid)
    if number is None:
        return Found("acct:whatsapp:raw:" + found.uid.removeprefix("phone:raw:"), found.warning)
    return Found(f"acct:whatsapp:h:{number}")


def _inside(platform: str, parts: Address, *, known: bool) -> _Inside | None:
    """The account an address leads to, None when it leads to none."""
    segments = [unquote(s) for s in parts.path.split("/") if s]
    first = segments[0].lower() if segments else ""
    if platform == "facebook" and first == "profile.php":
        native = next((q[3:] for q in parts.query if q.lower().startswith("id=")), "")
        return _Inside(native=native) if native.isascii() and native.isdigit() else None
    if not segments or first in _RESERVED.get(platform, ()):
        return None
    match platform:
        case "facebook" if known:
            return _facebook(segments, first)
        case "tiktok":
            return _Inside(handle=segments[0]) if segments[0].startswith("@") else None
        case "snapchat":
            second = segments[1] if first in ("add", "u") and len(segments) > 1 else None
            return (
                _Inside(handle=second or (segments[0] if segments[0].startswith("@") else None))
                if (second or segments[0].startswith("@"))
                else None
            )
        case "instagram" if first == "stories":
            return _Inside(handle=segments[1]) if len(segments) > 1 else None
        case "telegram":
            name = segments[1] if first == "s" and len(segments) > 1 else segments[0]
            return None if name.startswith("+") else _Inside(handle=name)
        case _:
            return _Inside(handle=segments[0]) if known or len(segments) == 1 else None


def _facebook(segments: list[str], first: str) -> _Inside | None:
    if first == "people":
        native = segments[2] if len(segments) > 2 else ""
        return _Inside(native=native) if native.isascii() and native.isdigit() else None
    if first in ("p", "pg", "pages"):
        tail = segments[-1]
        if first == "pages" and tail.isascii() and tail.isdigit():
            return _Inside(native=tail)
        numbered = _FB_NUMBERED.fullmatch(segments[1]) if first == "p" and len(segments) > 1 else None
        if numbered:
            return _Inside(native=numbered.group(1))
        return _Inside(handle=segments[1]) if first == "pg" and len(segments) > 1 else None
    if first.isascii() and first.isdigit() and len(first) <= 17:
        return _Inside(native=first)
    return _Inside(handle=segments[0])
