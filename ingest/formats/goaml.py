"""goAML reports of reporting institutions (STR, SAR, AIF...; XML of schema 4 and 5): reading and description.

Layout: UNODC goAML, as financial intelligence units publish it; countries change lists and optional elements.
"""

from __future__ import annotations

from typing import Final

from graph.evidence import VaultEntry
from ingest.drafts import Job
from ingest.elements import Element, canonical
from ingest.formats.described import Field, Format, Reader
from ingest.formats.goaml_rows import party_entry, private, report_entry, transaction_entry
from ingest.incoming import Incoming
from ingest.rejects import Problem, Refused
from ingest.rows import Entry, Ledgered
from ingest.xml import Part, each_part

GOAML: Final = Format(
    "goaml",
    "goAML reports (STR, AIF)",
    "the report, each transaction, each report_party",
    "rentity_id and entity_reference (else fiu_ref_number); with transactionnumber, or the party's position",
    ("xml",),
    (
        Field("rentity_id", "number of the reporting institution", required=True),
        Field("entity_reference", "its reference of the report; else fiu_ref_number", required=True),
        Field("report_code", "kind of report: STR, SAR, AIF...", required=True),
        Field("submission_date", "when it was submitted; else report_date", required=True),
        Field("currency_code_local", "ISO 4217, of amount_local"),
        Field("reporting_person", "vault only"),
        Field("location", "where the institution is; its country_code is where numbers are dialled"),
        Field("reason", "vault only, with action"),
        Field("report_indicators", "kept as properties of the report"),
        Field("transaction.transactionnumber", "the institution's number; a UETR joins bank documents"),
        Field("transaction.internal_ref_number", "its internal reference"),
        Field("transaction.date_transaction", "when"),
        Field("transaction.amount_local", "decimal amount in currency_code_local"),
        Field("transaction.t_from", "payer (or t_from_my_client): from_account, from_person or from_entity"),
        Field("transaction.t_to", "payee (or t_to_my_client): to_account, to_person or to_entity"),
        Field("transaction.involved_parties", "parties of a transaction of many: mentioned, no direction"),
        Field("transaction.teller", "vault only, with authorized and comments"),
        Field("activity.report_parties", "persons, accounts, entities without a transaction"),
    ),
)
_WANTED: Final = ("report", "report/transaction", "report_parties/report_party")
_NO_REPORT: Final = Element("report")


def parse(incoming: Incoming, job: Job) -> None:
    """Read every record of a file; a report comes after its transactions and parties, as its end does."""
    ledgered, parties = Ledgered(job), 0
    for index, part in enumerate(each_part(incoming, _WANTED, job), 1):
        parties = parties + 1 if part.element.name == "report_party" else parties
        try:
            if part.problem is not None:
                raise part.problem
            content = canonical(part.element)
            entry = _entry(part, parties, index, job)
        except Refused as refused:
            job.reject(Problem(None, refused.code, refused.message, str(index)))
            _keep(part.element, refused.code, index, job)
        else:
            ledgered.accept(entry, content)
        parties = 0 if part.element.name == "report" else parties
    ledgered.close()


def _entry(part: Part, parties: int, index: int, job: Job) -> Entry:
    report = part.within[-1] if part.within else _NO_REPORT
    match part.element.name:
        case "transaction":
            return transaction_entry(part.element, report, index, job)
        case "report_party":
            return party_entry(part.element, report, parties, index, job)
        case _:
            return report_entry(part.element, index, job)


def _keep(said: Element, code: str, index: int, job: Job) -> None:
    """What a refused record said of the institution's people goes to the vault."""
    if sealed := private(said):
        record = f"refused:{job.source}:{job.name}:{index}"
        job.vault.append(VaultEntry("victims", record, None, (), {**sealed, "code": code}))


def _claims(incoming: Incoming) -> bool:
    return incoming.xml_root is not None and incoming.has_element("rentity_id")


READER: Final = Reader(GOAML, "goaml", parse, _claims)
