"""A person is erased: the value is in no file of the workspace any more, the chain is green and says why."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from fixtures.stories import write_story
from graph.chain import Chain
from graph.errors import IntegrityError, NothingFound, UsageError
from graph.vault import Vault
from halqa import Workspace
from halqa.cli import run
from tests.end_to_end.conftest import RECEIVED
from tests.end_to_end.decoding import texts_outside_vault

ORDER = {"reason": "request of the person", "authority": "decision 14/2026 of the supervisor"}
VICTIM = {
    "name": "Anas Tazroualt", "phone": "+44 7700 900201", "email": "anas.t@mail.example",
    "id_doc": "KW:passport:ZZ900001",
}  # fmt: skip
SECRETS = ("7700900201", "Tazroualt", "anas.t@mail.example", "ZZ900001", "a call was recorded by Anas")
CDR = (
    "record_id,call_type,direction,a_number,b_number,c_number,start_ts,tz,ring_s,duration_s,answered,release_cause,"
    "imsi,imei,first_cell,last_cell,roaming_country,trunk_in,trunk_out,operator,service,charge,currency,remark\n"
    "C00001,VOICE,MO,0683000001,+447700900201,,2026-02-25 23:30:00,Africa/Casablanca,4,65,1,,001010000000001,"
    "001017000000011,001-01-101-2001,,,,,op1,,,,called 07700 900 201 twice\n"
    "C00002,VOICE,MO,0683000001,0685000002,,2026-02-26 09:00:00,Africa/Casablanca,20,10,1,,001010000000001,"
    "001017000000011,,,,,,op1,,,,\n"
)
REMITTANCE = (
    "operator,mtcn,sent_at,paid_at,send_country,send_city,send_agent,sender_name,sender_id_type,sender_id_no,"
    "sender_phone,sender_dob,amount_sent,currency_sent,fee,fx,amount_paid,currency_paid,pay_country,pay_city,"
    "pay_agent_code,receiver_name,receiver_id_type,receiver_id_no,receiver_id_expiry,receiver_phone,purpose,"
    "test_question,status\n"
    "Western Union,0001112221,2026-03-02T22:40:00+03:00,2026-03-03T10:00:00+00:00,KW,,,Anas Tazroualt,passport/KW,"
    "ZZ900001,+447700900201,,160.500,KWD,,,5200.00,MAD,MA,Oued Zem,WU-OZ-001,Karim Ouzem,cin,QQ300301,,"
    "0683000012,,,paid\n"
)
SUBSCRIBERS = (
    "msisdn,imsi,iccid,name,id_type,id_no,activated_at,deactivated_at,sales_point,address\n"
    "0683000001,001010000000001,8900101000000000019,Said El Fassi,cin,QQ 100201,2025-06-01,2026-03-30,PV-12,12 rue X\n"
    "0685000002,001010000000002,,Nadia Berrada,cin,QQ100777,2025-06-01,,PV-12,\n"
)


def report(ref: str, **more: Any) -> str:
    return json.dumps(
        {
            "ref": ref, "received_at": "2026-03-02T21:14:00+00:00", "category": "sexual_blackmail",
            "reporter": {"mode": "identified", "role": "victim", "country": "KW", **VICTIM}, "minor_involved": "no",
            "suspect_identifiers": [{"type": "phone", "raw": "wa.me/212683000001"}],
            "demand": {"type": "money", "amount": "5000", "currency": "MAD", "payee_raw": "0683000012"},
            "narrative": "a call was recorded by Anas and then money was asked", **more,
        }
    )  # fmt: skip


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A victim in a report, a remittance and a call file; a minor's report; lines with holders."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "a.jsonl").write_text(report("EB-1") + "\n" + report("EB-2", minor_involved="yes") + "\n")
    (files / "calls.csv").write_text(CDR)
    (files / "remit.csv").write_text(REMITTANCE)
    (files / "subs.csv").write_text(SUBSCRIBERS)
    return tmp_path


@pytest.fixture
def ws(case: Path) -> Iterator[Workspace]:
    with Workspace.open(case / "ws") as opened:
        for path in sorted((case / "files").iterdir()):
            opened.ingest(path, received_at=RECEIVED)
        opened.detect()
        opened.ring_list()
        opened.query("MATCH (n) RETURN n.uid AS uid", limit=1_000)
        yield opened


def everything(home: Path) -> Iterator[tuple[str, str]]:
    """Every text outside the vault decoded, and the bytes of every file, the vault's too."""
    yield from texts_outside_vault(home)
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        yield str(path), path.read_bytes().decode("latin-1")


