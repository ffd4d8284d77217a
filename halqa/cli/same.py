"""The command on who is whom: ``halqa same``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from graph.errors import UsageError
from halqa.cli.context import AsJson, workspace
from halqa.cli.output import emit, note, show_table, working


def register(app: typer.Typer) -> None:
    app.command()(same)


def same(
    a: Annotated[str | None, typer.Argument(metavar="A", help="Uid of one; none lists the proposals.")] = None,
    b: Annotated[str | None, typer.Argument(metavar="B", help="Uid of the other.")] = None,
    decision: Annotated[
        str | None, typer.Argument(help="propose, accept, reject or undo; none shows what speaks for and against.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    by: Annotated[str | None, typer.Option(help="Who decides (default: the user name).")] = None,
    override: Annotated[
        bool, typer.Option("--override", help="Accept although only a name agrees, or something contradicts.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="Proposals at most.")] = 50,
    json: AsJson = False,
) -> None:
    """Same person? List pairs that may be one, look at two, or decide. A decision can be taken back."""
    if a is not None and b is None:
        raise UsageError("One entity alone has nobody to be compared with.", "Give two: `halqa same A B`.")
    with workspace() as ws:
        if a is None or b is None:
            with working("comparing"):
                found = ws.same_person_proposals(limit=limit)
            emit(found) if json else _list(found)
            return
        shown = ws.same_person(a, b, decision, reason=reason, by=by, override=override)
    if json:
        emit(shown)
    elif decision is None:
        _pair(shown)
    else:
        print(f"{shown['a']} and {shown['b']}: {shown['decision']}, by {shown['by']}: {shown['reason']}")
        if shown["four_eyes"] == "one":
            note("Their sources differ: a second person should look at it (the same command, --by SECOND).")
        if shown["decision"] in ("accept", "undo"):
            note("`halqa detect` brings the findings up to it.")


def _list(found: Sequence[Mapping[str, Any]]) -> None:
    if not found:
        note("Nothing to propose.")
        return
    show_table(
        "Perhaps one person (proposals, nothing is decided)",
        ["score", "a", "b", "for", "against", "name only"],
        [
            (
                f"{one['score']:.2f}", one["a"], one["b"], _codes(one, "for"), _codes(one, "against"),
                "yes" if one["name_only"] else "",
            )
            for one in found
        ],
    )  # fmt: skip


def _codes(one: Mapping[str, Any], side: str) -> str:
    return " ".join(f["code"] for f in one["features"] if f["side"] == side)


def _pair(one: Mapping[str, Any]) -> None:
    print(f"{one['a']}\n{one['b']}\nscore {one['score']:.2f}, decision: {one['decision'] or 'none'}")
    show_table(
        "\nWhat speaks for and against",
        ["side", "code", "weight", "details"],
        [
            (f["side"], f["code"], f"{f['weight']:.2f}", ", ".join(f"{k}={v}" for k, v in f["params"].items()))
            for f in one["features"]
        ],
    )
    if one["decisions"]:
        show_table(
            "\nDecisions",
            ["at", "decision", "by", "reason", "four eyes"],
            [(d["at"][:16], d["decision"], d["by"], d["reason"], d["four_eyes"]) for d in one["decisions"]],
        )
