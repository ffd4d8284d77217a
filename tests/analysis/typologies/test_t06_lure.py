"""T06: one lure behind several profiles of a ring; what goes round everywhere is nobody's."""

from __future__ import annotations

import pytest

from analysis.run import detect
from tests.analysis.evidence_builder import account, phone, victim
from tests.analysis.test_scripts import OTHERS, SPELLINGS, WARNING, tell
from tests.analysis.typologies.telling import Told, hits, run

GIRL = "media:sha256:" + "a" * 64
LOOKS = "f0e1d2c3b4a59687"


def near(bits: int) -> str:
    """A hash that differs in so many bits."""
    return f"{int(LOOKS, 16) ^ ((1 << bits) - 1):016x}"


def crew(facts: Told, base: int = 0, *, profiles: int = 4, voices: int = 6, named: bool = True) -> list[str]:
    """A crew with one line and several profiles, each named by a reporter."""
    for n in range(voices):
        facts.report(f"R{base}-{n}", names=(phone(base), account(base + n % profiles)), day=n,
                     by=victim(base + n + 1) if named else None, text=f"told by number {base + n}")  # fmt: skip
    return [account(base + n) for n in range(profiles)]


def test_one_picture_behind_profiles_that_different_people_report() -> None:
    facts = Told()
    facts.picture(GIRL, *crew(facts))
    (ring,) = hits(run(facts), "T06")
    told = next(r for r in ring.reasons if r.code == "t06_reused_lure")
    assert told.params == {"uid": GIRL, "accounts": 4, "reports": 6}


def test_a_picture_that_reports_bring_counts_for_the_profiles_they_name() -> None:
    facts = Told()
    for n in range(4):
        facts.report(f"R{n}", names=(phone(0), account(n)), by=victim(n + 1), day=n, cites=(GIRL,))
    assert hits(run(facts), "T06")


@pytest.mark.parametrize(("bits", "alike"), [(0, True), (6, True), (7, False), (20, False)])
def test_pictures_are_one_up_to_six_bits(bits: int, alike: bool) -> None:
    facts = Told()
    profiles = crew(facts)
    for n, profile in enumerate(profiles):
        facts.picture(f"media:sha256:{n:064x}", profile, phash=near(bits) if n % 2 else LOOKS)
    assert bool(hits(run(facts), "T06")) == alike


def test_flat_pictures_look_like_nothing() -> None:
    facts = Told()
    for n, profile in enumerate(crew(facts)):
        facts.picture(f"media:sha256:{n:064x}", profile, phash="0000000000000000")
    assert not hits(run(facts), "T06")


def test_one_text_behind_profiles_that_different_people_report() -> None:
    facts = Told()
    for n in range(5):
        tell(facts, f"R{n}", SPELLINGS[n], names=(phone(0), account(n)), by=victim(n + 1), day=n)
    found = hits(run(facts), "T06")
    assert found and any(str(r.params["uid"]).startswith("script:") for r in found[0].reasons if r.code[:3] == "t06")


def test_a_lure_joins_nobody() -> None:
    """Stolen pictures of a real woman: two crews who took the same ones stay two, and she is nobody's member."""
    facts = Told()
    facts.picture(GIRL, *crew(facts), *crew(facts, 100))
    found = run(facts)
    assert len(found.rings) == 2
    assert not any("media" in m.uid or m.label == "Person" for ring in found.rings for m in ring.members)


@pytest.mark.parametrize("kind", ["celebrity", "meme"])
def test_pictures_that_go_round_are_public(kind: str) -> None:
    facts = Told()
    shown = [profile for base in range(0, 800, 100) for profile in crew(facts, base)]
    facts.picture(GIRL, *shown, phash=LOOKS if kind == "meme" else None)
    assert not hits(run(facts), "T06")


def test_a_police_warning_that_everybody_copies_is_no_lure() -> None:
    facts = Told()
    kinds = ("fraud", "sexual_blackmail", "insult_slander", "violence_threat")
    for n in range(32):
        tell(facts, f"R{n}", WARNING, names=(phone(n // 4), account(n)), by=victim(n + 1), category=kinds[n % 4], day=n)
    assert not hits(run(facts), "T06")


def test_a_victim_who_quotes_the_threat_again_and_again_is_one_voice() -> None:
    facts = Told()
    for n in range(4):
        tell(facts, f"R{n}", OTHERS[0], names=(phone(0), account(n)), by=victim(1), day=n)
    facts.report("ELSE", names=(phone(0), phone(1)), by=victim(9), day=9)
    assert not hits(run(facts), "T06")


def test_a_handle_that_was_somebody_elses_before_shows_its_own_pictures_only() -> None:
    facts = Told()
    names = [f"acct:instagram:h:model{n}" for n in range(4)]
    for n, name in enumerate(names):
        facts.report(f"OLD{n}", names=(name,), by=victim(50 + n), day=-800)
        facts.report(f"R{n}", names=(phone(0), name), by=victim(n + 1), day=n)
    facts.picture(GIRL, *names, day=-800)
    assert not hits(run(facts), "T06")
    facts.picture(GIRL, *names, day=5)
    assert hits(run(facts), "T06")


def test_too_few_profiles_or_anonymous_voices_say_little() -> None:
    facts = Told()
    facts.picture(GIRL, *crew(facts, profiles=2))
    assert not hits(run(facts), "T06")
    facts = Told()
    profiles = crew(facts, voices=8, named=False)
    before = detect(facts.view()).rings[0].score
    facts.picture(GIRL, *profiles)
    (ring,) = hits(run(facts), "T06")
    assert ring.score - before <= 0.05 * 0.6 + 0.6 + 1e-9
    assert next(h for h in ring.typologies if h.id == "T06").strength == 0.05
