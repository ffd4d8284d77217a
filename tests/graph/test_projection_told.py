"""What the projection adds for those who ask: findings, open contracts, seconds, the schema."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from graph.projection import LAYOUT, project
from graph.projection.rings import FINDINGS
from graph.stores import Store, open_store
from tests.contract.story import MULE, PAYER, VICTIMS, phone, two_crews
from tests.contract.third_crew import C1, FRIEND, NEXT_OWNER, OWNER, rings_of_three, three_crews
from tests.graph.test_projection import mask_of, one

TYPES = {"text": str, "integer": int, "number": float, "boolean": bool, "texts": list}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store("embedded", tmp_path / "graph") as opened:
        yield opened


def test_findings_are_written_back_with_what_they_rest_on(store: Store) -> None:
    project(three_crews().view(), store, run="run7", rings=rings_of_three(), mask=mask_of({PAYER: VICTIMS[7]}))
    ring = one(store, "MATCH (g:Ring {ring: 'R-0003'}) RETURN g AS g")["g"]
    assert ring == {
        "label": "Ring", "uid": "ring:R-0003", "ring": "R-0003", "status": "lead", "score": 8.0, "run": "run7",
        "degree": 6, "typologies": ["T03", "T04", "T05"], "change": "born", "reports": 2, "victims": 2,
        "silent_victims": 0, "source_types": ["money", "report"], "countries": ["MA"],
        "first_seen": "2024-06-01T10:00:00Z", "last_seen": "2024-06-20T10:00:00Z",
    }  # fmt: skip
    asked = (
        "MATCH (:Ring {ring: 'R-0003'})-[r]->(x) WHERE type(r) = $rel RETURN x.uid AS x, r AS r ORDER BY x, r.typology"
    )
    assert store.run(asked, {"rel": "HAS_ASSOCIATE"}).rows == [[FRIEND, {"rel": "HAS_ASSOCIATE"}]]
    assert store.run(asked, {"rel": "SHARES"}).rows == [
        [phone(90), {"rel": "SHARES", "reason": "cut_public_identifier"}],
        [MULE, {"rel": "SHARES", "reason": "cut_payee"}],
    ]
    rests = [
        (record, link["typology"], link["strength"])
        for record, link in store.run(asked, {"rel": "SHOWN_BY"}).rows
        if isinstance(link, dict)
    ]
    assert rests == [
        ("report:eblagh:R31", "T03", 0.9), ("report:eblagh:R31", "T04", 0.8), ("report:eblagh:R32", "T04", 0.8),
        ("tx:wu:0003112221:2024-06", "T03", 0.9),
    ]  # fmt: skip


def test_walks_never_go_through_findings(store: Store) -> None:
    project(three_crews().view(), store, rings=rings_of_three())
    around = store.expand("report:eblagh:R31", 2, 200)
    assert not {node.uid for node in around.nodes if node.label == "Ring"}
    assert not {link.rel for link in around.links} & set(FINDINGS)


def test_a_contract_in_force_is_open_and_one_that_ended_is_not(store: Store) -> None:
    project(three_crews().view(), store)
    rows = store.run(
        f"MATCH (p:Person)-[u:USES]->(x:Phone {{uid: '{C1}'}}) RETURN p.uid AS p, u.first AS first, u.last AS last, "
        "u.open AS open ORDER BY p"
    ).rows
    assert rows == [
        [OWNER, "2024-01-01T00:00:00Z", "2024-03-01T00:00:00Z", None],
        [NEXT_OWNER, "2024-04-01T00:00:00Z", "2024-04-01T00:00:00Z", True],
    ]


def test_times_are_told_in_seconds_too(store: Store) -> None:
    project(two_crews().view(), store)
    found = one(store, "MATCH (t:Transfer {uid: 'tx:wu:0001112221:2024-06'}) RETURN t AS t")["t"]
    assert isinstance(found, dict)
    for text, seconds in (
        ("first_seen", "first_s"),
        ("last_seen", "last_s"),
        ("sent_at", "sent_s"),
        ("paid_at", "paid_s"),
    ):
        assert datetime.fromisoformat(str(found[text])).timestamp() == found[seconds]


def test_a_snapshot_tells_its_schema(store: Store) -> None:
    made = project(three_crews().view(), store, rings=rings_of_three(), mask=mask_of({PAYER: VICTIMS[7]}))
    shown = store.current()
    assert shown == made.snapshot
    assert shown is not None
    assert shown.layout == LAYOUT
    labels, relations = shown.schema["labels"], shown.schema["relations"]
    assert isinstance(labels, list)
    assert isinstance(relations, list)
    for held in labels:
        assert isinstance(held, dict)
        found = [row[0] for row in store.run(f"MATCH (n:{held['label']}) RETURN n AS n").rows]
        assert held["n"] == len(found)
        assert isinstance(held["properties"], list)
        for prop in held["properties"]:
            assert isinstance(prop, dict)
            values = [node[str(prop["name"])] for node in found if isinstance(node, dict) and str(prop["name"]) in node]
            assert len(values) == prop["n"]
            assert {type(value) for value in values} == {TYPES[str(prop["type"])]}
    counted = {str(held["rel"]): held["n"] for held in relations if isinstance(held, dict)}
    assert counted == {name: n for name, n in shown.counts.items() if name.isupper()}
