"""Erasing a person from a whole workspace: evidence, vault, findings, graph, casebook, alerts, inbox.

Order matters for a kill in between: the tombstones are remembered first, so that the same command run again takes the
same ones; evidence and vault, which know what belongs to the person, come last. At the end every file is searched once
more, decoded; whatever is left is named.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from graph import erasure, rewriting
from graph.access import RESELLER_LINES
from graph.chain import Custody
from graph.errors import IntegrityError, NothingFound, UsageError
from graph.files import lease
from graph.ids import is_victim, prefix
from graph.traces import PERSONAL, Traces
from graph.vault import identity_of
from halqa import leftovers
from halqa.custody import TOOL
from halqa.lookup import iso

if TYPE_CHECKING:
    from graph.evidence import VaultEntry
    from graph.vault import Vault
    from halqa.opened import Opened

_OWNED = ("person", "phone", "wallet", "acct", "email", "bank")
"""Whatever a person uses or holds of these kinds is erased with them."""


@dataclass
class Person:
    """Everything one erasure is about."""

    uids: set[str] = field(default_factory=set)
    people: dict[str, set[str]] = field(default_factory=dict)
    """Pseudonyms and the identities they gave."""
    words: set[str] = field(default_factory=set)
    """Names, as decisions and notes may repeat them. In the evidence a name alone is nobody's: it goes with its uid."""
    namesakes: int = 0
    """How many others are called the same; they are left alone."""


def erase(
    ws: Opened,
    identifiers: Sequence[str],
    *,
    reason: str,
    authority: str,
    by: str,
    at: datetime,
    country: str | None = None,
    only: bool = False,
    dry_run: bool = False,
) -> dict[str, Any]:
    """JSON of ``halqa erase``. ``only`` leaves what the person uses or holds besides.

    Errors: NothingFound, UsageError (no reason, no authority, or one that repeats the value), IntegrityError when the
    evidence or the audit log is damaged (an erasure must not cover that up).
    """
    if dry_run:
        return _survey(ws, identifiers, country, only)
    if not reason.strip() or not authority.strip():
        raise UsageError("An erasure needs a reason and an authority.", "Say --reason TEXT and --authority TEXT.")
    with lease(ws.home):
        with ws.ledger.chain.writing() as place:  # an erasure that was killed is finished before anything is checked
            place.work.rmdir()
        _must_be_whole(ws)
        person = gather(ws, identifiers, country, only)
        traces = _traces(ws.vault, person)
        bare = Traces(traces.tombstones, {})
        if any(traces.text(text) != text for text in (reason, authority, by)):
            raise UsageError("The reason, authority or name repeats the value.", "Say it without the identifier.")
        ws.vault.remember_erased({**traces.tombstones, **_identities(person, traces)})
        _close(ws)
        rows = rewriting.rewrite(ws.casebook, traces, by=by, at=at, reason=reason)
        had_run = bool(ws.casebook.current_run())
        shutil.rmtree(ws.runs_folder, ignore_errors=True)
        # Also where the graph is on a server now: it may have been here before.
        shutil.rmtree(ws.home / "graph", ignore_errors=True)
        files = leftovers.rewrite_texts(ws.home, traces)
        removed = leftovers.remove_originals(ws.home / ws.settings.watch.inbox, traces)
        # The evidence and the vault say what belongs to the person: they go last, so that a killed act can be taken up.
        made, found = erasure.erase(ws.ledger.chain, bare, reason.strip(), Custody(by, at, authority.strip(), TOOL))
        ws.vault.save_masks({u: p for u, p in ws.vault.masks().items() if traces.uid(u) == u and traces.uid(p) == p})
        sealed = ws.vault.forget(person.people, _given(person))
        changed = made is not None or rows or files or removed or sealed
        if changed:
            ws.casebook.write_log(
                by=by, operation="erasure", purpose=f"{reason.strip()} ({authority.strip()})",
                object_=made.id if made else "workspace", count=found.values, at=at,
            )  # fmt: skip
        run = _again(ws, had_run)
        left = leftovers.search(ws.home, bare) + [f"casebook:{name}" for name in rewriting.holds(ws.casebook, traces)]
    result = {
        "batch": made.id if made else None,
        "values": found.values,
        "namesakes": person.namesakes,
        "evidence_files": sorted(found.files),
        "manifests": len(found.manifests),
        "batches": sorted(found.batches),
        "tombstones": sorted(set(traces.tombstones.values())),
        "vault_entries": sealed,
        "casebook_rows": rows,
        "other_files": files,
        "removed_files": removed,
        "run": run,
        "left": left,
        "reason": reason.strip(),
        "authority": authority.strip(),
        "by": by,
        "at": iso(at),
        "head": ws.ledger.head,
    }
    if left:
        raise IntegrityError(
            f"Erased, but {len(left)} files of the workspace still hold it: {', '.join(left[:5])}.",
            "Remove or mend them by hand, then run the command again: it searches anew.",
        )
    return result