def held(home: Path, *secrets: str) -> set[str]:
    """Which secrets stand anywhere: as they are, or as digits in any grouping."""
    found = set()
    for _, text in everything(home):
        digits = re.sub(r"[\s.\-()]", "", text)
        found |= {secret for secret in secrets if secret in text or secret in digits}
    return found


def opened_vault(home: Path) -> str:
    """Whatever the key still opens of the vault, freed pages included."""
    vault = Vault(home / "vault")
    told = [json.dumps(vault.masks()), json.dumps(vault.erased())]
    for compartment in ("victims", "minors"):
        path = home / "vault" / compartment / "vault.sqlite"
        if not path.exists():
            continue
        with sqlite3.connect(path) as connection:
            sealed = [row[0] for row in connection.execute("SELECT sealed FROM entries")]
        told += [json.dumps(vault._unseal(one)) for one in sealed]
        # A Fernet token left in a freed page would still open.
        raw = path.read_bytes()
        for token in re.findall(rb"gAAAAA[0-9A-Za-z_\-=]{60,}", raw):
            assert token in sealed, "a freed page still holds a sealed entry"
    return "\n".join(told)


def test_a_victim_is_gone_from_every_file_and_the_chain_is_green(ws: Workspace, case: Path) -> None:
    home = case / "ws"
    assert held(home, "7700900201", "Tazroualt", "ZZ900001") == {"7700900201", "Tazroualt", "ZZ900001"}
    assert "recorded by Anas" in opened_vault(home)
    rings = len(ws.ring_list())
    result = ws.erase("+447700900201", by="Unit 4", **ORDER)
    ws.close()
    assert result["left"] == [] and result["values"] > 3
    assert held(home, *SECRETS) == set()
    assert not any(secret in opened_vault(home) for secret in SECRETS)
    with Workspace.open(home) as again:
        checked = again.verify()
        assert checked["ok"] and checked["states"]["erased"] >= 3
        for text in ("+447700900201", "anas.t@mail.example"):
            with pytest.raises(NothingFound):
                again.who(text)
        assert len(again.ring_list()) == rings, "the structure others are part of stands"
        transfers = again.ledger.view()["transfers"]
        assert transfers.height == 1, "what was paid is still known, who paid is not"
        assert ":erased:" in again.ledger.view().uid(transfers["payer"][0])
        assert again.history()["custody"][-1]["act"] == "erasure"


def test_a_tombstone_is_asked_about_like_anything_else(ws: Workspace) -> None:
    result = ws.erase("QQ100201", **ORDER)
    for uid in result["tombstones"]:
        if ws.view().code(uid) is not None:
            told = ws.who(uid)
            assert told["uid"] == uid and told["raw_forms"] == []
            assert {fact["value"] for fact in told["facts"]} <= {None}
            ws.neighbourhood(uid)
    ws.structure()


def test_the_erasure_entry_says_everything_but_the_value(ws: Workspace) -> None:
    result = ws.erase("anas.t@mail.example", by="Unit 4", **ORDER)
    entry = ws.ledger.batch(result["batch"]).manifest
    assert entry["reason"] == ORDER["reason"]
    assert entry["custody"]["authority"] == ORDER["authority"] and entry["custody"]["by"] == "Unit 4"
    assert entry["values"] == result["values"]
    assert all(len(c["old"]) == 64 and len(c["new"]) == 64 and c["old"] != c["new"] for c in entry["replaced"].values())
    assert any("remit" not in name and name.endswith("entities.parquet") for name in entry["replaced"])
    assert all(":erased:" in tombstone for tombstone in entry["tombstones"])
    assert [row for row in ws.casebook.audit() if row["operation"] == "erasure"]


