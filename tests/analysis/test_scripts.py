"""One script in several spellings is one; a text that went round is public; neither depends on the vault's key."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import scripts
from analysis.nodes import Evidence
from analysis.params import Params
from analysis.run import detect
from analysis.support import gather
from bench.scripts import judged, texts
from graph.evidence import View
from ingest.fingerprint import folded_sketch
from tests.analysis.evidence_builder import Facts, account, phone, victim

SPELLINGS = [t.words for t in texts(0) if t.script == "video"]
OTHERS = [t.words for t in texts(0) if t.script == "police"]
WARNING = (
    "تحذير من الشرطة: لا تقبلوا طلبات صداقة من حسابات مجهولة ولا تفتحوا الكاميرا مع الغرباء ولا ترسلوا المال لأي شخص "
    "يهددكم وبلغوا فورا المصالح المختصة"
)


class Keys:
    """A unit's keys, made from a word."""

    def __init__(self, word: str) -> None:
        self._word = word.encode()

    def pseudonym(self, identity: str, compartment: str) -> str:
        raise NotImplementedError

    def content_hash(self, canonical: bytes) -> str:
        return hashlib.blake2b(canonical, digest_size=16, key=self._word).hexdigest()

    def content_digests(self, canonical: Sequence[bytes]) -> bytes:
        return b"".join(bytes.fromhex(self.content_hash(one)) for one in canonical)

    def row_hashes(self, rows: pl.Series) -> pl.Series:
        raise NotImplementedError


def tell(facts: Facts, ref: str, text: str, keys: Keys = Keys("unit"), **report: object) -> str:  # noqa: B008
    """A report with the folded sketch of its narrative."""
    uid = facts.report(ref, text=text, **report)  # type: ignore[arg-type]
    sketch = folded_sketch(text, keys)
    assert sketch is not None
    facts.rows["statements"].append(
        {"subject": uid, "prop": "text_folded", "text": sketch, "rec": len(facts.rows["records"]) - 1}
    )
    return uid


def groups(view: View) -> dict[str, set[str]]:
    """Reports by script."""
    told = scripts.find(view, Params()).told
    out: dict[str, set[str]] = {}
    for report, script in zip(view.uids(told["report"]), told["script"], strict=True):
        out.setdefault(script, set()).add(report)
    return out


def test_one_script_in_five_spellings_and_two_alphabets_is_one() -> None:
    facts = Facts()
    one = {tell(facts, f"A{n}", text, names=(phone(n),)) for n, text in enumerate(SPELLINGS)}
    other = {tell(facts, f"B{n}", text, names=(phone(50 + n),)) for n, text in enumerate(OTHERS)}
    tell(facts, "C", WARNING, names=(phone(99),))
    found = groups(facts.view())
    assert sorted(map(sorted, found.values())) == sorted(map(sorted, (one, other)))
    assert all(uid.startswith("script:h:") for uid in found)


@pytest.mark.parametrize("held_out", [False, True])
def test_quality_on_the_made_set(held_out: bool) -> None:
    quality = judged(texts(), Params(), held_out=held_out)
    assert quality.precision >= 0.98
    assert quality.recall >= 0.95
    assert quality.whole >= 5


def test_nothing_depends_on_the_key() -> None:
    def found(word: str) -> dict[str, set[str]]:
        facts = Facts()
        for n, text in enumerate(t.words for t in texts(40)):
            tell(facts, f"R{n:03d}", text, Keys(word), names=(phone(n),))
        return groups(facts.view())

    assert found("one unit") == found("another") != {}


def test_a_longer_report_that_quotes_a_script_is_with_it() -> None:
    facts = Facts()
    bare = {tell(facts, f"A{n}", text, names=(phone(n),)) for n, text in enumerate(SPELLINGS[:2])}
    story = f"{' '.join(texts()[-1].parts)} {SPELLINGS[0]} {WARNING}"
    long = tell(facts, "L", story, names=(phone(9),))
    assert groups(facts.view()) and set().union(*groups(facts.view()).values()) >= bare | {long}


def crew_and_warning(mixed: bool) -> Facts:
    """Eight reports about unrelated numbers that paste one text, of one category or of many."""
    facts = Facts()
    kinds = ("fraud", "insult_slander", "other", "violence_threat") if mixed else ("sexual_blackmail",)
    for n, kind in zip(range(8), itertools.cycle(kinds)):
        tell(facts, f"W{n}", WARNING, names=(phone(n), account(n)), by=victim(n + 1), category=kind)
    return facts


