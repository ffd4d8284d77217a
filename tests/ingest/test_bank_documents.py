"""camt.053, pacs.008 and MT103: one payment is one Transfer in all of them, and nothing they say is lost."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.money import DECIMALS, amount_text
from ingest.intake import Intake
from ingest.recognise import recognise
from ingest.tables import Limits
from tests.ingest.answers import answer, expected, sample
from tests.ingest.loading import Held, entities, everything, links, load, places

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
UETR = "cd613e30-d8f1-4adf-91b7-584a2265b1f5"
PAYER, PAYEE = "999780000000000000550192", "999780000000000001234527"
NODES = (f"bank:iban:MA64{PAYER}", f"tx:uetr:{UETR}", f"bank:iban:MA64{PAYEE}")

PACS = (
    '<Document><FIToFICstmrCdtTrf><GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-03-05T10:00:00Z</CreDtTm></GrpHdr>'
    "<CdtTrfTxInf><PmtId><InstrId>I-1</InstrId><EndToEndId>E-1</EndToEndId><TxId>T-1</TxId>{uetr}</PmtId>"
    '<IntrBkSttlmAmt Ccy="{code}">{amount}</IntrBkSttlmAmt>{rest}'
    f"<DbtrAcct><Id><Othr><Id>{PAYER}</Id></Othr></Id></DbtrAcct>"
    f"<CdtrAcct><Id><IBAN>MA64{PAYEE}</IBAN></Id></CdtrAcct></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>"
)  # fmt: skip
CAMT = (
    "<Document><BkToCstmrStmt><GrpHdr><MsgId>M-2</MsgId><CreDtTm>2026-03-31T20:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S</Id>"
    f"<Acct><Id><Othr><Id>{PAYEE}</Id></Othr></Id></Acct>{{entries}}</Stmt></BkToCstmrStmt></Document>"
)
ENTRY = (
    '<Ntry><NtryRef>N</NtryRef><Amt Ccy="MAD">1500.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-03-06</Dt></BookgDt>{details}</Ntry>"
)
DETAIL = (
    "<TxDtls><Refs><EndToEndId>E-{n}</EndToEndId>{refs}</Refs>{amount}<RltdPties>"
    f"<DbtrAcct><Id><Othr><Id>{PAYER}</Id></Othr></Id></DbtrAcct></RltdPties></TxDtls>"
)
MT103 = (
    "{{1:F01ZZZZMAMCAXXX0001000001}}{{2:I103ZZZZMAMDXXXXN}}{block3}{{4:\n:20:REF-1\n:23B:CRED\n:32A:260305{code}{amount}\n"
    f":50K:/{PAYER}\nHAMZA TILIWA\n:59:/{PAYEE}\nKARIM OUZEM\n{{rest}}-}}}}\n"
)


def pacs(*, uetr: str = UETR, code: str = "MAD", amount: str = "1500.00", rest: str = "") -> str:
    return PACS.format(uetr=f"<UETR>{uetr}</UETR>" if uetr else "", code=code, amount=amount, rest=rest)


def camt(*entries: str) -> str:
    return CAMT.format(entries="".join(entries))


def mt103(*, uetr: str = UETR, code: str = "MAD", amount: str = "1500,00", rest: str = "") -> str:
    return MT103.format(block3=f"{{3:{{121:{uetr}}}}}" if uetr else "", code=code, amount=amount, rest=rest)


def loaded(tmp_path: Path, *texts: str | bytes, **options: object) -> Intake:
    paths = []
    for n, text in enumerate(texts):
        paths.append(tmp_path / f"{n}.dat")
        paths[-1].write_bytes(text.encode() if isinstance(text, str) else text)
    return load(*paths, **options)  # type: ignore[arg-type]


def said(intake: Intake, prop: str) -> list[str]:
    rows = intake.draft.tables["general"]["statements"].filter(pl.col("prop") == prop)
    return rows["text"].to_list()


def transfers(intake: Intake) -> list[dict[str, object]]:
    return intake.draft.tables["general"]["transfers"].to_dicts()


@pytest.mark.parametrize("name", expected("bank"))
def test_sample_gives_its_expected_answer(name: str) -> None:
    found = answer(load(sample("bank", name)))
    assert found == expected("bank")[name]


def test_one_payment_in_three_documents_is_one_transfer_with_three_statements(tmp_path: Path) -> None:
    detail = DETAIL.format(n=1, refs=f"<UETR>{UETR.upper()}</UETR>", amount="")
    statement = camt(ENTRY.format(details=f"<NtryDtls>{detail}</NtryDtls>"))
    intake = loaded(tmp_path, mt103(), pacs(), statement)
    assert [f.source for f in intake.files] == ["bank_mt103", "bank_pacs", "bank_camt"]
    assert entities(intake) == set(NODES)
    assert links(intake) == {(NODES[0], "SENT", NODES[1]), (NODES[1], "RECEIVED", NODES[2])}
    rows = transfers(intake)
    assert [(r["amount"], r["currency"], r["rail"], r["rec"]) for r in rows] == [
        (150_000, "MAD", "bank", n) for n in range(3)
    ]
    records = intake.draft.tables["general"]["records"]
    assert records["source_type"].to_list() == ["money"] * 3
    assert records["record"].to_list() == [NODES[1]] * 3


def test_references_stay_with_the_transfer(tmp_path: Path) -> None:
    intake = loaded(tmp_path, pacs(), mt103(rest=":70:RENT\n"))
    assert (said(intake, "message_id"), said(intake, "instruction_id")) == (["M-1"], ["I-1"])
    assert (said(intake, "end_to_end_id"), said(intake, "transaction_id")) == (["E-1"], ["T-1"])
    assert (said(intake, "sender_ref"), said(intake, "purpose")) == (["REF-1"], ["RENT"])


def test_same_document_again_is_only_duplicates(tmp_path: Path) -> None:
    texts = (mt103(), pacs(), camt(ENTRY.format(details="")))
    first = loaded(tmp_path, *texts)
    laid_out = texts[1].replace("><", ">\n  <").replace("<Document>", '<Document xmlns="urn:other:version">')
    resent = texts[0].replace("0001000001", "0099000777").replace("-}", "-}{5:{CHK:ABCDEF012345}}")
    again = loaded(tmp_path, resent, laid_out, texts[2], held=Held(first.draft))
    assert [f.counts.duplicates for f in again.files] == [1, 1, 1]
    assert again.counts["accepted"] == 0


@SOME
@given(
    minor=st.integers(1, 10**11),
    code=st.sampled_from(["MAD", "EUR", *DECIMALS]),
    zeros=st.sampled_from(["", "0"]),
)
def test_comma_and_dot_are_the_same_amount(
    tmp_path_factory: pytest.TempPathFactory, minor: int, code: str, zeros: str
) -> None:
    written = amount_text(minor, code)
    comma = (written if "." in written else written + ".").replace(".", ",") + zeros
    intake = loaded(tmp_path_factory.mktemp("bank"), mt103(code=code, amount=comma), pacs(code=code, amount=written))
    assert [r["amount"] for r in transfers(intake)] == [minor, minor]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1500.00", "number"), ("1.500,00", "number"), ("1,5,0", "number"), (",", "number"), ("1500,005", "number"),
        ("-1,00", "negative_amount"), ("0,00", "out_of_range"), ("1000000000000,", "out_of_range"),
        ("", "missing_field"),
    ],
)  # fmt: skip
def test_amounts_of_mt103_that_are_none(tmp_path: Path, amount: str, code: str) -> None:
    assert places(loaded(tmp_path, mt103(amount=amount)).files[0].rejects) == [(1, code)]


def test_dates_are_read_in_their_order_and_without_a_zone_as_utc(tmp_path: Path) -> None:
    both = "<IntrBkSttlmDt>2026-03-07</IntrBkSttlmDt><AccptncDtTm>2026-03-06T23:30:00</AccptncDtTm>"
    rows = [
        transfers(loaded(tmp_path, pacs(rest=rest)))[0]["sent_at"]
        for rest in (both, "<IntrBkSttlmDt>2026-03-07</IntrBkSttlmDt>", "")
    ]
    assert rows == [
        datetime(2026, 3, 6, 23, 30, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC),
        datetime(2026, 3, 5, 10, tzinfo=UTC),
    ]  # fmt: skip


def test_entry_that_books_many_payments_is_read_whatever_its_size(tmp_path: Path) -> None:
    """Each payment of a batch is a record of its own; the entry around them is never held."""
    amount = '<Amt Ccy="MAD">1.00</Amt>'
    details = "".join(DETAIL.format(n=n, refs=f"<AcctSvcrRef>A-{n}</AcctSvcrRef>", amount=amount) for n in range(200))
    text = camt(ENTRY.format(details=f"<NtryDtls>{details}</NtryDtls>"), ENTRY.format(details=""))
    intake = loaded(tmp_path, text, limits=Limits(record=2_000))
    assert intake.files[0].rejects == []
    assert [r["tx"] for r in transfers(intake)] == [
        *(f"tx:bank:MA64{PAYEE}:A-{n}" for n in range(200)), f"tx:bank:MA64{PAYEE}:N",
    ]  # fmt: skip


def test_payments_of_a_batch_never_share_a_reference(tmp_path: Path) -> None:
    details = "".join(DETAIL.format(n=n, refs="", amount=f'<Amt Ccy="MAD">{n}.00</Amt>') for n in (1, 2, 3))
    intake = loaded(tmp_path, camt(ENTRY.format(details=f"<NtryDtls>{details}</NtryDtls>")))
    assert [(r["tx"], r["amount"]) for r in transfers(intake)] == [
        (f"tx:bank:MA64{PAYEE}:{ref}", n * 100) for n, ref in ((1, "N"), (2, "N:2"), (3, "N:3"))
    ]
    assert places(intake.files[0].warnings) == []


def test_batch_payment_without_an_amount_is_refused(tmp_path: Path) -> None:
    details = "".join(DETAIL.format(n=n, refs="", amount="") for n in (1, 2))
    result = loaded(tmp_path, camt(ENTRY.format(details=f"<NtryDtls>{details}</NtryDtls>"))).files[0]
    assert [(p.position, p.code) for p in result.rejects] == [(1, "missing_field"), (2, "missing_field")]


@pytest.mark.parametrize("layout", ["BkToCstmrAcctRpt/Rpt", "BkToCstmrDbtCdtNtfctn/Ntfctn"])
def test_reports_and_notifications_are_statements_under_other_names(tmp_path: Path, layout: str) -> None:
    root, inner = layout.split("/")
    text = camt(ENTRY.format(details="")).replace("BkToCstmrStmt", root).replace("Stmt>", f"{inner}>")
    intake = loaded(tmp_path, text)
    assert (intake.files[0].format, intake.counts["accepted"]) == ("camt053", 1)


def test_unknown_elements_and_tags_are_kept_under_their_name(tmp_path: Path) -> None:
    entry = ENTRY.format(details="<ChampNouveau><Valeur>x</Valeur></ChampNouveau>")
    intake = loaded(tmp_path, camt(entry), pacs(uetr="", rest="<ChampNouveau>y</ChampNouveau>"), mt103(rest=":79Z:z\n"))
    extra = [json.loads(text) for text in intake.draft.tables["general"]["records"]["extra"]]
    assert extra == [{"ChampNouveau/Valeur": "x"}, {"ChampNouveau": "y"}, {":79Z:": ["z"]}]


def test_documents_of_people_hold_accounts_and_names_do_not(tmp_path: Path) -> None:
    def identified(scheme: str, number: str, more: str = "") -> str:
        other = f"<Othr><Id>{number}</Id><SchmeNm><Prtry>{scheme}</Prtry></SchmeNm>{more}</Othr>"
        return f"<Dbtr><Nm>Hamza Tiliwa</Nm><Id><PrvtId>{other}</PrvtId></Id></Dbtr>"

    people = [
        {uid for uid in entities(loaded(tmp_path, pacs(rest=rest))) if uid.startswith("person:")}
        for rest in (
            identified("CIN", "QQ 300.301"), identified("CCPT", "zz12"),
            identified("PASSPORT", "zz12", "<Issr>KW</Issr>"),
            identified("NIDN", "QQ300301", "<Issr>MA</Issr>"), identified("NIDN", "1", "<Issr>FR</Issr>"),
            identified("CUST", "QQ300301"), "<Dbtr><Nm>Hamza Tiliwa</Nm></Dbtr>",
        )
    ]  # fmt: skip
    assert people == [
        {"person:doc:MA:cin:QQ300301"}, {"person:doc:ZZ:passport:ZZ12"}, {"person:doc:KW:passport:ZZ12"},
        {"person:doc:MA:cin:QQ300301"}, set(), set(), set(),
    ]  # fmt: skip


def test_cash_and_reversals_are_told_apart(tmp_path: Path) -> None:
    rows = {str(r["tx"]).rpartition(":")[2]: r for r in transfers(load(sample("bank", "statement_camt053.xml")))}
    assert (rows["ATM-2"]["kind"], rows["ATM-2"]["payee"], rows["ATM-2"]["status"]) == ("cash_out", None, "paid")
    assert (rows["RV-3"]["status"], rows["RV-3"]["payer"], rows["RV-3"]["payee"]) == ("cancelled", NODES[2], NODES[0])
    assert (rows["P-4"]["status"], rows["P-4"]["paid_at"]) == ("sent", None)
    assert rows["ATM-2"]["sent_at"] == datetime(2026, 3, 6, 8, 30, tzinfo=UTC)


def test_account_of_one_statement_is_never_that_of_the_next() -> None:
    result = load(sample("bank", "statement_camt053.xml")).files[0]
    assert [(p.position, p.code) for p in result.rejects] == [(6, "missing_key")]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"stray", b"{1:F01ZZZZMAMCAXXX0001000001}", b"{1:{1:{1:",
        b"{1:F01ZZZZMAMCAXXX0001000001}{2:I103ZZZZMAMDXXXXN}{4:",
        b"{1:F01ZZZZMAMCAXXX0001000001}{2:I103ZZZZMAMDXXXXN}{4:\nno tag\n-}", b"\xff\xfe{\x001\x00:\x00",
        b"{2:I103" + b"{" * 100_000, b"{1:F01ZZZZMAMCAXXX0001000001}{2:I103ZZZZMAMDXXXXN}{4:\n:20:\xff\n-}",
        b"{1:F01ZZZZMAMCAXXX0001000001}{2:I103ZZZZMAMDXXXXN}{4:\n:20:A\n-}{5:" + b"{" * 100_000,
    ],
)  # fmt: skip
def test_broken_messages_are_rejects(tmp_path: Path, data: bytes) -> None:
    result = loaded(tmp_path, b"{1:F01 {2:I103 {4:\n" + data, format="mt103").files[0]
    assert result.counts.accepted == 0
    assert len(result.rejects) == result.counts.rejected >= 1


def test_broken_message_costs_itself_only(tmp_path: Path) -> None:
    cut = mt103(uetr="").replace("-}", "")
    long = mt103(uetr="", rest=":72:" + "x" * 70_000 + "\n").replace("REF-1", "REF-2")
    wrong = mt103(uetr="").encode().replace(b"HAMZA", b"HAMZ\xe9")
    data = b"".join(
        (mt103().encode(), cut.encode(), long.encode(), wrong, mt103(uetr="").replace("REF-1", "REF-9").encode())
    )
    result = loaded(tmp_path, data).files[0]
    assert places(result.rejects) == [(10, "malformed"), (19, "oversize"), (29, "encoding")]
    assert result.counts.accepted == 2


def test_line_ends_and_acknowledgements_do_not_matter(tmp_path: Path) -> None:
    text = "{1:F21ZZZZMAMCAXXX0001000001}{4:{177:2603051200}{451:0}}" + mt103() + "$" + mt103(uetr="")
    plain, other = loaded(tmp_path, text), loaded(tmp_path, text.replace("\n", "\r\n") + "\x03")
    assert plain.counts["accepted"] == other.counts["accepted"] == 2
    assert links(plain) == links(other)


def test_bank_documents_are_recognised_whatever_they_are_called(tmp_path: Path) -> None:
    for n, (text, name) in enumerate(((pacs(), "pacs008"), (camt(), "camt053"), (mt103(), "mt103"))):
        path = tmp_path / f"{n}.csv"
        path.write_text(text)
        assert recognise(path) == name


SEED = (mt103() + mt103(uetr="").replace("REF-1", "REF-2")).encode()


@SOME
@given(st.data())
def test_damaged_messages_lose_no_record_and_raise_nothing(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    at, drop = data.draw(st.integers(0, len(SEED))), data.draw(st.integers(0, 60))
    put = data.draw(st.sampled_from([b"", b"{1:", b"-}", b"\n-}", b"\0", b"\xff", b":32A:", b"\n:59:", b"{4:", b"}"]))
    result = loaded(tmp_path_factory.mktemp("mt"), SEED[:at] + put + SEED[at + drop :], format="mt103").files[0]
    counts = result.counts
    assert len(result.rejects) == counts.rejected
    assert counts.accepted + counts.rejected + counts.duplicates >= 1


def test_rejects_hold_no_value() -> None:
    intake = load(sample("bank", "bad_mt103.txt"))
    problems = str([(p.code, p.message) for p in intake.files[0].rejects + intake.files[0].warnings])
    assert "TILIWA" in everything(intake)
    assert [text for text in ("TILIWA", "OUZEM", PAYER, PAYEE) if text in problems] == []
