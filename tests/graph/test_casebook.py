"""The casebook: decisions that stay, alerts raised once, an audit log that shows tampering."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from graph.casebook import Casebook
from graph.errors import NothingFound, StorageError, UsageError
from graph.ids import ring_name, ring_number
from tests.graph.drafts import T0


@pytest.fixture
def book(tmp_path: Path) -> Casebook:
    return Casebook(f"sqlite:///{tmp_path / 'casebook.sqlite'}")


def register(book: Casebook, *members: str) -> int:
    with book.transaction() as tx:
        return book.register_ring(tx, run="r1", members=members, status="lead")


@pytest.mark.parametrize("text", ["R-0007", "r-7", "7", "R7", " r0007 "])
def test_any_way_of_writing_a_ring_number(text: str) -> None:
    assert ring_name(ring_number(text)) == "R-0007"


@pytest.mark.parametrize("text", ["", "ring", "R-", "٧", "-7x"])
def test_what_is_no_ring_number(text: str) -> None:
    with pytest.raises(UsageError):
        ring_number(text)


def test_rings_are_numbered_once_and_in_order(book: Casebook) -> None:
    assert [register(book, "phone:a"), register(book, "phone:b")] == [1, 2]
    with book.transaction() as tx:
        book.update_rings(tx, {1: (["phone:c", "phone:a"], "lead"), 2: (["phone:b"], "watch")})
        book.update_rings(tx, {})
        book.end_ring(tx, 1)
    assert [(r["number"], r["members"], r["status"], r["alive"]) for r in book.registered_rings()] == [
        (1, ["phone:a", "phone:c"], "watch", False),
        (2, ["phone:b"], "watch", True),
    ]
    with book.transaction() as tx:
        book.update_rings(tx, {1: (["phone:a"], "lead")})
    first, _ = book.registered_rings()
    assert (first["members"], first["status"], first["alive"]) == (["phone:a"], "lead", True)
    book.ring_exists(2)
    with pytest.raises(NothingFound):
        book.ring_exists(3)


def test_a_failed_transaction_leaves_nothing(book: Casebook) -> None:
    def fail() -> None:
        with book.transaction() as tx:
            book.register_ring(tx, run="r1", members=["phone:a"], status="lead")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        fail()
    assert book.registered_rings() == []


def test_a_decision_needs_a_reason_and_moves_the_alert(book: Casebook) -> None:
    number = register(book, "phone:a")
    with book.transaction() as tx:
        assert book.raise_alert(tx, fingerprint="f1", number=number, at=T0, body={"kind": "born"})
        assert not book.raise_alert(tx, fingerprint="f1", number=number, at=T0, body={"kind": "born"})
    with pytest.raises(UsageError, match="reason"):
        book.judge(number=number, verdict="confirm", reason="  ", by="a", at=T0, members=["phone:a"])
    with pytest.raises(UsageError, match="verdict"):
        book.judge(number=number, verdict="guilty", reason="x", by="a", at=T0, members=["phone:a"])
    row = book.judge(number=number, verdict="dismiss", reason="family", by="amal", at=T0, members=["phone:a"])
    assert row == {"ring": "R-0001", "verdict": "dismiss", "reason": "family", "by": "amal", "at": T0.isoformat()}
    assert [a["state"] for a in book.alerts()] == ["dismissed"]
    assert [j["members"] for j in book.judgements(number)] == [["phone:a"]]


def test_an_alert_waits_until_it_is_delivered(book: Casebook) -> None:
    with book.transaction() as tx:
        book.raise_alert(tx, fingerprint="f1", number=1, at=T0, body={"kind": "born"})
        book.raise_alert(tx, fingerprint="f2", number=2, at=T0, body={"kind": "grown"})
    book.mark_delivered("f1", T0 + timedelta(hours=1))
    assert [a["fingerprint"] for a in book.alerts(undelivered=True)] == ["f2"]


def test_a_changed_or_removed_audit_line_is_found(tmp_path: Path, book: Casebook) -> None:
    for n in range(4):
        book.write_log(by="amal", operation="consultation", purpose="case 1", object_=f"victim:h:{n}", count=1, at=T0)
    assert book.verify() == []
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'casebook.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit SET purpose = 'none' WHERE seq = 2"))
    assert "Line 2" in book.verify()[0]
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit SET purpose = 'case 1' WHERE seq = 2"))
    assert book.verify() == []
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM audit WHERE seq = 3"))
    assert "Line 4" in book.verify()[0]
    engine.dispose()


def test_a_casebook_that_cannot_be_opened_says_which(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"casebook\.url|cannot be opened"):
        Casebook(f"sqlite:///{tmp_path / 'absent' / 'casebook.sqlite'}")
