"""Commands on the shape of networks over time: structure, succession."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graph.errors import UsageError
from halqa.cli.context import AsJson, AsOf, time_of, workspace
from halqa.cli.output import emit, note, show_table, working


def register(app: typer.Typer) -> None:
    for command in (structure, succession):
        app.command()(command)


def structure(
    ring: Annotated[str | None, typer.Option(help="Only this ring.")] = None,
    rels: Annotated[str | None, typer.Option(metavar="REL,...", help="Only links of these relations.")] = None,
    labels: Annotated[str | None, typer.Option(metavar="L,...", help="Only nodes of these labels.")] = None,
    as_of: AsOf = None,
    window: Annotated[str | None, typer.Option(metavar="FROM..TO", help="Only links observed in this time.")] = None,
    remove: Annotated[
        list[str] | None, typer.Option("--remove", metavar="UID", help="With --ring: what if this member were gone?")
    ] = None,
    best: Annotated[
        int | None, typer.Option(min=1, metavar="K", help="With --ring: the K hands whose absence fragments it most.")
    ] = None,
    directed: Annotated[bool, typer.Option("--directed", help="Betweenness and page rank follow the links.")] = False,
    events: Annotated[
        bool, typer.Option("--events", help="Meetings, reports and transfers stay nodes of their own.")
    ] = False,
    limit: Annotated[int, typer.Option(min=2, help="Nodes at most, the best connected ones.")] = 2_000,
    key_players: Annotated[int, typer.Option("--key-players", min=1, max=20, help="Key players looked for.")] = 5,
    json: AsJson = False,
) -> None:
    """Communities, centralities, brokers and key players of a selection; what if members of a ring were gone."""
    if (remove or best) and ring is None:
        raise UsageError("--remove and --best are about a ring.", "Name it with --ring.")
    since = until = None
    if window is not None:
        first, dots, last = window.partition("..")
        if not dots:
            raise UsageError(
                f"--window: {window!r} is not FROM..TO.", "Write 2024-06-01..2024-07-01; one side may be empty."
            )
        since, until = time_of(first or None, "--window"), time_of(last or None, "--window")
    with workspace() as ws, working("measuring"):
        found = ws.structure(
            ring=ring,
            rels=rels.split(",") if rels else None,
            labels=labels.split(",") if labels else None,
            as_of=time_of(as_of, "--as-of"),
            window=(since, until),
            directed=directed,
            events=events,
            limit=limit,
            key_players=key_players,
        )
        if ring is not None and (remove or best):
            found["what_if"] = ws.what_if(ring, remove=remove or (), best=best)
    if json:
        emit(found)
        return
    show_table(
        f"{len(found['nodes'])} nodes in {len(found['communities'])} communities",
        ["uid", "community", "degree", "betweenness", "core", "leader"],
        [
            (n["uid"], n["community"], n["degree"], f"{n['betweenness']:.3f}", n["core"], f"{n['leader']:.2f}")
            for n in found["nodes"][:40]
        ],
    )
    print("To disrupt: " + ", ".join(found["key_players"]["disrupt"]))
    print("To reach:   " + ", ".join(found["key_players"]["reach"]))
    note(f"Communities: {found['method']['communities']}, {found['method']['communities_why']}.")
    if found["truncated"]:
        cut = found["method"]["cut"]
        note(f"{cut['nodes']} of {cut['of']} nodes were left out; {cut['kept']} are measured (--limit).")
    if "what_if" in found:
        _show_what_if(found["what_if"])


def _show_what_if(found: dict[str, Any]) -> None:
    before, after = found["before"], found["after"]
    rows = [
        (name, before[key], after[key])
        for name, key in (
            ("hands", "hands"), ("separate parts", "parts"), ("hands of the largest part", "largest"),
            ("pairs still joined", "connected"), ("nearness", "reach"), ("reports on the largest part", "reports"),
        )
    ] + [("paid to the largest part", _sums(before), _sums(after))]  # fmt: skip
    print("\nWithout " + "; ".join(", ".join(hand) for hand in found["removed"]))
    show_table("", ["", "now", "then"], rows)
    print(
        f"Pairs still joined with links nobody saw: {found['connected_low']:.2f} to {found['connected_high']:.2f};"
        f" with as many taken at random: {found['connected_random']:.2f}."
    )
    note("Arithmetic on what is known, not a forecast: rings replace those who are taken.")


def _sums(state: dict[str, Any]) -> str:
    return ", ".join(f"{money['total']} {money['currency']}" for money in state["money"])


def succession(
    since: Annotated[
        str | None, typer.Option(metavar="T", help="Only where the new line began at T or later (ISO 8601).")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also lines that have nothing to do with what is suspected.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Lines that may have been replaced by others: hypotheses to review, each with what else fits."""
    with workspace() as ws, working("comparing lines"):
        found = ws.succession(since=time_of(since, "--since"), everything=everything)
    if json:
        emit(found)
        return
    if not found:
        note("No line seems to have been replaced." + ("" if everything else " --all looks at every line."))
        return
    show_table(
        "Lines that may have been replaced (hypotheses)",
        ["old", "new", "from", "score", "contacts", "gap h", "overlap h", "device", "runner-up"],
        [
            (
                one["old"], one["new"], one["at"][:16], f"{one['score']:.2f}", one["evidence"]["shared_contacts"],
                one["evidence"]["gap_hours"], one["evidence"]["overlap_hours"],
                "same" if one["evidence"]["same_device"] else "",
                f"{one['runner_up']['new']} ({one['runner_up']['score']:.2f})" if one["runner_up"] else "",
            )
            for one in found
        ],
    )  # fmt: skip
