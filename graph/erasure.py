"""Erasing a person from evidence that may not be changed: old values go, the chain stays and says so.

Every file that holds a value is written anew without it. A further entry of the chain, an *erasure*, names the old and
the new hash of each such file and manifest, who ordered it and why, never the value. The new files travel inside that
entry: it is published by one rename, then each file takes the place of the old one; a kill in between is finished by
the next writer. ``verify`` calls these files erased, and still finds a flipped bit in them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from graph.chain import COMPACTION, ERASURE, REPLACEMENT, Batch, Chain, Custody
from graph.evidence import Tables
from graph.files import canonical_json, sha256_of
from graph.schema import CODED, COMPARTMENTS
from graph.segments import ISSUES, Segment, read_folder
from graph.traces import ERASED_PROP, Traces

NAMES: Final = ("name", "names", "display_name")
"""Statements that say what somebody is called."""
FINGERPRINTS: Final = ("text_hash", "text_sketch")
"""Statements made of a victim's own words; they go with the victim."""


@dataclass
class Found:
    """What an erasure changes, or would: files by path below ``batches/``, entries, and how many values."""

    files: dict[str, dict[str, str]] = field(default_factory=dict)
    manifests: dict[str, dict[str, str]] = field(default_factory=dict)
    batches: set[str] = field(default_factory=set)
    values: int = 0

    @property
    def nothing(self) -> bool:
        """Whether the evidence holds none of it."""
        return not self.files and not self.manifests


def erase(chain: Chain, traces: Traces, reason: str, custody: Custody) -> tuple[Batch | None, Found]:
    """Rewrite every file that holds a value and chain the act; (None, ...) when none does. Needs the lease."""
    with chain.writing() as place:
        found = Found()
        for entry in chain.entries():
            _entry(entry, traces, found, place.work / REPLACEMENT / entry.folder.name)
        if found.nothing:
            place.work.rmdir()
            return None, found
        content = {
            "replaced": found.files,
            "manifests": found.manifests,
            "batches": sorted(found.batches),
            "values": found.values,
            "tombstones": sorted(set(traces.tombstones.values())),
            "reason": reason,
            "rows": {},
            "files": {},
        }
        made = chain.publish(place, ERASURE, content, custody)
        chain.finish_erasures()
    return made, found


def survey(chain: Chain, traces: Traces) -> Found:
    """What :func:`erase` would change. Writes nothing."""
    found = Found()
    for entry in chain.entries():
        _entry(entry, traces, found, None)
    return found


def _entry(entry: Batch, traces: Traces, found: Found, work: Path | None) -> None:
    for compartment in COMPARTMENTS:
        folder = entry.folder / compartment
        changed, touched, values = scrub(read_folder(folder), traces)
        for name, frame in changed.items():
            _keep(found, entry, folder / f"{name}.parquet", frame, None if work is None else work / compartment)
        found.values += values
        if changed:
            found.batches |= _owners(entry, compartment, touched)
    for name in ISSUES:
        _texts_of(entry, name, traces, found, work)
    _manifests(entry, traces, found, work)


def _keep(found: Found, entry: Batch, path: Path, frame: pl.DataFrame, folder: Path | None) -> None:
    name = str(path.relative_to(entry.folder.parent))
    old = sha256_of(path)
    if folder is None:
        found.files[name] = {"old": old, "new": ""}
        return
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / path.name, compression="zstd", statistics=False)
    found.files[name] = {"old": old, "new": sha256_of(folder / path.name)}


