"""From evidence to graph: everything is counted, nobody who is masked is there."""

from __future__ import annotations

import errno
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import kglite
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import StorageError, StoreError, UsageError
from graph.evidence import View
from graph.ids import is_victim
from graph.projection import project
from graph.projection.links import RECORDS_CAP, link_groups
from graph.projection.masking import cast_of
from graph.projection.nodes import node_frames
from graph.stores import Store, open_store
from tests.contract.story import A1, A2, CASHIER, MULE, PAGE, PAYER, VICTIMS, Story, phone, rings, two_crews

Mask = Callable[[Sequence[str]], list[str]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store("embedded", tmp_path / "graph") as opened:
        yield opened


def mask_of(hidden: dict[str, str]) -> Mask:
    return lambda uids: [hidden.get(uid, uid) for uid in uids]


def everything(store: Store) -> str:
    """All that the graph holds, as one text."""
    nodes = store.run("MATCH (n:Entity) RETURN n AS n", limit=10_000)
    links = store.run("MATCH (a:Entity)-[r]->(b) RETURN a.uid AS a, r AS r, b.uid AS b", limit=10_000)
    assert not nodes.truncated
    assert not links.truncated
    return repr(nodes.rows) + repr(links.rows)


def one(store: Store, query: str) -> dict[str, object]:
    rows = store.run(query).dicts()
    assert len(rows) == 1
    return dict(rows[0])


def test_counts_add_up(store: Store) -> None:
    view = two_crews().view()
    made = project(view, store, run="r", rings=rings())
    assert made.entities == view.entities.height
    assert (made.masked, made.merged, made.self_links, made.values_dropped, made.ring_members_missing) == (
        0,
        0,
        0,
        0,
        0,
    )
    assert made.statements == view.links.height
    assert made.snapshot.nodes == view.entities.height + 2
    assert store.run("MATCH (a:Entity)-[r]->() WHERE r.n IS NOT NULL RETURN sum(r.n) AS n").rows == [
        [view.links.height]
    ]
    labels = Counter(view.entities["label"].to_list())
    assert {k: v for k, v in made.snapshot.counts.items() if k in labels} == dict(labels)


def test_an_empty_view_is_an_empty_graph(store: Store) -> None:
    made = project(Story().view(), store)
    assert (made.snapshot.nodes, made.snapshot.links) == (0, 0)
    assert store.run("MATCH (n) RETURN count(n) AS n").rows == [[0]]


def test_what_nodes_say(store: Store) -> None:
    project(two_crews().view(), store)
    a1 = one(store, f"MATCH (p:Phone {{uid: '{A1}'}}) RETURN p AS p")["p"]
    assert a1 == {
        "label": "Phone", "uid": A1, "e164": "+212683000001", "degree": 6, "n_records": 7,
        "raw_forms": ["06 83 00 00 01"], "type_stated": "mobile", "source_types": ["registry", "report", "telecom"],
        "first_seen": "2024-01-01T00:00:00Z", "last_seen": "2024-06-05T11:00:00Z",
        "first_s": 1704067200, "last_s": 1717585200,
    }  # fmt: skip
    assert one(store, "MATCH (p:Page) RETURN p.uid AS uid, p.platform AS platform") == {
        "uid": PAGE,
        "platform": "facebook",
    }
    report = one(
        store, "MATCH (r:Report {uid: 'report:eblagh:R1'}) RETURN r.category AS c, r.received_at AS at, r.source AS s"
    )
    assert report == {"c": "blackmail", "at": "2024-06-03T10:00:00Z", "s": "eblagh"}
    assert one(store, "MATCH (d:Demand) RETURN d.amount AS amount") == {"amount": 5000.0}


def test_a_payment_told_and_recorded_is_one(store: Store) -> None:
    """The custodian's word on the amount; the records of both."""
    project(two_crews().view(), store)
    paid = one(
        store,
        "MATCH (t:Transfer {uid: 'tx:wu:0001112221:2024-06'}) RETURN t.amount_minor AS amount, t.currency AS currency, "
        "t.sent_at AS sent_at, t.sent_s AS sent_s, t.kind AS kind, t.source_types AS sources",
    )
    assert paid == {
        "amount": 500_000, "currency": "MAD", "sent_at": "2024-06-04T09:00:00Z", "sent_s": 1717491600,
        "kind": "remittance", "sources": ["money", "report"],
    }  # fmt: skip
    records = one(
        store, "MATCH (:Transfer {uid: 'tx:wu:0001112221:2024-06'})-[r:RECEIVED]->() RETURN r.n AS n, r.records AS s"
    )
    assert records == {"n": 2, "s": ["report:eblagh:R1#pay", "tx:wu:0001112221:2024-06"]}


def test_calls_are_daily(store: Store) -> None:
    project(two_crews().view(), store)
    rows = store.run(
        f"MATCH (:Phone {{uid: '{A1}'}})-[c:CALLED]->(:Phone {{uid: '{A2}'}}) "
        "RETURN c.day AS day, c.n AS n, c.n_answered AS answered, c.total_dur AS dur, c.records AS records ORDER BY day"
    ).rows
    assert rows == [
        ["2024-06-02", 2, 1, 60, ["cdr:ops:c1", "cdr:ops:c2"]],
        ["2024-06-03", 1, 1, 30, ["cdr:ops:c3"]],
    ]


def test_a_day_is_of_utc_and_a_stated_call_has_no_duration(store: Store) -> None:
    s = Story()
    s.call("late", A1, A2, "06-03 23:59", 10)
    s.call("early", A1, A2, "06-04 00:01", 10)
    s.record("row:list:1", "seizure", "list")
    s.link(A1, "CALLED", A2, "06-04 12:00")
    s.link(A1, "CALLED", A2)
    project(s.view(), store)
    rows = store.run(
        "MATCH ()-[c:CALLED]->() RETURN c.day AS d, c.n AS n, c.n_answered AS a, c.total_dur AS t ORDER BY d"
    ).rows
    assert rows == [["2024-06-03", 1, 1, 10], ["2024-06-04", 2, 1, 10], [None, 1, None, None]]


def test_parallel_statements_are_one_link(store: Store) -> None:
    s = Story()
    for number in range(30):
        s.report(
            f"R{number:02d}",
            VICTIMS[number % 3],
            {A1: "suspect" if number % 2 else "payee"},
            f"06-{number % 28 + 1:02d} 10:00",
        )
    project(s.view(), store)
    link = one(store, "MATCH (r:Report {uid: 'report:eblagh:R00'})-[m:MENTIONS]->() RETURN m.n AS n, m.role AS role")
    assert link == {"n": 1, "role": "payee"}
    s = Story()
    for number in range(30):
        s.record(f"row:x:{number:02d}", "registry", "x", f"06-{number % 28 + 1:02d} 10:00")
        s.link(CASHIER, "USES", A1, f"06-{number % 28 + 1:02d} 00:00", basis="stated" if number % 2 else "registered")
    project(s.view(), store)
    link = one(
        store,
        "MATCH ()-[u:USES]->() RETURN u.n AS n, u.basis AS basis, size(u.records) AS records, "
        "u.first AS first, u.last AS last",
    )
    assert link == {
        "n": 30, "basis": "registered,stated", "records": RECORDS_CAP, "first": "2024-06-01T00:00:00Z",
        "last": "2024-06-28T00:00:00Z",
    }  # fmt: skip


def test_a_victim_is_a_pseudonym_and_nothing_else(store: Store) -> None:
    s = two_crews()
    s.state(VICTIMS[0], "name", "Synthetic Name")
    project(s.view(), store)
    rows = store.run("MATCH (v:Victim) RETURN v AS v ORDER BY v.uid").rows
    assert rows == [[{"label": "Victim", "uid": uid}] for uid in VICTIMS[:5]]
    assert "Synthetic Name" not in everything(store)


NUMBER = "+212683000055"
LINE, WALLET, CHAT = f"phone:e164:{NUMBER}", f"wallet:orange_money:{NUMBER}", f"acct:whatsapp:h:{NUMBER}"
SENDER = "person:doc:KW:passport:ZZ900001"


def hidden_party() -> Story:
    """A sender whose number and document stand in many places."""
    s = two_crews()
    s.record(f"sub:ops:{NUMBER}@2024-06-01", "registry", "subs", "06-01 00:00")
    s.link(SENDER, "USES", LINE, "01-01 00:00")
    s.state(SENDER, "name", "Faysal Synthetic")
    s.link(LINE, "HOLDS", WALLET, "01-01 00:00")
    s.link(LINE, "USES", CHAT, "01-01 00:00")
    s.record("row:list:00212683000055", "registry", "list", "06-01 00:00", root="event:list:00212683000055")
    s.link(CASHIER, "ATTENDED", "event:list:00212683000055", "06-01 00:00")
    s.record("row:list:zz-900001", "registry", "list", "06-01 00:00", root="event:list:zz-900001")
    s.link(CASHIER, "KNOWS", SENDER, "06-01 00:00")
    s.call("x1", A1, LINE, "06-02 08:00", 60)
    s.state(A1, "remark", "rang 06 83 00 00 55 twice")
    s.state(A1, "model", "kept")
    s.state(CASHIER, "remark", "friend of ZZ 900001")
    return s


@pytest.mark.parametrize("hidden", [{LINE: VICTIMS[6], SENDER: VICTIMS[6]}, {WALLET: VICTIMS[6], SENDER: VICTIMS[6]}])
def test_nothing_of_a_masked_party_is_in_the_graph(store: Store, tmp_path: Path, hidden: dict[str, str]) -> None:
    made = project(hidden_party().view(), store, mask=mask_of(hidden))
    held = everything(store)
    plain = re.sub(r"[^0-9a-z]+", "", held.lower())
    for value in ("683000055", "zz900001"):
        assert value not in plain, value
    assert "Faysal" not in held
    assert made.masked == 4, "the line, its wallet, its messenger account and the person"
    assert made.merged == 3
    assert made.self_links == 3, "what the person uses is the person"
    assert made.values_dropped == 2
    assert one(store, f"MATCH (v:Victim {{uid: '{VICTIMS[6]}'}})-[:SENT]->(t) RETURN count(t) AS n") == {"n": 2}
    assert one(store, f"MATCH (p:Phone {{uid: '{A1}'}}) RETURN p.model AS model, p.remark AS remark") == {
        "model": "kept", "remark": None,
    }  # fmt: skip
    for path in (tmp_path / "graph").iterdir():
        assert b"683000055" not in path.read_bytes()


def test_an_aliased_record_can_be_looked_up_by_its_hash(store: Store) -> None:
    view = hidden_party().view()
    project(view, store, mask=mask_of({LINE: VICTIMS[6]}))
    cited = {
        str(record)
        for (records,) in store.run("MATCH (:Entity)-[r]->() WHERE r.records IS NOT NULL RETURN r.records AS r").rows
        if isinstance(records, list)
        for record in records
    }
    known = set(view.records["record"]) | {f"record:h:{value}" for value in view.records["hash"]}
    assert cited <= known
    assert any(record.startswith("record:h:") for record in cited)


def test_a_mask_gives_pseudonyms_only(store: Store) -> None:
    view = two_crews().view()
    with pytest.raises(UsageError, match="pseudonym"):
        project(view, store, mask=mask_of({A1: "somebody"}))
    with pytest.raises(UsageError, match="one uid"):
        project(view, store, mask=lambda uids: list(uids)[1:])
    assert store.current() is None


def test_a_lookalike_of_a_masked_number_stays(store: Store) -> None:
    """The same digits after another country code are another line."""
    s = two_crews()
    s.call("y1", LINE, "phone:e164:+33683000055", "06-02 08:00", 60)
    project(s.view(), store, mask=mask_of({LINE: VICTIMS[6]}))
    assert one(store, "MATCH (p:Phone {uid: 'phone:e164:+33683000055'})--(v) RETURN v.uid AS v") == {"v": VICTIMS[6]}


def test_rings_are_written_back(store: Store) -> None:
    found = rings()
    members = found[0]["members"]
    assert isinstance(members, list)
    members.append({"uid": "phone:e164:+212683099999", "role": "unknown", "score": 0.1})
    members.append({"uid": PAYER, "role": "mule_victim", "score": 0.2})
    members.append({"uid": VICTIMS[7], "role": "mule_victim", "score": 0.2})
    made = project(two_crews().view(), store, run="run7", rings=found, mask=mask_of({PAYER: VICTIMS[7]}))
    assert made.ring_members_missing == 1
    assert made.snapshot.run == "run7"
    assert store.run("MATCH (g:Ring) RETURN g AS g ORDER BY g.ring").rows[1] == [
        {"label": "Ring", "uid": "ring:R-0002", "ring": "R-0002", "status": "corroborate", "score": 3.25,
         "run": "run7", "degree": 2}
    ]  # fmt: skip
    rows = store.run(
        "MATCH (:Ring {ring: 'R-0001'})-[m:HAS_MEMBER]->(x) RETURN x.uid AS x, m.role AS r, m.score AS s ORDER BY x"
    ).rows
    assert [MULE, "mule", 0.7] in rows
    assert [VICTIMS[7], "mule_victim", 0.2] in rows
    assert len(rows) == 6


def test_property_names_are_plain_and_never_built_in(store: Store) -> None:
    s = two_crews()
    for prop in (
        "id",
        "title",
        "name",
        "label",
        "gen",
        "uid",
        "first_seen",
        "degree",
        "a b",
        "é%`",
        "1st",
        "حلقة",
        "e164",
    ):
        s.state(A2, prop, "value")
    s.state(A2, "a_b", "other")
    project(s.view(), store)
    found = one(store, f"MATCH (p:Phone {{uid: '{A2}'}}) RETURN p AS p")["p"]
    assert isinstance(found, dict)
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) for key in found)
    assert (found["uid"], found["e164"], found["e164_stated"], found["names"]) == (
        A2,
        "+212683000002",
        "value",
        ["value"],
    )
    assert (found["id_stated"], found["degree_stated"], found["a_b"]) == ("value", "value", "other")


