"""The query library: complete, typed, and every query answers a question about a small evidence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from graph.errors import NothingFound, QueryError
from graph.projection import project
from graph.queries import LANGUAGES, NamedQuery, Param, library, named
from graph.stores import Store, open_store
from tests.contract.story import (
    A1,
    A2,
    A3,
    ADMIN,
    B1,
    CASHIER,
    DEVICE,
    IBAN,
    MULE,
    OUTLET,
    PAGE,
    phone,
    rings,
    two_crews,
)
from tests.contract.third_crew import rings_of_three, three_crews


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store("embedded", tmp_path_factory.mktemp("queries")) as opened:
        project(two_crews().view(), opened, run="r", rings=rings())
        yield opened


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The story that holds an example of everything that is asked."""
    with open_store("embedded", tmp_path_factory.mktemp("wide")) as opened:
        project(three_crews().view(), opened, run="r", rings=rings_of_three())
        yield opened


def ask(store: Store, name: str, **params: object) -> list[list[JsonValue]]:
    query = named(name)
    return store.run(query.text, query.bind(params)).rows


@pytest.mark.parametrize("query", library(), ids=lambda query: query.name)
def test_a_query_is_complete(query: NamedQuery) -> None:
    assert set(query.title) == set(LANGUAGES)
    assert all(query.title.values())
    assert query.purpose.endswith(".")
    assert query.caution.endswith(".")
    assert "ORDER BY" in query.text
    for param in query.params:
        assert f"${param.name}" in query.text
        assert param.read(param.default) == param.default
        assert type(param.default) is {"text": str, "integer": int, "number": float}[param.type]
    about = query.to_json()
    assert list(about) == ["name", "title", "params", "purpose", "caution"]


@pytest.mark.parametrize("query", library(), ids=lambda query: query.name)
def test_a_query_answers_with_its_defaults(wide: Store, query: NamedQuery) -> None:
    table = wide.run(query.text, query.bind())
    assert table.rows, "the story holds an example of everything that is asked"
    assert len(set(table.columns)) == len(table.columns)
    assert "victim" not in repr(table.rows)


def test_titles_and_names_are_unique() -> None:
    assert len(library()) >= 32
    for language in LANGUAGES:
        assert len({query.title[language] for query in library()}) == len(library())
    with pytest.raises(NothingFound, match="nonsense"):
        named("nonsense")


def test_answers(store: Store) -> None:
    assert [row[0] for row in ask(store, "funnels", min_payers=3)] == [MULE]
    assert [row[:4] for row in ask(store, "shared_identifiers", min_reporters="3")] == [[MULE, "Wallet", 3, 3]]
    assert ask(store, "common_payees") == [[MULE, "Wallet", ["R-0001", "R-0002"], 3]]
    assert ask(store, "common_payees", ring_a="R-0009") == []
    assert [row[:4] for row in ask(store, "payees_of_phone", phone=B1)] == [[B1, MULE, "Wallet", 1]]
    assert [row[:6] for row in ask(store, "calls_between_rings")] == [["R-0001", A2, "R-0002", B1, 1, 45]]
    assert [row[:4] for row in ask(store, "call_backs")] == [[A3, 1, 1, 300]]
    assert [row[:5] for row in ask(store, "cash_out_outlets")] == [[OUTLET, 2, 2, 1, 4]]
    assert [row[0] for row in ask(store, "reports_without_ring")] == ["report:eblagh:R6"]
    assert ask(store, "reports_without_ring", category="blackmail") == []
    assert [row[:2] for row in ask(store, "first_contact", ring="R-0001")] == [["R-0001", A1], ["R-0001", A2]]
    assert [row[0] for row in ask(store, "orphan_payees")] == [IBAN]
    assert [row[:2] for row in ask(store, "pass_through")] == [[CASHIER, "bank:raw:ABROAD77"], [MULE, CASHIER]]
    assert [row[:3] for row in ask(store, "pass_through_chains")] == [[MULE, CASHIER, "bank:raw:ABROAD77"]]
    assert [row[:2] for row in ask(store, "pages_and_administrators")] == [[PAGE, ADMIN]]
    assert [row[:3] for row in ask(store, "lines_of_one_device")] == [[DEVICE, 2, [A1, A3]]]
    assert [row[2] for row in ask(store, "who_connects_two_rings")] == [A2, "report:eblagh:R4"]
    assert len(ask(store, "ring_members", ring="R-0002")) == 2
    assert [row[0] for row in ask(store, "most_reported", category="fraud")] == [phone(60)]
    assert ask(store, "silent_payers")[0] == ["R-0001", MULE, 3, 1, 2]
    assert [row[1:3] for row in ask(store, "holders_of_line", identifier=A1)] == [[1, CASHIER]]
    assert ask(store, "copied_reports")[0][1:3] == [2, ["report:eblagh:R4", "report:eblagh:R5"]]


def test_money_goes_forward_in_time(store: Store) -> None:
    """A transfer sent before the money came is not passed on; nor one that is too late."""
    assert ask(store, "pass_through", within_hours=5) == []
    assert [row[0] for row in ask(store, "pass_through", within_hours=6)] == [MULE]
    assert ask(store, "pass_through", min_share="0.99") == []


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("funnels", {"min_payers": "many"}, "takes a whole number, not 'many'"),
        ("funnels", {"min_payers": "2.5"}, "takes a whole number"),
        ("pass_through", {"min_share": True}, "takes a number"),
        ("funnels", {"payers": 2}, "no parameter payers"),
    ],
)
def test_wrong_parameters_are_named(name: str, given: dict[str, object], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        named(name).bind(given)


def test_what_is_given_replaces_the_default() -> None:
    assert named("pass_through").bind({"within_hours": "24"}) == {"within_hours": 24, "min_share": 0.5}
    assert Param("x", "text", "").read(5) == "5"
