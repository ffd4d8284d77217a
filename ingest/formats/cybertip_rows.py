"""A CyberTipline report as evidence: the reported account and what hangs on it; victims only as pseudonyms.

Every report is about a child, so all of it lies in the compartment of minors. Reporter, victims, recipients and free
text go to the vault; the name of a school, the content of a chat and files are kept nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from graph.evidence import VaultEntry
from graph.ids import slug
from ingest.drafts import Job
from ingest.elements import Element
from ingest.formats.cybertip_model import Capture, Gadget, Media, Number, Profile, Recipient, Tip
from ingest.normalise.device import device
from ingest.normalise.email import email
from ingest.normalise.handle import account, platform_slug
from ingest.normalise.ip import ip_event
from ingest.normalise.phone import e164, phone
from ingest.normalise.text import looks_like_formula
from ingest.normalise.url import url
from ingest.rows import Entry

NEVER: Final = frozenset(("schoolName", "content"))
"""Elements that are kept nowhere, not even in the vault."""
_PEOPLE: Final = frozenset(("reporter", "victim", "intendedRecipient"))
_FREE: Final = """
additionalInfo escalateToHighPriority incidentDateTimeDescription officerContact originalFileName details
"""
_PRIVATE: Final = frozenset(_FREE.split())
"""Text somebody typed, or that may name a child: vault only."""


@dataclass(slots=True)
class _Reader:
    """One report on its way to an entry."""

    tip: Tip
    job: Job
    entry: Entry
    report: str


def entry_of(tip: Tip, said: Element, index: int, job: Job) -> Entry:
    """The evidence of a report, and its vault entries."""
    report = f"report:{job.source}:{tip.report_id}"
    entry = Entry(
        record=report,
        key=tip.report_id,
        source_type="report",
        received_at=tip.received_at,
        index=str(index),
        root=report,
        extra=_extra(said),
        compartment="minors",
    )
    reader = _Reader(tip, job, entry, report)
    entry.appear(report, "Report")
    _properties(reader)
    reported = _reported(reader) if tip.reported is not None else None
    for place in tip.internet:
        for written in place.pages:
            _mention(reader, entry.take(url(written), "url", written), tip.at)
        for written in place.numbers:
            _mention(reader, entry.take(phone(written, None), "cellPhoneIncident.phoneNumber", written), tip.at)
    for media in tip.media:
        _media(reader, media, reported)
    _vault(reader, said)
    for n, recipient in enumerate(tip.recipients, 1):
        _recipient(reader, recipient, n, reported)
    return entry


def _mention(reader: _Reader, uid: str | None, at: datetime) -> str | None:
    if uid is not None:
        reader.entry.mention(reader.report, uid, None, at)
    return uid


def _say(reader: _Reader, subject: str, facts: Mapping[str, tuple[str, ...]]) -> None:
    for prop, values in facts.items():
        for value in values:
            if looks_like_formula(value):
                reader.entry.warn("formula", f"{prop} starts like a formula")
            reader.entry.say(subject, prop, value)


def _properties(reader: _Reader) -> None:
    tip, entry, report = reader.tip, reader.entry, reader.report
    # The annotation is the platform's own judgement and finer than the type, which has eight values only.
    category = "sextortion" if "sextortion" in tip.annotations else slug(tip.incident_type)
    entry.say(report, "category", category)
    entry.say(report, "incident_type", tip.incident_type)
    entry.say(report, "platform", platform_slug(tip.platform) if tip.platform else None)
    entry.say(report, "minor_involved", "yes")
    entry.say(report, "incident_from", time=tip.at)
    entry.say(report, "received_at", time=tip.received_at)
    _say(reader, report, {"annotation": tip.annotations})
    _say(reader, report, tip.facts)
    for place in tip.internet:
        entry.say(report, "place_kind", place.kind)
        _say(reader, report, place.facts)


def _account(reader: _Reader, profile: Profile) -> str | None:
    """Uid of an account: by its native id, else by its name; None without either or without a platform."""
    platform = platform_slug(profile.service or reader.tip.platform or "")
    written = profile.native or profile.screen_name
    if written is None:
        return None
    if not platform:
        reader.entry.warn("identifier", "espService is empty: nothing to tell the account's platform by")
        return None
    if profile.native is None or platform == "whatsapp":
        return reader.entry.take(account(platform, written), "screenName", written)
    return f"acct:{platform}:id:{profile.native}"


def _reported(reader: _Reader) -> str | None:
    said = reader.tip.reported
    if said is None:
        return None
    uid = _profile(reader, said.profile)
    _facts(reader, uid, said.facts)
    for other in said.associated:
        found = _profile(reader, other.profile)
        if uid is not None and found is not None:
            props = {"kind": other.kind} if other.kind else None
            reader.entry.link(uid, "ASSOCIATED_WITH", found, reader.tip.received_at, basis="stated", props=props)
    return uid


def _facts(reader: _Reader, uid: str | None, facts: Mapping[str, tuple[str, ...]]) -> None:
    """What the platform says of an account; without a usable account it is said of the report."""
    if uid is not None:
        _say(reader, uid, facts)
    else:
        _say(reader, reader.report, {f"reported_{prop}": values for prop, values in facts.items()})


def _profile_facts(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Properties of an account; its name on the screen is one only beside its native id, else it is the identity."""
    person = profile.person
    handle = profile.screen_name if profile.native is not None else None
    one = {"handle": handle, "name": person.name, "age": person.age, "birth_date": person.born}
    many = {"display_name": profile.display_names, "profile_url": profile.pages, "address": person.addresses}
    return {**{prop: (value,) for prop, value in one.items() if value is not None}, **many}


