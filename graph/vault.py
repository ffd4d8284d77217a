"""The vault: who the victims and reporters are, apart from everything else.

A folder a compartment (``vault/victims``, ``vault/minors``), each with an SQLite file of encrypted entries and of
aliases (keyed hashes of identities), and one key file that a unit should keep elsewhere
(``HALQA_VAULT_KEY_FILE``). Evidence, graph, findings and exports hold pseudonyms only.

Pseudonym = ``victim:h:`` + first 24 hex digits of HMAC-SHA256(master + ":" + compartment, identity).

A key made here begins with ``2:`` and hashes the rows of tables by HMAC-SHA256; with any other key (those of earlier
versions, a unit's own) they are hashed by BLAKE2b one by one, so that what such a vault has compared stays comparable.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from cryptography.fernet import Fernet, InvalidToken

from graph.errors import IntegrityError, UsageError
from graph.evidence import VaultEntry
from graph.files import canonical_json, storage, write_atomic

if TYPE_CHECKING:
    from polars_hash import CryptographicHashingNameSpace

COMPARTMENTS = ("victims", "minors")
_PSEUDONYM_DIGITS = 24
_NEWER = b"2:"


def _made_key() -> bytes:
    return _NEWER + secrets.token_hex(32).encode()


class Vault:
    """Pseudonyms, sealed entries and the matching of third parties against known victims.

    ``key_file`` is made (mode 600) when absent; ``made_key`` then tells the caller to warn.
    """

    def __init__(self, folder: Path, key_file: Path | None = None, *, trial: bool = False) -> None:
        """``trial``: where there is no key file use a passing key and write nothing (a dry run)."""
        self.folder = folder
        self.key_file = key_file or folder / "key"
        self.made_key = False
        self._trial = trial

    @cached_property
    def _master(self) -> bytes:
        if not self.key_file.exists():
            if any(self.folder.glob("*/vault.sqlite")):
                raise IntegrityError(
                    f"The vault's key file {self.key_file} is missing.",
                    "Nothing can be read or added without it: put it back, or set HALQA_VAULT_KEY_FILE.",
                )
            if self._trial:
                return _made_key()
            write_atomic(self.key_file, _made_key() + b"\n", mode=0o600)
            self.made_key = True
        try:
            master = self.key_file.read_bytes().strip()
        except OSError as error:
            raise UsageError(
                f"The vault's key file {self.key_file} cannot be read: {error.strerror}.", "Check HALQA_VAULT_KEY_FILE."
            ) from error
        if len(master) < 8:
            raise UsageError(
                f"The vault's key file {self.key_file} holds no key.", "Put the key back, or remove the file."
            )
        return master

    def _key(self, purpose: str) -> bytes:
        return self._master + b":" + purpose.encode()

    @cached_property
    def _content_key(self) -> bytes:
        return hashlib.sha256(self._key("content-hash")).digest()

    @cached_property
    def _seal(self) -> Fernet:
        return Fernet(urlsafe_b64encode(hmac.digest(self._key("seal"), b"halqa vault v1", "sha256")))

    def pseudonym(self, identity: str, compartment: str) -> str:
        """``victim:h:<24 hex>`` of an identity such as ``phone:+212...`` (victims | minors)."""
        return "victim:h:" + self._alias(identity, compartment)

    def _alias(self, identity: str, compartment: str) -> str:
        return hmac.digest(self._key(compartment), identity.encode(), "sha256").hex()[:_PSEUDONYM_DIGITS]

    def _aliases(self, told: pl.Series, compartment: str) -> pl.Series:
        """:meth:`_alias` of many identities, in order, named ``alias``."""
        try:
            key = self._key(compartment).decode()
        except UnicodeDecodeError:  # a unit's own key of random bytes
            return pl.Series("alias", [self._alias(one, compartment) for one in told.to_list()], dtype=pl.String)
        hashed = _hashing(told).hmac_sha256(key=key)
        return pl.select(hashed.str.head(_PSEUDONYM_DIGITS).alias("alias")).to_series()

    def content_hash(self, canonical: bytes) -> str:
        """Keyed BLAKE2b of a record's canonical bytes, 32 hex digits."""
        return hashlib.blake2b(canonical, digest_size=16, key=self._content_key).hexdigest()

    def content_digests(self, canonical: Sequence[bytes]) -> bytes:
        """:meth:`content_hash` of many records, in order: 16 bytes each."""
        keyed = hashlib.blake2b(digest_size=16, key=self._content_key)

        def digest(content: bytes) -> bytes:
            one = keyed.copy()
            one.update(content)
            return one.digest()

        return b"".join([digest(content) for content in canonical])

    def row_hashes(self, rows: pl.Series) -> pl.Series:
        """Keyed hashes of the rows of a table (texts), 32 hex digits each; see the module for how."""
        if not self._master.startswith(_NEWER):
            told = [self.content_hash(row.encode()) for row in rows.to_list()]
            return pl.Series("hash", told, dtype=pl.String)
        hashed = _hashing(rows).hmac_sha256(key=self._content_key.hex())
        return pl.select(hashed.str.head(32).alias("hash")).to_series()

    def _path(self, compartment: str) -> Path:
        return self.folder / compartment / "vault.sqlite"

    def _open(self, compartment: str) -> sqlite3.Connection:
        path = self._path(compartment)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        connection = sqlite3.connect(path)
        if fresh:
            path.chmod(0o600)
        connection.execute(
            "CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, record TEXT, person TEXT, sealed BLOB)"
        )
        connection.execute("CREATE TABLE IF NOT EXISTS aliases (alias TEXT PRIMARY KEY, person TEXT NOT NULL)")
        connection.execute("CREATE INDEX IF NOT EXISTS entries_person ON entries (person)")
        return connection

    def put(self, entries: Iterable[VaultEntry]) -> None:
        """Seal entries. Storing the same entry again changes nothing, so a repeated intake is harmless."""
        by_compartment: dict[str, list[VaultEntry]] = {}
        for entry in entries:
            by_compartment.setdefault(entry.compartment, []).append(entry)
        for compartment, group in sorted(by_compartment.items()):
            with storage(self._path(compartment)), closing(self._open(compartment)) as connection, connection:
                rows, aliases = [], []
                for entry in group:
                    content = canonical_json(dict(entry.content) | {"identities": list(entry.identities)})
                    name = self.content_hash(f"{entry.record}\x1f{entry.person}\x1f".encode() + content)
                    # Record ids can carry a number of the person (a line contract), so they are sealed as well.
                    rows.append(
                        (name, self.content_hash(entry.record.encode()), entry.person, self._seal.encrypt(content))
                    )
                    if entry.person is not None:
                        aliases += [(self._alias(identity, compartment), entry.person) for identity in entry.identities]
                connection.executemany("INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)", rows)
                # A number two people gave belongs to the smaller pseudonym, whoever came first.
                connection.executemany(
                    "INSERT INTO aliases VALUES (?, ?) ON CONFLICT (alias)"
                    " DO UPDATE SET person = min(person, excluded.person)",
                    aliases,
                )

    def match(self, uids: Sequence[str] | pl.Series) -> dict[str, str]:
        """Which of these third-party uids belong to a known victim or reporter: uid -> pseudonym."""
        asked = pl.DataFrame({"uid": pl.Series(uids, dtype=pl.String)})
        asked = asked.with_columns(identities(pl.col("uid")).alias("identity")).drop_nulls("identity")
        found: dict[str, str] = {}
        for compartment in COMPARTMENTS:
            if not self._path(compartment).exists():
                continue
            with closing(self._open(compartment)) as connection:
                known = connection.execute("SELECT alias, person FROM aliases").fetchall()
            if known:
                aliases = pl.DataFrame(known, schema={"alias": pl.String, "person": pl.String}, orient="row")
                keyed = asked.select("uid", self._aliases(asked["identity"], compartment))
                hits = keyed.join(aliases, on="alias", maintain_order="left")
                for uid, person in hits.select("uid", "person").iter_rows():
                    found.setdefault(uid, person)
        return found

    def reveal(self, person: str) -> list[dict[str, object]]:
        """Everything sealed about one pseudonym. The caller logs who asked and why before calling."""
        revealed = []
        for compartment in COMPARTMENTS:
            if not self._path(compartment).exists():
                continue
            with closing(self._open(compartment)) as connection:
                rows = connection.execute(
                    "SELECT sealed FROM entries WHERE person = ? ORDER BY id", (person,)
                ).fetchall()
            revealed += [self._unseal(sealed) for (sealed,) in rows]
        return revealed

    def _unseal(self, sealed: bytes) -> dict[str, object]:
        try:
            content: dict[str, object] = json.loads(self._seal.decrypt(sealed))
        except InvalidToken as error:
            raise IntegrityError(
                "A vault entry cannot be opened with this key.", f"Key file: {self.key_file}"
            ) from error
        return content

    # --- erasing

    def people(self, identities: Iterable[str]) -> dict[str, set[str]]:
        """Pseudonyms of whoever gave one of these identities, each with all the identities they gave.

        Opens every entry: the vault keeps no list of identities.
        """
        wanted = set(identities)
        given: dict[str, set[str]] = {}
        for compartment in self._held():
            with closing(self._open(compartment)) as connection:
                rows = connection.execute("SELECT person, sealed FROM entries WHERE person IS NOT NULL").fetchall()
            for person, sealed in rows:
                told = self._unseal(sealed).get("identities")
                given.setdefault(person, set()).update(told if isinstance(told, list) else ())
        return {person: own for person, own in sorted(given.items()) if person in wanted or own & wanted}

    def forget(self, people: Iterable[str], identities: Iterable[str]) -> int:
        """Delete all that is sealed of some people, and the texts of the records they told; the number of entries.

        Freed pages are overwritten and the file is written anew, so that the key opens nothing of it any more.
        """
        gone, names = sorted(set(people)), sorted(set(identities))
        forgotten = 0
        for compartment in self._held():
            with storage(self._path(compartment)), closing(self._open(compartment)) as connection:
                connection.execute("PRAGMA secure_delete = ON")
                with connection:
                    for person in gone:
                        # Entries without a person are texts of the same record, such as the narrative. They go first:
                        # the person's own entries say which records these are.
                        forgotten += connection.execute(
                            "DELETE FROM entries WHERE person IS NULL"
                            " AND record IN (SELECT record FROM entries WHERE person = ?)",
                            (person,),
                        ).rowcount
                        forgotten += connection.execute("DELETE FROM entries WHERE person = ?", (person,)).rowcount
                        connection.execute("DELETE FROM aliases WHERE person = ?", (person,))
                    aliases = [(self._alias(identity, compartment),) for identity in names]
                    connection.executemany("DELETE FROM aliases WHERE alias = ?", aliases)
                connection.execute("VACUUM")
        return forgotten

    def remember_erased(self, tombstones: Mapping[str, str]) -> None:
        """Keep keyed hashes of erased values (uids, identities), so that a file that holds them again is recognised."""
        known = self.erased() | {self._alias(value, "erased"): tomb for value, tomb in tombstones.items()}
        write_atomic(self.folder / "erased", self._seal.encrypt(canonical_json(known)), mode=0o600)

    def erased(self) -> dict[str, str]:
        """Keyed hash of an erased value -> its tombstone."""
        path = self.folder / "erased"
        return {str(k): str(v) for k, v in self._unseal(path.read_bytes()).items()} if path.exists() else {}

    def recognised(self, values: Iterable[str]) -> dict[str, str]:
        """Which of these values were erased: value -> tombstone. Costs nothing when nobody ever was."""
        known = self.erased()
        if not known:
            return {}
        found = ((value, known.get(self._alias(value, "erased"))) for value in values)
        return {value: tombstone for value, tombstone in found if tombstone is not None}

    def _held(self) -> list[str]:
        return [compartment for compartment in COMPARTMENTS if self._path(compartment).exists()]

    def save_masks(self, masks: Mapping[str, str]) -> None:
        """Keep which third-party uid is shown under which pseudonym (sealed, replaced in one step)."""
        write_atomic(self.folder / "masks", self._seal.encrypt(canonical_json(dict(masks))), mode=0o600)

    def masks(self) -> dict[str, str]:
        """The masks saved last: uid -> pseudonym."""
        path = self.folder / "masks"
        return {str(k): str(v) for k, v in self._unseal(path.read_bytes()).items()} if path.exists() else {}


