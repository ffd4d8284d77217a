"""camt.053 (statements of an account; camt.052 and camt.054 are laid out alike): every booking is a payment.

One side is the account of the statement, the other the related account, which may be absent (cash, fees). An entry
that books several payments at once holds several ``TxDtls``, and each of those is a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingest.drafts import Job
from ingest.elements import Element, canonical
from ingest.formats.bank_iso import account_of, amounts, extra_of, money_of, party, texts
from ingest.formats.bank_payment import Party, Payment, day_or_time, entry_of, uetr_of
from ingest.formats.described import Field, Format, Reader
from ingest.incoming import Incoming
from ingest.normalise.bank import bank
from ingest.rejects import Problem, Refused
from ingest.rows import Entry, Ledgered
from ingest.xml import Part, each_part

CAMT: Final = Format(
    "camt053",
    "Bank statements, ISO 20022 camt.053 (camt.052, camt.054)",
    "one TxDtls, or one Ntry without",
    "UETR, else the statement's account and AcctSvcrRef or NtryRef",
    ("xml",),
    (
        Field("Stmt/Acct", "account of the statement: IBAN, or RIB in Othr/Id", required=True),
        Field("Ntry/Amt", "decimal amount, Ccy its ISO 4217 currency; TxDtls/Amt goes first", required=True),
        Field("CdtDbtInd", "whether the account received or sent", required=True, enum=("CRDT", "DBIT")),
        Field("BookgDt", "when it was booked; else ValDt, else the header's date"),
        Field("Sts", "BOOK: paid; else sent"),
        Field("RvslInd", "true: taken back, status cancelled"),
        Field("NtryRef", "reference of the entry, with AcctSvcrRef"),
        Field("Refs/UETR", "the payment in all banks' documents, UUID v4"),
        Field("Refs", "AcctSvcrRef, MsgId, InstrId, EndToEndId, TxId: kept as properties"),
        Field("RltdPties/Dbtr", "name, Id/PrvtId/Othr (CIN, PASSPORT, CCPT), with Cdtr"),
        Field("RltdPties/DbtrAcct", "the other account of a credit, CdtrAcct of a debit"),
        Field("RmtInf/Ustrd", "purpose as stated"),
        Field("Chrgs", "charges"),
        Field("BkTxCd", "code of the transaction; CWDL: cash_out, CDPT: cash_in"),
    ),
)
_REPORTS: Final = ("Stmt", "Rpt", "Ntfctn")
_ROOTS: Final = ("BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn")
_WANTED: Final = (*_ROOTS, *_REPORTS, *(f"{report}/Ntry" for report in _REPORTS), "NtryDtls/TxDtls")
_CASH: Final = {"CWDL": "cash_out", "CDPT": "cash_in"}
_DETAIL: Final = {
    "Refs/MsgId": "message_id",
    "Refs/InstrId": "instruction_id",
    "Refs/EndToEndId": "end_to_end_id",
    "Refs/TxId": "transaction_id",
    "Refs/AcctSvcrRef": "servicer_ref",
    "RmtInf/Ustrd": "purpose",
    "Purp/Cd": "purpose_code",
    "Purp/Prtry": "purpose_code",
    "AddtlTxInf": "note",
    "RltdPties/UltmtDbtr/Nm": "ultimate_payer_name",
    "RltdPties/UltmtDbtr/Pty/Nm": "ultimate_payer_name",
    "RltdPties/UltmtCdtr/Nm": "ultimate_payee_name",
    "RltdPties/UltmtCdtr/Pty/Nm": "ultimate_payee_name",
}
_ENTRY: Final = {
    "NtryRef": "entry_ref",
    "AcctSvcrRef": "servicer_ref",
    "Sts": "booking",
    "Sts/Cd": "booking",
    "BkTxCd/Domn/Cd": "transaction_code",
    "BkTxCd/Domn/Fmly/Cd": "transaction_code",
    "BkTxCd/Domn/Fmly/SubFmlyCd": "transaction_code",
    "BkTxCd/Prtry/Cd": "transaction_code",
    "AddtlNtryInf": "note",
}


@dataclass(frozen=True, slots=True)
class _Booking:
    """One record: an entry, one of its payments (None: it has none), and which of several it is (0: the only one).

    ``statement`` and ``message`` are what has been read of the elements around it.
    """

    entry: Element
    detail: Element | None
    nth: int
    problem: Refused | None
    statement: Element
    message: Element

    @property
    def alone(self) -> bool:
        """Whether the entry books one payment."""
        return self.nth == 0


def parse(incoming: Incoming, job: Job) -> None:
    """Read every booking of a file; a file that is cut off or hostile is refused as a whole."""
    ledgered = Ledgered(job)
    for index, booking in enumerate(_bookings(each_part(incoming, _WANTED, job)), 1):
        try:
            if booking.problem is not None:
                raise booking.problem
            content = _content(booking)
            entry = _entry(booking, index, job)
        except Refused as refused:
            job.reject(Problem(None, refused.code, refused.message, str(index)))
        else:
            ledgered.accept(entry, content)
    ledgered.close()


def _bookings(parts: Iterator[Part]) -> Iterator[_Booking]:
    """Records in the order of the document. An entry's first payment waits until it is known whether it is alone."""
    waiting: Part | None = None
    nth = 0
    for part in parts:
        match part.element.name:
            case "TxDtls" if part.within and part.within[0].name == "Ntry":
                entry, around = part.within[0], _around(part.within[1:])
                if waiting is None and nth == 0:
                    waiting = part
                    continue
                for one in (waiting, part):
                    if one is not None:
                        nth += 1
                        yield _Booking(entry, one.element, nth, one.problem, *around)
                waiting = None
            case "Ntry":
                if nth == 0:
                    detail = waiting.element if waiting is not None else None
                    problem = part.problem or (waiting.problem if waiting is not None else None)
                    yield _Booking(part.element, detail, 0, problem, *_around(part.within))
                waiting, nth = None, 0