def _profile(reader: _Reader, profile: Profile) -> str | None:
    """An account with its numbers, addresses, devices and where it was seen; all are mentioned by the report."""
    tip, entry = reader.tip, reader.entry
    uid = _mention(reader, _account(reader, profile), tip.at)
    person = profile.person
    _facts(reader, uid, _profile_facts(profile))
    if uid is None:
        for written in profile.pages:
            _mention(reader, entry.take(url(written), "profileUrl", written), tip.at)
    for number in person.numbers:
        found = entry.take(phone(_international(number), None), "phone", number.written)
        _contact(reader, uid, found, number.kind, number.verified, number.verified_on)
    for mail in person.mails:
        found = entry.take(email(mail.written), "email", mail.written)
        _contact(reader, uid, found, mail.kind, mail.verified, mail.verified_on)
    _seen(reader, uid, profile.captures, profile.gadgets)
    return uid


def _international(number: Number) -> str:
    """The number with the calling code it was told with, unless it carries its own."""
    written = number.written
    code = "".join(c for c in number.calling_code or "" if c.isdigit())
    if not code or written.startswith(("+", "00")):
        return written
    return f"+{code}{''.join(c for c in written if c.isdigit()).removeprefix('0')}"


def _contact(
    reader: _Reader,
    uid: str | None,
    found: str | None,
    kind: str | None,
    verified: str | None,
    verified_on: str | None,
) -> None:
    """A number or address of an account: what recovers an account may be another's, what it uses is its own."""
    if found is None:
        return
    tip, entry = reader.tip, reader.entry
    entry.mention(reader.report, found, None, tip.at)
    entry.say(found, "verified", verified)
    if uid is None:
        return
    told = (("kind", kind), ("verified", verified), ("verified_on", verified_on))
    props = {name: value for name, value in told if value is not None}
    if kind == "Recovery":
        entry.link(found, "RECOVERY_OF", uid, tip.received_at, basis="stated", props=props)
    else:
        entry.link(uid, "USES", found, tip.received_at, basis="stated", props=props)


