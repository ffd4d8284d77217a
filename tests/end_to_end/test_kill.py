"""kill -9 at any moment of ingest and detect: the chain verifies and the next attempt gives the same answer."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.cases import write_case
from halqa import Workspace
from tests.end_to_end.conftest import RECEIVED

KILLS = 50

_WORKER = """
import sys
from datetime import datetime
from pathlib import Path
from halqa import Workspace
import halqa.detection, halqa.intake
home, files, key = sys.argv[1:4]
print("ready", flush=True)
sys.stdin.readline()
with Workspace.open(home, vault_key_file=key) as ws:
    for path in sorted(Path(files).iterdir()):
        if path.suffix != ".yaml":
            ws.ingest(path, received_at=datetime.fromisoformat(sys.argv[4]))
            ws.detect()
"""


def worker(home: Path, files: Path, key: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(home), str(files), str(key), RECEIVED.isoformat()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def answer(home: Path, files: Path, key: Path) -> object:
    with Workspace.open(home, vault_key_file=str(key)) as ws:
        assert ws.verify()["problems"] == []
        for path in sorted(files.iterdir()):
            if path.suffix != ".yaml":
                ws.ingest(path, received_at=RECEIVED)
        run = ws.detect()["run"]
        assert ws.verify()["problems"] == []
        rings = [ring.model_dump(mode="json", exclude={"change", "history"}) for ring in ws.rings()]
        records = ws.query("MATCH (n) RETURN count(n) AS n")["rows"]
        numbers = [row["number"] for row in ws.casebook.registered_rings() if row["alive"]]
        alerts = sorted(alert["alert"] for alert in ws.alerts())
    assert len(alerts) == len(set(alerts))
    assert len(numbers) == len(rings)
    return json.loads(json.dumps([run, rings, records]))


@pytest.mark.slow
def test_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a key for this test")
    write_case(tmp_path / "scene", "shared_payer")
    files = tmp_path / "scene" / "files"
    expected = answer(tmp_path / "undisturbed", files, key)
    chance = random.Random(11)
    home = tmp_path / "ws0"
    waiting = worker(home, files, key)
    done = 0
    for kill in range(KILLS):
        child = waiting
        # One workspace is killed again and again until a worker gets through; then a fresh one is taken.
        following = tmp_path / f"ws{kill + 1}" if child.poll() is None and kill % 5 == 4 else home
        waiting = worker(following, files, key)
        assert child.stdout is not None and child.stdin is not None
        assert child.stdout.readline() == b"ready\n"
        child.stdin.write(b"go\n")
        child.stdin.flush()
        try:
            child.wait(timeout=chance.uniform(0.0, 1.2))
            done += 1
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        child.stdin.close()
        if following != home or kill == KILLS - 1:
            assert answer(home, files, key) == expected
        home = following
    waiting.kill()
    waiting.communicate()
    assert done < KILLS
