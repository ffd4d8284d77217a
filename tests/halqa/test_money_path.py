"""Paths of money and others through the front door: amounts, records and pseudonyms of every step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fixtures.cases import write_case
from graph.errors import NothingFound, UsageError
from graph.ids import is_victim
from halqa import Workspace
from halqa.cli import run
from tests.halqa.conftest import detected

HEADER = "op_id,ts,operator,from_msisdn,to_msisdn,kind,amount,currency,agent_code,balance_after,device_id,ip,status\n"


def moved(op: str, at: str, payer: int, payee: int, amount: str, status: str = "success") -> str:
    lines = f"+2126830081{payer:02d},+2126830081{payee:02d}"
    return f"OM-0000000{op},2024-06-{at}+01:00,Orange Money,{lines},P2P,{amount},MAD,,,,,{status}\n"


def wallet(number: int) -> str:
    return f"wallet:orange_money:+2126830081{number:02d}"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A crew whose victims paid, and five wallets that pass money on."""
    folder = tmp_path_factory.mktemp("money")
    write_case(folder, "shared_payer")
    (folder / "files" / "wallet.csv").write_text(
        HEADER
        + moved("1", "03T10:00:00", 1, 2, "500.00")
        + moved("2", "04T10:00:00", 2, 5, "480.00")
        + moved("3", "03T11:00:00", 1, 3, "70.50")
        + moved("4", "03T09:00:00", 3, 5, "70.00")  # before it came
        + moved("5", "12T11:00:00", 3, 5, "70.00")  # nine days after
        + moved("6", "05T10:00:00", 1, 5, "20.00")
        + moved("7", "03T10:00:01", 1, 4, "10.00", status="failed")
        + moved("8", "03T10:00:02", 4, 5, "10.00"),
        encoding="utf-8",
    )
    return detected(folder)


def walked(found: dict[str, Any]) -> list[list[str]]:
    return [path["nodes"] for path in found["paths"]]


def test_ways_come_in_order_of_arrival_with_amounts_and_records(ws: Workspace) -> None:
    found = ws.money_path(wallet(1), wallet(5))
    assert walked(found) == [[wallet(1), wallet(2), wallet(5)], [wallet(1), wallet(5)]]
    assert (found["found"], found["hops"], found["truncated"], found["within_days"]) == (True, 1, False, 7)
    first = found["paths"][0]
    assert (first["departs"], first["arrives"]) == ("2024-06-03T09:00:00Z", "2024-06-04T09:00:00Z")
    assert [(step["at"], step["amount"], step["currency"]) for step in first["links"]] == [
        ("2024-06-03T09:00:00Z", "500.00", "MAD"),
        ("2024-06-04T09:00:00Z", "480.00", "MAD"),
    ]
    for step in (step for path in found["paths"] for step in path["links"]):
        assert step["records"]
        assert ws.record(step["records"][0])["source_type"] == "money"


def test_waiting_longer_opens_more_ways_and_k_ends_them(ws: Workspace) -> None:
    longer = ws.money_path(wallet(1), wallet(5), within_days=10)
    assert walked(longer)[2] == [wallet(1), wallet(3), wallet(5)]
    fewest = ws.money_path(wallet(1), wallet(5), within_days=10, k=1)
    assert (walked(fewest), fewest["truncated"]) == (walked(longer)[:1], True)
    assert walked(ws.money_path(wallet(1), wallet(5), max_transfers=1)) == [[wallet(1), wallet(5)]]
    assert not ws.money_path(wallet(5), wallet(1))["found"]


def test_the_number_of_a_wallet_asks_for_the_wallet(ws: Workspace) -> None:
    by_number = ws.money_path("0683 00 81 01", "+212683008105")
    assert by_number["from"] == "phone:e164:+212683008101"
    assert walked(by_number) == walked(ws.money_path(wallet(1), wallet(5)))
    with pytest.raises(UsageError, match="one holder"):
        ws.money_path("+212683008101", wallet(1))
    with pytest.raises(NothingFound):
        ws.money_path("+212683099999", wallet(1))


@pytest.mark.parametrize(
    "wrong", [{"within_days": float("nan")}, {"within_days": float("inf")}, {"within_days": -1}, {"k": 0},
              {"max_transfers": 0}],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(ws: Workspace, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        ws.money_path(wallet(1), wallet(5), **wrong)


def test_a_victim_who_paid_is_a_pseudonym(ws: Workspace) -> None:
    view, mask = ws.view(), ws.mask()
    paid = view["transfers"].drop_nulls(["payer", "payee"]).select("payer", "payee").unique().sort("payer", "payee")
    pairs = [(view.uid(payer), view.uid(payee)) for payer, payee in paid.rows()]
    payer, payee = next(pair for pair in pairs if pair[0] in mask)
    found = ws.money_path(payer, payee)
    assert is_victim(found["from"]) and found["found"]
    assert all(node == mask.uid(node) for node in walked(found)[0])
    assert payer not in json.dumps(found)
    assert found == ws.money_path(mask.uid(payer), payee)


def test_ordinary_paths_are_k_and_longer_ones_when_asked(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["path", wallet(1), wallet(5), "--json", "--home", str(home)]

    def paths(*more: str) -> list[list[str]]:
        assert run([*asked, *more]) == 0
        return [path["nodes"] for path in json.loads(capsys.readouterr().out)["paths"]]

    shortest = paths()
    assert {len(nodes) for nodes in shortest} == {3}
    longer = paths("--longer", "-k", "4")
    assert longer[: len(shortest)] == shortest
    assert [len(nodes) for nodes in longer] == [3, 5, 5, 5]
    assert paths("--longer", "-k", "2") == longer[:2]


def test_the_command(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["path", wallet(1), wallet(5), "--money", "--home", str(home)]
    assert run(asked) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == wallet(1)
    assert "500.00 MAD" in lines[1] and "[tx:" in lines[1]
    assert run([*asked, "--json", "-k", "1"]) == 0
    assert len(json.loads(capsys.readouterr().out)["paths"]) == 1
    assert run(["path", wallet(5), wallet(1), "--money", "--home", str(home)]) == 3
    assert "7 days" in capsys.readouterr().err
    assert run([*asked, "--through-hubs"]) == 2
    assert run(["path", wallet(1), wallet(5), "--within-days", "3", "--home", str(home)]) == 2
    assert "--money" in capsys.readouterr().err
