"""From the files of a story, through the front door, to the patterns that need tables of their own."""

from __future__ import annotations

from typing import Any

from fixtures.shown import legal_centres
from fixtures.stories import empty_world, write_small
from halqa import Workspace
from tests.end_to_end.conftest import RECEIVED


def reasons(ws: Workspace, ring: str) -> dict[str, dict[str, Any]]:
    """First reason of each code of a ring."""
    out: dict[str, dict[str, Any]] = {}
    for one in ws.ring(ring).reasons:
        out.setdefault(one.code, dict(one.params))
    return out


def test_the_facade_page_and_the_pages_that_push_it(story: Any) -> None:
    """Bouskoura: posts, demands, payments, posts gone; three pages more that nobody has reported."""
    ws = story("bouskoura")
    (ring,) = ws.ring_list(status="lead")
    why = reasons(ws, ring["ring"])
    assert why["t09_facade_page"]["page"] == "acct:facebook:id:999000000000501"
    assert why["t09_facade_page"]["statements"] >= 2 and why["t09_facade_page"]["removals"] >= 5
    pushing = set(why["t10_coordinated"]["uids"])
    assert len(pushing) >= 3 and not pushing & {m["uid"] for m in ring["members"]}


def test_the_call_back_centres_and_who_answers(story: Any) -> None:
    """Five centres: what an inspection saw makes the pattern; who answers is employed, and leads nothing."""
    ws = story("call_back")
    (ring,) = [ring for ring in ws.ring_list() if "T13" in {hit["id"] for hit in ring["typologies"]}]
    why = reasons(ws, ring["ring"])["t13_call_centre"]
    assert why["uid"].startswith("org:labour_inspection:") and why["staff"] >= 10
    roles = {m["uid"]: m["role"] for m in ring["members"]}
    inspected = ws.view()["links"].select("src", "rel").unique()
    employed = [ws.view().uid(code) for code, rel in inspected.iter_rows() if rel == "EMPLOYED_BY"]
    assert employed and not [uid for uid in employed if roles.get(uid) == "leader"]


def test_legal_centres_are_no_ring(tmp_path: Any) -> None:
    world = empty_world()
    world.lines = [world.ids.ma_phone() for _ in range(200)]
    legal_centres(world)
    write_small(world, tmp_path)
    with Workspace.open(tmp_path / "ws") as ws:
        assert ws.ingest(tmp_path / "files", received_at=RECEIVED)["rejected"] == 0
        ws.detect()
        assert ws.ring_list() == []