def test_a_column_is_text_or_number_for_all(store: Store) -> None:
    s = two_crews()
    s.state(A1, "level", 3.0)
    s.state(A2, "level", "high")
    project(s.view(), store)
    rows = store.run(
        "MATCH (p:Phone) WHERE p.level IS NOT NULL RETURN p.uid AS uid, p.level AS level ORDER BY uid"
    ).rows
    assert rows == [[A1, "3.0"], [A2, "high"]]


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    answers = []
    for order in ((), ("links", "calls", "transfers", "statements", "mentions", "sightings")):
        with open_store("embedded", tmp_path / str(len(order))) as opened:
            project(two_crews().view(order), opened, run="r", rings=rings())
            answers.append(sorted(everything(opened)))
    assert answers[0] == answers[1]


LINES = [phone(n) for n in range(6)]
SOME = st.sampled_from(LINES)


@st.composite
def evidence(draw: st.DrawFn) -> View:
    s = Story()
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["call", "link", "report", "pay"]))
        a, b = draw(SOME), draw(SOME)
        day = f"06-{draw(st.integers(1, 3)):02d} 10:{draw(st.integers(0, 59)):02d}"
        if kind == "call":
            s.call(str(number), a, b, day, draw(st.integers(0, 5)), kind=draw(st.sampled_from(["VOICE", "SMS"])))
        elif kind == "pay":
            s.pay(f"{number:010d}", a, b, draw(st.integers(1, 100)), day)
        elif kind == "report":
            s.report(str(number), draw(st.sampled_from(VICTIMS)), {a: "suspect", b: None}, day)
        else:
            s.record(f"row:x:{number}", "registry", "x", day)
            s.link(a, draw(st.sampled_from(["USES", "CALLED"])), b, day)
    return s.view()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(evidence(), st.dictionaries(SOME, st.sampled_from(VICTIMS), max_size=4))
