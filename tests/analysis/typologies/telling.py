"""More to tell by hand: pages and posts, shared posts, pictures, organisations, and what a run says of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from analysis.findings import Findings, Ring
from analysis.params import Params
from analysis.run import detect
from tests.analysis.evidence_builder import Facts, at, person, phone, victim

PAGE = "acct:facebook:id:999000000000777"
EDITOR = "acct:facebook:id:999000000000778"


class Told(Facts):
    """Facts about publications, pictures and organisations too."""

    def say(self, subject: str, rec: int, **facts: str) -> None:
        """Text properties of a thing, in a record that exists."""
        for prop, text in facts.items():
            self.rows["statements"].append({"subject": subject, "prop": prop, "text": text, "rec": rec})

    def row(self, name: str, kind: str = "platform", day: float = 0) -> int:
        """A record of its own."""
        return self._record(f"row:{kind}:{name}", kind, kind, at(day))

    def post(
        self, name: str, day: float, *, page: str = PAGE, target: str | None = None, gone: float | None = None
    ) -> str:
        """A publication of a page, with whom it aims at and when it went."""
        post = f"post:page_posts:{name}"
        rec = self.row(f"post-{name}", day=day)
        self.rows["appearances"].append({"entity": page, "label": "Page", "rec": rec})
        self.link(page, "PUBLISHED", post, rec=rec, since=day, until=gone)
        if target is not None:
            self.link(post, "TARGETS", target, rec=rec, since=day)
        return post

    def share(self, account: str, post: str, day: float) -> None:
        """An account or page that passes a publication on."""
        self.link(account, "SHARED", post, kind="platform", since=day)

    def picture(self, media: str, *accounts: str, phash: str | None = None, day: float = 1) -> None:
        """A picture that these accounts show; ``phash`` is what it looks like, 16 hex digits."""
        rec = self.row(f"{media}-{len(self.rows['records'])}", day=day)
        for shown in accounts:
            self.link(shown, "SHARED", media, rec=rec, since=day)
        if phash is not None:
            self.say(media, rec, phash=phash)


def run(facts: Facts, masked: Mapping[str, str] | None = None, **params: Any) -> Findings:
    """Findings of what was told."""
    return detect(facts.view(), masked_parties=masked or {}, params=Params(**params) if params else None)


def hits(found: Findings, typology: str) -> list[Ring]:
    """Rings with a hit of this typology."""
    return [ring for ring in found.rings if any(hit.id == typology for hit in ring.typologies)]


def facade(
    *, statements: int = 3, payers: tuple[int, ...] = (0, 1, 2), removed: bool = True, targets: int = 4,
    category: str = "sexual_blackmail", editor_takes: str | None = None, delay: float = 4,
) -> tuple[Told, dict[str, str]]:  # fmt: skip
    """A page that writes about people, who are called, some pay a member, and whose posts go; some of them report.

    Returns the facts and who is behind the targets' numbers, as the vault would know.
    """
    facts = Told()
    facts.link(EDITOR, "ADMINISTERS", PAGE, kind="platform", since=-200)
    facts.link(phone(701), "RECOVERY_OF", EDITOR, kind="platform", since=-200)
    facts.link(person(71), "USES", phone(701), basis="registered", since=-300)
    taker = editor_takes or person(72)
    masked = {phone(800 + n): victim(100 + n) for n in range(targets)}
    for n in range(40):
        facts.post(f"news{n}", n)
    for n in range(targets):
        day = 3.0 + 5 * n
        paid = day + delay
        facts.post(f"about{n}", day, target=victim(100 + n), gone=paid + 3 if removed and n in payers else None)
        facts.call(phone(701), phone(800 + n), day + 2)
        if n in payers:
            facts.pay(f"FP{n}", phone(800 + n), taker, 1_000_000, day=paid, country="MA")
        if n < statements:
            facts.report(
                f"FR{n}", names=(PAGE, phone(701)), payees=(taker,) if n in payers and not editor_takes else (),
                by=victim(100 + n), day=day + 12, category=category, demand=category != "insult_slander",
            )  # fmt: skip
    return facts, masked


def later(day: float, minutes: float) -> float:
    """A day, and so many minutes."""
    return day + timedelta(minutes=minutes) / timedelta(days=1)
