"""Commands about evidence: what comes in, what it became, whether it is whole."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from graph.errors import UsageError
from halqa.cli.context import AsJson, home, time_of, workspace
from halqa.cli.custody import Authority, By
from halqa.cli.output import emit, note, show_table, working
from halqa.projected import in_words

REFUSED = 3
BROKEN = 5


def register(app: typer.Typer) -> None:
    for command in (ingest, evidence, verify, rebuild, status, config, formats):
        app.command()(command)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of files.")],
    format: Annotated[
        str | None, typer.Option(help="Format of the files; recognised from content when absent.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Name the records are kept under.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file (YAML) for a table of your own.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with 3 when any row was refused.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")] = False,
    received_at: Annotated[
        str | None, typer.Option(metavar="T", help="When we were told, for formats that do not say (default: now).")
    ] = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Print a mapping guessed for one unknown table; take nothing in.")
    ] = False,
    authority: Authority = None,
    by: By = None,
    json: AsJson = False,
) -> int:
    """Take files into the evidence: every row is accepted, rejected with a code, filtered or a duplicate."""
    if propose:
        return _propose(paths, json)
    told = time_of(received_at, "--received-at") or datetime.now(UTC)
    with workspace() as ws, working("reading"):
        result = ws.ingest(
            paths,
            format=format,
            source=source,
            mapping=mapping,
            dry_run=dry_run,
            strict=strict,
            received_at=told,
            authority=authority,
            by=by,
        )
        made_key = ws.vault.key_file if ws.vault.made_key else None
    if json:
        emit(result)
    else:
        _show_ingest(result, dry_run)
    if made_key is not None:
        note(f"A vault key was made: {made_key}. Keep it elsewhere (HALQA_VAULT_KEY_FILE); without it nothing opens.")
    if (strict and result["rejected"]) or not result["accepted"]:
        return REFUSED
    return 0


def _propose(paths: list[Path], json: bool) -> int:
    if len(paths) != 1:
        raise UsageError("--propose takes one file.", "Name the table you want a mapping for.")
    with workspace() as ws:
        found = ws.propose_mapping(paths[0])
    if json:
        emit(found)
        return 0
    print(found["yaml"], end="")
    note(f"Confidence {found['confidence']:.2f}; left out: {', '.join(found['left_out']) or 'nothing'}.")
    note("Nothing was taken in. Save it, read it, then: halqa ingest FILE --mapping SAVED.yaml --dry-run")
    return 0


def _show_ingest(result: dict[str, Any], dry_run: bool) -> None:
    columns = ("accepted", "rejected", "duplicates", "superseded", "filtered")
    rows = [[Path(f["path"]).name, f["format"], f["source"], *(f[c] for c in columns)] for f in result["files"]]
    rows.append(["all", "", "", *(result[c] for c in columns)])
    show_table(
        "Dry run: nothing was kept" if dry_run else f"Batch {result['batch']}",
        ["file", "format", "source", *columns],
        rows,
    )
    for file in result["files"]:
        for told in file["notes"]:
            note(f"  {Path(file['path']).name}: {told}")
    if dry_run:
        note(f"Of {result['entities']} entities {result['new_entities']} are not in the evidence yet.")
    for row in result["rejects"][:10]:
        note(f"  {row['file']}:{row.get('line', row.get('index'))}: {row['code']}: {row['message']}")
    if result["rejected"] > 10:
        note(
            f"  ... {result['rejected'] - 10} more rejected rows"
            + (f", in {result['rejects_file']}" if result.get("rejects_file") else "")
        )
    if "not_compacted" in result:
        note(f"Small batches were not merged: {result['not_compacted']} Run `halqa verify`.")
    if not dry_run and result["accepted"]:
        note("Next: `halqa detect`.")


def evidence(
    batch: Annotated[str | None, typer.Option(help="Batch id or number; the last one when absent.")] = None,
    file: Annotated[str | None, typer.Option(help="Only what came from this file of the batch.")] = None,
    compartment: Annotated[
        str | None, typer.Option(help="Open a restricted compartment too: minors, terrorism or all (logged).")
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Who did what to the evidence: all of it, a batch, or a record.")
    ] = False,
    record: Annotated[str | None, typer.Option(help="With --history: every version of this record.")] = None,
    json: AsJson = False,
) -> None:
    """Show what a batch or a file became: entities, links, call aggregates, warnings; or its history."""
    if record is not None and not history:
        raise UsageError("--record needs --history.", "`halqa evidence --history --record RECORD`.")
    with workspace() as ws:
        if history:
            told = ws.history(record=record, batch=batch)
            emit(told) if json else _show_history(told)
            return
        report = ws.evidence(batch=batch, file=file, compartment=compartment)
    if json:
        emit(report)
        return
    note(f"Batch {report['batch']}: {len(report['entities'])} entities, {len(report['links'])} links.")
    show_table("Links", ["from", "relation", "to"], report["links"][:200])
    if len(report["links"]) > 200:
        note(f"200 of {len(report['links'])} shown; --json gives all.")


def _show_history(told: dict[str, Any]) -> None:
    if "versions" in told:
        show_table(
            f"Versions of {told['record']}",
            ["received", "batch", "file", "state", "facts"],
            [
                [
                    v["received_at"],
                    v["batch"],
                    v["file"],
                    "in force" if v["in_force"] else "withdrawn" if v["withdrawn"] else "superseded",
                    "; ".join(f"{f['property']}={f['value']}" for f in v["facts"]),
                ]
                for v in told["versions"]
            ],
        )
    show_table(
        "Custody",
        ["when", "entry", "act", "by", "authority", "tool", "what"],
        [[c["at"], c["batch"], c["act"], c["by"], c["authority"], c["tool"], _what(c)] for c in told["custody"]],
    )


def _what(line: dict[str, Any]) -> str:
    match line["act"]:
        case "intake":
            return ", ".join(
                f"{f['name']} ({f['format']}, parser {f['parser_version']}"
                + (f", reliability {f['reliability']})" if f["reliability"] else ")")
                for f in line["files"]
            )
        case "withdrawal":
            return f"{', '.join(line['withdraws'])}: {line['reason']}"
        case "compaction":
            return f"{line['merged']} batches merged"
        case _:
            return f"{line['files_changed']} files rewritten: {line['reason']}"


def verify(
    path: Annotated[Path | None, typer.Argument(help="An exported dossier; the workspace when absent.")] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Also write an integrity report fit for a court (JSON).")
    ] = None,
    by: By = None,
    json: AsJson = False,
) -> int:
    """Recompute every hash of the evidence chain and the audit chain; 5 when something was changed."""
    with workspace() as ws, working("checking every file"):
        found = ws.verify(path, report=report, by=by)
    if json:
        emit(found)
    else:
        for problem in found["problems"]:
            note(f"{problem['file']}: {problem['message']}")
        states = ", ".join(f"{n} {state}" for state, n in found["states"].items() if n)
        told = f"{found['batches']} batches, {found['files']} files ({states or 'no entries'})"
        print(f"{told}: " + ("whole" if found["ok"] else "NOT WHOLE"))
        if report is not None:
            note(f"Report: {found['report']['path']}, SHA-256 {found['report']['sha256']}.")
    return 0 if found["ok"] else BROKEN


def rebuild(json: AsJson = False) -> None:
    """Delete findings, graph and caches and make them again from the evidence."""
    with workspace() as ws, working("rebuilding"):
        report = ws.rebuild()
    if report.get("graph"):
        note(in_words(report["graph"]))
    if json:
        emit(report)
    else:
        print(
            f"Rebuilt run {report['run']} with {report['rings']} rings." if report["run"] else "Nothing to rebuild yet."
        )


def status(json: AsJson = False) -> None:
    """Where the workspace stands: batches, records, the run shown, whether it lags behind the evidence."""
    with workspace() as ws:
        report = ws.status()
    if json:
        emit(report)
        return
    if report["graph"]:
        note(in_words(report["graph"]))
    show_table("", ["what", "is"], [(k, v) for k, v in report.items() if not isinstance(v, list | dict)])


def config(json: AsJson = False) -> None:
    """Print every setting with its origin (halqa.toml < environment HALQA_* < option)."""
    from halqa.settings import load

    settings = load(home())[1]
    if json:
        emit([{"name": s.name, "value": s.value, "origin": s.origin, "description": s.description} for s in settings])
    else:
        show_table(
            "",
            ["setting", "value", "origin", "what it does"],
            [(s.name, s.value, s.origin, s.description) for s in settings],
        )


def formats(json: AsJson = False) -> None:
    """List the formats that are recognised, each with its fields."""
    from halqa.workspace import describe_formats

    found = describe_formats()
    if json:
        emit(found)
        return
    for one in found:
        print(f"{one['name']}: {one['title']}")
        for field in one["fields"]:
            print(f"    {field['name']}{' (required)' if field.get('required') else ''}: {field.get('meaning', '')}")
