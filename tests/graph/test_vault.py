"""The vault: pseudonyms that are the same everywhere, entries nobody reads without the key."""

from __future__ import annotations

import hashlib
import hmac
import stat
from pathlib import Path

import polars as pl
import pytest

from graph.errors import IntegrityError, UsageError
from graph.evidence import VaultEntry
from graph.vault import Vault, identity_of

PHONE = "+447700900201"


def entry(record: str = "report:eblagh:1", person: str | None = None, **content: object) -> VaultEntry:
    return VaultEntry(
        "victims", record, person, (f"phone:{PHONE}", "email:a@mail.example"), {"name": "Anas T", **content}
    )


def kit(folder: Path) -> Vault:
    key = folder / "kit-key"
    folder.mkdir(exist_ok=True)
    key.write_text("halqa-format-kit\n")
    return Vault(folder / "vault", key)


def test_the_pseudonym_is_the_published_one(tmp_path: Path) -> None:
    """Example of the format kit: key ``halqa-format-kit:victims``."""
    assert kit(tmp_path).pseudonym(f"phone:{PHONE}", "victims") == "victim:h:0541e12a533e1cd87136d3af"


def test_compartments_do_not_share_pseudonyms(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    assert vault.pseudonym("phone:+1", "victims") != vault.pseudonym("phone:+1", "minors")


def test_nothing_readable_lies_in_the_vault(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    vault.put([entry(person=vault.pseudonym(f"phone:{PHONE}", "victims"))])
    for path in (p for p in (tmp_path / "vault").rglob("*") if p.is_file()):
        raw = path.read_bytes()
        assert b"Anas" not in raw, path
        assert b"7700900201" not in raw, path


def test_what_was_sealed_is_revealed_under_its_pseudonym_once(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    person = vault.pseudonym(f"phone:{PHONE}", "victims")
    vault.put([entry(person=person)])
    vault.put([entry(person=person)])
    assert [found["name"] for found in vault.reveal(person)] == ["Anas T"]
    assert vault.reveal("victim:h:000000000000000000000000") == []


def test_a_third_party_is_matched_by_any_identity_of_the_victim(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    person = vault.pseudonym(f"phone:{PHONE}", "victims")
    vault.put([entry(person=person)])
    matched = vault.match([f"phone:e164:{PHONE}", "email:c:a@mail.example", f"wallet:wave:{PHONE}", "phone:e164:+1"])
    assert matched == dict.fromkeys([f"phone:e164:{PHONE}", "email:c:a@mail.example", f"wallet:wave:{PHONE}"], person)


def test_an_identity_two_people_gave_belongs_to_the_same_one_in_any_order(tmp_path: Path) -> None:
    people = ["victim:h:b", "victim:h:a"]
    for name, order in (("one", people), ("two", people[::-1])):
        vault = kit(tmp_path / name)
        vault.put([entry(record=p, person=p) for p in order])
        assert vault.match([f"phone:e164:{PHONE}"]) == {f"phone:e164:{PHONE}": "victim:h:a"}


def test_the_key_is_made_for_the_owner_only_and_its_loss_is_said(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    person = vault.pseudonym("phone:+1", "victims")
    assert vault.made_key
    assert stat.S_IMODE(vault.key_file.stat().st_mode) == 0o600
    assert Vault(tmp_path / "vault").pseudonym("phone:+1", "victims") == person
    vault.put([entry(person=person)])
    vault.key_file.unlink()
    with pytest.raises(IntegrityError, match="key file"):
        Vault(tmp_path / "vault").pseudonym("phone:+1", "victims")


def test_a_wrong_key_opens_nothing(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    person = vault.pseudonym(f"phone:{PHONE}", "victims")
    vault.put([entry(person=person)])
    (tmp_path / "kit-key").write_text("another key altogether")
    with pytest.raises(IntegrityError):
        Vault(tmp_path / "vault", tmp_path / "kit-key").reveal(person)
    (tmp_path / "kit-key").write_text("")
    with pytest.raises(UsageError):
        Vault(tmp_path / "vault", tmp_path / "kit-key").pseudonym("phone:+1", "victims")


def test_masks_are_kept_sealed(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    assert vault.masks() == {}
    vault.save_masks({f"phone:e164:{PHONE}": "victim:h:a"})
    assert vault.masks() == {f"phone:e164:{PHONE}": "victim:h:a"}
    assert b"7700900201" not in (tmp_path / "vault" / "masks").read_bytes()


@pytest.mark.parametrize(
    ("uid", "identity"),
    [
        ("phone:e164:+212683000001", "phone:+212683000001"),
        ("phone:raw:123", None),
        ("person:doc:MA:cin:QQ1", "doc:MA:cin:QQ1"),
        ("person:rec:remit:x:sender", None),
        ("wallet:wave:+212683000001", "phone:+212683000001"),
        ("wallet:wave:raw:12", None),
        ("acct:x:h:someone", "acct:acct:x:h:someone"),
        ("bank:iban:MA64", None),
    ],
)
def test_which_uids_can_name_a_person(uid: str, identity: str | None) -> None:
    assert identity_of(uid) == identity


def test_who_gave_an_identity_is_found_with_all_they_gave(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    vault.put([entry(person="victim:h:a"), entry(record="report:eblagh:2", person=None)])
    assert vault.people([f"phone:{PHONE}"]) == {"victim:h:a": {f"phone:{PHONE}", "email:a@mail.example"}}
    assert vault.people(["victim:h:a"]).keys() == {"victim:h:a"}
    assert vault.people(["phone:+1"]) == {}


def test_what_is_forgotten_is_in_no_page_of_the_file(tmp_path: Path) -> None:
    """With the narrative of the record, and without touching anybody else."""
    vault = kit(tmp_path)
    other = VaultEntry("victims", "report:eblagh:9", "victim:h:b", ("phone:+447700900299",), {"name": "Nadia B"})
    vault.put([entry(person="victim:h:a"), entry(person=None, text="my story"), other])
    before = (tmp_path / "vault" / "victims" / "vault.sqlite").read_bytes()
    assert vault.forget(["victim:h:a"], [f"phone:{PHONE}"]) == 2
    after = (tmp_path / "vault" / "victims" / "vault.sqlite").read_bytes()
    assert before.count(b"gAAAA") >= 3 and after.count(b"gAAAA") == 1
    assert vault.reveal("victim:h:a") == []
    assert [found["name"] for found in vault.reveal("victim:h:b")] == ["Nadia B"]
    assert vault.match([f"phone:e164:{PHONE}"]) == {}


def test_erased_values_are_recognised_by_the_key_only(tmp_path: Path) -> None:
    vault = kit(tmp_path)
    assert vault.recognised([f"phone:e164:{PHONE}"]) == {}
    vault.remember_erased({f"phone:e164:{PHONE}": "phone:erased:e1"})
    vault.remember_erased({"email:c:a@mail.example": "email:erased:e2"})
    assert vault.recognised([f"phone:e164:{PHONE}", "phone:e164:+1"]) == {f"phone:e164:{PHONE}": "phone:erased:e1"}
    assert PHONE[1:].encode() not in (tmp_path / "vault" / "erased").read_bytes()
    assert PHONE not in str(vault.erased())


def test_a_trial_makes_no_key(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault", trial=True)
    assert vault.pseudonym("phone:+1", "victims").startswith("victim:h:")
    assert not vault.made_key and not (tmp_path / "vault").exists()


def test_rows_of_tables_are_hashed_as_the_key_was_made_for(tmp_path: Path) -> None:
    """A key made here begins with ``2:`` (HMAC-SHA256); any other one goes on as before, or nothing would be known."""
    rows = pl.Series(["a,b", "", "é,\u0661"])
    made = Vault(tmp_path / "new")
    hashes = made.row_hashes(rows)
    key = hashlib.sha256((tmp_path / "new" / "key").read_bytes().strip() + b":content-hash").hexdigest()
    assert hashes.to_list() == [hmac.new(key.encode(), r.encode(), "sha256").hexdigest()[:32] for r in rows]
    older = tmp_path / "older"
    older.write_bytes(b"0123456789abcdef\n")
    kept = Vault(tmp_path / "old", older)
    assert kept.row_hashes(rows).to_list() == [kept.content_hash(row.encode()) for row in rows]
    assert kept.row_hashes(rows[:0]).to_list() == made.row_hashes(rows[:0]).to_list() == []
