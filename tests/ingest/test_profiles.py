"""Operators' extracts under their own column names: read when everything is explained, left for a mapping otherwise."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import InputError, MappingError
from ingest.formats.cdr import CDR
from ingest.formats.described import Format
from ingest.formats.profile_values import decimals, folded, order_of_days, seconds, stamps
from ingest.formats.profiles import profile_of
from ingest.formats.registry import FORMATS
from ingest.formats.remittance import REMITTANCE
from ingest.formats.subscribers import SUBSCRIBERS
from ingest.formats.wallet import WALLET
from ingest.intake import Intake
from ingest.recognise import recognise
from tests.ingest.loading import SAMPLES, Held, links, load, places

HERE = SAMPLES / "operators"
BULK = {f.name: f for f in FORMATS if f.name in ("cdr", "subscribers", "remittance", "wallet")}


def _rows(intake: Intake, table: str) -> list[dict[str, object]]:
    return intake.draft.tables["general"][table].to_dicts()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("appels.csv", "cdr"), ("msc.csv", "cdr"), ("cible.csv", "cdr"), ("portefeuille.csv", "wallet"),
        ("hawalat.csv", "remittance"), ("abonnes.csv", "subscribers"),
    ],
)  # fmt: skip
def test_extracts_are_known_by_their_columns_and_say_how_they_were_read(name: str, wanted: str) -> None:
    assert recognise(HERE / name) == wanted
    result = load(HERE / name).files[0]
    assert result.format == wanted
    (note,) = result.notes
    assert "read as" in note and "confidence" in note and "Africa/Casablanca" in note
    assert result.counts.accepted > 0


def test_french_calls() -> None:
    """Two columns of time in Casablanca, within Ramadan (UTC) and after it (UTC+1)."""
    intake = load(HERE / "appels.csv")
    result = intake.files[0]
    assert places(result.rejects) == [(4, "datetime")]
    assert (result.counts.accepted, result.counts.duplicates) == (2, 1)
    calls = _rows(intake, "calls")
    assert [(c["kind"], c["direction"], c["duration_s"]) for c in calls] == [("VOICE", "MO", 65), ("SMS", "MT", None)]
    assert [str(c["start"]) for c in calls] == ["2026-03-05 10:15:00+00:00", "2026-03-25 09:15:30+00:00"]


def test_what_was_written_stays_beside_what_was_made_of_it() -> None:
    extra = str(_rows(load(HERE / "appels.csv"), "records")[0]["extra"])
    for cell in ("05/03/2026", "10h15", "00:01:05", "Voix", "Sortant", '"Remarque":"x"'):
        assert cell in extra
    assert "0683000001" not in extra  # only its column had another name


def test_switch_records_with_the_names_of_3gpp() -> None:
    intake = load(HERE / "msc.csv")
    assert [(c["kind"], c["direction"], c["trunk_in"]) for c in _rows(intake, "calls")] == [
        ("VOICE", "MO", None), ("SMS", "MT", "T7"),
    ]  # fmt: skip
    assert ("sim:imsi:001010000000001", "INSERTED_IN", "dev:imei:00101700000009") in links(intake)


def test_calls_told_from_one_side_have_their_caller_first() -> None:
    assert {row for row in links(load(HERE / "cible.csv")) if row[1] == "CALLED"} == {
        ("phone:e164:+212683000001", "CALLED", "phone:e164:+212685000001"),
        ("phone:e164:+212685000002", "CALLED", "phone:e164:+212683000001"),
    }


def test_amounts_with_a_comma_and_words_of_the_house() -> None:
    rows = {row["tx"]: row for row in _rows(load(HERE / "portefeuille.csv"), "transfers")}
    one, other = rows["tx:syn_money:W1"], rows["tx:syn_money:W2"]
    assert (one["amount"], one["currency"], one["kind"], one["status"]) == (150050, "MAD", "P2P", "paid")
    assert (other["amount"], other["kind"], other["status"]) == (120000, "cash_out", "refused")
    (arabic,) = _rows(load(HERE / "hawalat.csv"), "transfers")
    assert (arabic["amount"], arabic["payer_country"], arabic["payee_country"], arabic["status"]) == (
        150050, "FR", "MA", "paid",
    )  # fmt: skip


def test_loading_twice_gives_only_duplicates() -> None:
    for path in sorted(HERE.iterdir()):
        first = load(path)
        again = load(path, held=Held(first.draft)).files[0].counts
        assert (again.accepted, again.superseded) == (0, 0), path.name


@pytest.mark.parametrize("wanted", BULK.values(), ids=list(BULK))
def test_the_formats_own_columns_need_no_profile(wanted: Format) -> None:
    assert profile_of(wanted.names, wanted) is None


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ("Calling,Called,Date,Time,Duration", CDR),  # no reference, no type
        ("Référence,Type,Sens,Appelant,A number,Appelé,Date heure,Durée", CDR),  # two callers
        ("phone,name,date", SUBSCRIBERS),  # any list of contacts
        ("msisdn,activation date", SUBSCRIBERS),  # two words alone
        ("Référence;Montant;Devise;Statut;Date;Heure".replace(";", ","), WALLET),
        ("MTCN,Send date,Amount,Currency,Status", REMITTANCE),
        ("Référence,Référence,Type appel,Sens,Appelant,Appelé,Date heure", CDR),
    ],
)
def test_what_is_not_explained_is_left_to_a_mapping(columns: str, wanted: Format) -> None:
    assert profile_of(columns.split(","), wanted) is None


def test_an_unknown_table_names_the_command_that_proposes(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("Calling,Called,Date,Time,Duration\n0683000001,0685000001,05/03/2026,10:15:00,5\n")
    with pytest.raises(MappingError, match=r"calls\.csv.*needs a mapping\n.*halqa ingest calls\.csv --propose"):
        load(path)


CALLS = ["Référence", "Type appel", "Sens", "Appelant", "Appelé", "Date heure", "Durée"]


def _calls(*rows: tuple[str, str, str]) -> pl.DataFrame:
    made = [(str(n), kind, way, "0683000001", "0685000001", at, "5") for n, (kind, way, at) in enumerate(rows)]
    return pl.DataFrame(made, schema=dict.fromkeys(CALLS, pl.String), orient="row")


def test_the_first_rows_settle_which_is_the_day() -> None:
    european = profile_of(CALLS, CDR, _calls(("Voix", "Sortant", "25/03/2026 10:00:00")))
    american = profile_of(CALLS, CDR, _calls(("Voix", "Sortant", "03/25/2026 10:00:00")))
    both = _calls(("Voix", "Sortant", "25/03/2026 10:00:00"), ("Voix", "Sortant", "03/25/2026 10:00:00"))
    assert (european.day_first, american.day_first) == (True, False)  # type: ignore[union-attr]
    assert profile_of(CALLS, CDR, both) is None


def test_words_that_nobody_knows_are_no_profile() -> None:
    assert profile_of(CALLS, CDR, _calls(("Voix", "Sortant", "25/03/2026 10:00:00"))) is not None
    assert profile_of(CALLS, CDR, _calls(("Xyz", "Sortant", "25/03/2026 10:00:00"))) is None
    assert profile_of(CALLS, CDR, _calls(("Voix", "gauche", "25/03/2026 10:00:00"))) is None
    assert profile_of(CALLS, CDR, _calls(("Voix", "Sortant", "hier"))) is None


@pytest.mark.parametrize("column", ["tz", "Time zone", "Fuseau horaire", "المنطقة الزمنية"])
def test_a_column_of_zones_under_any_name(column: str, tmp_path: Path) -> None:
    """Where it is empty, the calls are in the zone of the country (Ramadan: UTC)."""
    path = tmp_path / "calls.csv"
    rows = [
        f"{n},Voix,Sortant,0683000001,0685000001,05/03/2026 10:15:00,5,{zone}"
        for n, zone in enumerate(("+03:00", "Europe/Paris", ""))
    ]
    path.write_text("\n".join([",".join([*CALLS, column]), *rows]))
    calls = _rows(load(path), "calls")
    assert [str(c["start"])[11:16] for c in calls] == ["07:15", "09:15", "10:15"]


def test_a_header_longer_than_the_head_that_is_looked_at_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "Référence,Sens,Type appel,Appelant,Appelé,Date appel,Heure{} appel,Durée\n".format(" " * (1 << 20))
    )
    with pytest.raises(InputError, match="has no column record_id, call_type") as caught:
        load(path)
    assert len(caught.value.hint) < 500


@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(1, 39))
def test_blocks_change_nothing(kinds: list[int], cut: int) -> None:
    """A plan reads chunk after chunk as it reads the whole."""
    rows = [("Voix", "Sortant", f"{n + 13}/03/2026 1{n}:15:00") for n in kinds]
    plan = profile_of(CALLS, CDR, _calls(("Voix", "Sortant", "25/03/2026 10:00:00")))
    assert plan is not None
    whole = plan.apply(_calls(*rows))
    parts = [plan.apply(_calls(*rows).slice(0, cut)), plan.apply(_calls(*rows).slice(cut))]
    assert pl.concat(parts).equals(whole)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("05/03/2026", "2026-03-05"), ("5/3/2026 8:05", "2026-03-05T08:05:00"),
        ("05-03-2026 10h15", "2026-03-05T10:15:00"),
        ("2026/03/05 10:15:30", "2026-03-05T10:15:30"), ("20260305101530", "2026-03-05T10:15:30"),
        ("20260305", "2026-03-05"), ("2026-03-05 10:15", "2026-03-05T10:15:00"),
        ("2026-03-05T10:15:00+01:00", "2026-03-05T10:15:00+01:00"), ("hier", "hier"), (None, None),
    ],
)  # fmt: skip
def test_dates_as_operators_write_them(written: str | None, read: str | None) -> None:
    frame = pl.DataFrame({"t": [written]}, schema={"t": pl.String})
    assert frame.select(stamps(pl.col("t"), day_first=True)).item() == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1500,50", "1500.50"), ("1 500,50", "1500.50"), ("1.500,50", "1500.50"), ("1,500.50", "1500.50"),
        ("1500.5", "1500.5"), ("0,5", "0.5"), ("0,125", "0.125"), ("12,345", "12,345"), ("1.500", "1.500"), ("x", "x"),
    ],
)  # fmt: skip
def test_amounts_are_never_read_a_thousandfold(written: str, read: str) -> None:
    assert pl.select(decimals(pl.lit(written))).item() == read


@given(st.integers(0, 86_399))
def test_durations(total: int) -> None:
    text = f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"
    for written in (text, str(total), f"{total}.0"):
        assert pl.select(seconds(pl.lit(written))).item() == str(total)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert order_of_days([text]) in (True, False, None)


def test_names_are_compared_without_accents_articles_of_case_or_marks() -> None:
    assert folded("N° Appelé") == folded("n appele") == "nappele"
    assert folded("الرّقم") == folded("الرقم")