def test_every_statement_is_in_one_link_and_no_masked_line_is_left(view: View, hidden: dict[str, str]) -> None:
    cast = cast_of(view, mask_of(hidden))
    groups, degrees, self_links = link_groups(view, cast)
    assert sum(int(group.frame["n"].sum()) for group in groups) + self_links == view.links.height
    nodes, _ = node_frames(view, cast, degrees)
    held = {uid for frame in nodes.values() for uid in frame["uid"]}
    assert held == {hidden.get(uid, uid) for uid in view.entities["uid"]}
    ends = pl.concat([pl.Series([], dtype=pl.String), *(g.frame[end] for g in groups for end in ("src", "dst"))])
    assert set(ends) <= held
    assert not held & hidden.keys()
    for group in groups:
        assert (group.frame["src"] != group.frame["dst"]).all()
        assert all(is_victim(uid) == (group.src_label == "Victim") for uid in group.frame["src"])
    around: dict[str, set[str]] = {}
    for group in groups:
        for src, dst in group.frame.select("src", "dst").iter_rows():
            around.setdefault(src, set()).add(dst)
            around.setdefault(dst, set()).add(src)
    for label, frame in nodes.items():
        if label != "Victim":
            assert dict(frame.select("uid", "degree").iter_rows()) == {u: len(around.get(u, ())) for u in frame["uid"]}