def _survey(ws: Opened, identifiers: Sequence[str], country: str | None, only: bool) -> dict[str, Any]:
    """What would go. Values of victims are counted, not shown."""
    person = gather(ws, identifiers, country, only)
    traces = Traces({uid: f"{prefix(uid)}:erased:0" for uid in person.uids}, dict.fromkeys(person.words, "x:erased:0"))
    found = erasure.survey(ws.ledger.chain, Traces(traces.tombstones, {}))
    mask = ws.mask() if ws.has_evidence() else None
    shown = sorted({mask.uid(uid) if mask else uid for uid in person.uids if not is_victim(uid)})
    given = {uid for uid in person.uids if identity_of(uid) in _given(person)}
    return {
        "dry_run": True,
        "uids": [uid for uid in shown if uid not in given],
        "victims": len(person.people),
        "namesakes": person.namesakes,
        "values": found.values,
        "evidence_files": sorted(found.files),
        "manifests": len(found.manifests),
        "batches": sorted(found.batches),
        "casebook_tables": rewriting.holds(ws.casebook, traces),
        "other_files": leftovers.search(ws.home, traces, besides=("evidence",)),
    }


# --- who it is


def gather(ws: Opened, identifiers: Sequence[str], country: str | None, only: bool) -> Person:
    """Every uid of the person: as named, as the vault knows them, as money and line files bind them. NothingFound."""
    from ingest.written import candidates

    held = set(erasure.uids_of(ws.ledger.chain).to_list())
    person = Person()
    for text in identifiers:
        forms = [text] if is_victim(text) else candidates(text, country or ws.settings.ingest.country)
        known = [u for u in forms if u in held or _in_vault(ws.vault, u) or ws.vault.recognised([u])]
        if not known:
            raise NothingFound(
                f"Nothing is known of {', '.join(forms) or text}.",
                "Give an identifier (phone, document, e-mail, account), not a name; --country CC for a local number.",
            )
        person.uids |= set(known)
    ties = erasure.ties_of(ws.ledger.chain)
    before = -1
    while before != len(person.uids) + sum(map(len, person.people.values())):
        before = len(person.uids) + sum(map(len, person.people.values()))
        _same_value(person, held)
        _in_the_vault(ws.vault, person)
        if not only:
            _owned(person, ties)
            _merged(ws, person)
    person.uids = {uid for uid in person.uids if prefix(uid) in PERSONAL}
    names = erasure.names_of(ws.ledger.chain, person.uids)
    person.words |= set(names)
    person.namesakes = sum(names.values())
    return person


def _in_vault(vault: Vault, uid: str) -> bool:
    identity = identity_of(uid)
    return is_victim(uid) or (identity is not None and bool(vault.match([uid])))


def _same_value(person: Person, held: Iterable[str]) -> None:
    """The wallet, the messenger account on a number are the number in other clothes."""
    numbers = {value for uid in person.uids if (value := uid.rpartition(":")[2]).startswith("+")}
    person.uids |= {
        uid for uid in held if prefix(uid) in ("phone", "wallet", "acct") and uid.rpartition(":")[2] in numbers
    }


def _in_the_vault(vault: Vault, person: Person) -> None:
    wanted = {i for uid in person.uids if (i := identity_of(uid)) is not None}
    wanted |= {uid for uid in person.uids if is_victim(uid)}
    person.people |= vault.people(wanted)
    for pseudonym, identities in person.people.items():
        person.uids |= {pseudonym, *(uid for i in identities if (uid := _uid_of(i)) is not None)}
        for content in vault.reveal(pseudonym):
            name = content.get("name")
            if isinstance(name, str) and " " in name.strip():
                person.words.add(name.strip())
    # Payers go by a pseudonym made of their uid.
    person.uids |= {vault.pseudonym(f"uid:{uid}", "victims") for uid in person.uids if not is_victim(uid)}


