"""A throwaway Neo4j Community server for the contract tests, from Maven jars.

``python -m tests.contract.neo4j_server fetch`` fills the jar cache once (``$HALQA_NEO4J_HOME``, else
``~/.cache/halqa/neo4j-<version>``); :func:`serve` starts a server on a free local port, with a password, and ends it.
Needs Java 17 or 21; Maven for the fetch only. Sources: Neo4j operations manual 5, "Configuration settings" and
"neo4j-admin"; its own launch script for the ``--add-opens``.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

POM = Path(__file__).with_name("pom.xml")
USER = "neo4j"
PASSWORD = "only-for-tests"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_JAVA_VERSIONS = (17, 21)
HEAP_MB = 512
"""Enough for the tests; a country of 280,000 nodes takes three times as much."""
_SHORT_LIVED = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Starts sooner, answers later: right for tests, not for what is timed."""
_JVM = (
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    "-Dlog4j2.disable.jmx=true",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
)
_SETTINGS = {
    "server.bolt.enabled": "true",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "server.memory.pagecache.size": "128m",
    "dbms.security.auth_enabled": "true",
    "dbms.usage_report.enabled": "false",
    # Without these two, every stop waits ten seconds for idle Bolt threads.
    "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
    "internal.server.bolt.connection_shutdown_wait_time": "0s",
}
_HELLO = bytes.fromhex("6060b017 00000405 00000404 00000000 00000000")
_PR_SET_PDEATHSIG = 1


class Unavailable(RuntimeError):
    """Java, Maven or the jars are missing: the tests that need a server skip, or fail where it is required."""


@dataclass(frozen=True, slots=True)
class Server:
    uri: str
    pid: int
    user: str = USER
    password: str = PASSWORD


@dataclass(frozen=True, slots=True)
class Extras:
    """What a server has beyond what the tests need."""

    plugin: Path | None = None
    """A folder of jars it loads beside its own."""

    settings: Mapping[str, str] = field(default_factory=dict)
    short_lived: bool = True
    """Compiled little, so that it starts soon; not for what is timed."""


def version() -> str:
    """The pinned version of the server."""
    found = re.search(r"<artifactId>neo4j</artifactId>\s*<version>([\d.]+)</version>", POM.read_text())
    assert found is not None
    return found[1]


def jars() -> Path:
    """The folder of server jars, fetched or not."""
    given = os.environ.get("HALQA_NEO4J_HOME")
    return Path(given) if given else Path("~/.cache/halqa").expanduser() / f"neo4j-{version()}"


def fetch(timeout: float = 900.0) -> Path:
    """Fill the cache with Maven when it is empty.

    Raises:
        Unavailable: no Maven, or it could not resolve the jars.
    """
    folder = jars()
    if not folder.is_dir():
        with fetched(POM, folder, timeout):
            pass
    return folder


@contextlib.contextmanager
def fetched(pom: Path, folder: Path, timeout: float = 900.0) -> Iterator[Path]:
    """What a pom needs to run, in a scratch folder; what is left there afterwards becomes ``folder``.

    Raises:
        Unavailable: no Maven, or it could not resolve the jars.
    """
    maven = shutil.which("mvn")
    if maven is None:
        raise Unavailable("Maven (mvn) is needed once to fetch the server's jars")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetch-") as scratch:
        out = Path(scratch) / "lib"
        command = [maven, "-B", "-ntp", "-q", "-Dmaven.artifact.threads=10", "-f", str(pom), _COPY]
        _run(
            [*command, "-DincludeScope=runtime", f"-DoutputDirectory={out}"], timeout, "Maven could not fetch the jars"
        )
        yield out
        with contextlib.suppress(OSError):  # another process may have won the race with the same jars
            out.rename(folder)
    if not folder.is_dir():
        raise Unavailable(f"the jars could not be moved to {folder}")