def test_a_flipped_bit_in_an_erased_file_is_still_found(ws: Workspace, case: Path) -> None:
    result = ws.erase("+447700900201", **ORDER)
    for name in result["evidence_files"]:
        path = case / "ws" / "evidence" / "batches" / name
        raw = path.read_bytes()
        path.write_bytes(raw[:-5] + bytes([raw[-5] ^ 1]) + raw[-4:])
        checked = ws.verify()
        assert not checked["ok"] and checked["problems"][0]["file"] == str(path)
        path.write_bytes(raw)
    assert ws.verify()["ok"]


def test_a_third_party_goes_with_name_line_and_document(ws: Workspace, case: Path) -> None:
    result = ws.erase("QQ100201", **ORDER)
    ws.close()
    assert held(case / "ws", "Said El Fassi", "QQ100201", "683000001", "12 rue X") == set()
    assert {t.split(":")[0] for t in result["tombstones"]} >= {"person", "phone"}
    assert held(case / "ws", "Nadia Berrada") == {"Nadia Berrada"}, "nobody else is touched"
    with Workspace.open(case / "ws") as again:
        assert again.verify()["ok"]
        assert again.ledger.view()["calls"].height == 2, "calls stand, with a tombstone at one end"


def test_only_the_identifier_when_only_it_is_asked_for(ws: Workspace, case: Path) -> None:
    ws.erase("0683000001", only=True, **ORDER)
    ws.close()
    assert held(case / "ws", "683000001") == set()
    assert held(case / "ws", "Said El Fassi", "QQ100201") == {"Said El Fassi", "QQ100201"}


def test_the_same_files_again_bring_nothing_back(ws: Workspace, case: Path) -> None:
    ws.erase("+447700900201", **ORDER)
    ws.erase("QQ100201", **ORDER)
    digest = ws.ledger.view().digest
    for path in sorted((case / "files").iterdir()):
        ws.ingest(path, received_at=RECEIVED)
    fresh = case / "files" / "b.jsonl"
    fresh.write_text(report("EB-9") + "\n")
    assert ws.ingest(fresh, received_at=RECEIVED)["accepted"] == 1
    ws.detect()
    ws.close()
    home = case / "ws"
    assert held(home, *SECRETS, "Said El Fassi", "QQ100201", "683000001") == set()
    assert not any(secret in opened_vault(home) for secret in SECRETS)
    with Workspace.open(home) as again:
        assert again.verify()["ok"]
        assert again.ledger.view().digest != digest, "the new report is there"
        told = {uid for uid in again.ledger.view().entities["uid"] if uid.startswith("victim:")}
        assert len(told) == 1 and next(iter(told)).startswith("victim:erased:"), "under the tombstone of before"


def test_a_file_named_after_the_person_is_renamed_in_custody(ws: Workspace, case: Path) -> None:
    named = case / "files" / "return 0683000077.jsonl"
    named.write_text(
        json.dumps({"ref": "EB-7", "received_at": "2026-03-02T21:14:00Z", "category": "fraud",
                    "reporter": {"mode": "anonymous", "role": "witness"},
                    "suspect_identifiers": [{"type": "phone", "raw": "0683000077", "region": "MA"}]}) + "\n"
    )  # fmt: skip
    ws.ingest(named)
    result = ws.erase("+212683000077", **ORDER)
    assert result["manifests"] == 1
    named.unlink()
    ws.close()
    assert held(case / "ws", "683000077") == set()
    with Workspace.open(case / "ws") as again:
        assert again.verify()["ok"]


def test_inside_a_segment_and_in_a_withdrawn_batch(ws: Workspace, case: Path) -> None:
    ws.withdraw("3", reason="wrong")
    ws.compact()
    before = ws.ledger.view().records.height
    ws.erase("+447700900201", **ORDER)
    ws.compact()
    ws.close()
    assert held(case / "ws", *SECRETS) == set()
    with Workspace.open(case / "ws") as again:
        assert again.verify()["ok"]
        assert again.ledger.view().records.height == before
        assert [b.seq for b in again.ledger.batches()] == [1, 2, 3, 4]


