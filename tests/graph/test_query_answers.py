"""Each query about the third crew finds what the story tells, and a narrower parameter leaves it out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from graph.projection import project
from graph.queries import named
from graph.stores import Store, open_store
from tests.contract.story import A1, A2, CASHIER, MULE, phone
from tests.contract.third_crew import (
    C1,
    C2,
    COLLECTOR,
    FACADE,
    FARM,
    FARM_DEVICE,
    FRIEND,
    NEXT_OWNER,
    OTHER_DEVICE,
    OWNER,
    PICTURE,
    SEIZURE,
    WALLET,
    rings_of_three,
    three_crews,
)

ABROAD = "bank:raw:ABROAD77"
R31, R32 = "report:eblagh:R31", "report:eblagh:R32"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store("embedded", tmp_path_factory.mktemp("answers")) as opened:
        project(three_crews().view(), opened, run="r", rings=rings_of_three())
        yield opened


def ask(store: Store, name: str, **params: object) -> list[list[JsonValue]]:
    query = named(name)
    return store.run(query.text, query.bind(params)).rows


FOUND: list[tuple[str, dict[str, object], list[JsonValue]]] = [
    ("payment_bursts", {}, [COLLECTOR, "Person", 1, 1, 0]),
    ("ping_bursts", {}, [C2, "2024-06-13", 10, 10, 0]),
    ("account_farms", {"min_accounts": 3}, [FARM_DEVICE, "Device", 3, 3]),
    ("account_farms", {"min_accounts": 3, "within_days": 1}, [FARM_DEVICE, "Device", 3, 2]),
    ("platform_hops", {}, [FARM[0], "facebook", C1, "phone", 1, 1]),
    ("facade_pages", {}, [FACADE, 1, 1, 1, 1, 1, 1]),
    ("facade_pages", {"within_days": 1}, [FACADE, 1, 1, 1, 0, 0, 1]),
    ("co_travelling_devices", {}, [OTHER_DEVICE, FARM_DEVICE, 2, 1]),
    ("collected_together", {}, [COLLECTOR, FRIEND, 1, 1]),
    ("same_script", {}, ["c31c", 4, 2]),
    ("re_emergence", {}, [FARM[0], FARM[1], "Account", 1, FARM_DEVICE]),
    ("replaced_lines", {}, [FARM_DEVICE, C1, C2, "2024-06-10T08:00:00Z", "2024-06-18T08:00:00Z", 8 * 86400]),
    ("corridors", {"payer_country": "KW"}, ["KW", "MA", "2024-06", "MAD", 10, 8, 6, 4, 2_810_000]),
    ("next_requisition", {"ring": "R-0003"}, ["R-0003", "lead", "money", "Wallet", "orange_money", 1, [WALLET]]),
    ("shared_media", {}, [PICTURE, 2, 4]),
    ("seized_and_reported", {}, [SEIZURE, C1, "Phone", 1, "R-0003"]),
    ("demands_and_payments", {}, [C1, "Phone", 1, 1, 23 * 3600]),
    ("reassigned_lines", {}, [C1, OWNER, "2024-03-01T00:00:00Z", NEXT_OWNER, "2024-04-01T00:00:00Z", 1]),
    ("short_lived_lines", {"min_reports": 1, "max_days": 0}, [phone(60), 1, 0]),
    ("harmed_by_two_rings", {}, ["R-0001", "R-0002", 1, 1]),
    ("rings_overview", {}, ["R-0003", "lead", 8.0, ["T03", "T04", "T05"], ["money", "report"], 2, 2, 6]),
    ("ring_evidence", {"ring": "R-0003"}, ["R-0003", R31, "Report", ["T03", "T04"]]),
    ("ring_evidence", {"typology": "T04"}, ["R-0003", R31, "Report", ["T04"]]),
    ("shared_infrastructure", {}, [phone(90), "Phone", "cut_public_identifier", 1, ["R-0003"]]),
    ("most_contacts", {}, [C2, "Phone", 10, 10, "R-0003"]),
    ("quick_collections", {"min_times": 2}, [MULE, "Wallet", 2, 0, 3]),
    ("path_between", {}, [1, [A1, A2], ["CALLED"]]),
    ("path_between", {"a": R31, "b": R32}, [2, [R31, PICTURE, R32], ["MENTIONS", "MENTIONS"]]),
]


@pytest.mark.parametrize(("name", "params", "row"), FOUND)
def test_the_first_row_says_it(store: Store, name: str, params: dict[str, object], row: list[JsonValue]) -> None:
    assert ask(store, name, **params)[0][: len(row)] == row


LEFT_OUT: list[tuple[str, dict[str, object]]] = [
    ("payment_bursts", {"within_hours": 23}),
    ("ping_bursts", {"min_called": 11}),
    ("account_farms", {"min_accounts": 4}),
    ("account_farms", {"max_accounts": 1}),
    ("platform_hops", {"min_reports": 2}),
    ("facade_pages", {"min_targets": 2}),
    ("co_travelling_devices", {"within_minutes": 0, "min_times": 3}),
    ("co_travelling_devices", {"max_at_address": 1}),
    ("collected_together", {"within_minutes": 19}),
    ("same_script", {"min_suspects": 5}),
    ("same_script", {"max_reports": 1}),
    ("re_emergence", {"within_days": 5}),
    ("re_emergence", {"max_degree": 2}),
    ("replaced_lines", {"within_days": 7}),
    ("corridors", {"payee_country": "FR"}),
    ("next_requisition", {"ring": "R-0009"}),
    ("shared_media", {"min_reports": 3}),
    ("seized_and_reported", {"min_reports": 2}),
    ("demands_and_payments", {"min_demands": 2}),
    ("reassigned_lines", {"identifier": A1}),
    ("short_lived_lines", {"max_days": 0}),
    ("harmed_by_two_rings", {"ring": "R-0003"}),
    ("rings_overview", {"typology": "T16"}),
    ("ring_evidence", {"ring": "R-0001"}),
    ("shared_infrastructure", {"min_rings": 2}),
    ("path_between", {"a": C1, "b": C1}),
    ("path_between", {"a": C1, "b": "phone:e164:+212683099999"}),
    ("money_reach", {"holder": MULE, "max_transfers": 0}),
]


@pytest.mark.parametrize(("name", "params"), LEFT_OUT)
def test_a_narrower_question_leaves_it_out(store: Store, name: str, params: dict[str, object]) -> None:
    assert ask(store, name, **params) == []


def test_money_reaches_forward_in_time_only(store: Store) -> None:
    """The mule's transfer to the cashier left before the cashier's to the bank; nothing runs back."""
    step = [MULE, CASHIER, "Person", 1, "2024-06-04T15:00:00Z"]
    onward = [MULE, ABROAD, "BankAccount", 2, "2024-06-05T15:00:00Z"]
    assert ask(store, "money_reach", holder=MULE) == [step, onward]
    assert ask(store, "money_reach", holder=MULE, max_transfers=1) == [step]
    assert ask(store, "money_reach", holder=MULE, within_days=0) == [step]
    assert ask(store, "money_reach", holder=ABROAD) == []


def test_what_is_asked_without_rings_is_answered_without_rings(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_store("embedded", tmp_path_factory.mktemp("bare")) as bare:
        project(three_crews().view(), bare)
        assert ask(bare, "path_between", a=C1, b=FARM[0])[0][0] == 2
        assert ask(bare, "most_contacts")[0][0] == C2
        assert ask(bare, "path_between") == []
        assert ask(bare, "rings_overview") == []
