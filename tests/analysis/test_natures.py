"""What reports complain of: codes, a desk's own words, and nothing at all."""

from __future__ import annotations

import pytest

from analysis.natures import nature
from analysis.run import detect
from graph.evidence import View
from tests.analysis.evidence_builder import Facts, account, person, phone, victim


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("sexual_blackmail", "sexual_blackmail"), ("Chantage", "sexual_blackmail"), ("SEXTORSION", "sexual_blackmail"),
        ("online blackmail", "sexual_blackmail"), ("Demande de rançon", "sexual_blackmail"),
        ("ابتزاز إلكتروني", "sexual_blackmail"), ("إبتزاز", "sexual_blackmail"), ("violence_threat", "violence_threat"),
        ("menaces de mort", "violence_threat"), ("تهديد", "violence_threat"), ("insult_slander", "insult_slander"),
        ("Diffamation", "insult_slander"), ("fraud", "fraud"), ("Escroquerie wallet", "fraud"), ("other", "other"),
        ("faux  achat", "faux achat"), ("Inconnu", None), ("  ", None), ("n/a", None),
    ],
)  # fmt: skip
def test_words_of_desks_and_codes_are_one(written: str, code: str | None) -> None:
    assert nature(written) == code


def told(category: str | None, **fields: str) -> View:
    """A crew of two lines and a payee, of which four reports tell; somebody pays again."""
    facts = Facts()
    for n in range(4):
        tx = facts.pay(f"P{n}", f"person:rec:remit:{n}:sender", person(1), 50_000, day=n, country="KW")
        facts.pay(f"Q{n}", f"person:rec:remit:{n}:sender", person(1), 50_000, day=n + 1, country="KW")
        facts.report(
            f"R{n}", names=(phone(100 + n % 2), account(n % 2)), payees=(person(1),), by=victim(n), day=n + 3,
            category=category, cites=(tx,), fields=fields,
        )  # fmt: skip
    facts.link(person(1), "USES", phone(100), basis="registered", since=-100)
    return facts.view()


@pytest.mark.parametrize(
    ("category", "fields", "sign", "other"),
    [
        ("chantage", {}, True, False),
        ("escroquerie", {}, False, True),
        (None, {}, False, False),
        (None, {"demand_type": "money"}, True, False),
        ("fraud", {"demand_type": "money"}, False, True),
        ("other", {"category_reported": "Extortion"}, True, False),
        ("other", {"subcategory": "Extortion"}, True, False),
        (None, {"subcategory": "faux mariage"}, False, True),
    ],
)
def test_not_to_know_speaks_neither_for_force_nor_for_another_crime(
    category: str | None, fields: dict[str, str], sign: bool, other: bool
) -> None:
    ring = detect(told(category, **fields)).rings[0]
    assert ("coercion_reported" in {r.code for r in ring.reasons}) is sign
    assert ("counter_other_crime" in {r.code for r in ring.counter_indicators}) is other
    assert (ring.status == "lead") is sign


def test_reports_that_say_nothing_do_not_outvote_those_that_do() -> None:
    facts = Facts()
    for n in range(9):
        facts.report(
            f"R{n}", names=(phone(100 + n % 2), account(n % 2)), payees=(person(1),), by=victim(n), day=n,
            category="sexual_blackmail" if n < 3 else None,
        )  # fmt: skip
    ring = detect(facts.view()).rings[0]
    (reported,) = [r for r in ring.reasons if r.code == "coercion_reported"]
    assert dict(reported.params) == {"n": 3, "share": 1.0}
