"""T10: moving together beyond chance; being quick is nobody's fault."""

from __future__ import annotations

import random

import pytest

from analysis.params import Params
from analysis.run import detect
from tests.analysis.typologies.telling import PAGE, Told, facade, hits, later, run

OTHERS = [f"acct:facebook:id:9990000001{n:05d}" for n in range(12)]


def shared(facts: Told, kind: str, *, posts: int = 24, accounts: int = 4) -> None:
    """Posts of the page, passed on by accounts in one of five manners."""
    rng = random.Random(7)
    for n in range(posts):
        day = 30 + n * 0.9
        post = facts.post(f"s{n}", day)
        wave = rng.uniform(1, 30) / 24
        for i, account in enumerate(OTHERS[:accounts]):
            match kind:
                case "coordinated":
                    facts.share(account, post, later(day + wave, rng.uniform(0, 6)))
                case "news desk":
                    facts.share(account, post, later(day, rng.uniform(1, 9)))
                case "fan group":
                    facts.share(account, post, later(day, rng.expovariate(1 / 6)))
                case "town hall":
                    facts.share(account, post, later(day + (i + 1) / 24 * rng.choice((1, 1, 2)), rng.uniform(0, 5)))
                case "cross-posting":
                    facts.share(account, post, later(day + wave, i / 60))
                case _:
                    facts.share(account, post, day + rng.uniform(0, 30) / 24)


def test_accounts_that_come_late_together_and_early_together_are_shown() -> None:
    facts, masked = facade()
    shared(facts, "coordinated")
    (ring,) = hits(run(facts, masked), "T10")
    told = next(r for r in ring.reasons if r.code == "t10_coordinated")
    assert told.params["accounts"] == 4
    assert told.params["uids"] == OTHERS[:4]
    assert float(str(told.params["p"])) < 0.01
    assert not set(OTHERS) & {m.uid for m in ring.members}


@pytest.mark.parametrize("kind", ["news desk", "fan group", "town hall", "cross-posting", "chance"])
def test_quickness_chance_and_automatic_copies_are_no_coordination(kind: str) -> None:
    facts, masked = facade()
    shared(facts, kind)
    assert not hits(run(facts, masked), "T10")


def test_pages_of_one_known_owner_are_cross_posting() -> None:
    facts, masked = facade()
    shared(facts, "coordinated")
    for account in OTHERS[:4]:
        facts.link(OTHERS[11], "ADMINISTERS", account, kind="platform", since=-10)
    assert not hits(run(facts, masked), "T10")


def test_two_accounts_or_too_few_posts_are_not_enough() -> None:
    for few in ({"accounts": 2}, {"posts": 6}):
        facts, masked = facade()
        shared(facts, "coordinated", **few)
        assert not hits(run(facts, masked), "T10")


def test_a_journalist_whom_friends_pass_on_together_stays_watched() -> None:
    facts, masked = facade(category="insult_slander", payers=())
    shared(facts, "coordinated")
    found = run(facts, masked)
    assert not hits(found, "T10")
    assert {ring.status for ring in found.rings if PAGE in {m.uid for m in ring.members}} == {"watch"}


def test_it_is_the_same_in_any_order_and_among_other_shares() -> None:
    facts, masked = facade()
    shared(facts, "coordinated")
    once = detect(facts.view(), masked_parties=masked).rings
    assert once == detect(facts.view(shuffle=5), masked_parties=masked).rings
    for n in range(9):
        post = facts.post(f"else{n}", 3 + n, page="acct:facebook:id:999000000000900")
        for account in OTHERS[6:9]:
            facts.share(account, post, 3.5 + n)
    again = hits(run(facts, masked), "T10")[0]
    assert again.score == once[0].score


def test_handles_that_changed_hands_are_told_apart() -> None:
    """Each account's name went to somebody else in the middle: neither half coincides often enough."""
    facts, masked = facade()
    shared(facts, "coordinated", posts=14)
    assert hits(run(facts, masked), "T10")
    for n, account in enumerate(OTHERS[:4]):
        facts.link(f"person:doc:MA:cin:QQ9{n:05d}", "ADMINISTERS", account, since=-90, until=35)
        facts.link(f"person:doc:MA:cin:QQ8{n:05d}", "ADMINISTERS", account, since=36.5)
    assert not hits(run(facts, masked), "T10")


def test_a_post_that_is_in_the_air_joins_nobody() -> None:
    facts, masked = facade()
    shared(facts, "coordinated", accounts=12)
    assert not hits(detect(facts.view(), masked_parties=masked, params=Params(t10_viral=11)), "T10")
