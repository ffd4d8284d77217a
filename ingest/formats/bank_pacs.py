"""pacs.008 (customer credit transfers between banks): every instruction is a payment from account to account."""

from __future__ import annotations

from typing import Final

from ingest.drafts import Job
from ingest.elements import Element, canonical
from ingest.formats.bank_iso import account_of, amounts, extra_of, money_of, party, texts
from ingest.formats.bank_payment import NOT_PROVIDED, Payment, day_or_time, entry_of, uetr_of
from ingest.formats.described import Field, Format, Reader
from ingest.incoming import Incoming
from ingest.rejects import Problem, Refused
from ingest.rows import Entry, Ledgered
from ingest.xml import each_part

PACS: Final = Format(
    "pacs008",
    "Bank transfers, ISO 20022 pacs.008",
    "one CdtTrfTxInf",
    "UETR, else MsgId and TxId, InstrId or EndToEndId",
    ("xml",),
    (
        Field("GrpHdr/MsgId", "reference of the message; part of the key without UETR"),
        Field("PmtId/UETR", "the payment in all banks' documents, UUID v4"),
        Field("PmtId/TxId", "reference of the clearing, with InstrId and EndToEndId"),
        Field("IntrBkSttlmAmt", "decimal amount, Ccy its ISO 4217 currency", required=True),
        Field("AccptncDtTm", "when; else IntrBkSttlmDt, else the header's date", required=True),
        Field("Dbtr", "name, address, Id/PrvtId/Othr (CIN, PASSPORT, CCPT)"),
        Field("DbtrAcct", "IBAN, or RIB in Othr/Id", required=True),
        Field("Cdtr", "as Dbtr"),
        Field("CdtrAcct", "as DbtrAcct", required=True),
        Field("DbtrAgt", "the debtor's bank, with CdtrAgt"),
        Field("InstdAmt", "amount as ordered, with XchgRate"),
        Field("RmtInf/Ustrd", "purpose as stated"),
        Field("ChrgBr", "who bears the charges, with ChrgsInf"),
    ),
)
_WANTED: Final = ("FIToFICstmrCdtTrf", "FIToFICstmrCdtTrf/CdtTrfTxInf")
_SAID: Final = {
    "PmtId/InstrId": "instruction_id",
    "PmtId/EndToEndId": "end_to_end_id",
    "PmtId/TxId": "transaction_id",
    "PmtId/ClrSysRef": "clearing_ref",
    "XchgRate": "exchange_rate",
    "ChrgBr": "charge_bearer",
    "Purp/Cd": "purpose_code",
    "Purp/Prtry": "purpose_code",
    "RmtInf/Ustrd": "purpose",
    "UltmtDbtr/Nm": "ultimate_payer_name",
    "UltmtCdtr/Nm": "ultimate_payee_name",
}
_AMOUNTS: Final = {"InstdAmt": "amount_instructed", "ChrgsInf/Amt": "charge"}


def parse(incoming: Incoming, job: Job) -> None:
    """Read every transfer of a file; a file that is cut off or hostile is refused as a whole."""
    ledgered = Ledgered(job)
    records = (part for part in each_part(incoming, _WANTED, job) if part.element.name == "CdtTrfTxInf")
    for index, part in enumerate(records, 1):
        try:
            if part.problem is not None:
                raise part.problem
            content = canonical(part.element)
            header = part.within[0].first("GrpHdr") if part.within else None
            entry = _entry(part.element, header or Element("GrpHdr"), index, job)
        except Refused as refused:
            job.reject(Problem(None, refused.code, refused.message, str(index)))
        else:
            ledgered.accept(entry, content)
    ledgered.close()


def _entry(said: Element, header: Element, index: int, job: Job) -> Entry:
    uetr, message = uetr_of(said.value("PmtId/UETR")), header.value("MsgId")
    if uetr is not None:
        uid, key = f"tx:uetr:{uetr}", uetr
    else:
        refs = [said.value(f"PmtId/{name}") for name in ("TxId", "InstrId", "EndToEndId")]
        ref = next((ref for ref in refs if ref is not None and ref != NOT_PROVIDED), None)
        if message is None or ref is None:
            raise Refused("missing_key", f"{'PmtId' if ref is None else 'MsgId'}: nothing to name the payment by")
        uid, key = f"tx:pacs:{message}:{ref}", f"{message}\x1f{ref}"
    minor, currency = money_of(said.first("IntrBkSttlmAmt"), "IntrBkSttlmAmt")
    settled = day_or_time(
        said.value("IntrBkSttlmDt") or header.value("IntrBkSttlmDt"), "IntrBkSttlmDt", job.received_at
    )
    at = day_or_time(said.value("AccptncDtTm"), "AccptncDtTm", job.received_at) or settled
    at = at or day_or_time(header.value("CreDtTm"), "CreDtTm", job.received_at)
    if at is None:
        raise Refused("missing_field", "IntrBkSttlmDt is empty")
    payer = party(said.first("Dbtr"), account_of(said.first("DbtrAcct")), said.first("DbtrAgt"))
    payee = party(said.first("Cdtr"), account_of(said.first("CdtrAcct")), said.first("CdtrAgt"))
    for name, one in (("DbtrAcct", payer), ("CdtrAcct", payee)):
        if one.account is None:
            raise Refused("missing_field", f"{name} is empty")
    facts = {**texts(said, _SAID), **amounts(said, _AMOUNTS)}
    if message is not None:
        facts["message_id"] = (message,)
    payment = Payment(uid, key, minor, currency, at, settled, "sent", "credit_transfer", payer, payee, facts)
    entry = entry_of(payment, job, index=index)
    entry.extra = extra_of(said)
    return entry


def _claims(incoming: Incoming) -> bool:
    return incoming.xml_root is not None and incoming.has_element("FIToFICstmrCdtTrf")


READER: Final = Reader(PACS, "bank_pacs", parse, _claims)