def test_a_damaged_snapshot_says_what_to_do(store: Store, tmp_path: Path) -> None:
    project(two_crews().view(), store)
    (path,) = (tmp_path / "graph").glob("*.kgl")
    path.write_bytes(path.read_bytes()[:100])
    with (
        open_store("embedded", tmp_path / "graph") as again,
        pytest.raises(StoreError, match="cannot be read") as caught,
    ):
        again.run("MATCH (n) RETURN count(n) AS n")
    assert "halqa rebuild" in caught.value.hint
    project(two_crews().view(), store)
    assert store.run("MATCH (g:Phone) RETURN count(g) AS n").rows[0] != [0]


def test_a_damaged_pointer_says_what_to_do(store: Store, tmp_path: Path) -> None:
    project(two_crews().view(), store)
    (tmp_path / "graph" / "snapshot.json").write_text('{"name": 7')
    with open_store("embedded", tmp_path / "graph") as again:
        with pytest.raises(StoreError, match="pointer") as caught:
            again.run("MATCH (n) RETURN count(n) AS n")
        assert "halqa rebuild" in caught.value.hint
        project(two_crews().view(), again)
        assert again.run("MATCH (g:Page) RETURN count(g) AS n").rows == [[1]]


@pytest.mark.parametrize("step", ["save", "write_atomic"])
def test_a_full_disk_leaves_the_graph_that_was_shown(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made = project(two_crews().view(), store, run="one")

    def full(*_: object, **__: object) -> None:
        if step == "save":
            raise kglite.FileIoError("File I/O error: No space left on device (os error 28)")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        if step == "save":
            patch.setattr(kglite.KnowledgeGraph, "save", full, raising=True)
        else:
            patch.setattr("graph.files.os.fsync", full)
        with pytest.raises(StorageError, match="disk is full"):
            project(two_crews().view(), store, run="two")
    assert store.current() == made.snapshot
    assert store.run("MATCH (p:Page) RETURN count(p) AS n").rows == [[1]]
    again = project(two_crews().view(), store, run="three").snapshot
    assert again == store.current()
    assert [path.stem for path in (tmp_path / "graph").glob("*.kgl")] == [again.name]


def test_old_snapshots_go(store: Store, tmp_path: Path) -> None:
    for _ in range(3):
        project(two_crews().view(), store)
    assert sorted(p.name for p in (tmp_path / "graph").iterdir()) == ["00000003.kgl", "snapshot.json"]


def test_a_graph_that_somebody_changed_is_written_anew(store: Store, tmp_path: Path) -> None:
    view, prints = two_crews().view(), tmp_path / "prints"
    first = project(view, store, run="one", prints=prints).snapshot
    path = str(tmp_path / "graph" / f"{first.name}.kgl")
    changed = kglite.load(path)
    changed.cypher("MATCH (p:Page) DETACH DELETE p")
    changed.save(path, layout="compact")
    made = project(view, store, run="two", rings=rings(), prints=prints)
    assert made.mode == "full"
    assert store.run("MATCH (p:Page) RETURN count(p) AS n").rows == [[1]]
    with_fewer = project(view, store, run="two", rings=rings()[:1], prints=prints)
    assert (with_fewer.mode, with_fewer.nodes.removed) == ("incremental", 1)


def test_everything_is_written_when_asked(store: Store, tmp_path: Path) -> None:
    view, prints = two_crews().view(), tmp_path / "prints"
    first = project(view, store, prints=prints)
    assert project(view, store, prints=prints).snapshot.name == first.snapshot.name, "the file says the same"
    again = project(view, store, prints=prints, anew=True)
    assert (again.mode, again.snapshot.digest) == ("full", first.snapshot.digest)
    assert again.snapshot.name != first.snapshot.name


def test_prints_that_cannot_be_written_only_cost_time(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr("graph.projection.prints.write_atomic", full)
    for _ in range(2):
        assert project(two_crews().view(), store, prints=tmp_path / "prints").mode == "full"
    assert store.run("MATCH (p:Page) RETURN count(p) AS n").rows == [[1]]