def scrub(tables: Tables, traces: Traces) -> tuple[Tables, pl.Series, int]:
    """The coded frames of one compartment that change, the records touched, and how many values went.

    The erased things stay as tombstones with their links, so that the structure others are part of stands. What was
    said of them goes, and so does whatever a record that speaks of them holds in columns nobody named.
    """
    nobody = pl.Series("rec", [], dtype=pl.UInt32)
    if not tables:
        return {}, nobody, 0
    uids = tables["entities"]["uid"]
    renamed = traces.column(uids)
    moved = pl.Series((uids != renamed).fill_null(value=False))
    gone = uids.is_in(list(traces.tombstones)).arg_true().cast(pl.UInt32)
    victims = uids.str.starts_with("victim:").arg_true().cast(pl.UInt32)
    changed: Tables = {}
    if moved.any():
        changed["entities"] = tables["entities"].with_columns(renamed.alias("uid"))
    touched, theirs = nobody, nobody
    if len(gone):
        touched = _records_with(tables, gone)
        theirs = _records_with(tables, pl.Series(sorted(set(gone) & set(victims)), dtype=pl.UInt32))
    values = int(moved.sum())
    for name, frame in tables.items():
        if name == "entities":
            continue
        made = _texts(_blanked(name, frame, gone, touched, theirs), traces)
        if not made.equals(frame):
            changed[name] = made
            values += _differences(frame, made)
            if name == "records":
                own = pl.any_horizontal(pl.lit(made[c].ne_missing(frame[c])) for c in frame.columns)
                rows = frame.select(own.alias("rec"))["rec"].arg_true().cast(pl.UInt32)
                touched = pl.concat([touched, rows]).unique()
    return changed, touched.sort(), values


def _records_with(tables: Tables, codes: pl.Series) -> pl.Series:
    """Rows of ``records`` that speak of one of these entities, in any column of any table."""
    wanted = codes.implode()
    found = [
        frame.filter(pl.any_horizontal(pl.col(c).is_in(wanted) for c in CODED[name]))["rec"]
        for name, frame in tables.items()
        if CODED.get(name) and "rec" in frame.columns
    ]
    roots = tables["records"]["root"].is_in(wanted).fill_null(value=False).arg_true().cast(pl.UInt32).alias("rec")
    return pl.concat([*found, roots]).unique()


def _blanked(name: str, frame: pl.DataFrame, gone: pl.Series, touched: pl.Series, theirs: pl.Series) -> pl.DataFrame:
    if name == "statements":
        said = pl.col("subject").is_in(gone.implode())
        own_words = pl.col("prop").is_in(FINGERPRINTS) & pl.col("rec").is_in(theirs.implode())
        empty = said | own_words
        return frame.with_columns(
            pl.when(empty).then(pl.lit(ERASED_PROP)).otherwise("prop").alias("prop"),
            *(pl.when(~empty).then(c).alias(c) for c in ("text", "number", "time")),
        )
    if name == "records":
        rows = pl.int_range(pl.len(), dtype=pl.UInt32)
        return frame.with_columns(pl.when(~rows.is_in(touched.implode())).then("extra").alias("extra"))
    if name == "links":
        at = pl.col("src").is_in(gone.implode()) | pl.col("dst").is_in(gone.implode())
        return frame.with_columns(pl.when(~at).then("props").alias("props"))
    return frame


def _texts(frame: pl.DataFrame, traces: Traces) -> pl.DataFrame:
    """Every text column looked through."""
    return frame.with_columns(
        traces.column(frame[name]) for name, kind in frame.schema.items() if kind == pl.String and name != "hash"
    )


def _differences(before: pl.DataFrame, after: pl.DataFrame) -> int:
    return sum(int(after[c].ne_missing(before[c]).sum()) for c in before.columns if before[c].dtype == pl.String)


def _owners(entry: Batch, compartment: str, touched: pl.Series) -> set[str]:
    """Ids of the batches that the touched records came with."""
    if entry.kind != COMPACTION:
        return {entry.id}
    parts = Segment(entry).parts.filter((pl.col("compartment") == compartment) & (pl.col("table") == "records"))
    owner = parts.sort("offset").select(pl.col("batch").repeat_by("rows").explode())["batch"]
    return set(owner.gather(touched).to_list())


def _texts_of(entry: Batch, name: str, traces: Traces, found: Found, work: Path | None) -> None:
    """The rejects and warnings: messages hold no value, but the name of a file may."""
    path = entry.folder / f"{name}.parquet"
    if path.exists():
        frame = pl.read_parquet(path)
        made = _texts(frame, traces)
        if not made.equals(frame):
            _keep(found, entry, path, made, work)
            found.values += _differences(frame, made)


