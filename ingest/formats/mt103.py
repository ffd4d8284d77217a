"""MT103 (single customer credit transfers, SWIFT FIN text): payments from account to account, as pacs.008 tells them.

Field formats: SWIFT Standards MT, category 1. Amounts have a decimal comma and dates two digits for the year.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Final

from ingest.documents import canonical
from ingest.drafts import Job
from ingest.formats import fields
from ingest.formats.bank_payment import DOCUMENTS, Paper, Party, Payment, country_of, entry_of, uetr_of
from ingest.formats.described import Field, Format, Reader
from ingest.formats.mt103_text import Message, messages
from ingest.incoming import Incoming
from ingest.normalise.time import plausible
from ingest.rejects import Problem, Refused
from ingest.rows import Entry, Ledgered

MT103: Final = Format(
    "mt103",
    "Bank transfers, SWIFT MT103",
    "one message",
    "UETR (block 3, 121), else the sender's BIC and :20:",
    ("txt",),
    (
        Field("{3:{121:}}", "UETR, UUID v4"),
        Field(":20:", "sender's reference; part of the key without UETR", required=True),
        Field(":32A:", "value date YYMMDD, currency, settled amount with a decimal comma", required=True),
        Field(":33B:", "currency and amount as ordered, with :36: rate"),
        Field(":50a:", "who orders (A, F, K): account, name, address; F: passport or national identity number"),
        Field(":52a:", "the payer's bank, with :51A:, :53a: to :56a: on the way"),
        Field(":57a:", "the payee's bank"),
        Field(":59a:", "who receives (none, A, F): account, name, address"),
        Field(":70:", "purpose as stated"),
        Field(":71A:", "who bears the charges, with :71F: and :71G:"),
    ),
)
_SAID: Final = {
    "20": "sender_ref",
    "13C": "time_indication",
    "23B": "operation_code",
    "23E": "instruction_code",
    "26T": "transaction_code",
    "36": "exchange_rate",
    "51A": "sending_institution",
    "70": "purpose",
    "71A": "charge_bearer",
    "72": "note",
    "77B": "regulatory",
}
_AMOUNTS: Final = {"33B": "amount_instructed", "71F": "charge", "71G": "charge"}
_ON_THE_WAY: Final = tuple(f"{tag}{option}" for tag in (53, 54, 55, 56) for option in "ABCD")
_PAYER: Final = ("50F", "50K", "50A")
_PAYEE: Final = ("59F", "59", "59A")
_PAYER_BANK: Final = ("52A", "52D")
_PAYEE_BANK: Final = ("57A", "57B", "57C", "57D")
_READ: Final = frozenset(
    ("32A", *_SAID, *_AMOUNTS, *_ON_THE_WAY, *_PAYER, *_PAYEE, *_PAYER_BANK, *_PAYEE_BANK),
)
_DECIMAL: Final = re.compile(r"[+-]?[0-9]*,?[0-9]*")
_NUMBERED: Final = re.compile(r"([1-8])/(.*)")
_PAPER: Final = re.compile(r"([A-Z]{4})/([A-Z]{2})/(.+)")
_CLAIM: Final = re.compile(r"\{2:[IO]103")


def parse(incoming: Incoming, job: Job) -> None:
    """Read every message of a file; one that is broken costs itself only."""
    if len(incoming.data) > incoming.limits.xml:
        job.reject(Problem(0, "oversize", f"a file larger than {incoming.limits.xml} bytes"))
        return
    ledgered = Ledgered(job)
    for piece in messages(incoming.data, incoming.limits):
        try:
            if piece.problem is not None or piece.message is None:
                raise piece.problem or Refused("malformed", "no message")
            entry = _entry(piece.message, piece.line, job)
        except Refused as refused:
            job.reject(Problem(piece.line, refused.code, refused.message))
        else:
            ledgered.accept(entry, _content(piece.message))
    ledgered.close()


def _content(said: Message) -> bytes:
    """The message without what its transport adds (session, sequence, check sums), so that a copy is a duplicate."""
    lines = {tag: "\n\n".join("\n".join(value) for value in values) for tag, values in said.fields.items()}
    return canonical({"sender": said.sender, "receiver": said.receiver, "user": dict(said.user), "fields": dict(lines)})


def _entry(said: Message, line: int, job: Job) -> Entry:
    uetr, ref = uetr_of(said.user.get("121") or None), said.text("20")
    if uetr is None and ref is None:
        raise Refused("missing_key", ":20: is empty")
    uid = f"tx:uetr:{uetr}" if uetr is not None else f"tx:mt103:{said.sender}:{ref}"
    at, currency, minor = _settled(said, job.received_at)
    payer, payee = _party(said, _PAYER, _PAYER_BANK), _party(said, _PAYEE, _PAYEE_BANK)
    if payer.account is None and payee.account is None:
        raise Refused("missing_field", ":50a: and :59a: name no account")
    key = uetr if uetr is not None else f"{said.sender}\x1f{ref}"
    payment = Payment(uid, key, minor, currency, at, at, "sent", "credit_transfer", payer, payee, _facts(said))
    entry = entry_of(payment, job, line=line)
    rest = {f":{tag}:": ["\n".join(v) for v in values] for tag, values in said.fields.items() if tag not in _READ}
    rest |= {tag: [value] for tag, value in said.user.items() if tag not in ("121", "108")}
    entry.extra = json.dumps(rest, ensure_ascii=False, sort_keys=True) if rest else None
    return entry


def _settled(said: Message, received: datetime) -> tuple[datetime, str, int]:
    """Value date (UTC midnight), currency and minor units of :32A:."""
    written = said.text("32A")
    if written is None:
        raise Refused("missing_field", ":32A: is empty")
    at = _day(written[:6])
    if at is None:
        raise Refused("datetime", ":32A: a date YYMMDD that exists")
    if not plausible(at, received):
        raise Refused("out_of_range", ":32A: 1990 to now")
    minor, currency = fields.money(_decimal(written[9:]), written[6:9] or None, ":32A:")
    if minor is None or currency is None:
        raise Refused("missing_field", ":32A: an amount and its currency")
    return at, currency, minor


def _day(written: str) -> datetime | None:
    """SWIFT: years from 80 belong to the last century."""
    if not re.fullmatch(r"[0-9]{6}", written):
        return None
    year = int(written[:2])
    try:
        return datetime(year + (1900 if year >= 80 else 2000), int(written[2:4]), int(written[4:]), tzinfo=UTC)
    except ValueError:
        return None


def _decimal(written: str) -> str | None:
    """``50000,00`` as ``50000.00``; raises Refused ``number`` for an amount with a dot or without digits."""
    if not written:
        return None
    if not _DECIMAL.fullmatch(written):
        raise Refused("number", ":32A: an amount with a decimal comma")
    return written.replace(",", ".").removesuffix(".")


def _facts(said: Message) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {"sender_bic": (said.sender,), "receiver_bic": (said.receiver,)}
    for tag, prop in _SAID.items():
        if values := tuple(" ".join(value) for value in said.fields.get(tag, ()) if value):
            found[prop] = values
    for tag, prop in _AMOUNTS.items():
        written = [value[0] for value in said.fields.get(tag, ()) if value]
        if values := tuple(f"{text[3:].replace(',', '.').removesuffix('.')} {text[:3]}" for text in written):
            found[prop] = (*found.get(prop, ()), *values)
    banks = tuple(bank for tag in _ON_THE_WAY if (bank := _bank(said.lines(tag))) is not None)
    if banks:
        found["correspondent"] = banks
    if user := said.user.get("108"):
        found["message_user_ref"] = (user,)
    return found


def _bank(lines: tuple[str, ...]) -> str | None:
    """BIC, or name, of an institution; lines with a slash in front are its accounts and clearing codes."""
    named = [line for line in lines if not line.startswith("/")]
    coded = [line.lstrip("/") for line in lines]
    return next(iter(named or coded), None)


def _party(said: Message, tags: tuple[str, ...], banks: tuple[str, ...]) -> Party:
    """A customer: an account line, then name and address as lines, as numbered lines (F) or as a BIC (A)."""
    tag = next((tag for tag in tags if said.fields.get(tag)), tags[0])
    lines = said.lines(tag)
    account = lines[0].lstrip("/").strip() or None if lines and lines[0].startswith("/") else None
    agent = _bank(said.lines(*banks))
    if tag.endswith("F"):
        return _numbered(lines, account, agent)
    rest = lines[1:] if lines and lines[0].startswith("/") else lines
    name = rest[0] if rest else None
    return Party(account=account, name=name, bank=agent, address=", ".join(rest[1:]) or None)


def _numbered(lines: tuple[str, ...], account: str | None, agent: str | None) -> Party:
    """Option F: 1 name, 2 street, 3 country and town, 4 birth date, 7 national identity number."""
    said: dict[str, list[str]] = {}
    for line in lines:
        if found := _NUMBERED.fullmatch(line):
            said.setdefault(found.group(1), []).append(found.group(2))
    paper = _paper(lines[0]) if lines and account is None else None
    if paper is None and "7" in said:
        paper = _paper(f"NIDN/{said['7'][0]}")
    town = said.get("3", [""])[0]
    return Party(
        account=account,
        name=" ".join(said.get("1", [])) or None,
        paper=paper,
        country=country_of(town[:2]),
        bank=agent,
        born=said["4"][0] if "4" in said else None,
        address=", ".join([*said.get("2", []), *said.get("3", [])]) or None,
    )


def _paper(line: str) -> Paper | None:
    """``CCPT/CC/NO`` is a passport; ``NIDN/MA/NO`` is a CIN, as only Morocco's has a shape we can check."""
    found = _PAPER.fullmatch(line)
    if found is None:
        return None
    code, country, number = found.groups()
    kind = DOCUMENTS.get(code) or ("cin" if (code, country) == ("NIDN", "MA") else None)
    return Paper(kind, number, country_of(country)) if kind is not None else None


def _claims(incoming: Incoming) -> bool:
    return _CLAIM.search(incoming.text) is not None and "{4:" in incoming.text


READER: Final = Reader(MT103, "bank_mt103", parse, _claims)
