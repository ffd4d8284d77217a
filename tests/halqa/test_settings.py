"""Settings: file, environment, option, each with its origin; mistakes name the place and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.errors import UsageError
from halqa.settings import home_of, load


def test_later_layers_win_and_every_setting_knows_its_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "halqa.toml").write_text('[store]\nurl = "bolt://file"\nuser = "filed"\n[detect]\ngamma = 0.01\n')
    monkeypatch.setenv("HALQA_STORE__URL", "bolt://environment")
    settings, listed = load(tmp_path, {"ui.port": 9000})
    origins = {one.name: one.origin for one in listed}
    assert (settings.store.url, settings.store.user, settings.ui.port) == ("bolt://environment", "filed", 9000)
    assert origins["store.url"] == "environment HALQA_STORE__URL"
    assert origins["store.user"] == str(tmp_path / "halqa.toml")
    assert origins["ui.port"] == "option"
    assert origins["query.limit"] == "default"
    assert settings.detect == {"gamma": 0.01}


def test_the_password_is_never_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALQA_STORE__PASSWORD", "hunter2hunter2")
    assert not [one for one in load(tmp_path)[1] if "hunter2" in one.value]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[store\n", "halqa.toml"),
        ('[stor]\nurl = "x"\n', "stor.url"),
        ('[query]\nlimit = "many"\n', "query.limit"),
    ],
)
def test_a_mistake_names_the_place(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "halqa.toml").write_text(text)
    with pytest.raises(UsageError, match=named):
        load(tmp_path)


def test_the_home_is_option_then_environment_then_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HALQA_HOME", raising=False)
    assert home_of(None) == Path("halqa-data")
    monkeypatch.setenv("HALQA_HOME", "elsewhere")
    assert home_of(None) == Path("elsewhere")
    assert home_of("here") == Path("here")