def _uid_of(identity: str) -> str | None:
    """The uid a third party with this identity has: the reverse of ``graph.vault.identity_of``."""
    scheme, _, value = identity.partition(":")
    known = {"phone": f"phone:e164:{value}", "doc": f"person:doc:{value}", "email": f"email:c:{value}", "acct": value}
    return known.get(scheme)


def _owned(person: Person, ties: pl.DataFrame) -> None:
    """The persons of a line and what these use or hold. A holder of many lines is a reseller, not the person."""
    owners = ties.filter(pl.col("dst").is_in(list(person.uids)))["src"].unique().to_list()
    for owner in owners:
        lines = ties.filter(pl.col("src") == owner)["dst"].n_unique()
        if prefix(owner) in ("person", "phone") and lines <= RESELLER_LINES:
            person.uids.add(owner)
    people = [uid for uid in person.uids if prefix(uid) in ("person", "phone")]
    things = ties.filter(pl.col("src").is_in(people))
    person.uids |= {uid for uid in things["dst"].unique().to_list() if prefix(uid) in _OWNED}


def _merged(ws: Opened, person: Person) -> None:
    for members in ws.same_persons():
        if person.uids & set(members):
            person.uids |= set(members)


def _given(person: Person) -> set[str]:
    return {identity for own in person.people.values() for identity in own}


def _traces(vault: Vault, person: Person) -> Traces:
    """Tombstones, the ones of before where this was begun before."""
    known = vault.recognised(sorted(person.uids))
    tombstones = {uid: known.get(uid) or f"{prefix(uid)}:erased:e{secrets.token_hex(8)}" for uid in sorted(person.uids)}
    first = next(iter(tombstones.values()), "person:erased:e0")
    return Traces(tombstones, dict.fromkeys(sorted(person.words), first))


def _identities(person: Person, traces: Traces) -> dict[str, str]:
    pseudonyms = {i: p for p, own in sorted(person.people.items(), reverse=True) for i in own}
    return {identity: traces.tombstones[pseudonym] for identity, pseudonym in pseudonyms.items()}


# --- around it


def _must_be_whole(ws: Opened) -> None:
    problems = ws.ledger.verify()
    if problems:
        raise IntegrityError(
            f"{problems[0].file}: {problems[0].message}", "Nothing was erased: an erasure must not cover up damage."
        )
    if told := ws.casebook.verify():
        raise IntegrityError(told[0], "Nothing was erased: an erasure must not cover up damage.")


def _close(ws: Opened) -> None:
    """Let go of whatever holds values in memory or keeps files open."""
    if "store" in ws.__dict__:
        ws.__dict__.pop("store").close()
    for name in ("_view", "_mask"):
        ws.__dict__.pop(name, None)


def _again(ws: Opened, had_run: bool) -> str | None:
    """Findings and graph anew from the evidence as it is now."""
    from halqa.detection import detect, project_current

    if ws.settings.store.url != "embedded":
        # A new snapshot clears the server of whatever a killed projection left there; only the shown one stays.
        ws.store.discard(ws.store.snapshot())
    if had_run and ws.has_evidence():
        return str(detect(ws, as_of=None, full=True, params=dict(ws.settings.detect))["run"])
    if ws.settings.store.url != "embedded" and ws.store.current() is not None:
        project_current(ws)
    return None


def without_erased(vault: Vault, entries: Sequence[VaultEntry]) -> list[VaultEntry]:
    """Vault entries of an intake without those of people who were erased, and without the texts of their records."""
    values = {v for e in entries for i in e.identities for v in (i, _uid_of(i)) if v is not None}
    values |= {e.person for e in entries if e.person is not None}
    known = vault.recognised(sorted(values))
    if not known:
        return list(entries)
    records = {
        entry.record
        for entry in entries
        if entry.person in known or any(i in known or _uid_of(i) in known for i in entry.identities)
    }
    return [entry for entry in entries if entry.record not in records]


def forget_again(vault: Vault, work: Path) -> Traces:
    """Take values that were erased once out of an intake before it is sealed (tables below ``work``)."""
    uids = (  # a generator: nothing is read when nobody was ever erased
        uid
        for path in sorted(work.glob("*/entities.parquet"))
        for uid in pl.read_parquet(path, columns=["uid"])["uid"].to_list()
        if prefix(uid) in PERSONAL
    )
    traces = Traces(vault.recognised(uids), {})
    if traces.tombstones:
        erasure.forget_again(work, traces)
    return traces
