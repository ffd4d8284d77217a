"""A complaint as evidence: the report, what it says of its subjects and of where money went; its victim a pseudonym."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from graph.evidence import VaultEntry
from ingest.drafts import Job
from ingest.fingerprint import text_marks
from ingest.formats.complaints_desk import Desk, Dialect, moment
from ingest.formats.complaints_payments import add_payment
from ingest.formats.complaints_sheet import Complaint
from ingest.formats.fields import in_order
from ingest.normalise.bank import bank
from ingest.normalise.codes import COUNTRIES
from ingest.normalise.crypto import crypto
from ingest.normalise.email import email
from ingest.normalise.found import Found
from ingest.normalise.handle import account
from ingest.normalise.ip import ip_event
from ingest.normalise.phone import e164
from ingest.normalise.phone_plans import phone_in
from ingest.normalise.text import looks_like_formula
from ingest.normalise.url import address, url
from ingest.rejects import Refused
from ingest.rows import Entry

_AGE: Final = re.compile(r"[0-9]{1,3}")
_YOUNG: Final = re.compile(r"under\s*18|0\s*-\s*17|<\s*18|minor|yes|true|y", re.I)
_SOCIAL: Final[dict[str, str]] = {
    "facebook.com": "facebook", "fb.com": "facebook", "instagram.com": "instagram", "tiktok.com": "tiktok",
    "snapchat.com": "snapchat", "t.me": "telegram", "telegram.me": "telegram", "x.com": "x", "twitter.com": "x",
    "wa.me": "whatsapp", "whatsapp.com": "whatsapp",
}  # fmt: skip
_WORDS: Final = {"category": "subcategory", "contact_method": "contact_method"}
_TELLING: Final = re.compile(r"\d|@|//")
_CATEGORIES: Final[tuple[tuple[str, str], ...]] = (
    ("sextort", "sexual_blackmail"), ("sexual", "sexual_blackmail"), ("terror", "terrorism"),
    ("threat", "violence_threat"), ("harass", "insult_slander"), ("extort", "other"), ("blackmail", "other"),
)  # fmt: skip


def entry_of(said: Complaint, dialect: Dialect, line: int, job: Job) -> Entry:
    """The evidence of a complaint and its vault entry; raises Refused with the code of its first defect."""
    number = said.own.get("number")
    if number is None:
        raise Refused("missing_key", "complaint_number is empty")
    report = f"report:{job.source}:{number}"
    filed = moment(said.own.get("filed_at"), "filed_at", dialect, job.received_at) or job.received_at
    start = moment(said.own.get("incident_from"), "incident_from", dialect, job.received_at)
    end = moment(said.own.get("incident_to"), "incident_to", dialect, job.received_at, free=True)
    in_order(start, end, "incident_from, incident_to")
    category = _category(said.own.get("category"))
    entry = Entry(report, number, "report", filed, line=line, root=report)
    if category == "terrorism":
        entry.compartment = "terrorism"
    elif is_minor(said):
        entry.compartment = "minors"
    desk = Desk(said, dialect, job, entry, report, number, filed, start or filed)
    entry.appear(report, "Report")
    _victim(desk)
    _properties(desk, category, start, end)
    for n in sorted(said.subjects):
        _subject(desk, said.subjects[n])
    for n in sorted(said.payments):
        add_payment(desk, n, said.payments[n])
    return entry


def _category(written: str | None) -> str:
    lowered = (written or "").lower()
    return next((found for word, found in _CATEGORIES if word in lowered), "fraud")


def is_minor(said: Complaint) -> bool:
    """A victim below 18. A range that only begins there (``Under 20``) does not tell, and restricts nothing."""
    age, flag = said.victim.get("age", ""), said.victim.get("minor", "")
    if _AGE.fullmatch(age):
        return int(age) < 18
    return _YOUNG.fullmatch(flag) is not None or (
        bool(age) and re.search(r"under\s*18|0\s*-\s*17", age, re.I) is not None
    )


def _victim(desk: Desk) -> None:
    """The victim's side to the vault; a pseudonym when anything tells who it is."""
    said, entry = desk.said, desk.entry
    identities: list[str] = []
    if (written := said.victim.get("phone")) and (number := e164(phone_in(written, desk.country, desk.filed).uid)):
        identities.append(f"phone:{number}")
        desk.own.add(f"phone:e164:{number}")
    if (written := said.victim.get("email")) and (mail := email(written)).fits and mail.uid:
        identities.append("email:" + mail.uid.removeprefix("email:c:"))
        desk.own.add(mail.uid)
    for value in said.private.values():  # their own accounts and addresses are no one's lead
        desk.own |= {
            uid for uid in (bank(value).uid, crypto(value).uid, email(value).uid) if uid and ":raw:" not in uid
        }
    for name in (said.victim.get("name"), said.own.get("narrative")):
        if name is not None and looks_like_formula(name):
            entry.warn("formula", "victim_name or narrative starts like a formula")
    content: dict[str, object] = {**said.private}
    content |= {name: said.own[name] for name in _WORDS if name in said.own and _word(said.own[name]) is None}
    if said.victim:
        content["victim"] = {**said.victim}
    if "narrative" in said.own:
        content["narrative"] = said.own["narrative"]
    vault = "minors" if entry.compartment == "minors" else "victims"
    if said.victim.get("name") or identities:
        identities = identities or [f"rec:{desk.job.source}|{desk.number}|victim"]
        desk.victim = desk.job.keys.pseudonym(identities[0], vault)
        entry.link(desk.report, "REPORTED_BY", desk.victim, desk.filed, basis="stated", props={"capacity": "victim"})
    if content or desk.victim:
        entry.vault.append(VaultEntry(vault, desk.report, desk.victim, tuple(identities), content))


