from __future__ import annotations

import sys

import pytest

from ui import job


def says(program: str):
    return lambda home: [sys.executable, "-c", program]


def test_the_answer_of_a_run_comes_back(monkeypatch):
    monkeypatch.setattr(job, "command", says('print(\'{"rings": {"lead": 2}}\')'))
    outcome = job.finish(job.start("case"))
    assert outcome == job.Outcome({"rings": {"lead": 2}})


def test_what_went_wrong_comes_back_in_words(monkeypatch):
    monkeypatch.setattr(
        job, "command", says("import sys; sys.stderr.write('halqa: another writer holds it (pid 7)'); sys.exit(4)")
    )
    assert job.finish(job.start("case")).error == "another writer holds it (pid 7)"


def test_an_answer_that_is_no_json_is_an_error(monkeypatch):
    monkeypatch.setattr(job, "command", says("print('?')"))
    assert job.finish(job.start("case")).error == "?"


def test_a_run_can_be_cancelled(monkeypatch):
    monkeypatch.setattr(job, "command", says("import threading; threading.Event().wait()"))
    running = job.start("case")
    assert running.running
    job.cancel(running)
    assert not running.running


@pytest.mark.parametrize("home", ["case", "a b"])
def test_the_command_is_halqa_detect_in_a_process_of_its_own(home):
    line = job.command(home)
    assert line[0] == sys.executable
    assert line[-4:] == ["--home", home, "detect", "--json"]