def _around(within: tuple[Element, ...]) -> tuple[Element, Element]:
    """Statement and message."""
    return (within[0] if within else Element("Stmt"), within[1] if len(within) > 1 else Element("BkToCstmrStmt"))


def _content(booking: _Booking) -> bytes:
    if booking.detail is None:
        return canonical(booking.entry)
    return canonical(booking.entry, booking.detail) if booking.alone else canonical(booking.detail)


def _entry(said: _Booking, index: int, job: Job) -> Entry:
    booked, detail = said.entry, said.detail or Element("TxDtls")
    account = said.statement.first("Acct") or Element("Acct")
    own = account_of(account)
    uid, key = _identity(said, detail, own)
    if own is None:
        raise Refused("missing_field", "Acct is empty")
    # In version 2 a payment of several has no Amt of its own but says it in its details.
    written = detail.first("Amt") or (booked.first("Amt") if said.alone else detail.first("AmtDtls/TxAmt/Amt"))
    minor, currency = money_of(written, "Amt")
    indicator = detail.value("CdtDbtInd") or booked.value("CdtDbtInd")
    if indicator is None:
        raise Refused("missing_field", "CdtDbtInd is empty")
    if indicator not in ("CRDT", "DBIT"):
        raise Refused("enum", "CdtDbtInd: CRDT or DBIT")
    days = {name: booked.value(f"{name}/Dt", f"{name}/DtTm") for name in ("BookgDt", "ValDt")}
    booking = day_or_time(days["BookgDt"], "BookgDt", job.received_at)
    at = booking or day_or_time(days["ValDt"] or said.message.value("GrpHdr/CreDtTm"), "ValDt", job.received_at)
    if at is None:
        raise Refused("missing_field", "BookgDt is empty")
    reversed_ = booked.value("RvslInd") == "true"
    booked_as = booked.value("Sts/Cd", "Sts")
    payer, payee = _ends(detail, account, own, credit=indicator == "CRDT", reversal=reversed_)
    facts = {
        **texts(booked, _ENTRY),
        **texts(detail, _DETAIL),
        **amounts(detail, {"AmtDtls/InstdAmt/Amt": "amount_instructed", "Chrgs/Rcrd/Amt": "charge"}),
        **texts(said.statement, {"Id": "statement_id"}),
        **texts(said.message, {"GrpHdr/MsgId": "statement_message_id"}),
        **({"value_date": (days["ValDt"],)} if days["ValDt"] else {}),
        **({"reversal": ("true",)} if reversed_ else {}),
    }
    cash = [_CASH[code] for code in facts.get("transaction_code", ()) if code in _CASH]
    status = "cancelled" if reversed_ else "paid" if booked_as in (None, "BOOK") else "sent"
    kind = cash[0] if cash else "booking"
    paid_at = at if status == "paid" else None
    payment = Payment(uid, key, minor, currency, at, paid_at, status, kind, payer, payee, facts)
    entry = entry_of(payment, job, index=index)
    entry.extra = extra_of(booked, detail)
    return entry


def _identity(said: _Booking, detail: Element, own: str | None) -> tuple[str, str]:
    """Uid and record key. Of several payments that take their entry's reference all but the first add their number."""
    uetr = uetr_of(detail.value("Refs/UETR"))
    if uetr is not None:
        return f"tx:uetr:{uetr}", uetr
    ref = detail.value("Refs/AcctSvcrRef")
    if ref is None:
        ref = (said.entry.value("AcctSvcrRef") if said.alone else None) or said.entry.value("NtryRef")
        if ref is not None and said.nth > 1:
            ref = f"{ref}:{said.nth}"
    if own is None or ref is None:
        raise Refused("missing_key", f"{'AcctSvcrRef' if ref is None else 'Acct'}: nothing to name the payment by")
    account = (bank(own).uid or "").removeprefix("bank:").removeprefix("iban:").removeprefix("raw:")
    return f"tx:bank:{account}:{ref}", f"{own}\x1f{ref}"


def _ends(detail: Element, account: Element, own: str, *, credit: bool, reversal: bool) -> tuple[Party, Party]:
    """Payer and payee. A reversal names the parties of the payment it takes back, so they are the other way round."""
    mine, other = ("Cdtr", "Dbtr") if credit else ("Dbtr", "Cdtr")
    if reversal and _same(account_of(detail.first(f"RltdPties/{other}Acct")), own):
        mine, other = other, mine
    stranger = party(
        detail.first(f"RltdPties/{other}"),
        account_of(detail.first(f"RltdPties/{other}Acct")),
        detail.first(f"RltdAgts/{other}Agt"),
    )
    stated = account_of(detail.first(f"RltdPties/{mine}Acct"))
    holder = detail.first(f"RltdPties/{mine}") if stated is None or _same(stated, own) else None
    me = party(holder or account.first("Ownr"), own, account.first("Svcr"))
    return (stranger, me) if credit else (me, stranger)


def _same(written: str | None, own: str) -> bool:
    return written is not None and bank(written).uid == bank(own).uid


def _claims(incoming: Incoming) -> bool:
    return incoming.xml_root is not None and incoming.has_element(*_ROOTS)


READER: Final = Reader(CAMT, "bank_camt", parse, _claims)