class Process:
    """A server that can be killed and started again on the same data and port."""

    def __init__(self, java: str, lib: Path, home: Path, timeout: float, heap_mb: int, extras: Extras) -> None:
        self._java, self._lib, self._home, self._timeout = java, lib, home, timeout
        self._jvm = (f"-Xmx{heap_mb}m", *(_SHORT_LIVED if extras.short_lived else ()), *_JVM)
        self._classes = f"{lib}/*" if extras.plugin is None else f"{lib}/*:{extras.plugin}/*"
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        _configure(home, self._port, extras)
        self._admin("the password could not be set", "dbms", "set-initial-password", PASSWORD)

    def fill(self, nodes: Path, links: Path) -> None:
        """Neo4j's own bulk import of two CSV files, ids being integers; before the first start. Errors: Unavailable."""
        files = (f"--nodes={nodes}", f"--relationships={links}", f"--report-file={self._home / 'import.report'}")
        command = ("database", "import", "full", "neo4j", "--id-type=integer", *files)
        self._admin("the files could not be imported", *command, timeout=600.0)

    def start(self) -> Server:
        """Start it and wait until it answers. Errors: Unavailable."""
        command = [self._java, "-cp", self._classes, *self._jvm, "org.neo4j.server.CommunityEntryPoint"]
        with (self._home / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, f"--home-dir={self._home}", f"--config-dir={self._home / 'conf'}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, preexec_fn=_die_with_parent,
            )  # fmt: skip
        _wait(self._process, self._port, self._home, self._timeout)
        return Server(f"bolt://127.0.0.1:{self._port}", self._process.pid)

    def kill(self) -> None:
        """``kill -9``, by its pid; nothing when it does not run."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _admin(self, failure: str, *arguments: str, timeout: float = 60.0) -> None:
        environment = os.environ | {"NEO4J_HOME": str(self._home), "NEO4J_CONF": str(self._home / "conf")}
        command = [self._java, "-XX:TieredStopAtLevel=1", "-cp", f"{self._lib}/*"]
        _run([*command, "org.neo4j.server.startup.Neo4jAdminCommand", *arguments], timeout, failure, environment)


@contextlib.contextmanager
def process(timeout: float = 120.0, heap_mb: int = HEAP_MB, extras: Extras | None = None) -> Iterator[Process]:
    """A server that is not started yet, with empty, temporary data; ended, by its pid, on the way out.

    Raises:
        Unavailable: no Java, or no jars (see :func:`fetch`).
    """
    java, lib = _java(), jars()
    if not lib.is_dir():
        raise Unavailable("the server's jars are not there; run `python -m tests.contract.neo4j_server fetch`")
    with tempfile.TemporaryDirectory(prefix="halqa-neo4j-", ignore_cleanup_errors=True) as scratch:
        made = Process(java, lib, Path(scratch), timeout, heap_mb, extras or Extras())
        try:
            yield made
        finally:
            made.kill()  # its data goes with it


@contextlib.contextmanager
def serve(timeout: float = 120.0, heap_mb: int = HEAP_MB) -> Iterator[Server]:
    """A server on a free port of 127.0.0.1 with empty, temporary data; ended on the way out.

    Raises:
        Unavailable: no Java, no jars (see :func:`fetch`), or the server does not start.
    """
    with process(timeout, heap_mb) as made:
        yield made.start()


def _die_with_parent() -> None:
    """A test run that is killed takes its server along (Linux; elsewhere a no-op)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _configure(home: Path, port: int, extras: Extras) -> None:
    (home / "conf").mkdir()
    settings = {**_SETTINGS, "server.bolt.listen_address": f"127.0.0.1:{port}", **extras.settings}
    if extras.plugin is not None:
        settings["server.directories.plugins"] = str(extras.plugin)
    (home / "conf" / "neo4j.conf").write_text("".join(f"{key}={value}\n" for key, value in settings.items()))


def _wait(process: subprocess.Popen[bytes], port: int, home: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not _answers(port):
        if process.poll() is not None:
            raise Unavailable(f"the server ended with {process.returncode}: {_tail(home)}")
        if time.monotonic() > deadline:
            raise Unavailable(f"the server did not answer within {timeout:.0f} s: {_tail(home)}")
        time.sleep(0.1)


def _tail(home: Path) -> str:
    logs = (home / "console.log", home / "logs" / "debug.log")
    return "\n".join(log.read_text(errors="replace")[-1500:] for log in logs if log.exists())


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if java is None:
        raise Unavailable("Java 17 or 21 is not installed")
    found = re.search(r'version "(\d+)', _run([java, "-version"], 30.0, "java does not run"))
    if found is None or int(found[1]) not in _JAVA_VERSIONS:
        raise Unavailable(f"Neo4j {version()} runs on Java 17 or 21, not on {found[1] if found else 'this one'}")
    return java


def _run(command: list[str], timeout: float, failure: str, environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=timeout, env=environment, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{failure}: {error}") from error
    if done.returncode:
        raise Unavailable(f"{failure} (exit {done.returncode}): {(done.stdout + done.stderr)[-1500:]}")
    return done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 1.0) as connection:
            connection.settimeout(5.0)
            connection.sendall(_HELLO)
            return any(connection.recv(4))
    except OSError:
        return False


if __name__ == "__main__":
    if sys.argv[1:] != ["fetch"]:
        sys.exit("usage: python -m tests.contract.neo4j_server fetch")
    try:
        print(fetch())
    except Unavailable as problem:
        sys.exit(str(problem))
