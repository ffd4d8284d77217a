"""Through the front door: many written forms of one identifier reach one node, what is another identifier does not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graph.errors import NothingFound
from halqa import Workspace

RECEIVED = datetime(2026, 6, 1, tzinfo=UTC)
TEN_FORMS = (
    "0683000001", "+212683000001", "00212683000001", "06 83 00 00 01", "06.83.00.00.01", "+212 (0)683-000001",
    "٠٦٨٣٠٠٠٠٠١", "https://wa.me/212683000001", "212683000001@s.whatsapp.net", "\u200e+2120683000001\u202c",
    "https://api.whatsapp.com/send?phone=212683000001&text=x", "683000001",
)  # fmt: skip
PHONE = "phone:e164:+212683000001"
RIB = "999780000000000001234527"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "ws") as ws:
        yield ws


def notification(
    ref: str, identifiers: Sequence[dict[str, Any]], received: str = "2026-05-02T10:00:00Z", **more: Any
) -> str:
    """A line of E-Blagh that names identifiers."""
    said: dict[str, Any] = {
        "ref": ref, "received_at": received, "category": "sexual_blackmail",
        "reporter": {"mode": "anonymous", "role": "victim", "country": "MA"},
        "suspect_identifiers": [{"role": "suspect", **one} for one in identifiers], **more,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False)


def ingest(ws: Workspace, folder: Path, *lines: str, name: str = "told.jsonl") -> dict[str, Any]:
    """Take a file of notifications in; everything must be accepted."""
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = ws.ingest(path, received_at=RECEIVED)
    assert found["rejected"] == 0, found["rejects"]
    return dict(found)


def nodes(ws: Workspace, prefix: str) -> set[str]:
    """Uids of the evidence with a prefix."""
    return {uid for uid in ws.evidence()["entities"] if uid.startswith(prefix)}


def each(kind: str, forms: Sequence[str], **more: Any) -> list[str]:
    return [notification(f"F{n:02d}", [{"type": kind, "raw": form, **more}]) for n, form in enumerate(forms)]


def test_ten_written_forms_of_a_number_are_one_node(workspace: Workspace, tmp_path: Path) -> None:
    ingest(workspace, tmp_path, *each("phone", TEN_FORMS))
    assert nodes(workspace, "phone:") == {PHONE}
    for form in TEN_FORMS:
        found = workspace.who(form)
        assert found["uid"] == PHONE
        assert len([link for link in found["links"] if link["rel"] == "MENTIONS"]) == len(TEN_FORMS)


def test_three_of_a_rib_five_of_a_mail_four_of_a_handle(workspace: Workspace, tmp_path: Path) -> None:
    ribs = (RIB, "999 780 0000000000012345 27", f"MA64{RIB}", "ma64-9997-8000-0000-0000-0123-4527")
    mails = (
        "syn.user@gmail.com", "SynUser@gmail.com", "s.y.n.user+spam@googlemail.com", "mailto:synuser@gmail.com",
        " synuser@GMAIL.com ",
    )  # fmt: skip
    handles = (
        "Syn.Lina.Test", "@synlinatest", "https://www.facebook.com/Syn.Lina.Test?fref=ts",
        "m.facebook.com/synlina.test/",
    )  # fmt: skip
    lines = [
        notification(f"{kind}{n}", [{"type": kind, "raw": raw, **({"platform": "fb"} if kind == "handle" else {})}])
        for kind, forms in (("rib", ribs), ("email", mails), ("handle", handles))
        for n, raw in enumerate(forms)
    ]
    ingest(workspace, tmp_path, *lines)
    assert nodes(workspace, "bank:") == {f"bank:iban:MA64{RIB}"}
    assert nodes(workspace, "email:") == {"email:c:synuser@gmail.com"}
    assert nodes(workspace, "acct:") == {"acct:facebook:h:synlinatest"}
    assert nodes(workspace, "url:") == set()


def test_what_is_another_identifier_does_not_reach_the_node(workspace: Workspace, tmp_path: Path) -> None:
    wrong = [
        {"type": "phone", "raw": "063000001"},  # nine digits, long after 2009
        {"type": "phone", "raw": "0683000002"},
        {"type": "rib", "raw": RIB[:-1] + "8"},
        {"type": "iban", "raw": "MA37" + RIB},
        {"type": "iban", "raw": "MA65" + RIB},
        {"type": "iban", "raw": "MA37011519000001205000534922"},
        {"type": "email", "raw": "synuser@gmail.example"},
        {"type": "handle", "raw": "synlinatesty", "platform": "fb"},
    ]
    right = [
        {"type": "phone", "raw": "0683000001"},
        {"type": "rib", "raw": RIB},
        {"type": "email", "raw": "synuser@gmail.com"},
        {"type": "handle", "raw": "synlinatest", "platform": "fb"},
    ]
    found = ingest(
        workspace, tmp_path, notification("R", right), *(notification(f"W{n}", [one]) for n, one in enumerate(wrong))
    )
    assert {w["code"] for w in found["warnings"]} == {"checksum", "identifier"}
    for uid in (PHONE, f"bank:iban:MA64{RIB}", "email:c:synuser@gmail.com", "acct:facebook:h:synlinatest"):
        assert [link["uid"] for link in workspace.who(uid)["links"]] == ["report:eblagh:R"]
    assert {"phone:raw:063000001", f"bank:raw:MA37{RIB}", f"bank:raw:MA65{RIB}"} <= set(
        workspace.evidence()["entities"]
    )


def test_the_date_of_the_document_decides_which_plan_a_number_is_of(workspace: Workspace, tmp_path: Path) -> None:
    ten = {"type": "phone", "raw": "0707010203", "region": "CI"}
    nine, eight = {"type": "phone", "raw": "061234567"}, {"type": "phone", "raw": "07010203", "region": "CI"}
    ingest(
        workspace, tmp_path,
        notification("OLD", [nine, eight], received="2008-05-02T10:00:00Z"),
        notification("BETWEEN", [nine, eight], received="2015-05-02T10:00:00Z"),
        notification("NEW", [{"type": "phone", "raw": "0661234567"}, ten, nine]),
    )  # fmt: skip

    def named_by(uid: str) -> set[str]:
        return {link["uid"].rsplit(":", 1)[1] for link in workspace.who(uid)["links"]}

    assert named_by("phone:e164:+212661234567") == {"OLD", "NEW"}
    assert named_by("phone:raw:061234567") == {"BETWEEN", "NEW"}
    assert named_by("phone:e164:+2250707010203") == {"OLD", "BETWEEN", "NEW"}
    assert "061234567" in workspace.who("phone:e164:+212661234567")["raw_forms"]


def test_a_sheet_says_when_its_rows_were_received(workspace: Workspace, tmp_path: Path) -> None:
    mapping = tmp_path / "sheet.yaml"
    mapping.write_text(
        "source: {name: archive, type: report, reliability: B, country: MA}\nformat: {kind: csv}\n"
        "record: {key: [ref]}\nentities:\n"
        "  note:\n    label: Report\n    key: [ref]\n    properties:\n"
        "      received_at: {column: day, type: datetime}\n      amount: {column: told, type: told_money}\n"
        "  line: {label: Phone, key: {column: phone, type: phone}}\n"
        "links:\n  - {from: note, rel: MENTIONS, to: line}\n",
        encoding="utf-8",
    )
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "ref,day,phone,told\n1,2008-05-02,061234567,8 milliards de centimes\n2,2012-05-02,061234567,2000 ryal\n"
        "3,1446-09-12,0661234567,beaucoup\n",
        encoding="utf-8",
    )
    found = workspace.ingest(sheet, mapping=mapping, received_at=RECEIVED)
    assert (found["accepted"], found["rejected"]) == (3, 0), found["rejects"]
    links = {link["uid"]: link for link in workspace.who("phone:e164:+212661234567")["links"]}
    assert set(links) == {"report:archive:1", "report:archive:3"}
    facts = {
        uid: {f["property"]: f["value"] for f in workspace.who(uid)["facts"]}
        for uid in ("report:archive:1", "report:archive:2", "report:archive:3")
    }
    assert facts["report:archive:1"]["amount"] == "80000000.00"
    assert facts["report:archive:1"]["amount_reported"] == "8 milliards de centimes"
    assert facts["report:archive:2"]["amount"] == "100.00"
    assert "amount" not in facts["report:archive:3"]
    assert facts["report:archive:3"]["amount_reported"] == "beaucoup"
    assert facts["report:archive:3"]["received_at"] == "2025-03-12T00:00:00Z"


def test_who_says_what_the_number_says_of_itself(workspace: Workspace, tmp_path: Path) -> None:
    ingest(workspace, tmp_path, notification("A", [{"type": "phone", "raw": "0683000001"}]))
    found = workspace.who("0683000001")
    assert found["validity"] == "possible"
    assert found["reasons"] == ["not_allocated_by_numbering_plan"]
    assert found["computed"]["facts"]["country"] == "MA"
    assert found["computed"]["facts"]["spoof_risk"] == "possible"
    assert "phonenumbers" in found["computed"]["normaliser"]


def test_one_script_is_one_node_that_can_be_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    from bench.scripts import texts

    spellings = [t.words for t in texts(0) if t.script == "video"]
    ingest(
        workspace, tmp_path,
        *(notification(f"S{n}", [{"type": "phone", "raw": f"06830000{n:02d}"}], narrative=text)
          for n, text in enumerate(spellings)),
    )  # fmt: skip
    workspace.detect()
    scripts = workspace.query(
        "MATCH (s:Script) RETURN s.uid AS uid, s.reports AS reports, s.public AS public", cypher=True
    )
    ((uid, reports, public),) = [
        tuple(row.values()) if isinstance(row, dict) else tuple(row) for row in scripts["rows"]
    ]
    assert (reports, public) == (5, False)
    found = workspace.who(uid)
    assert found["label"] == "Script"
    assert {link["uid"] for link in found["links"]} == {f"report:eblagh:S{n}" for n in range(5)}
    around = workspace.neighbourhood(uid)
    assert len([node for node in around["nodes"] if node["label"] == "Report"]) == 5
    with pytest.raises(NothingFound):
        workspace.who("script:h:" + "0" * 24)
    told = json.dumps(workspace.evidence()["entities"])
    assert "sifttich" not in told


def crews_around(shared: dict[str, Any]) -> list[str]:
    """Reports of two crews, half a year apart, which name a line of their own and one thing that both name."""
    return [
        notification(
            f"{crew}{n}", [{"type": "phone", "raw": f"068500000{crew}"}, shared],
            received=f"2025-{month:02d}-1{n}T10:00:00Z",
            reporter={"mode": "identified", "role": "victim", "country": "MA", "phone": f"068600{crew}00{n}"},
        )
        for crew, month in ((1, 2), (2, 9))
        for n in range(3)
    ]  # fmt: skip


def rings(ws: Workspace) -> list[set[str]]:
    ws.detect()
    return [{member.uid for member in ring.members} for ring in ws.rings()]


LINES = {"phone:e164:+212685000001", "phone:e164:+212685000002"}
SUBSCRIBERS = (
    "msisdn,imsi,iccid,name,id_type,id_no,activated_at,deactivated_at,sales_point,address\n"
    "0683000001,,,A,cin,QQ100001,2024-01-01,2025-05-01,,\n0683000001,,,B,cin,QQ100002,2025-06-01,,,\n"
)


@pytest.mark.parametrize("contracts", [False, True])
def test_no_link_across_owners_of_a_number(workspace: Workspace, tmp_path: Path, contracts: bool) -> None:
    if contracts:
        (tmp_path / "subscribers.csv").write_text(SUBSCRIBERS, encoding="utf-8")
        assert workspace.ingest(tmp_path / "subscribers.csv", received_at=RECEIVED)["accepted"] == 2
    ingest(workspace, tmp_path, *crews_around({"type": "phone", "raw": "0683000001"}))
    together = [members for members in rings(workspace) if members >= LINES]
    assert bool(together) is not contracts
    if contracts:
        assert workspace.who("0683000001")["computed"]["periods"] == ["2025-05-31T23:00:00Z"]
        holders = {"person:doc:MA:cin:QQ100001", "person:doc:MA:cin:QQ100002"}
        assert not any(members >= holders for members in rings(workspace))


@pytest.mark.parametrize("returned", [False, True])
def test_no_link_across_accounts_of_a_handle(workspace: Workspace, tmp_path: Path, returned: bool) -> None:
    if returned:
        (tmp_path / "returns.yaml").write_text(
            "source: {name: returns, type: platform, reliability: A, country: MA}\nformat: {kind: csv}\n"
            "record: {key: [ref]}\nentities:\n  account:\n    label: Account\n"
            "    key: {column: id, type: handle, platform: facebook}\n    properties:\n"
            "      received_at: {column: day, type: datetime}\n      handle: {column: handle}\nlinks: []\n",
            encoding="utf-8",
        )
        (tmp_path / "returns.csv").write_text(
            "ref,id,day,handle\n1,999000000000101,2025-01-10,Syn.Lina.Test\n2,999000000000102,2025-06-10,synlinatest\n",
            encoding="utf-8",
        )
        assert workspace.ingest(tmp_path / "returns.csv", received_at=RECEIVED)["accepted"] == 2
    ingest(workspace, tmp_path, *crews_around({"type": "handle", "raw": "@syn.lina.test", "platform": "fb"}))
    assert any(members >= LINES for members in rings(workspace)) is not returned