def _word(written: str | None) -> str | None:
    """A desk's own word such as a type of crime; a sentence, or what holds a number or an address, is the victim's."""
    return written if written is not None and len(written) <= 60 and not _TELLING.search(written) else None


def _properties(desk: Desk, category: str, start: datetime | None, end: datetime | None) -> None:
    entry, report, own = desk.entry, desk.report, desk.said.own
    country = desk.said.victim.get("country", "").upper()
    for prop, value in (
        ("category", category),
        *((prop, _word(own.get(name))) for name, prop in _WORDS.items()),
        ("reporter_role", "victim"),
        ("reporter_country", country if country in COUNTRIES else None),
    ):
        entry.say(report, prop, value)
    entry.say(report, "incident_from", time=start)
    entry.say(report, "incident_to", time=end)
    entry.say(report, "received_at", time=desk.filed)
    for prop, mark in text_marks(own.get("narrative", ""), desk.job.keys):
        entry.say(report, prop, mark)


def _subject(desk: Desk, subject: dict[str, list[str]]) -> None:
    entry = desk.entry
    written_country = next(iter(subject.get("country", ())), "").upper()
    region = written_country if written_country in COUNTRIES else desk.dialect.country
    for name in subject.get("name", ()):
        if looks_like_formula(name):
            entry.warn("formula", "a subject's name starts like a formula")
        entry.say(desk.report, "suspect_name", name)
    for kind in ("phone", "email", "website", "social", "ip"):
        for written in subject.get(kind, ()):
            found = _identified(desk, kind, written, region)
            if found.uid in desk.own:
                continue
            uid = entry.take(found, f"subject_{kind}", written)
            if uid is not None:
                entry.mention(desk.report, uid, "suspect", desk.at)


def _identified(desk: Desk, kind: str, written: str, region: str) -> Found:
    match kind:
        case "phone":
            return phone_in(written, region, desk.filed)
        case "email":
            return email(written)
        case "ip":
            return ip_event(written, None, desk.at)
        case "website":
            return url(written)
        case _:
            return social(written, region)


def social(written: str, region: str) -> Found:
    """The account a profile address leads to; the address itself where no known platform stands."""
    parts = address(written)
    host = parts.host if parts is not None else ""
    platform = next((p for site, p in _SOCIAL.items() if host == site or host.endswith("." + site)), None)
    return account(platform, written, region) if platform else url(written)
