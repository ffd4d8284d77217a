from __future__ import annotations

import socket
import sys

import pytest

from graph.errors import UsageError
from ui.server import address, command, entry, environment, free_port


def test_nothing_leaves_the_machine():
    line = command(8501)
    assert "--browser.gatherUsageStats=false" in line
    assert "--server.address=127.0.0.1" in line
    assert "--server.showEmailPrompt=false" in line
    assert "--client.showErrorLinks=false" in line
    assert line[:4] == [sys.executable, "-m", "streamlit", "run"]


def test_the_entry_script_is_alone_in_its_folder():
    assert [path.name for path in entry().parent.iterdir() if path.name != "__pycache__"] == ["app.py"]


def test_the_workspace_is_given_by_the_environment(tmp_path):
    assert environment(tmp_path)["HALQA_HOME"] == str(tmp_path)


def test_a_port_in_use_is_stepped_over():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        if port < 65500:
            assert port < free_port(port) < port + 20


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(UsageError, match=r"192\.0\.2\.1"):
        free_port(8501, "192.0.2.1")


def test_addresses_for_a_browser():
    assert address(8501) == "http://localhost:8501"
    assert address(8501, "0.0.0.0") == "http://localhost:8501"
    assert address(8501, "192.0.2.7") == "http://192.0.2.7:8501"
