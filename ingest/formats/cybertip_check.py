"""A ``cyberTip`` element to a checked report: the first field that does not fit gives the reject code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from graph.ids import slug
from ingest.elements import Element
from ingest.formats.cybertip_model import (
    Associated,
    Capture,
    Gadget,
    Internet,
    Mail,
    Media,
    Number,
    Person,
    Profile,
    Recipient,
    Reported,
    Tip,
)
from ingest.normalise.time import iso_time, plausible
from ingest.rejects import Refused

INCIDENTS: Final = (
    "Child Pornography (possession, manufacture, and distribution)",
    "Child Sex Trafficking",
    "Child Sex Tourism",
    "Child Sexual Molestation",
    "Misleading Domain Name",
    "Misleading Words or Digital Images on the Internet",
    "Online Enticement of Children for Sexual Acts",
    "Unsolicited Obscene Material Sent to a Child",
)
EVENTS: Final = ("Login", "Registration", "Purchase", "Upload", "Other", "Unknown")
ASSOCIATIONS: Final = ("Billing", "Linked", "Business", "Creator", "Parent/Guardian", "Other")
DIGESTS: Final[Mapping[str, int]] = {"MD5": 32, "SHA1": 40, "SHA256": 64}
"""Closed list of digests, with their hexadecimal digits."""
_INTERNET: Final = ("url", "phoneNumber", "content", "additionalInfo")

Facts = dict[str, tuple[str, ...]]


def checked(tip: Element, received: datetime) -> Tip:
    """The report an element holds; raises Refused with the code of its first defect.

    ``received`` is the intake's time: nothing may have happened more than a day after it.
    """
    report_id = tip.value("reportId")
    if report_id is None:
        raise Refused("missing_key", "reportId is empty")
    if not (report_id.isascii() and report_id.isdigit()):
        raise Refused("key", "reportId: digits")
    received_at = _needed_time(tip, "receivedAt", received)
    report = tip.first("report")
    if report is None:
        raise Refused("missing_field", "report is absent")
    summary = report.first("incidentSummary") or Element("incidentSummary")
    incident = _one_of(summary.value("incidentType"), "incidentType", INCIDENTS)
    if incident is None:
        raise Refused("missing_field", "incidentType is empty")
    at = _needed_time(summary, "incidentDateTime", received)
    reported = report.first("personOrUserReported")
    recipients = [*report.each("victim"), *report.each("intendedRecipient")]
    return Tip(
        report_id=report_id,
        received_at=received_at,
        incident_type=incident,
        platform=summary.value("platform"),
        annotations=tuple(_words(found.name) for found in summary.each("reportAnnotations/*")),
        at=at,
        facts=_report_facts(report),
        internet=tuple(_internet(kind) for details in report.each("internetDetails") for kind in details.children),
        reported=_reported(reported, received) if reported is not None else None,
        recipients=tuple(_recipient(found, received) for found in recipients),
        media=tuple(_media(found, received) for found in tip.each("fileDetails")),
    )


def _needed_time(element: Element, name: str, received: datetime) -> datetime:
    at = _time(element, name, received)
    if at is None:
        raise Refused("missing_field", f"{name} is empty")
    return at


def _time(element: Element, name: str, received: datetime) -> datetime | None:
    written = element.value(name)
    if written is None:
        return None
    at = iso_time(written)
    if at is None:
        raise Refused("datetime", f"{name}: an ISO 8601 time with offset")
    if not plausible(at, received):
        raise Refused("out_of_range", f"{name}: 1990 to now")
    return at


def _one_of(value: str | None, name: str, allowed: tuple[str, ...]) -> str | None:
    if value is not None and value not in allowed:
        raise Refused("enum", f"{name}: {', '.join(allowed)}")
    return value


def _facts(element: Element, names: Mapping[str, str]) -> Facts:
    """Texts of elements (``path``) or attributes (``path@name``), by property name."""
    found: Facts = {}
    for path, prop in names.items():
        where, _, attribute = path.partition("@")
        if attribute:
            holders = element.each(where) if where else [element]
            values = [value for holder in holders if (value := holder.attribute(attribute)) is not None]
        else:
            values = element.values(path)
        if values:
            found[prop] = tuple(values)
    return found


def _report_facts(report: Element) -> Facts:
    return _facts(
        report,
        {
            "batchedReport@reason": "batched_reason",
            "lawEnforcement@fleaCountry": "agency_country",
            "lawEnforcement/agencyName": "agency",
            "lawEnforcement/caseNumber": "agency_case",
            "lawEnforcement/reportedToLe": "reported_to_police",
            "lawEnforcement/servedLegalProcessDomestic": "served_domestic",
            "lawEnforcement/servedLegalProcessInternational": "served_international",
        },
    )


def _internet(kind: Element) -> Internet:
    facts = _facts(kind, {"@thirdPartyHostedContent": "third_party_hosted"})
    for inner in kind.children:
        if inner.name not in _INTERNET and not inner.children and (values := kind.values(inner.name)):
            facts[_words(inner.name)] = tuple(values)
    return Internet(_words(kind.name), tuple(kind.values("url")), tuple(kind.values("phoneNumber")), facts)


def _words(name: str) -> str:
    """``chatImIncident`` as ``chat_im_incident``."""
    return slug(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name))


def _reported(element: Element, received: datetime) -> Reported:
    facts = _facts(
        element,
        {
            "vehicleDescription": "vehicle",
            "compromisedAccount": "compromised",
            "profileBio": "profile_bio",
            "thirdPartyUserReported": "third_party",
            "priorCTReports": "prior_reports",
            "groupIdentifier": "group_identifier",
            "allEmailsReported": "all_emails_reported",
            "estimatedLocation/city": "estimated_city",
            "estimatedLocation/region": "estimated_region",
            "estimatedLocation/countryCode": "estimated_country",
            "estimatedLocation@verified": "estimated_location_verified",
            "estimatedLocation@timestamp": "estimated_location_at",
            "personOrUserReportedPerson/ageAssertionDiscrepancy": "age_discrepancy",
        },
    )
    associated = tuple(
        Associated(
            _one_of(found.attribute("accountType"), "accountType", ASSOCIATIONS), _profile(found, found, received)
        )
        for found in element.each("associatedAccount")
    )
    person = element.first("personOrUserReportedPerson") or Element("personOrUserReportedPerson")
    return Reported(_profile(element, person, received), associated, facts)


def _recipient(element: Element, received: datetime) -> Recipient:
    person = element.first(f"{element.name}Person") or Element("person")
    return Recipient(_profile(element, person, received), element)


def _profile(element: Element, person: Element, received: datetime) -> Profile:
    return Profile(
        service=element.value("espService", "platform"),
        native=element.value("espIdentifier"),
        screen_name=element.value("screenName"),
        display_names=tuple(element.values("displayName")),
        pages=tuple(element.values("profileUrl")),
        person=_person(person),
        captures=_captures(element, received),
        gadgets=_gadgets(element, received),
    )


def _person(element: Element) -> Person:
    names = [part for part in (element.value("firstName"), element.value("lastName")) if part is not None]
    return Person(
        name=" ".join(names) or None,
        age=element.value("age", "approximateAge"),
        born=element.value("dateOfBirth"),
        addresses=tuple(found for address in element.each("address") if (found := ", ".join(address.lines()))),
        numbers=tuple(
            Number(
                found.text,
                found.attribute("type"),
                found.attribute("countryCallingCode"),
                found.attribute("verified"),
                found.attribute("verificationDate"),
            )
            for found in element.each("phone")
            if element.values("phone") and found.text
        ),
        mails=tuple(
            Mail(
                found.text,
                found.attribute("type"),
                found.attribute("verified"),
                found.attribute("verificationDate"),
            )
            for found in element.each("email")
            if element.values("email") and found.text
        ),
    )


def _captures(element: Element, received: datetime) -> tuple[Capture, ...]:
    made = []
    for found in element.each("ipCaptureEvent"):
        event = _one_of(found.value("eventName"), "ipCaptureEvent.eventName", EVENTS)
        at, address = _time(found, "dateTime", received), found.value("ipAddress")
        port, proxy = _port(found.value("port")), found.value("possibleProxy")
        if address is not None:
            made.append(Capture(address, event, at, port, proxy))
    return tuple(made)


def _port(written: str | None) -> int | None:
    if written is None:
        return None
    if not re.fullmatch(r"[+-]?[0-9]{1,12}", written):
        raise Refused("number", "ipCaptureEvent.port: a whole number")
    if not 1 <= int(written) <= 65535:
        raise Refused("out_of_range", "ipCaptureEvent.port: 1 to 65535")
    return int(written)


def _gadgets(element: Element, received: datetime) -> tuple[Gadget, ...]:
    made = []
    for found in element.each("deviceId"):
        event = _one_of(found.value("eventName"), "deviceId.eventName", EVENTS)
        at, kind, value = _time(found, "dateTime", received), found.value("idType"), found.value("idValue")
        if value is not None:
            made.append(Gadget(kind, value, event, at))
    return tuple(made)


def _media(element: Element, received: datetime) -> Media:
    _time(element, "uploadedToEspTimestamp", received)
    element.value("reportId")  # said before
    facts = _facts(
        element,
        {
            "fileId": "file_id",
            "uploadedToEspTimestamp": "uploaded_at",
            "fileViewedByEsp": "viewed_by_platform",
            "exifViewedByEsp": "exif_viewed_by_platform",
            "publiclyAvailable": "publicly_available",
            "fileRelevance": "relevance",
            "industryClassification": "industry_classification",
        },
    )
    if annotations := tuple(_words(found.name) for found in element.each("fileAnnotations/*")):
        facts["annotation"] = annotations
    return Media(
        digests=tuple(_digest(found) for found in element.each("originalFileHash")),
        page=element.value("locationOfFile"),
        captures=_captures(element, received),
        gadgets=_gadgets(element, received),
        facts=facts,
    )


def _digest(element: Element) -> str:
    kind = _one_of(element.attribute("hashType"), "originalFileHash.hashType", tuple(DIGESTS))
    element.asked += ("",)
    if kind is None:
        raise Refused("missing_field", "originalFileHash.hashType is empty")
    if not re.fullmatch(rf"[0-9a-fA-F]{{{DIGESTS[kind]}}}", element.text):
        raise Refused("hash", f"originalFileHash: {DIGESTS[kind]} hexadecimal digits")
    return f"{kind.lower()}:{element.text.lower()}"
