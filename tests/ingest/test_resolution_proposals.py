"""Proposals: what makes one, what speaks against, who never appears in one."""

from __future__ import annotations

import pytest

from bench.same_person import made_up
from graph.evidence import View
from graph.merged import merge
from ingest.resolution.candidates import name_keys
from ingest.resolution.features import near
from ingest.resolution.proposals import Proposal, examine, propose
from tests.analysis.evidence_builder import Facts, at, phone


def rec(n: int) -> str:
    """A party of a money record without a document."""
    return f"person:rec:remit:wu:{n:010d}:2024-06:sender"


def doc(number: str, kind: str = "MA:cin") -> str:
    return f"person:doc:{kind}:{number}"


class People(Facts):
    def named(self, uid: str, name: str, *, line: int | None = None, day: float = 5, born: str | None = None) -> None:
        """One record: a person's name and, when given, line and date of birth."""
        n = self._record(f"row:registry:{len(self.rows['records'])}", "registry", "registry", at(day))
        said = {"name": name, "birth_date": born}
        for prop, text in said.items():
            if text is not None:
                self.rows["statements"].append({"subject": uid, "prop": prop, "text": text, "rec": n})
        if line is not None:
            self.link(uid, "USES", phone(line), rec=n, basis="stated", since=day, until=day)

    def crowd(self, n: int = 300) -> None:
        """Many people of common names."""
        for i in range(n):
            self.named(doc(f"ZZ{i:06d}"), ("Mohamed Alaoui", "Said Tazi", "Fatima Bennani")[i % 3], day=i % 60)


def found(view: View, **options: object) -> dict[tuple[str, str], Proposal]:
    return {(p.a, p.b): p for p in propose(view, **options)}  # type: ignore[arg-type]


def codes(one: Proposal, side: str = "for") -> set[str]:
    return {f.code for f in one.features if f.side == side}


def test_a_line_and_a_name_make_a_proposal_and_a_line_alone_does_not() -> None:
    people = People()
    people.crowd()
    people.named(rec(1), "Mohamed Alaoui", line=1)
    people.named(rec(2), "محمد العلوي", line=1, day=9)
    people.named(rec(3), "Fatima Bennani", line=1, day=12)
    proposed = found(people.view())
    assert set(proposed) == {(rec(1), rec(2))}, "a family shares a line"
    assert codes(proposed[rec(1), rec(2)]) == {"shared_phone", "same_name"}
    assert not proposed[rec(1), rec(2)].name_only


def test_namesakes_are_not_proposed_and_a_rare_name_is_marked_as_a_name_alone() -> None:
    people = People()
    people.crowd()
    people.named(rec(1), "Mohamed Alaoui")
    people.named(rec(2), "Mohamed Alaoui")
    people.named(rec(3), "Zaynab Oubellouch Tagmouti")
    people.named(rec(4), "Zineb Oubelouch Tagmouti")
    proposed = found(people.view())
    assert set(proposed) == {(rec(3), rec(4))}
    assert proposed[rec(3), rec(4)].name_only


def test_a_number_that_changed_hands_joins_nobody() -> None:
    def told(second_contract: bool) -> View:
        people = People()
        people.crowd(30)
        people.link(doc("QQ000001"), "USES", phone(1), basis="registered", since=0, until=20)
        if second_contract:
            people.link(doc("QQ000002"), "USES", phone(1), basis="registered", since=30)
        people.named(rec(1), "Karim Sefrioui", line=1, day=10)
        people.named(rec(2), "Karim Sefrioui", line=1, day=40)
        return people.view()

    joined, apart = examine(told(False), rec(1), rec(2)), examine(told(True), rec(1), rec(2))
    assert "shared_phone" in codes(joined)
    assert "shared_phone" not in codes(apart) and "successive_holders" in codes(apart, "against")


def test_two_documents_of_a_kind_contradict_and_one_slip_in_a_number_does_not_hide_it() -> None:
    people = People()
    people.crowd()
    people.named(doc("QQ123456"), "Karim Sefrioui", line=1)
    people.named(doc("QQ654321"), "Karim Sefrioui", line=1)
    people.named(doc("QQ200001"), "Samira Benyoussef")
    people.named(doc("QQ200010"), "سميرة بن يوسف")
    proposed = found(people.view())
    assert (doc("QQ123456"), doc("QQ654321")) not in proposed
    slip = proposed[doc("QQ200001"), doc("QQ200010")]
    assert "near_document" in codes(slip) and "other_document" in codes(slip, "against")


def test_births_agree_as_far_as_they_are_known() -> None:
    people = People()
    for n, born in enumerate(["1990-05-01", "1990", "1991-05-01"]):
        people.named(rec(n), "Karim Sefrioui", line=1, born=born)
    view = people.view()
    assert "same_birth" in codes(examine(view, rec(0), rec(1)))
    assert "other_birth" in codes(examine(view, rec(0), rec(2)), "against")


