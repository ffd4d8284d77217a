"""E-Blagh notifications (JSON lines or CSV): reading, and the description of the format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from graph.errors import InputError
from graph.evidence import VaultEntry
from ingest.documents import Line, Value, canonical, parse_json, pruned, read_json_lines
from ingest.drafts import Job
from ingest.formats.described import Field, Format, Reader
from ingest.formats.eblagh_check import CATEGORIES, DEMANDS, LANGUAGES, Notification, checked
from ingest.formats.eblagh_rows import entry_of
from ingest.incoming import Incoming
from ingest.rejects import Problem, Refused
from ingest.rows import Ledgered
from ingest.tables import LINE, Sheet, read_csv

EBLAGH: Final = Format(
    "eblagh",
    "E-Blagh notifications",
    "one notification",
    "ref",
    ("jsonl", "csv"),
    (
        Field("ref", "reference of the notification", required=True),
        Field("received_at", "when it was received, ISO 8601 with offset", required=True),
        Field("source_lang", "language", enum=LANGUAGES),
        Field("category", "what it is about", required=True, enum=CATEGORIES),
        Field("subcategory", "finer category"),
        Field("reporter.mode", "whether the reporter gave a name", required=True, enum=("identified", "anonymous")),
        Field("reporter.role", "what the reporter is", required=True, enum=("victim", "witness")),
        Field("reporter.name", "vault only"),
        Field("reporter.id_doc", "CC:type:no; vault only"),
        Field("reporter.phone", "vault only"),
        Field("reporter.email", "vault only"),
        Field("reporter.country", "two letters"),
        Field("content", "list of {url, platform, kind, seen_at}"),
        Field("suspect_identifiers", "list of {type, raw, role, region, platform, operator, port, at}"),
        Field("demand.type", "what was demanded", enum=DEMANDS),
        Field("demand.amount", "decimal amount"),
        Field("demand.currency", "ISO 4217"),
        Field("demand.payee_raw", "account, address, number or name to pay"),
        Field("demand.rail", "how to pay"),
        Field("demand.operator", "operator to pay through"),
        Field("payments", "list of {rail, operator, ref, amount, currency, at, payee_raw}"),
        Field("incident.from", "start of the facts"),
        Field("incident.to", "end of the facts"),
        Field("incident.place", "place of the facts"),
        Field("minor_involved", "whether a minor is involved", enum=("yes", "no", "unknown")),
        Field("narrative", "vault only; evidence keeps a keyed fingerprint"),
        Field("attachments", "list of {name, mime, size, sha256}"),
        Field("consent_contact", "whether the reporter may be contacted"),
        Field("priority", "priority given at reception"),
        Field("routing.unit", "unit it was sent to"),
        Field("routing.prosecutor", "parquet it was sent to"),
        Field("dedup_of", "the reception desk's own opinion: a property, no link"),
    ),
)
LISTS: Final = ("content", "suspect_identifiers", "payments", "attachments")
OBJECTS: Final = ("reporter", "demand", "incident", "routing")


def parse(incoming: Incoming, job: Job) -> None:
    """Read notifications from JSON lines or a CSV; raises InputError when a required column is missing."""
    if incoming.text.lstrip().startswith("{") or incoming.path.suffix.lower() in (".jsonl", ".ndjson"):
        _load(read_json_lines(incoming.data, incoming.limits), job)
        return
    sheet = read_csv(incoming.data, limits=incoming.limits, delimiter=incoming.delimiter, keep_raw=True)
    if sheet.refused is not None:
        job.reject(sheet.refused)
        return
    missing = [c for c in EBLAGH.required if c not in sheet.columns]
    if missing:
        raise InputError(
            f"{job.name}: the table of notifications has no column {', '.join(missing)}",
            f"It needs {', '.join(EBLAGH.required)}. Use --mapping for another layout.",
        )
    doubled = sorted(sheet.doubled & set(EBLAGH.names))
    if doubled:
        raise InputError(f"{job.name}: column {', '.join(doubled)} stands twice", "Rename or remove one of them.")
    for problem in sheet.problems:
        _refuse(job, problem, sheet.raw.get(problem.line or 0, ""), None)
    _load(_from_table(sheet), job)


def _from_table(sheet: Sheet) -> Iterator[Line]:
    for row in sheet.frame.iter_rows(named=True):
        line = int(row.pop(LINE))
        try:
            value, problem = _nested(row), None
        except Refused as refused:
            value, problem = None, refused
        yield Line(line, "" if value is not None else str({k: v for k, v in row.items() if v}), value, problem)


def _nested(row: dict[str, str | None]) -> dict[str, Value]:
    """The object a CSV row stands for: dotted columns nested, lists read from their JSON."""
    made: dict[str, Value] = {}
    for column, cell in row.items():
        if cell is None:
            continue
        head, dot, tail = column.partition(".")
        if column in LISTS:
            items = parse_json(cell)
            if not isinstance(items, list):
                raise Refused("malformed", f"{column}: a JSON list")
            made[column] = items
        elif dot and head in OBJECTS:
            inner = made.setdefault(head, {})
            if isinstance(inner, dict):
                inner[tail] = cell
        else:
            made[column] = cell
    return made


def _load(lines: Iterator[Line], job: Job) -> None:
    ledgered = Ledgered(job)
    for line in lines:
        try:
            if line.problem is not None or line.value is None:
                raise line.problem or Refused("malformed", "no object")
            said = pruned(line.value)
            if not isinstance(said, dict):
                raise Refused("missing_key", "ref is empty")
            notification: Notification = checked(said, job.received_at)
            content = canonical(said)
            entry = entry_of(notification, line.number, job)
        except Refused as refused:
            minors = isinstance(line.value, dict) and line.value.get("minor_involved") == "yes"
            written = line.text or (str(line.value) if line.value else "")
            _refuse(job, Problem(line.number, refused.code, refused.message), written, minors)
        else:
            ledgered.accept(entry, content)
    ledgered.close()


def _refuse(job: Job, problem: Problem, written: str, minors: bool | None) -> None:
    """Note a refused notification; its text goes to the vault, with the minors' when it may be one's."""
    job.reject(problem)
    if minors is None:
        minors = "yes" in written.lower()
    if written:
        record = f"refused:{job.source}:{job.name}:{problem.line}"
        content = {"raw": written, "code": problem.code}
        job.vault.append(VaultEntry("minors" if minors else "victims", record, None, (), content))


def _claims(incoming: Incoming) -> bool:
    first = incoming.first_object
    if first is not None:
        return "reporter" in first and "category" in first
    return incoming.speaks_json and '"reporter"' in incoming.lines[0] and '"category"' in incoming.lines[0]


READER: Final = Reader(EBLAGH, "eblagh", parse, _claims)
