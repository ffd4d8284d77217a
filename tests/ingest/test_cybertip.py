"""CyberTipline reports: the reported side in evidence, children only as pseudonyms, school and chat nowhere."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from ingest.intake import Intake
from ingest.tables import Limits
from tests.ingest.answers import answer, expected, sample
from tests.ingest.loading import FixedKeys, Held, entities, everything, links, load

TIPS = [name for name in expected("xml") if "cybertip" in name]
REPORT, ACCOUNT = "report:ncmec:920000001", "acct:instagram:id:999000000000611"
VAULT_ONLY = (
    "kid_name_x", "kid_handle_x", "kid@mail.example", "447700900451", "198.51.100.77", "victim_extra_x", "desk_name_x",
    "desk@esp.example", "company_text_x", "officer_name_x", "exif_gps_x", "999000000000988",
)  # fmt: skip
NOWHERE = ("school_name_x", "chat_content_dropped")

TIP = (
    "<cyberTips><cyberTip><reportId>1</reportId><receivedAt>2026-04-01T08:00:00Z</receivedAt><report><incidentSummary>"
    "<incidentType>Child Sex Trafficking</incidentType><incidentDateTime>2026-03-10T20:00:00Z</incidentDateTime>"
    "</incidentSummary>{said}</report>{files}</cyberTip></cyberTips>"
)


def tip(tmp_path: Path, said: str = "", files: str = "", **options: object) -> Intake:
    path = tmp_path / "tip.xml"
    path.write_text(TIP.format(said=said, files=files))
    return load(path, **options)  # type: ignore[arg-type]


def reported(inside: str) -> str:
    return f"<personOrUserReported>{inside}</personOrUserReported>"


def said(intake: Intake, subject: str) -> dict[str, list[str]]:
    rows = intake.draft.tables["minors"]["statements"].filter(pl.col("subject") == subject)
    found: dict[str, list[str]] = {}
    for prop, text in rows.select("prop", "text").iter_rows():
        found.setdefault(prop, []).append(text)
    return found


@pytest.mark.parametrize("name", TIPS)
def test_sample_gives_its_expected_answer(name: str) -> None:
    assert answer(load(sample("xml", name))) == expected("xml")[name]


def test_children_and_reporters_stand_in_the_vault_alone() -> None:
    intake = load(sample("xml", "tips_cybertip.xml"))
    outside = everything(intake)
    vault = str([(v.identities, v.content) for v in intake.draft.vault])
    assert [text for text in (*VAULT_ONLY, *NOWHERE) if text in outside] == []
    assert [text for text in VAULT_ONLY if text not in vault] == []
    assert [text for text in NOWHERE if text in vault] == []
    assert {v.compartment for v in intake.draft.vault} == {"minors"}


def test_refused_reports_go_to_the_vault_of_minors_without_the_school() -> None:
    intake = load(sample("xml", "bad_cybertip.xml"))
    kept = {v.record: v for v in intake.draft.vault if v.record.startswith("refused:")}
    assert len(kept) == intake.counts["rejected"] == 15
    assert {v.compartment for v in kept.values()} == {"minors"}
    # One of the fifteen has no report, hence no child, in it.
    assert sum("kid_refused" in str(v.content) for v in kept.values()) == 14
    assert "school_refused" not in str(intake.draft.vault)
    assert "refused_" not in everything(intake)


def test_victim_is_known_by_the_account_and_found_by_every_other_identity() -> None:
    intake = load(sample("xml", "tips_cybertip.xml"))
    keys = FixedKeys()
    child = keys.pseudonym("acct:acct:instagram:h:kid_handle_x", "minors")
    assert (ACCOUNT, "CONTACTED", child) in links(intake)
    entry = next(v for v in intake.draft.vault if v.person == child)
    assert entry.identities == ("acct:acct:instagram:h:kid_handle_x", "phone:+447700900451", "email:kid@mail.example")
    # The second report names no usable account: the child is sealed, but nobody is said to have contacted it.
    other = keys.pseudonym("acct:acct:facebook:id:999000000000988", "minors")
    assert other in {v.person for v in intake.draft.vault}
    assert other not in entities(intake)


def test_victims_without_an_account_are_counted_over_both_lists(tmp_path: Path) -> None:
    people = "<intendedRecipient/><victim><espService>X</espService></victim><intendedRecipient/>"
    account = "<espIdentifier>7</espIdentifier><espService>X</espService>"
    intake = tip(tmp_path, reported(account) + people)
    wanted = {FixedKeys().pseudonym(f"rec:ncmec|1|victim{n}", "minors") for n in (1, 2, 3)}
    assert {dst for _, rel, dst in links(intake) if rel == "CONTACTED"} == wanted


def test_report_is_a_report_and_says_what_it_is_about() -> None:
    intake = load(sample("xml", "tips_cybertip.xml"))
    records = intake.draft.tables["minors"]["records"]
    assert set(records["source_type"]) == {"report"}
    about = said(intake, REPORT)
    assert about["category"] == ["sextortion"]
    assert about["annotation"] == ["sextortion", "minor_to_minor_interaction"]
    assert (about["agency"], about["agency_case"]) == (["DGSN"], ["SYN-77"])
    assert said(intake, "report:ncmec:920000002")["category"] == ["child_sex_trafficking"]


def test_account_keeps_what_the_platform_says_of_it() -> None:
    about = said(load(sample("xml", "tips_cybertip.xml")), ACCOUNT)
    assert (about["handle"], about["name"], about["profile_bio"]) == (["syn.anas"], ["Anas Tazroualt"], ["DM me"])
    assert about["profile_url"] == ["https://www.instagram.com/syn.anas/"]
    assert about["estimated_city"] == ["Oued Zem"]


def test_files_are_digests_with_what_was_said_of_them() -> None:
    intake = load(sample("xml", "tips_cybertip.xml"))
    about = said(intake, "media:sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709")
    assert about["annotation"] == ["viral", "generative_ai"]
    assert (about["industry_classification"], about["viewed_by_platform"]) == (["B2"], ["true"])
    assert "originalFileName" not in str(about)


def test_unknown_elements_are_kept_and_free_text_is_not() -> None:
    extra = json.loads(load(sample("xml", "tips_cybertip.xml")).draft.tables["minors"]["records"]["extra"][0])
    assert extra["report/personOrUserReported/champNouveau"] == "kept_in_extra"
    assert not [path for path in extra if "additionalInfo" in path or "victim" in path or "reporter" in path]


@pytest.mark.parametrize(
    ("inside", "uid"),
    [
        ("<espIdentifier>12</espIdentifier><espService>Snap</espService><screenName>a</screenName>", "snapchat:id:12"),
        ("<screenName>Abcd.E</screenName><espService>Facebook</espService>", "facebook:h:abcde"),
        ("<screenName>999000000000001</screenName><espService>fb</espService>", "facebook:id:999000000000001"),
        ("<screenName>no spaces!</screenName><espService>X</espService>", "x:raw:no spaces!"),
        ("<espIdentifier>00212683000001</espIdentifier><espService>WhatsApp</espService>", "whatsapp:h:+212683000001"),
    ],
)  # fmt: skip
def test_reported_account_is_known_by_its_native_id_first(tmp_path: Path, inside: str, uid: str) -> None:
    assert {e for e in entities(tip(tmp_path, reported(inside))) if e.startswith("acct:")} == {f"acct:{uid}"}


def test_account_without_a_platform_is_left_out_with_a_warning(tmp_path: Path) -> None:
    intake = tip(tmp_path, reported("<espIdentifier>12</espIdentifier><profileUrl>https://a.example/u</profileUrl>"))
    assert entities(intake) == {"report:ncmec:1", "url:a.example/u"}
    assert [(p.position, p.code) for p in intake.files[0].warnings] == [(1, "identifier")]


@pytest.mark.parametrize(
    ("attributes", "number", "uid"),
    [
        ('countryCallingCode="+212"', "0683000001", "+212683000001"),
        ('countryCallingCode="212"', "683 00 00 01", "+212683000001"),
        ('countryCallingCode="33"', "+212683000001", "+212683000001"),
        ("", "00212683000001", "+212683000001"),
    ],
)
def test_numbers_are_read_with_their_calling_code(tmp_path: Path, attributes: str, number: str, uid: str) -> None:
    person = f"<personOrUserReportedPerson><phone {attributes}>{number}</phone></personOrUserReportedPerson>"
    assert f"phone:e164:{uid}" in entities(tip(tmp_path, reported(person)))


def test_address_seen_without_a_time_has_that_of_the_report(tmp_path: Path) -> None:
    capture = "<ipCaptureEvent><ipAddress>203.0.113.9</ipAddress><port>1</port></ipCaptureEvent>"
    assert "ip:203.0.113.9:1:2026-04-01T08" in entities(tip(tmp_path, reported(capture)))


def test_same_report_indented_otherwise_is_a_duplicate_and_changed_a_revision(tmp_path: Path) -> None:
    text = sample("xml", "tips_cybertip.xml").read_text()
    first = load(sample("xml", "tips_cybertip.xml"))
    path = tmp_path / "again.xml"
    path.write_text(text.replace("<n:report>", "\n\t<n:report>  ").replace("<n:", "<").replace("</n:", "</"))
    again = load(path, held=Held(first.draft))
    assert (again.counts["accepted"], again.counts["duplicates"]) == (0, 3)
    path.write_text(text.replace("Lina 19", "Lina 20"))
    changed = load(path, held=Held(first.draft))
    assert (changed.counts["superseded"], changed.counts["duplicates"]) == (1, 2)
    assert [(p.position, p.code) for p in changed.files[0].warnings if p.code == "revision"] == [(1, "revision")]


def test_oversize_report_costs_itself_only(tmp_path: Path) -> None:
    text = sample("xml", "tips_cybertip.xml").read_text().replace("DM me", "x" * 3_000)
    path = tmp_path / "long.xml"
    path.write_text(text)
    result = load(path, limits=Limits(text=2_000)).files[0]
    assert [(p.position, p.code) for p in result.rejects] == [(1, "oversize")]
    assert result.counts.accepted == 2


def test_messages_hold_no_value() -> None:
    intake = load(sample("xml", "bad_cybertip.xml"))
    problems = str([p.message for p in (*intake.files[0].rejects, *intake.files[0].warnings)])
    assert [text for text in ("kid_", "203.0.113.9", "Logout", "Friend", "nodomain", "9A1") if text in problems] == []


def test_report_as_a_platform_sends_it_is_read_without_an_envelope(tmp_path: Path) -> None:
    """Its content is its number: sent again it is a duplicate, whatever the day; what is refused of it is its own."""
    text = sample("xml", "tips_cybertip.xml").read_text()
    start, end = text.index("<n:report>"), text.index("</n:report>") + len("</n:report>")
    bare = text[start:end].replace("<n:", "<").replace("</n:", "</")
    path = tmp_path / "upload.xml"
    path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + bare)
    first = load(path)
    assert (first.files[0].format, first.counts["accepted"]) == ("cybertip", 1)
    whole = load(sample("xml", "tips_cybertip.xml"))
    reports = {uid for uid in entities(first) if uid.startswith("report:")}
    assert len(reports) == 1
    timed = {uid for uid in entities(first) if uid.startswith("ip:")}  # without a time of its own: that of receipt
    assert entities(first) - reports - timed <= entities(whole)
    assert load(path, held=Held(first.draft)).counts["duplicates"] == 1
    path.write_text(bare.replace("incidentDateTime>", "someTime>"))
    assert [(p.position, p.code) for p in load(path).files[0].rejects] == [(1, "missing_field")]
