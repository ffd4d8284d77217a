"""Nothing said of a victim or reporter stands outside the vault; who is known as a victim is masked at every door."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fixtures.country import make_country
from halqa import Workspace
from tests.end_to_end.conftest import RECEIVED
from tests.end_to_end.decoding import texts_outside_vault

DIGITS = re.compile(r"\D")


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny country, ingested and detected."""
    folder = tmp_path_factory.mktemp("country")
    make_country(folder, scale="tiny", seed=3)
    with Workspace.open(folder / "ws") as ws:
        ws.ingest(folder / "files", received_at=RECEIVED)
        ws.detect()
    return folder


def reporters(folder: Path) -> tuple[set[str], set[str]]:
    """What reports say of reporters: (texts nobody else's record holds, national numbers of reporters)."""
    own: set[str] = set()
    numbers: set[str] = set()
    for line in (folder / "files" / "eblagh.jsonl").read_text(encoding="utf-8").splitlines():
        report = json.loads(line)
        who = report["reporter"]
        own |= {who[key] for key in ("email",) if who.get(key)}
        if who.get("id_doc"):
            own.add(who["id_doc"].split(":")[-1])
        if who.get("phone"):
            numbers.add(DIGITS.sub("", who["phone"])[-9:])
        if report.get("narrative") and len(report["narrative"]) > 25:
            own.add(report["narrative"])
    return own, numbers


def other_files(folder: Path) -> str:
    """The operators' files as they wrote them: what stands there is evidence, and masked at the doors."""
    names = ("remittance.csv", "wallet.csv", "cdr.csv", "subscribers.csv", "accounts.jsonl")
    return "\n".join(path.read_text("utf-8") for name in names if (path := folder / "files" / name).exists())


def test_what_only_reports_say_of_reporters_is_nowhere_outside_the_vault(country: Path) -> None:
    own, numbers = reporters(country)
    written = other_files(country)
    digits = DIGITS.sub("", written)
    secret = {text for text in own if text not in written} | {number for number in numbers if number not in digits}
    assert len(secret) > 50
    pattern = re.compile("|".join(re.escape(text) for text in sorted(secret)))
    for where, text in texts_outside_vault(country / "ws"):
        hit = pattern.search(text)
        assert hit is None, (where, hit.group())


def test_a_sender_who_is_a_known_victim_is_masked_in_every_answer(country: Path) -> None:
    """Reporters who also stand in an operator's file: the file stays evidence, no door shows them."""
    _, numbers = reporters(country)
    digits = DIGITS.sub("", other_files(country))
    known = {number for number in numbers if number in digits}
    assert known, "the country has victims who appear in both"
    pattern = re.compile("|".join(sorted(known)))
    with Workspace.open(country / "ws") as ws:
        rings = ws.ring_list()
        assert rings
        answers: list[object] = [rings, ws.status()["rings"], ws.alerts(), ws.evidence(), ws.cuts()]
        for ring in rings:
            answers += [
                ws.ring(ring["ring"]).model_dump(mode="json"),
                ws.ring_graph(ring["ring"]),
                ws.ring_timeline(ring["ring"]),
            ]
        answers += [ws.who(f"+212{number}") for number in sorted(known) if _held(ws, f"+212{number}")]
        answers.append(ws.query("MATCH (n) RETURN n.uid AS uid ORDER BY n.uid", limit=1_000_000))
        for answer in answers:
            hit = pattern.search(json.dumps(answer, ensure_ascii=False))
            assert hit is None, (hit.group(), str(answer)[:200])


def _held(ws: Workspace, number: str) -> bool:
    return ws.view().code(f"phone:e164:{number}") is not None


def test_payers_of_a_suspected_payee_are_masked(country: Path) -> None:
    with Workspace.open(country / "ws") as ws:
        lead = ws.ring_list(status="lead")[0]
        graph = ws.ring_graph(lead["ring"], limit=500)
        members = {m["uid"] for m in lead["members"]}
        senders = {link["src"] for link in graph["links"] if link["rel"] == "SENT"}
        assert senders
        for sender in senders - members:
            assert sender.startswith("victim:h:"), sender


def test_restricted_reports_are_not_in_the_view(country: Path) -> None:
    restricted = set()
    for line in (country / "files" / "eblagh.jsonl").read_text("utf-8").splitlines():
        report = json.loads(line)
        if report["category"] == "terrorism" or report.get("minor_involved") == "yes":
            restricted.add(f"report:eblagh:{report['ref']}")
    assert restricted
    with Workspace.open(country / "ws") as ws:
        assert not restricted & set(ws.view().records["record"])
        assert not restricted & {
            uid for (uid,) in ws.query("MATCH (r:Report) RETURN r.uid AS uid", limit=100_000)["rows"]
        }
        opened = ws.evidence(compartment="all")
        assert restricted <= set(opened["entities"])
        assert any(row["operation"] == "consultation" for row in ws.casebook.audit())
