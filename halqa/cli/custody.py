"""Commands about the custody of evidence: take a batch back, merge small batches, open the vault, erase a person."""

from __future__ import annotations

from typing import Annotated

import typer

from halqa.cli.context import AsJson, workspace
from halqa.cli.output import emit, note, working

By = Annotated[str | None, typer.Option(metavar="WHO", help="Who does it; the user of this machine when absent.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why; kept in the chain or the audit log.")]
ApprovedBy = Annotated[str | None, typer.Option(metavar="WHO", help="Second person who approved it; kept in the log.")]
Authority = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Legal basis, such as the number of a requisition or order.")
]


def register(app: typer.Typer) -> None:
    for command in (withdraw, compact, unmask, erase):
        app.command()(command)


def withdraw(
    batch: Annotated[str, typer.Argument(help="Id or number of a batch, or of a withdrawal to undo it.")],
    reason: Reason,
    by: By = None,
    authority: Authority = None,
    json: AsJson = False,
) -> None:
    """Take a batch back from now on: answers as of before still show it; its file can be loaded again."""
    with workspace() as ws:
        report = ws.withdraw(batch, reason=reason, by=by, authority=authority)
    if json:
        emit(report)
        return
    for name in report["withdrawn"]:
        print(f"Batch {name} is withdrawn by {report['batch']}.")
    for name in report["restored"]:
        print(f"Batch {name} is in force again by {report['batch']}.")
    note("Findings and graph follow at the next `halqa detect`.")


def compact(json: AsJson = False) -> None:
    """Merge small batches into one segment: fewer files, the same answers, every manifest kept."""
    with workspace() as ws, working("merging"):
        report = ws.compact()
    if json:
        emit(report)
    elif report["batch"] is None:
        print("Nothing to merge.")
    else:
        print(f"{report['merged']} batches are in segment {report['batch']}; {report['folders']} folders remain.")


def unmask(
    pseudonym: Annotated[str, typer.Argument(help="As it is shown: victim:h:<24 hex digits>.")],
    reason: Reason,
    by: By = None,
    approved_by: ApprovedBy = None,
    json: AsJson = False,
) -> None:
    """Open the vault for one pseudonym. Needs a reason; the audit log keeps who asked, when and why."""
    with workspace() as ws:
        found = ws.unmask(pseudonym, reason=reason, by=by, approved_by=approved_by)
    if json:
        emit(found)
        return
    for entry in found["entries"]:
        for key, value in sorted(entry.items()):
            print(f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    for uid in found["uids"]:
        print(f"shown under this pseudonym: {uid}")
    note("This was logged.")


def erase(
    identifier: Annotated[list[str], typer.Argument(help="Phone, document, e-mail, account, uid or pseudonym.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; kept in the chain, without the value.")] = "",
    authority: Annotated[str, typer.Option(metavar="TEXT", help="Legal basis; kept in the chain.")] = "",
    by: By = None,
    country: Annotated[str | None, typer.Option(metavar="CC", help="Country of a number written without one.")] = None,
    only: Annotated[bool, typer.Option("--only", help="Leave what the person uses or holds besides.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go; change nothing.")] = False,
    json: AsJson = False,
) -> None:
    """Erase a person's data from every file of the workspace for good. The chain stays green and says so."""
    with workspace() as ws, working("searching every file"):
        report = ws.erase(
            identifier, reason=reason, authority=authority, by=by, country=country, only=only, dry_run=dry_run
        )
    if json:
        emit(report)
    elif dry_run:
        print(f"{report['values']} values in {len(report['evidence_files'])} evidence files of "
              f"{len(report['batches'])} batches would go; {report['victims']} people in the vault.")  # fmt: skip
        for uid in report["uids"]:
            print(f"  {uid}")
        for name in [*report["casebook_tables"], *report["other_files"]]:
            print(f"  {name}")
        note("Nothing was changed.")
    else:
        print(f"Erased {report['values']} values from {len(report['evidence_files'])} evidence files; "
              f"{report['vault_entries']} vault entries; entry {report['batch']}.")  # fmt: skip
        note("Copies outside this workspace (backups, exports, dossiers) are not reached: clear them too.")