def test_decisions_alerts_and_inbox_lose_the_value_too(ws: Workspace, case: Path) -> None:
    home = case / "ws"
    with ws.casebook.transaction() as tx:
        number = ws.casebook.register_ring(
            tx, run="r", members=["phone:e164:+212683000001", "phone:e164:+212685000002"], status="watch"
        )
    ws.casebook.judge(
        number=number, verdict="dismiss", reason="Said El Fassi (06 83 00 00 01) is a witness", by="x", at=RECEIVED,
        members=["phone:e164:+212683000001"],
    )  # fmt: skip
    (home / "alerts.jsonl").write_text('{"alert": "1", "why": "0683000001 came back"}\n')
    done = home / "inbox" / "done"
    done.mkdir(parents=True)
    shutil.copy(case / "files" / "subs.csv", done / "000004-x--subs.csv")
    shutil.copy(case / "files" / "remit.csv", done / "000003-x--remit.csv")
    result = ws.erase("0683000001", **ORDER)
    assert result["casebook_rows"] >= 2 and result["removed_files"] == ["inbox/done/000004-x--subs.csv"]
    assert ws.casebook.verify() == []
    judged = ws.casebook.judgements(number)[0]
    assert "witness" in judged["reason"] and judged["members"][0].startswith("phone:erased:")
    ws.close()
    assert held(home, "683000001", "QQ100201", "Said El Fassi") == set()
    with sqlite3.connect(home / "casebook.sqlite") as connection:
        connection.execute("UPDATE audit SET purpose = 'nothing happened' WHERE seq = 1")
    with Workspace.open(home) as again:
        assert not again.verify()["ok"], "the audit log still catches any other change"


def test_a_namesake_is_left_alone(ws: Workspace, case: Path) -> None:
    other = case / "files" / "subs2.csv"
    other.write_text(
        SUBSCRIBERS.split("\n")[0] + "\n0685000009,001010000000009,,Said El Fassi,cin,QQ100999,2025-06-01,,PV-1,\n"
    )
    ws.ingest(other, received_at=RECEIVED)
    result = ws.erase("QQ100201", **ORDER)
    assert result["namesakes"] == 1
    ws.close()
    assert held(case / "ws", "Said El Fassi", "QQ100999", "QQ100201") == {"Said El Fassi", "QQ100999"}


def test_a_dry_run_says_what_would_go_and_changes_nothing(ws: Workspace, case: Path) -> None:
    before = {str(p): p.read_bytes() for p in sorted((case / "ws").rglob("*")) if p.is_file()}
    told = ws.erase("QQ100201", dry_run=True)
    assert set(told["uids"]) == {"person:doc:MA:cin:QQ100201", "phone:e164:+212683000001"}
    assert told["values"] > 0 and told["evidence_files"] and told["victims"] == 0
    victim = ws.erase("+447700900201", dry_run=True)
    assert victim["victims"] >= 1
    assert "Tazroualt" not in json.dumps(victim) and "anas.t" not in json.dumps(victim)
    after = {str(p): p.read_bytes() for p in sorted((case / "ws").rglob("*")) if p.is_file()}
    assert after == before


def test_what_an_erasure_may_not_do(ws: Workspace, case: Path) -> None:
    head = ws.ledger.head
    for wrong in ({"reason": "", "authority": "x"}, {"reason": "x", "authority": " "}):
        with pytest.raises(UsageError):
            ws.erase("QQ100201", **wrong)
    with pytest.raises(UsageError, match="repeats"):
        ws.erase("QQ100201", reason="asked by QQ 100201", authority="x")
    with pytest.raises(NothingFound):
        ws.erase("+212683999999", **ORDER)
    table = next((case / "ws").rglob("sightings.parquet"))
    raw = table.read_bytes()
    table.write_bytes(raw[:-5] + bytes([raw[-5] ^ 1]) + raw[-4:])
    with pytest.raises(IntegrityError, match="sightings"):
        ws.erase("QQ100201", **ORDER)
    table.write_bytes(raw)
    assert ws.ledger.head == head and ws.verify()["ok"]


