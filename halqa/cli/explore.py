"""Commands that ask the evidence and the graph: who, path, query."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graph.errors import UsageError
from halqa.cli.context import AsJson, pairs_of, workspace
from halqa.cli.output import emit, note, show_table, working

NOT_FOUND = 3
DAYS = 7.0


def register(app: typer.Typer) -> None:
    for command in (who, path, query):
        app.command()(command)


def who(
    identifier: Annotated[
        str, typer.Argument(help="Any written form: 0612..., wa.me/..., RIB, IBAN, @handle, e-mail, uid, name.")
    ],
    country: Annotated[str | None, typer.Option(metavar="CC", help="Country of a number written without one.")] = None,
    mine: Annotated[
        list[str] | None,
        typer.Option("--mine", metavar="R", help="A ring you work on: say only whether somebody else has this one."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Any written form -> the entity, its facts with sources, its rings."""
    if mine:
        deconflict(identifier, mine, country=country, as_json=json)
        return
    with workspace() as ws:
        found = ws.who(identifier, country=country)
    if json:
        emit(found)
        return
    print(f"{found['uid']}  ({found['label']}, {found['validity']})")
    own = found.get("computed") or {"facts": {}, "periods": []}
    if told := [*found["reasons"], *(f"{name}: {value}" for name, value in sorted(own["facts"].items()))]:
        print("  " + ", ".join(told))
    if own["periods"]:
        print("  may be another's from: " + ", ".join(own["periods"]))
    if found["rings"]:
        print("rings: " + ", ".join(found["rings"]))
    if found["facts"]:
        show_table(
            "\nFacts",
            ["property", "value", "record"],
            [(f["property"], f["value"], f["record"]) for f in found["facts"][:50]],
        )
    if found["links"]:
        show_table(
            "\nLinks",
            ["relation", "with", "from", "to", "records"],
            [(k["rel"], k["uid"], k["from"], k["to"], len(k["records"])) for k in found["links"][:50]],
        )
    if len(found["links"]) > 50:
        note(f"50 of {len(found['links'])} links shown; --json gives all.")


def deconflict(identifier: str, mine: list[str], *, country: str | None, as_json: bool) -> None:
    """Whose ring this one is in already, and nothing more."""
    with workspace() as ws:
        found = ws.deconflict(identifier, mine, country=country)
    if as_json:
        emit(found)
        return
    for ring in found["rings"]:
        print(f"already in ring {ring['ring']}, " + (f"owner {ring['owner']}" if ring["owner"] else "nobody's yet"))
    for ring in found["in_mine"]:
        print(f"in your ring {ring}")
    if found["answer"] == "in_no_ring":
        print("in no ring")
        note("What nobody has heard of is answered alike: check the country of a number (--country CC).")


def path(
    a: Annotated[str, typer.Argument(metavar="A", help="Any written form.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Any written form.")],
    max_hops: Annotated[
        int, typer.Option("--max-hops", min=1, max=10, help="Longest path looked for (with --money: most transfers).")
    ] = 6,
    through_hubs: Annotated[bool, typer.Option("--through-hubs", help="Also through shared infrastructure.")] = False,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Paths shown at most.")] = 3,
    longer: Annotated[
        bool, typer.Option("--longer", help="Where fewer than -k are shortest, the next longer ones too.")
    ] = False,
    money: Annotated[
        bool, typer.Option("--money", help="Ways money can have gone from A to B, the first to arrive first.")
    ] = False,
    within_days: Annotated[
        float | None,
        typer.Option("--within-days", min=0, help="With --money: days between a transfer and the next (7)."),
    ] = None,
    json: AsJson = False,
) -> int:
    """Shortest evidence paths between two identifiers, hubs avoided unless asked for; or the ways of money."""
    if money and (through_hubs or longer):
        raise UsageError(
            "--through-hubs and --longer do not go with --money.",
            "Money goes through whoever passed it on, first first.",
        )
    if within_days is not None and not money:
        raise UsageError("--within-days is about money.", "Add --money, or leave it out.")
    days = DAYS if within_days is None else within_days
    with workspace() as ws:
        if money:
            found = ws.money_path(a, b, within_days=days, max_transfers=max_hops, k=k)
        else:
            found = ws.path(a, b, max_hops=max_hops, through_hubs=through_hubs, k=k, longer=longer)
    if json:
        emit(found)
    elif not found["found"] and money:
        note(f"No way of up to {max_hops} transfers, each within {days:g} days of the one before.")
    elif not found["found"]:
        note(
            f"No path of up to {max_hops} hops."
            + ("" if through_hubs else " --through-hubs also looks through shared infrastructure.")
        )
    else:
        for one in found["paths"]:
            line = one["nodes"][0]
            for link, node in zip(one["links"], one["nodes"][1:], strict=True):
                what = _moved(link) if money else f"-{link['rel']}-"
                line += f"\n    {what} {node}   [{', '.join(link['records'][:3])}]"
            print(line)
    return 0 if found["found"] else NOT_FOUND


def _moved(step: dict[str, Any]) -> str:
    """``-2024-06-04T09:00:00Z 5000.00 MAD-``"""
    amount = "amount unknown" if step["amount"] is None else " ".join(filter(None, (step["amount"], step["currency"])))
    return f"-{step['at']} {amount}-"


def query(
    name: Annotated[str | None, typer.Argument(help="Named query; none lists the library.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("-p", "--param", metavar="K=V", help="Parameter of the query.")
    ] = None,
    cypher: Annotated[str | None, typer.Option(help="Free Cypher, read-only.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Rows at most.")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="What may be asked about: labels, relations, properties.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Run a named question, or read-only Cypher, on the graph."""
    if (name is not None) + (cypher is not None) + schema > 1:
        raise UsageError("A name, --cypher and --schema exclude each other.", "Give one of them.")
    with workspace() as ws:
        if schema:
            show_schema(ws.schema(), as_json=json)
            return
        if name is None and cypher is None:
            library = ws.queries()
            if json:
                emit(library)
            else:
                told = [" ".join(f"{p['name']}={p['default']}" for p in q["params"]) for q in library]
                rows = [(q["name"], q["title"]["en"], params) for q, params in zip(library, told, strict=True)]
                show_table("Queries", ["name", "question", "parameters"], rows)
            return
        with working("asking the graph"):
            table = ws.query(cypher or name or "", pairs_of(param or [], "-p"), limit=limit, cypher=cypher is not None)
    if json:
        emit(table)
        return
    show_table("", table["columns"], table["rows"])
    if table["truncated"]:
        note(f"Cut at {table['limit']} rows; --limit N gives more.")


def show_schema(held: dict[str, Any], *, as_json: bool) -> None:
    """Labels and relations of the graph, as JSON or as two tables."""
    if as_json:
        emit(held)
        return
    for title, key, name in (("Labels", "labels", "label"), ("Relations", "relations", "rel")):
        rows = [
            (row[name], row["n"], ", ".join(f"{p['name']}: {p['type']}" for p in row["properties"]))
            for row in held[key]
        ]
        show_table(title, [name, "n", "properties"], rows)
