"""T08: a new corridor orders what is corroborated; geography weighs nothing, to the last digit."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from analysis.findings import Findings
from tests.analysis.evidence_builder import Facts, account, oued_zem, person, phone, victim
from tests.analysis.typologies.telling import Told, hits, run

RENAMED = {"KW": "GB", "GB": "IQ", "IQ": "AE", "AE": "KW", "MA": "FR"}


def crew(*, then: str | None = "GB", gap: int = 100, named: bool = True, kin: bool = False) -> Told:
    """A payee paid from one country, and after ``gap`` days from another one too."""
    facts = Told()
    for n in range(6):
        facts.report(f"R{n}", names=(phone(1), account(n)), payees=(person(1),) if named else (), by=victim(n + 1),
                     day=n)  # fmt: skip
    facts.link(person(1), "USES", phone(1), basis="registered", since=-300)
    for n in range(8):
        facts.pay(f"A{n}", f"person:doc:KW:passport:ZZ{n:06d}", person(1), 300_000, day=4 * n, country="KW")
    for n in range(6 if then else 0):
        payer = f"person:doc:GB:passport:ZZ{100 + (0 if kin else n):06d}"
        facts.pay(f"B{n}", payer, person(1), 300_000, day=gap + 3 * n, country=then)
    return facts


def said(found: Findings) -> list[tuple[str, float, float, int]]:
    return [(ring.status, ring.score, ring.percentile, len(ring.members)) for ring in found.rings]


def test_a_new_country_after_months_of_none_is_shown_and_weighs_nothing() -> None:
    found = run(crew())
    (ring,) = hits(found, "T08")
    told = next(r for r in ring.reasons if r.code == "t08_corridor_shift")
    assert told.params == {"country": "GB", "payers": 6, "share": 1.0, "days": 100}
    assert said(found) == said(run(crew(), t08_payers=50))


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("migrant region: all countries from the start", crew(gap=5)),
        ("a relative who moved", crew(kin=True)),
        ("tourist season: others pay, nobody is suspected", crew(named=False)),
        ("nothing new", crew(then=None)),
    ],
)
def test_what_is_no_shift(kind: str, facts: Told) -> None:
    assert not hits(run(facts), "T08"), kind


def test_it_is_no_second_typology_and_no_custodian() -> None:
    """Neither status nor the kinds of custodian count what weighs nothing."""
    with_shift, without = (
        run(crew(), t01_payers=99, t01_payers_unreported=99, t03_hours=0.01, t08_payers=payers).rings[0]
        for payers in (3, 50)
    )
    assert {hit.id for hit in with_shift.typologies} - {hit.id for hit in without.typologies} == {"T08"}
    assert with_shift.score == without.score
    assert with_shift.status == without.status
    assert with_shift.source_types == without.source_types
    assert [r.code for r in with_shift.reasons if r.code.startswith(("status", "needs", "custodians"))] == [
        r.code for r in without.reasons if r.code.startswith(("status", "needs", "custodians"))
    ]


@pytest.mark.parametrize("make", [crew, oued_zem])
def test_permuted_places_nationality_language_and_names_move_no_digit(make: Callable[[], Facts]) -> None:
    facts = make()
    for n, row in enumerate(list(facts.rows["transfers"])):
        facts.rows["statements"] += [
            {"subject": row["tx"], "prop": "pay_city", "text": ("Oued Zem", "Rabat")[n % 2], "rec": row["rec"]},
            {"subject": row["payer"], "prop": "name", "text": ("Said", "John")[n % 2], "rec": row["rec"]},
            {"subject": row["payer"], "prop": "nationality", "text": ("KW", "GB")[n % 2], "rec": row["rec"]},
        ]
    for n, row in enumerate(facts.rows["records"]):
        if row["source_type"] == "report":
            facts.rows["statements"] += [
                {"subject": row["record"], "prop": "source_lang", "text": ("ar", "fr")[n % 2], "rec": n},
                {"subject": row["record"], "prop": "place", "text": ("Oued Zem", "Rabat")[n % 2], "rec": n},
            ]
    before = run(facts)
    swap = {"Oued Zem": "Rabat", "Rabat": "Oued Zem", "Said": "John", "John": "Said", "ar": "fr", "fr": "ar"} | RENAMED
    for row in facts.rows["statements"]:
        if row["prop"] in ("pay_city", "name", "nationality", "source_lang", "place"):
            row["text"] = swap.get(row["text"], row["text"])
    for row in facts.rows["transfers"]:
        row["payer_country"] = swap.get(row["payer_country"], row["payer_country"])
        row["payee_country"] = swap.get(row["payee_country"], row["payee_country"])
    after = run(facts)
    assert said(before) == said(after)
    assert [{m.uid for m in r.members} for r in before.rings] == [{m.uid for m in r.members} for r in after.rings]


@pytest.mark.parametrize("make", [crew, oued_zem])
def test_countries_dealt_out_at_random_move_no_digit(make: Callable[[], Facts]) -> None:
    """Not only renamed: whoever pays may come from anywhere."""
    facts = make()
    before = run(facts)
    dealt = [row["payer_country"] for row in facts.rows["transfers"]]
    for seed in range(3):
        random.Random(seed).shuffle(dealt)
        for row, country in zip(facts.rows["transfers"], dealt, strict=True):
            row["payer_country"] = country
        assert said(run(facts)) == said(before)


def test_of_equals_the_one_that_shifted_is_read_first() -> None:
    facts = Told()
    for base, country in ((0, "KW"), (100, "GB")):
        for n in range(6):
            facts.report(f"R{base}{n}", names=(phone(base), account(base + n)), payees=(person(base + 1),),
                         by=victim(base + n + 1), day=n)  # fmt: skip
        for n in range(14):
            late = n >= 8
            payer = f"person:doc:KW:passport:ZZ{base + n:06d}"
            facts.pay(f"P{base}{n}", payer, person(base + 1), 300_000, day=(100 if late else 0) + 3 * n,
                      country=country if late else "KW")  # fmt: skip
    first, second = run(facts, t01_countries=1).rings
    assert first.score == second.score
    assert phone(100) in {m.uid for m in first.members}
    assert [[hit.id for hit in ring.typologies if hit.id == "T08"] for ring in (first, second)] == [["T08"], []]