def test_a_resellers_line_proposes_nobody_and_ten_records_of_one_man_are_nine_questions() -> None:
    people = People()
    for n in range(10):
        people.named(rec(n), "Karim Sefrioui", line=1, day=n)
    given, family = ["Ali", "Omar", "Said", "Anas", "Adil"], ["Tazi", "Fassi", "Alami", "Bennis"]
    for n in range(20):
        people.named(rec(100 + n), f"{given[n % 5]} {family[n % 4]}", line=2)
    proposed = found(people.view())
    assert len(proposed) == 9
    assert {uid for pair in proposed for uid in pair} == {rec(n) for n in range(10)}


def test_nobody_masked_and_nothing_of_theirs_appears() -> None:
    people = People()
    people.crowd(50)
    people.named(rec(1), "Karim Sefrioui", line=1)
    people.named(rec(2), "Karim Sefrioui", line=1)
    people.named(rec(3), "Karim Sefrioui", line=2)
    people.named(rec(4), "Karim Sefrioui", line=2)
    view = people.view()
    assert (rec(1), rec(2)) in found(view)
    hidden = propose(view, masked=[rec(1), phone(2)])
    assert not any(rec(1) in (p.a, p.b) for p in hidden)
    assert phone(2) not in str([p.to_json() for p in hidden])


def test_a_rejected_pair_is_not_proposed_again_by_any_of_its_uids() -> None:
    people = People()
    for n in range(3):
        people.named(rec(n), "Karim Sefrioui", line=1, day=n)
    view = people.view()
    assert set(found(view, rejected=[(rec(0), rec(1))])) == {(rec(0), rec(2)), (rec(1), rec(2))}
    merged = merge(view, [(rec(1), rec(2))])
    assert set(found(merged)) == {(rec(0), rec(1))}
    assert found(merged, rejected=[(rec(0), rec(2))]) == {}


def test_a_persona_is_never_proposed_with_a_person() -> None:
    people = People()
    people.named(rec(1), "Karim Sefrioui")
    people.link("acct:facebook:h:karim", "PRESENTS_AS", "persona:made:1")
    people.link(rec(1), "USES", "acct:facebook:h:karim")
    n = people._record("row:x:1", "x", "platform", at(1))
    people.rows["statements"].append({"subject": "persona:made:1", "prop": "name", "text": "Karim Sefrioui", "rec": n})
    assert found(people.view()) == {}


def test_accounts_meet_by_their_handle_and_not_by_a_device() -> None:
    people = People()
    known, named = "acct:facebook:id:999000000000009", "acct:facebook:h:karimse"
    n = people._record("row:x:1", "x", "platform", at(1))
    people.rows["statements"].append({"subject": known, "prop": "handle", "text": "@KarimSe", "rec": n})
    people._appear(n, known)
    for uid in (named, "acct:facebook:h:other"):
        people.link(uid, "USES", "dev:imei:00101012345678")
    proposed = found(people.view())
    assert set(proposed) == {(named, known)}
    assert codes(proposed[named, known]) == {"same_handle"}


def test_proposals_do_not_depend_on_order_of_arrival() -> None:
    people = People()
    people.crowd(60)
    for n in range(8):
        people.named(rec(n), ("Karim Sefrioui", "كريم السفريوي")[n % 2], line=n // 4, day=n)
    assert propose(people.view()) == propose(people.view(shuffle=3))


def test_people_written_twice_are_found_among_many() -> None:
    view, twins = made_up(2_000)
    said = {(p.a, p.b) for p in propose(view) if not p.name_only}
    assert len(said & twins) >= 0.9 * len(twins)
    assert len(said & twins) >= 0.98 * len(said)


@pytest.mark.parametrize(
    ("a", "b", "close"),
    [
        ("QQ123456", "QQ123457", True),
        ("QQ123456", "QQ12345", True),
        ("QQ123456", "QQ213456", True),
        ("QQ123456", "QQ1234567", True),
        ("QQ123456", "QQ123456", False),
        ("QQ123456", "QQ321456", False),
        ("QQ123456", "QQ124356", True),
        ("QQ123456", "ZZ123456", False),
    ],
)
def test_one_slip_of_the_hand(a: str, b: str, close: bool) -> None:
    assert near(a, b) is near(b, a) is close


def test_spellings_of_one_name_meet_in_a_block() -> None:
    for a, b in (("محمد العلوي", "Mohammed Al Alawi"), ("Abderrahim Ben Haddou", "Abdelrahim Benhaddou")):
        assert set(name_keys(a)) & set(name_keys(b)), (a, b)