class Killed(BaseException):
    pass


def test_killed_at_any_step_the_command_again_finishes_it(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Workspace.open(case / "base") as made:
        for path in sorted((case / "files").iterdir()):
            made.ingest(path, received_at=RECEIVED)
    step = 0
    while True:
        home = case / f"ws{step}"
        shutil.copytree(case / "base", home)
        if _dies_at(home, step, monkeypatch):
            break
        with Workspace.open(home) as ws:
            with suppress(NothingFound):  # it was all but done
                ws.erase("+447700900201", **ORDER)
            checked = ws.verify()
            assert checked["ok"], (step, checked["problems"])
            assert len(Chain(home / "evidence").names("erasure")) == 1
        assert held(home, *SECRETS) == set(), step
        assert not any(secret in opened_vault(home) for secret in SECRETS), step
        step += 3
    assert step > 12


def _dies_at(home: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    count = 0

    def dying(real: Any) -> Any:
        def wrapped(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count > step:
                raise Killed
            return real(*args, **kwargs)

        return wrapped

    with monkeypatch.context() as patch, Workspace.open(home) as ws:
        ws.casebook.audit()
        for owner, name in ((Path, "rename"), (Path, "replace"), (Vault, "forget")):
            patch.setattr(owner, name, dying(getattr(owner, name)))
        try:
            ws.erase("+447700900201", **ORDER)
        except Killed:
            return False
    return True


def test_commands(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(case / "ws")

    def halqa(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run([*arguments, "--home", home]) == code, capsys.readouterr().err
        return capsys.readouterr().out

    halqa("ingest", str(case / "files" / "a.jsonl"), str(case / "files" / "remit.csv"))
    uid = json.loads(halqa("who", "+447700900201", "--json"))["uid"]
    halqa("unmask", uid, code=2)
    halqa("unmask", uid, "--reason", " ", code=2)
    halqa("unmask", "phone:e164:+212683000001", "--reason", "x", code=2)
    halqa("unmask", "victim:h:000000000000000000000000", "--reason", "x", code=3)
    found = json.loads(halqa("unmask", uid, "--reason", "to offer help", "--by", "Unit 4", "--json"))
    assert "anas.t@mail.example" in json.dumps(found) and "phone:e164:+447700900201" in found["uids"]
    assert "Anas Tazroualt" in halqa("unmask", uid, "--reason", "to offer help")
    with Workspace.open(home) as ws:
        lines = [row for row in ws.casebook.audit() if row["operation"] == "disclosure"]
    assert [row["purpose"] for row in lines] == ["x", "to offer help", "to offer help"]
    assert lines[1]["by"] == "Unit 4" and lines[1]["object"] == uid
    assert "would go" in halqa("erase", uid, "--dry-run")
    halqa("erase", uid, "--reason", "x", code=2)
    assert "Erased" in halqa("erase", uid, "--reason", "request", "--authority", "decision 14")
    assert "erased" in halqa("verify")
    halqa("unmask", uid, "--reason", "to offer help", code=3)


def test_a_whole_story_without_one_of_its_victims(tmp_path: Path) -> None:
    write_story(tmp_path, "oued_zem")
    reports = [json.loads(line) for line in (tmp_path / "files" / "eblagh.jsonl").read_text("utf-8").splitlines()]
    who = next(r["reporter"] for r in reports if r["reporter"].get("phone"))
    with Workspace.open(tmp_path / "ws") as ws:
        ws.ingest(tmp_path / "files", received_at=RECEIVED)
        ws.detect()
        before = [(r["ring"], r["status"], r["victims"], len(r["members"])) for r in ws.ring_list()]
        ws.erase(who["phone"], **ORDER)
        assert [(r["ring"], r["status"], r["victims"], len(r["members"])) for r in ws.ring_list()] == before
        assert ws.verify()["ok"]
    digits = re.sub(r"\D", "", who["phone"])[-8:]
    assert held(tmp_path / "ws", digits, *(who[k] for k in ("name", "email") if who.get(k))) == set()
