"""Commands about findings: detect, show rings, decide on them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graph.errors import UsageError
from halqa.cli.context import AsJson, AsOf, pairs_of, time_of, workspace
from halqa.cli.output import emit, note, show_table, working
from halqa.projected import in_words

if TYPE_CHECKING:
    from analysis.findings import Reason

STATUSES = ("lead", "corroborate", "watch", "all")


def register(app: typer.Typer) -> None:
    for command in (detect, rings, ring, judge, alerts, typologies):
        app.command()(command)


def detect(
    as_of: AsOf = None,
    full: Annotated[bool, typer.Option("--full", help="Compute everything again, even if nothing changed.")] = False,
    engine: Annotated[str, typer.Option(help="local.")] = "local",
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="K=V", help="Set a parameter of detection.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Find the rings in the evidence; print what is new, grown, merged, split, gone."""
    if engine != "local":
        raise UsageError(f"--engine: {engine!r} is not available.", "Use --engine local.")
    with workspace() as ws, working("looking for rings"):
        report = ws.detect(as_of=time_of(as_of, "--as-of"), full=full, params=pairs_of(param or [], "--param"))
    if report.get("graph"):
        note(in_words(report["graph"]))
    if json:
        emit(report)
        return
    counts = report["rings"]
    print(
        f"Run {report['run']}: {counts['lead']} leads, {counts['corroborate']} to corroborate,"
        f" {counts['watch']} to watch,"
        f" in {report['entities']:,} entities and {report['links']:,} links ({report['seconds']:.1f} s)."
    )
    changes = {kind: names for kind, names in report["changed_rings"].items() if names}
    for kind, names in changes.items():
        print(f"  {kind}: {', '.join(names[:12])}" + (f" and {len(names) - 12} more" if len(names) > 12 else ""))
    if not changes:
        print("  nothing new since the last run")


def rings(
    status: Annotated[str, typer.Option(help="lead, corroborate, watch or all.")] = "all",
    limit: Annotated[int | None, typer.Option(min=1, help="Show at most this many.")] = None,
    as_of: AsOf = None,
    json: AsJson = False,
) -> None:
    """List the rings, the strongest first."""
    if status not in STATUSES:
        raise UsageError(f"--status: {status!r} is not a status.", f"Use one of: {', '.join(STATUSES)}.")
    with workspace() as ws:
        found = ws.ring_list(status=status, limit=limit, as_of=time_of(as_of, "--as-of"))
    if json:
        emit(found)
        return
    if not found:
        note(
            "No rings yet. `halqa ingest PATH`, then `halqa detect`."
            if status == "all"
            else f"No ring is a {status} now."
        )
        return
    show_table(
        "Suspected rings (hypotheses, not findings of guilt)",
        ["ring", "status", "score", "members", "reports", "victims", "money", "typologies", "change"],
        [
            (
                one["ring"], one["status"], f"{one['score']:.2f}", len(one["members"]), one["reports"],
                f"{one['victims']} (+{one['silent_victims']} silent)", _money(one["money"]),
                " ".join(hit["id"] for hit in one["typologies"]), one["change"],
            )
            for one in found
        ],
    )  # fmt: skip


def _money(sums: list[dict[str, Any]]) -> str:
    return ", ".join(f"{Decimal(m['total']):,} {m['currency']}" for m in sums)


def ring(
    name: Annotated[str, typer.Argument(metavar="RING", help="Such as R-0007.")],
    json: AsJson = False,
) -> None:
    """Show one ring, whole: members, reasons with their records, money, what speaks against."""
    with workspace() as ws:
        found = ws.ring(name)
    if json:
        emit(found)
        return

    print(f"{found.ring}  {found.status}  score {found.score:.2f}  (percentile {found.percentile:.0f})")
    print(
        f"{found.reports} independent reports, {found.victims} victims,"
        f" {found.silent_victims} more who paid and never reported"
    )
    for money in found.money:
        print(f"received {Decimal(money.total):,} {money.currency} in {money.transfers} transfers")
    show_table(
        "\nMembers (roles are hypotheses)",
        ["uid", "label", "role", "score", "first seen"],
        [(m.uid, m.label, m.role, f"{m.score:.2f}", m.first_seen and m.first_seen.date()) for m in found.by_role()],
    )
    print("\nWhy")
    for reason in found.reasons:
        print(f"  - {_sentence(reason)}  [{len(reason.records)} records: {', '.join(reason.records[:3])}]")
    if found.counter_indicators:
        print("\nWhat speaks against it")
        for reason in found.counter_indicators:
            print(f"  - {_sentence(reason)}")
    if found.succession:
        print("\nLines that may have been replaced (hypotheses; `halqa succession` has the scores)")
        for reason in found.succession:
            print(f"  - {_sentence(reason)}")
    if found.bridges:
        print("\nShared infrastructure, not suspected")
        for bridge in found.bridges[:20]:
            print(f"  - {bridge.uid}: {bridge.reason}")


def _sentence(reason: Reason) -> str:
    """The sentence of a reason in English; a terminal needs no direction marks."""
    from ui.i18n.catalogue import Locale
    from ui.present.sentences import sentence

    return sentence(Locale("en"), reason).translate({0x2066: None, 0x2067: None, 0x2068: None, 0x2069: None})


def judge(
    name: Annotated[str, typer.Argument(metavar="RING", help="Such as R-0007.")],
    verdict: Annotated[str, typer.Argument(help="confirm, dismiss or reopen.")],
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")],
    by: Annotated[str | None, typer.Option(help="Who decides (default: the user name).")] = None,
    json: AsJson = False,
) -> None:
    """Keep a person's decision on a ring. No run overwrites it."""
    with workspace() as ws:
        row = ws.judge(name, verdict, reason=reason, by=by)
    if json:
        emit(row)
    else:
        print(f"{row['ring']}: {row['verdict']}, by {row['by']}: {row['reason']}")


def alerts(
    budget: Annotated[
        int | None, typer.Option(min=1, help="Show at most this many a day; what is left over is said.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Show the queue of alerts."""
    with workspace() as ws:
        queue = ws.alerts()
    shown = queue[:budget] if budget else queue
    if json:
        emit(shown)
    elif not queue:
        note("No alert is open. The scheduled job (`halqa watch`) and `halqa detect` raise them.")
    else:
        show_table(
            "Alerts",
            ["alert", "ring", "kind", "priority", "state", "raised"],
            [(a["alert"], a["ring"], a["kind"], a["priority"], a["state"], a["raised_at"][:16]) for a in shown],
        )
    if len(shown) < len(queue):
        note(f"{len(queue) - len(shown)} more are waiting.")


def typologies(json: AsJson = False) -> None:
    """List the patterns that are looked for, with parameters, sources and false positives."""
    from halqa.workspace import describe_typologies

    found = describe_typologies()
    if json:
        emit(found)
    else:
        show_table(
            "",
            ["id", "pattern", "false positives"],
            [(t["id"], t["title"], "; ".join(t["false_positives"])) for t in found],
        )