def _manifests(entry: Batch, traces: Traces, found: Found, work: Path | None) -> None:
    """File names, reasons and sources in manifests, the kept ones of a segment included."""
    path = entry.folder / "manifest.json"
    raw = path.read_bytes()
    made = rewritten(raw, traces)
    if made != raw:
        found.manifests[entry.id] = _change(raw, made)
        found.batches.add(entry.id)
        if work is not None:
            work.mkdir(parents=True, exist_ok=True)
            (work / "manifest.json").write_bytes(made)
    if entry.kind != COMPACTION:
        return
    originals = Segment(entry).originals
    texts = originals["manifest"].to_list()
    cleaned = [rewritten(text.encode(), traces).decode() for text in texts]
    if cleaned == texts:
        return
    for name, old, new in zip(originals["batch"], texts, cleaned, strict=True):
        if old != new:
            found.manifests[name] = _change(old.encode(), new.encode())
            found.batches.add(name)
    frame = originals.with_columns(pl.Series("manifest", cleaned, dtype=pl.String))
    _keep(found, entry, entry.folder / "originals.parquet", frame, work)


def rewritten(raw: bytes, traces: Traces) -> bytes:
    """A manifest without the values; hashes, numbers and times of it stay."""
    manifest = json.loads(raw)
    for key in ("sources", "reason", "custody"):
        if key in manifest:
            manifest[key] = traces.everywhere(manifest[key])
    made = canonical_json(manifest)
    return raw if json.loads(made) == json.loads(raw) else made


def _change(old: bytes, new: bytes) -> dict[str, str]:
    return {"old": hashlib.sha256(old).hexdigest(), "new": hashlib.sha256(new).hexdigest()}


def uids_of(chain: Chain) -> pl.Series:
    """Every uid of the evidence, withdrawn and restricted batches included."""
    parts = [
        pl.read_parquet(path, columns=["uid"])["uid"]
        for entry in chain.entries()
        for path in sorted(entry.folder.glob("*/entities.parquet"))
    ]
    return pl.concat(parts).unique().sort() if parts else pl.Series("uid", [], dtype=pl.String)


def ties_of(chain: Chain, relations: Sequence[str] = ("USES", "HOLDS")) -> pl.DataFrame:
    """``src, dst`` of every link of these relations in the whole evidence, whoever may see it."""
    parts: list[pl.DataFrame] = []
    for entry in chain.entries():
        for path in sorted(entry.folder.glob("*/links.parquet")):
            uids = pl.read_parquet(path.with_name("entities.parquet"), columns=["uid"])["uid"]
            links = pl.read_parquet(path, columns=["src", "rel", "dst"]).filter(pl.col("rel").is_in(relations))
            parts.append(pl.DataFrame({"src": uids.gather(links["src"]), "dst": uids.gather(links["dst"])}))
    empty = pl.DataFrame(schema={"src": pl.String, "dst": pl.String})
    return pl.concat([empty, *parts]).unique().sort("src", "dst")


def names_of(chain: Chain, uids: Iterable[str]) -> dict[str, int]:
    """Names of several words said of these entities, and of how many others each is said too (namesakes)."""
    wanted = sorted(uids)
    parts = [pl.DataFrame(schema={"uid": pl.String, "name": pl.String})]
    for entry in chain.entries():
        for path in sorted(entry.folder.glob("*/statements.parquet")):
            held = pl.read_parquet(path.with_name("entities.parquet"), columns=["uid"])["uid"]
            said = pl.read_parquet(path, columns=["subject", "prop", "text"]).filter(pl.col("prop").is_in(NAMES))
            name = said["text"].str.strip_chars().str.to_lowercase()
            parts.append(pl.DataFrame({"uid": held.gather(said["subject"]), "name": name}))
    told = pl.concat(parts).unique().filter(pl.col("name").str.contains(r"\S{2,}\s+\S{2,}"))
    own = told.filter(pl.col("uid").is_in(wanted))["name"].unique().to_list()
    others = told.filter(~pl.col("uid").is_in(wanted) & pl.col("name").is_in(own)).group_by("name").len()
    counts = dict(others.iter_rows())
    return {name: counts.get(name, 0) for name in sorted(own)}


def forget_again(folder: Path, traces: Traces) -> None:
    """Take erased values out of the tables of a batch that is not published yet (files below ``folder``)."""
    for compartment in COMPARTMENTS:
        changed, _, _ = scrub(read_folder(folder / compartment), traces)
        for name, frame in changed.items():
            frame.write_parquet(folder / compartment / f"{name}.parquet", compression="zstd", statistics=False)
    for name in ISSUES:
        path = folder / f"{name}.parquet"
        if path.exists():
            _texts(pl.read_parquet(path), traces).write_parquet(path)
