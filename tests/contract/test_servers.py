"""A graph server that is not as it should be: the command says so and how to go on, and nothing of ours is harmed.

Every command is a process of its own, as people start it. After each failure the files of the evidence are what they
were; where something was being written, a reader sees the graph from before, and ``halqa rebuild`` works.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from fixtures.cases import write_case
from halqa import Workspace
from tests.conftest import missing
from tests.contract.conftest import empty
from tests.contract.fake_server import OF_NEO4J_5_0, OF_NEO4J_5_13, bolt_server, wire
from tests.contract.neo4j_server import PASSWORD, USER, Process, Server, Unavailable, process
from tests.end_to_end.conftest import RECEIVED

HALQA = "import sys; from halqa.cli import run; sys.exit(run(sys.argv[1:]))"
ASK = ("query", "--schema", "--json")
"""A command that needs the graph, and so projects it first."""

SLOW = "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b WITH a WHERE a < 0 RETURN count(a) AS n"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small case with its rings, its graph in the embedded store."""
    return case(tmp_path_factory.mktemp("found"), "shared_payer")


def case(folder: Path, name: str, **given: int) -> Path:
    """A workspace with a case and its rings."""
    write_case(folder, name, **given)
    with Workspace.open(folder / "ws") as ws:
        ws.ingest(folder / "files", received_at=RECEIVED)
        ws.detect()
    return folder / "ws"


@pytest.fixture(autouse=True)
def harmless(found: Path) -> Iterator[None]:
    """Whatever a test does to servers, the evidence stays what it was."""
    before = files(found)
    yield
    assert files(found) == before


def works_again(home: Path, **settings: str) -> None:
    """The evidence verifies, and a rebuild gives the run that was there before."""
    assert halqa(home, "verify").returncode == 0
    rebuilt = halqa(home, "rebuild", "--json", **settings)
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert json.loads(rebuilt.stdout)["same"] is True


def files(home: Path) -> dict[str, str]:
    """Hashes of the files of the evidence."""
    kept = [path for path in (home / "evidence").rglob("*") if path.is_file()]
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}


def halqa(home: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command; settings go in by the environment, as a password should."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HALQA_")}
    environment |= {f"HALQA_{name}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-c", HALQA, "--home", str(home), *arguments],
        env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def on(uri: str, password: str = PASSWORD) -> dict[str, str]:
    """Settings that choose a server."""
    return {"STORE__URL": uri, "STORE__USER": USER, "STORE__PASSWORD": password}


def refused(done: subprocess.CompletedProcess[str], *said: str) -> None:
    """It ended with 1, says all that, and shows neither a traceback nor half an answer."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    for text in said:
        assert text in done.stderr


# --- without a server


def test_nobody_listens(found: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        uri = f"bolt://127.0.0.1:{probe.getsockname()[1]}"
    refused(halqa(found, *ASK, **on(uri)), f"No graph server answers at {uri}", "embedded", "Evidence is intact")


def test_something_else_listens(found: Path) -> None:
    with bolt_server(b"HTTP") as uri:
        refused(halqa(found, *ASK, **on(uri)), f"No graph server answers at {uri}")


@pytest.mark.parametrize(
    ("greeting", "version", "said"),
    [
        (bytes(4), "", "no Neo4j that we can speak to"),
        (OF_NEO4J_5_0, "5.0.0", "no Neo4j that we can speak to"),
        (OF_NEO4J_5_13, "5.13.0", "is Neo4j 5.13.0"),
    ],
)
def test_a_version_that_is_too_old(found: Path, greeting: bytes, version: str, said: str) -> None:
    with bolt_server(greeting, version) as uri:
        refused(halqa(found, *ASK, **on(uri)), uri, said, "5.26 or later", "embedded")


def test_a_slow_query_is_stopped(found: Path) -> None:
    refused(halqa(found, "query", "--cypher", SLOW, QUERY__TIMEOUT_S="0.5"), "stopped after 0.5 seconds")


# --- with a server


@contextmanager
def server(**settings: str) -> Iterator[Process]:
    """A server of our own, not started, with settings of its own (``__`` stands for a dot)."""
    try:
        with process() as made:
            with (made._home / "conf" / "neo4j.conf").open("a") as conf:
                conf.writelines(f"{name.replace('__', '.')}={value}\n" for name, value in settings.items())
            yield made
    except Unavailable as problem:
        missing("neo4j", str(problem))


@pytest.mark.neo4j
def test_a_wrong_password(found: Path, neo4j_server: Server) -> None:
    done = halqa(found, *ASK, **on(neo4j_server.uri, "not-the-password"))
    refused(done, "refused the user or the password", "HALQA_STORE__PASSWORD")
    assert "not-the-password" not in done.stderr


@pytest.mark.neo4j
def test_a_slow_query_on_a_server_is_stopped(found: Path, neo4j_server: Server) -> None:
    empty(neo4j_server)
    done = halqa(found, "query", "--cypher", SLOW, QUERY__TIMEOUT_S="0.5", **on(neo4j_server.uri))
    refused(done, "stopped after 0.5 seconds", "shorten its paths")
    assert halqa(found, *ASK, **on(neo4j_server.uri)).returncode == 0, "the server goes on"


@pytest.mark.slow
@pytest.mark.neo4j
def test_a_server_without_memory(tmp_path: Path) -> None:
    home = case(tmp_path, "copied_reports", n=1_500)
    before = files(home)
    with server(db__memory__transaction__max="3m") as made:
        refused(halqa(home, *ASK, **on(made.start().uri)), "too little memory", "unchanged")
    assert files(home) == before
    works_again(home)


@pytest.mark.slow
@pytest.mark.neo4j
def test_a_server_whose_disk_is_full(found: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "disk", "100m") as disk:
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        with server(db__tx_log__preallocate="false", db__tx_log__rotation__size="1m") as made:
            settings = on(made.start().uri)
            before = halqa(found, *ASK, **settings)
            assert before.returncode == 0, before.stderr
            fill(disk / "rubbish")
            refused(halqa(found, "rebuild", **settings), "disk may be full", "unchanged")
            refused(halqa(found, *ASK, **settings), "has stopped working", "Start it again")
            (disk / "rubbish").unlink()
            made.kill()
            made.start()
            assert halqa(found, *ASK, **settings).stdout == before.stdout
            works_again(found, **settings)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own; skips where we may not mount one."""
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        pytest.skip(f"no file system can be mounted here: {problem}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(path: Path) -> None:
    """Write until there is no room."""
    with path.open("wb", buffering=0) as rubbish, suppress(OSError):
        while rubbish.write(bytes(65_536)):
            pass


@pytest.mark.slow
@pytest.mark.neo4j
def test_a_server_that_is_killed_while_it_is_written_to(found: Path) -> None:
    with server() as made:
        running = made.start()
        port = int(running.uri.rpartition(":")[2])
        with wire(port) as whole:
            before = halqa(found, *ASK, **on(whole.uri))
        assert before.returncode == 0, before.stderr
        with wire(port, whole.sent // 2, lambda: os.kill(running.pid, signal.SIGKILL)) as cut:
            refused(halqa(found, "rebuild", **on(cut.uri)), "No graph server answers", "Evidence is intact")
        refused(halqa(found, *ASK, **on(running.uri)), "No graph server answers")
        made.kill()
        made.start()
        assert halqa(found, *ASK, **on(running.uri)).stdout == before.stdout
        works_again(found, **on(running.uri))
