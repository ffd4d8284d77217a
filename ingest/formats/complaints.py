"""Complaint sheets of IC3 (United States) and Report Fraud (United Kingdom), CSV or JSON lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from graph.errors import InputError
from graph.evidence import VaultEntry
from ingest.documents import Line, canonical, read_json_lines
from ingest.drafts import Job
from ingest.formats.complaints_desk import IC3, REPORT_FRAUD, Dialect
from ingest.formats.complaints_rows import entry_of, is_minor
from ingest.formats.complaints_sheet import Place, complaint_of, flat, place_of
from ingest.formats.described import Field, Format, Reader
from ingest.incoming import Incoming
from ingest.rejects import Problem, Refused
from ingest.rows import Ledgered
from ingest.tables import LINE, read_csv

_FIELDS: Final = (
    Field("filed_at", "when the complaint was made; the time of intake when absent"),
    Field("incident_from", "first contact or incident, with incident_to"),
    Field("category", "type of crime as the desk calls it"),
    Field("contact_method", "how the victim was reached"),
    Field("narrative", "vault only; evidence keeps a keyed fingerprint"),
    Field("victim_*", "vault only: name, phone, email, address, own accounts; country and age are read"),
    Field("subject_name", "a property of the report; subject_2_name and so on for further subjects"),
    Field("subject_phone", "several in one cell are split at ; or |"),
    Field("subject_email", "e-mail address"),
    Field("subject_website", "web address"),
    Field("subject_social_url", "profile address; leads to an account where the platform is known"),
    Field("subject_ip", "address, seen at incident_from"),
    Field("subject_country", "two letters: how its numbers are read"),
    Field("transaction_type", "wire, cryptocurrency, gift card, Western Union ...; transaction_2_type and so on"),
    Field("transaction_amount", "1500.00 or $1,500.00, in transaction_currency"),
    Field("transaction_date", "when it was sent"),
    Field("transaction_reference", "UETR, MTCN or other reference"),
    Field("transaction_hash", "hash of a crypto transaction"),
    Field("recipient_account", "IBAN, RIB, or a number with recipient_routing (sort code, ABA, SWIFT)"),
    Field("recipient_wallet", "crypto address, with crypto_type and crypto_amount"),
    Field("recipient_name", "a property of the payment"),
    Field("(any other column)", "vault: nobody can tell that it does not speak of the victim"),
)


def _format(name: str, title: str, number: str) -> Format:
    return Format(
        name,
        title,
        "one complaint",
        "complaint_number",
        ("csv", "jsonl"),
        (Field("complaint_number", number, required=True), *_FIELDS),
    )


IC3_FORMAT: Final = _format(
    "ic3",
    "Complaints to the FBI's Internet Crime Complaint Center",
    "complaint_id, IC3 number ...; dates month/day/year or ISO, amounts in USD, numbers of the US unless said",
)
REPORT_FRAUD_FORMAT: Final = _format(
    "report_fraud",
    "Reports to the United Kingdom's Report Fraud (formerly Action Fraud)",
    "NFRC reference, kept as text; dates day/month/year or ISO, amounts in GBP, numbers of GB unless said",
)
_UK: Final = re.compile(r"nfrc|report[\s_]fraud|action[\s_]fraud", re.I)
_US: Final = re.compile(r"ic3", re.I)


def _reader(dialect: Dialect) -> Callable[[Incoming, Job], None]:
    def parse(incoming: Incoming, job: Job) -> None:
        ledgered = Ledgered(job)
        for line in _lines(incoming, job):
            try:
                if line.problem is not None or line.value is None:
                    raise line.problem or Refused("malformed", "no object")
                entry = entry_of(complaint_of(line.value), dialect, line.number, job)
            except Refused as refused:
                _refuse(job, Problem(line.number, refused.code, refused.message), line)
            else:
                ledgered.accept(entry, canonical(line.value))
        ledgered.close()

    return parse


def _lines(incoming: Incoming, job: Job) -> Iterator[Line]:
    if incoming.speaks_json:
        yield from read_json_lines(incoming.data, incoming.limits)
        return
    sheet = read_csv(incoming.data, limits=incoming.limits, delimiter=incoming.delimiter, keep_raw=True)
    if sheet.refused is not None:
        job.reject(sheet.refused)
        return
    if not any(place.field == "number" for place in _places(sheet.columns)):
        raise InputError(
            f"{job.name}: the sheet has no column complaint_number",
            "Name it complaint_number, complaint_id or nfrc_reference, or use --mapping.",
        )
    for problem in sheet.problems:
        written = sheet.raw.get(problem.line or 0, "")
        yield Line(problem.line or 0, written, None, Refused(problem.code, problem.message))
    for row in sheet.frame.iter_rows(named=True):
        number = int(row.pop(LINE))
        yield Line(number, str({k: v for k, v in row.items() if v}), row, None)


def _refuse(job: Job, problem: Problem, line: Line) -> None:
    """Note a refused complaint; its text goes to the vault."""
    job.reject(problem)
    if line.text:
        minors = line.value is not None and is_minor(complaint_of(line.value))
        record = f"refused:{job.source}:{job.name}:{problem.line}"
        job.vault.append(
            VaultEntry("minors" if minors else "victims", record, None, (), {"raw": line.text, "code": problem.code})
        )


def _places(columns: list[str]) -> list[Place]:
    return [place for place in map(place_of, columns) if place is not None]


def _columns(incoming: Incoming) -> list[str]:
    if not incoming.speaks_json:
        return incoming.columns
    first = incoming.first_object
    return [header for header, _ in flat(first)] if first is not None else []


def _claims(name: str) -> Callable[[Incoming], bool]:
    """Whether a sheet is one of this desk: a complaint number, a victim's side, and the desk's name or words.

    A register with words of its own is none of them: its numbers and dates would be read as of another country.
    """

    def claims(incoming: Incoming) -> bool:
        columns = _columns(incoming)
        places = _places(columns)
        groups = {place.group for place in places}
        numbered = any(place.field == "number" for place in places)
        if not numbered or "victim" not in groups or groups.isdisjoint(("subject", "payment")):
            return False
        header = " ".join(columns)
        british = bool(_UK.search(header)) or "NFRC" in incoming.text[:65_536]
        american = bool(_US.search(header)) or (
            {"subject", "payment"} <= groups and "complaint" in header.lower() and "subject" in header.lower()
        )
        return british if name == "report_fraud" else american and not british

    return claims


READERS: Final = (
    Reader(REPORT_FRAUD_FORMAT, "report_fraud", _reader(REPORT_FRAUD), _claims("report_fraud"), by_columns=False),
    Reader(IC3_FORMAT, "ic3", _reader(IC3), _claims("ic3"), by_columns=False),
)