def _seen(reader: _Reader, uid: str | None, captures: tuple[Capture, ...], gadgets: tuple[Gadget, ...]) -> None:
    tip, entry = reader.tip, reader.entry
    sightings = entry.rows.setdefault("sightings", [])
    for capture in captures:
        at = capture.at or tip.received_at
        found = _mention(reader, entry.take(ip_event(capture.address, capture.port, at), "ipAddress", ""), at)
        if found is not None:
            entry.say(found, "possible_proxy", capture.proxy)
            entry.say(found, "event", capture.event)
        if found is not None and uid is not None:
            sightings.append((uid, None, None, found, "USES", at))
    for gadget in gadgets:
        at = gadget.at or tip.received_at
        written = f"{gadget.kind}:{gadget.value}" if gadget.kind else gadget.value
        found = _mention(reader, entry.take(device(written), "deviceId", gadget.value), at)
        if found is not None and uid is not None:
            sightings.append((uid, None, found, None, "USES", at))
    if not sightings:
        del entry.rows["sightings"]


def _media(reader: _Reader, media: Media, reported: str | None) -> None:
    for digest in media.digests:
        uid = f"media:{digest}"
        _mention(reader, uid, reader.tip.at)
        _say(reader, uid, media.facts)
    if media.page is not None:
        _mention(reader, reader.entry.take(url(media.page), "locationOfFile", media.page), reader.tip.at)
    _seen(reader, reported, media.captures, media.gadgets)


def _recipient(reader: _Reader, recipient: Recipient, n: int, reported: str | None) -> None:
    """A victim: a pseudonym that the reported account contacted, and everything else in the vault."""
    tip, entry, job = reader.tip, reader.entry, reader.job
    identities = _identities(recipient.profile, tip.platform)
    by_record = f"rec:{job.source}|{tip.report_id}|victim{n}"
    if not identities or not identities[0].startswith("acct:"):
        identities = (by_record, *identities)
    person = job.keys.pseudonym(identities[0], "minors")
    content = {recipient.said.name: recipient.said.without(NEVER).told()}
    entry.vault.append(VaultEntry("minors", reader.report, person, identities, content))
    if reported is not None:
        entry.link(reported, "CONTACTED", person, tip.at, basis="stated")


def _identities(profile: Profile, platform: str | None) -> tuple[str, ...]:
    """Everything a victim may be recognised by, the account first; what does not fit is passed over."""
    found: list[str] = []
    where = platform_slug(profile.service or platform or "")
    if where and profile.native is not None and where != "whatsapp":
        found.append(f"acct:acct:{where}:id:{profile.native}")
    handle = profile.screen_name or (profile.native if where == "whatsapp" else None)
    named = account(where, handle) if where and handle else None
    if named is not None and named.fits:
        found.append(f"acct:{named.uid}")
    for number in profile.person.numbers:
        if (known := e164(phone(_international(number), None).uid)) is not None:
            found.append(f"phone:{known}")
    for mail in profile.person.mails:
        if (address := email(mail.written)).fits and address.uid is not None:
            found.append("email:" + address.uid.removeprefix("email:c:"))
    return tuple(dict.fromkeys(found))


def _vault(reader: _Reader, said: Element) -> None:
    """Reporter and free text, sealed without a person."""
    content: dict[str, object] = {}
    if (reporter := said.first("report/reporter")) is not None and (told := reporter.told()):
        content["reporter"] = told
    if texts := _private(said):
        content["free_text"] = texts
    if content:
        reader.entry.vault.append(VaultEntry("minors", reader.report, None, (), content))


def _private(said: Element) -> dict[str, str | list[str]]:
    """Free text by its path, wherever it stands outside the people."""
    return {
        path: text
        for path, text in said.without(NEVER | _PEOPLE).told().items()
        if _PRIVATE & set(path.partition("@")[0].split("/"))
    }


def _extra(said: Element) -> str | None:
    """What nobody asked for and is nobody's secret, by its path."""
    extra = said.unasked(apart=NEVER | _PEOPLE | _PRIVATE)
    return json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else None
