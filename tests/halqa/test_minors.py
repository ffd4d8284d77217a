"""The minors' queue at the door: reasoned, logged, compared by digest, kept nowhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.stories import write_story
from halqa.cli import run
from tests.end_to_end.conftest import RECEIVED

TIP = """<cyberTips><cyberTip><reportId>{n}</reportId><receivedAt>{at}</receivedAt><report>
<incidentSummary><incidentType>Online Enticement of Children for Sexual Acts</incidentType>
<reportAnnotations><sextortion/></reportAnnotations><incidentDateTime>2024-08-10T20:00:00Z</incidentDateTime>
</incidentSummary><personOrUserReported><personOrUserReportedPerson><phone>{phone}</phone></personOrUserReportedPerson>
<espIdentifier>99900000099{n}</espIdentifier><espService>Instagram</espService></personOrUserReported>
<victim><victimPerson><age>14</age></victimPerson><espIdentifier>999000000000901</espIdentifier>
<espService>Instagram</espService><schoolName>Lycee Exemple</schoolName></victim></report></cyberTip></cyberTips>"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("minors")
    write_story(folder, "oued_zem")
    place = ["--home", str(folder / "ws")]
    assert run([*place, "ingest", str(folder / "files"), "--received-at", RECEIVED.isoformat()]) == 0
    assert run(["detect", *place, "--json"]) == 0
    return folder / "ws"


def told(capsys: pytest.CaptureFixture[str], home: Path, *arguments: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert run([*arguments, "--home", str(home), "--json"]) == code
    out = capsys.readouterr().out
    return json.loads(out) if out else None


def test_a_tip_on_a_ring_s_line_is_first_and_moves_no_ring(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rings = told(capsys, home, "rings")
    line = next(m["uid"] for ring in rings for m in ring["members"] if m["uid"].startswith("phone:e164:"))
    for n, number in ((1, "+447700900123"), (2, line.removeprefix("phone:e164:"))):
        file = tmp_path / f"tip{n}.xml"
        file.write_text(TIP.format(n=n, at=f"2024-08-11T0{n}:00:00Z", phone=number))
        told(capsys, home, "ingest", str(file))
    found = told(capsys, home, "minors", "--reason", "duty desk")
    assert [(t["report"][-1], t["priority"], t["rings"]) for t in found["tips"]] == [
        ("2", 1, [next(r["ring"] for r in rings if line in {m["uid"] for m in r["members"]})]),
        ("1", 3, []),
    ]
    assert "Lycee" not in json.dumps(found) and "victim:" not in json.dumps(found)
    told(capsys, home, "detect")
    after = told(capsys, home, "rings")
    assert [(r["members"], r["score"], r["typologies"]) for r in after] == [
        (r["members"], r["score"], r["typologies"]) for r in rings
    ]
    runs = "".join(path.read_text(errors="ignore") for path in (home / "runs").rglob("*.json*"))
    assert "999000000991" not in runs and "ncmec" not in runs


def test_opening_the_queue_is_logged_with_its_reason(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from halqa.workspace import Workspace

    told(capsys, home, "minors", "--reason", "duty desk, morning")
    with Workspace.open(home) as ws:
        last = ws.casebook.audit()[-1]
    assert (last["operation"], last["purpose"]) == ("consultation", "duty desk, morning")
    assert last["object"] == "minors:queue"


def test_without_a_reason_it_stays_closed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, home, "minors", code=2) is None
    assert told(capsys, home, "minors", "--reason", "  ", code=2) is None


def test_outlets_are_answered_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, home, "outlets", "--limit", "1")
    assert set(found) == {"outlets", "all"} and len(found["outlets"]) <= 1
    assert all(
        set(row) == {"outlet", "town", "paid", "reported", "payees", "town_paid", "town_reported", "lift", "surprise"}
        for row in found["outlets"]
    )