def _hashing(texts: pl.Series) -> CryptographicHashingNameSpace:
    from polars_hash import CryptographicHashingNameSpace as Hashing  # only who hashes many waits for it

    return Hashing(pl.lit(texts))


def identity_of(uid: str) -> str | None:
    """The identity a third-party uid would have as a victim, None when it cannot name a person."""
    found: str | None = pl.select(identities(pl.lit(uid))).item()
    return found


def identities(uid: pl.Expr) -> pl.Expr:
    """:func:`identity_of` of a column of uids; null where it cannot name a person."""
    value = uid.str.extract(r"^[^:]*:[^:]*:(?s:(.*))$").fill_null("")
    starts = uid.str.starts_with
    return (
        pl.when(starts("phone:e164:")).then(pl.concat_str(pl.lit("phone:"), value))
        .when(starts("person:doc:")).then(pl.concat_str(pl.lit("doc:"), value))
        .when(starts("email:c:")).then(pl.concat_str(pl.lit("email:"), value))
        .when(starts("acct:") & ~uid.str.contains(":raw:", literal=True)).then(pl.concat_str(pl.lit("acct:"), uid))
        .when(starts("wallet:") & ~value.str.starts_with("raw:")).then(pl.concat_str(pl.lit("phone:"), value))
    )  # fmt: skip