def test_a_text_that_went_round_is_public_and_links_nobody() -> None:
    view = crew_and_warning(mixed=True).view()
    found = scripts.find(view, Params())
    assert found.scripts["public"].to_list() == [True]
    assert found.scripts["subjects"].to_list() == [8]
    assert found.private.is_empty()
    findings = detect(view)
    assert not findings.rings
    assert [cut.why.code for cut in findings.cuts] == ["cut_public_text"]


def test_a_crews_own_script_is_not_public_and_still_joins_nothing_alone() -> None:
    view = crew_and_warning(mixed=False).view()
    found = scripts.find(view, Params())
    assert found.scripts["public"].to_list() == [False]
    assert found.private.height == 8
    assert not detect(view).rings


def test_a_script_strengthens_a_tie_that_is_there() -> None:
    def weight(text: str) -> tuple[float, set[str]]:
        facts = Facts()
        tell(facts, "A", SPELLINGS[0], names=(phone(1), account(1)), by=victim(1))
        tell(facts, "B", text, names=(phone(2), account(1)), by=victim(2))
        facts.link(account(1), "ASSOCIATED_WITH", phone(2), since=1)
        findings = detect(facts.view())
        (ring,) = findings.rings
        codes = {why.code for why in ring.reasons}
        return sum(link.weight for link in ring.links if link.rel == "SIMILAR_TO"), codes

    alone, codes = weight(OTHERS[0])
    both, more = weight(SPELLINGS[2])
    assert (alone, "shared_script" in codes) == (0, False)
    assert both > 0
    assert "shared_script" in more


def test_anonymous_copies_in_another_spelling_are_one_voice() -> None:
    facts = Facts()
    for n, text in enumerate(SPELLINGS):
        tell(facts, f"A{n}", text, names=(phone(1),))
    tell(facts, "B", OTHERS[0], names=(phone(1),))
    evidence = Evidence(facts.view(), Params(), {})
    assert gather(evidence).reports["voice"].n_unique() < 5


def exactly(sets: list[frozenset[str]], least: float) -> set[frozenset[int]]:
    """Pairs alike, by comparing everything with everything."""
    return {
        frozenset((x, y))
        for x, y in itertools.combinations(range(len(sets)), 2)
        if len(sets[x] & sets[y]) >= least * len(sets[x] | sets[y])
    }


@given(st.lists(st.frozensets(st.sampled_from([f"{n:06x}" for n in range(40)]), min_size=3, max_size=25), max_size=14))
def test_no_pair_that_is_alike_escapes_the_search(sets: list[frozenset[str]]) -> None:
    candidates = {frozenset(pair) for pair in scripts._candidates(sets, Params()).iter_rows()}
    assert exactly(sets, 0.5) <= candidates


@given(st.lists(st.frozensets(st.sampled_from([f"{n:06x}" for n in range(40)]), min_size=1, max_size=25), max_size=14))
def test_what_two_texts_share_is_counted_as_sets_are(sets: list[frozenset[str]]) -> None:
    pairs = list(itertools.combinations(range(len(sets)), 2))
    x, y = (np.array([pair[n] for pair in pairs], dtype=np.int64) for n in (0, 1))
    assert scripts._shared(sets, x, y).tolist() == [len(sets[a] & sets[b]) for a, b in pairs]


@given(st.permutations(range(len(SPELLINGS) + len(OTHERS))))
def test_groups_do_not_depend_on_the_order(order: list[int]) -> None:
    words = [*SPELLINGS, *OTHERS]
    sets = [scripts.grams(folded_sketch(words[n], Keys("k")) or "") for n in order]
    found = {frozenset(order[t] for t, _ in group) for group in scripts.same_text(sets, Params())}
    assert found == {frozenset(range(len(SPELLINGS))), frozenset(range(len(SPELLINGS), len(words)))}


def test_many_copies_of_a_text_stay_cheap() -> None:
    base = [f"{n:06x}" for n in range(60)]
    sets = [frozenset([*base[n % 7 :], f"{10_000 + n:06x}"]) for n in range(1_500)]
    assert len(scripts._candidates(sets, Params())) < 1_500 * 120
    assert len(list(scripts.same_text(sets, Params()))) == 1


def test_bench_data_is_beside_the_bench() -> None:
    assert (Path(__file__).resolve().parents[2] / "bench" / "data" / "script_texts.json").is_file()
    assert pl.DataFrame(texts(0)).height == 60
