"""FollowTheMoney JSON lines: entities of an investigator's or a registry's data set, one a line.

The schemata of the format kit, read without the ``followthemoney`` library: what a schema yields is data
(:mod:`ingest.formats.ftm_rows`). References may stand before their target, so the file is read twice: once to know
which entities hold, once to hand them over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graph.ids import slug
from ingest.documents import canonical, read_json_lines
from ingest.drafts import Job
from ingest.formats.described import Field, Format, Reader
from ingest.formats.ftm_entity import EDGES, NODES, SCHEMATA, Entity, referred
from ingest.formats.ftm_rows import Nodes, entry_of, node_of
from ingest.incoming import Incoming
from ingest.normalise.text import clean
from ingest.rejects import Problem, Refused
from ingest.rows import Ledgered

FTM: Final = Format(
    "ftm",
    "FollowTheMoney entities",
    "one entity",
    "id",
    ("jsonl",),
    (
        Field("id", "identity of the entity over all data sets", required=True),
        Field("schema", "what it is", required=True, enum=SCHEMATA),
        Field("properties", "lists of values by property name", required=True),
        Field("datasets", "data sets it stands in; the first one names the source"),
        Field("properties.phone", "USES (Person, organisations, UserAccount); read in the first country"),
        Field("properties.email", "USES (Person, organisations, UserAccount)"),
        Field("properties.service", "UserAccount: platform, with username"),
        Field("properties.iban", "BankAccount: its number, else accountNumber"),
        Field("properties.publicKey", "CryptoWallet: its address"),
        Field("properties.amount", "Payment: decimal amount with currency"),
        Field("properties.date", "Payment, Call: year, month, day or time; UTC without offset"),
        Field("properties.contentHash", "Document: SHA-256 (a SHA-1 is kept as a property)"),
        *(
            Field(f"properties.{edge.src}", f"{name}: from; to {edge.dst}: {edge.rel}", required=False)
            for name, edge in EDGES.items()
        ),
    ),
)


@dataclass(slots=True)
class _Line:
    """One line that holds an entity, and what it said as bytes."""

    number: int
    content: bytes
    entity: Entity


def parse(incoming: Incoming, job: Job) -> None:
    """Read entities; one that refers to an entity which is not accepted is refused itself, and so on."""
    lines = list(_lines(incoming, job))
    nodes = _accepted([line.entity for line in lines])
    ledgered = Ledgered(job)
    for line in lines:
        try:
            entry = entry_of(line.entity, nodes, line.number, job)
        except Refused as refused:
            job.reject(Problem(line.number, refused.code, refused.message))
        else:
            ledgered.accept(entry, line.content)
    ledgered.close()


def _lines(incoming: Incoming, job: Job) -> Iterator[_Line]:
    """Lines that hold an entity of their own; the others are refused here, so that none of them is held."""
    for line in read_json_lines(incoming.data, incoming.limits):
        try:
            if line.value is None:
                raise line.problem or Refused("malformed", "no object")
            entity = Entity.of(line.value, job.received_at)
        except Refused as refused:
            job.reject(Problem(line.number, refused.code, refused.message))
        else:
            yield _Line(line.number, canonical(line.value), entity)


def _accepted(entities: list[Entity]) -> Nodes:
    """Nodes of the entities that hold, by id; an entity falls with the last version of one that it refers to."""
    versions = Counter(entity.id for entity in entities if entity.schema in NODES)
    needing: dict[str, list[int]] = {}
    for n, entity in enumerate(entities):
        for ref in referred(entity):
            needing.setdefault(ref, []).append(n)
    fallen: set[int] = set()
    waiting = [ref for ref in needing if not versions[ref]]
    while waiting:
        for n in needing.pop(waiting.pop(), ()):
            if n in fallen:
                continue
            fallen.add(n)
            if entities[n].schema in NODES:
                versions[entities[n].id] -= 1
                if not versions[entities[n].id]:
                    waiting.append(entities[n].id)
    standing = (entity for n, entity in enumerate(entities) if n not in fallen)
    return {entity.id: node_of(entity) for entity in standing if entity.schema in NODES}


def _claims(incoming: Incoming) -> bool:
    """Objects with ``id``, ``schema`` and ``properties``: one of the first lines is enough."""
    first = incoming.first_object
    if first is None or not incoming.speaks_json:
        return False
    return isinstance(first.get("schema"), str) and isinstance(first.get("properties"), dict)


def _source(incoming: Incoming) -> str | None:
    sets = (incoming.first_object or {}).get("datasets")
    name = slug(clean(str(sets[0]))) if isinstance(sets, list) and sets else ""
    return f"ftm_{name}" if name else None


READER: Final = Reader(FTM, "ftm", parse, _claims, _source)
