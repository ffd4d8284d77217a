"""The library gives the same rows, in the same order, on every store: on two hundred random graphs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from graph.projection import project
from graph.queries import NamedQuery, library
from graph.stores import Store
from tests.contract.conftest import both
from tests.contract.neo4j_server import Server
from tests.contract.random_stories import PEOPLE, STORIES, Fact, findings, told
from tests.contract.story import VICTIMS

PARTS = 8
GRAPHS = 25

pytestmark = [pytest.mark.neo4j, pytest.mark.slow]


@pytest.fixture(scope="module")
def stores(neo4j_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store]]:
    """Both stores; every graph replaces the one before."""
    with both(neo4j_server, tmp_path_factory.mktemp("random")) as opened:
        yield opened


def loosened(query: NamedQuery) -> dict[str, object]:
    """Thresholds of one, so that a small graph has rows to differ in."""
    return {param.name: 1 for param in query.params if param.name.startswith("min_") and param.type == "integer"}


@pytest.mark.parametrize("part", range(PARTS))
def test_the_library_is_the_same_everywhere(stores: tuple[Store, Store], part: int) -> None:
    answered: Counter[str] = Counter()

    @seed(part)
    @settings(
        max_examples=GRAPHS, database=None, deadline=None, phases=(Phase.generate,),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(STORIES, findings(), st.sets(st.sampled_from(PEOPLE[:1])), st.booleans())
    def same(facts: list[Fact], rings: list[dict[str, object]], hidden: set[str], loose: bool) -> None:
        view = told(facts).view()
        for store in stores:
            project(
                view, store, run="r", rings=rings,
                mask=lambda uids: [VICTIMS[7] if uid in hidden else uid for uid in uids],
            )  # fmt: skip
        for query in library():
            params = query.bind(loosened(query) if loose else {})
            one, other = (store.run(query.text, params) for store in stores)
            assert (query.name, one.columns) == (query.name, other.columns)
            assert (query.name, one.rows) == (query.name, other.rows)
            answered[query.name] += bool(one.rows)

    same()
    assert sum(graphs > 0 for graphs in answered.values()) >= 36, "a comparison of nothing with nothing is none"
