"""Writes the reference pages of docs/reference from the code: commands, settings, parameters, reasons, queries, formats.

`python -m scripts.reference` writes them; `--check` says which are out of date and ends with 1.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by `python -m scripts.reference` from the code. Change the code, not this page. -->\n\n"


def commands() -> Iterator[str]:
    """Every command with its help, as `halqa COMMAND --help` prints it."""
    import typer.main

    from halqa.cli.app import app

    group = typer.main.get_command(app)
    context = typer.Context(group, info_name="halqa")
    yield "# Commands\n\nOne page for `halqa --help` and every `halqa COMMAND --help`. Shapes of `--json`: [json.md](../json.md).\n"
    names = group.list_commands(context)  # type: ignore[attr-defined]
    for name in names:
        command = group.get_command(context, name)  # type: ignore[attr-defined]
        inner = typer.Context(command, info_name=name, parent=context)
        inner.max_content_width = 100
        inner.terminal_width = 100
        yield f"\n## `halqa {name}`\n\n```text\n{command.get_help(inner).rstrip()}\n```\n"


def settings() -> Iterator[str]:
    from halqa.settings import load

    yield "# Settings\n\n`halqa.toml` in the workspace < environment < option. `halqa config` prints each with its origin.\n\n"
    yield "| Setting | Environment | Default | What it does |\n|---|---|---|---|\n"
    for one in load(Path("halqa-data"))[1]:
        variable = "HALQA_" + one.name.replace(".", "__").upper()
        yield f"| `{one.name}` | `{variable}` | `{one.value}` | {one.description} |\n"


def parameters() -> Iterator[str]:
    from analysis.params import Params

    yield "# Parameters of detection\n\n`halqa detect --param NAME=VALUE`, or `[detect]` in `halqa.toml`. They are part of the run key.\n\n"
    yield "| Parameter | Default | What it does; source of the default |\n|---|---|---|\n"
    for name, field in Params.model_fields.items():
        yield f"| `{name}` | `{field.default}` | {field.description} |\n"


def reasons() -> Iterator[str]:
    from analysis.reasons import REASONS

    yield "# Reason codes\n\nA reason is a code, parameters and records; the sentence is made when it is shown.\n\n"
    yield "| Code | Kind | Parameters | What it says |\n|---|---|---|---|\n"
    for code in REASONS.values():
        yield f"| `{code.code}` | {code.group} | {', '.join(f'`{p}`' for p in code.params)} | {code.meaning} |\n"


def typologies() -> Iterator[str]:
    from halqa.workspace import describe_typologies

    yield "# Typologies\n\nPatterns a ring is read against. None of them names a suspect alone.\n"
    for one in describe_typologies():
        yield f"\n## {one['id']} {one['title']}\n\n"
        yield "".join(f"- `{name}` = {value}\n" for name, value in one["parameters"].items())
        yield f"\n**False positives:** {'; '.join(one['false_positives'])}.\n\n**Source:** {one['source']}.\n"


def queries() -> Iterator[str]:
    from graph.queries import library

    yield "# Query library\n\n`halqa query NAME -p key=value`. Every query runs with its defaults, on both stores.\n"
    for one in library():
        yield f"\n## `{one.name}`\n\n{one.title['en']} / {one.title['fr']} / {one.title['ar']}\n\n{one.purpose}\n\n*Caution:* {one.caution}\n\n"
        yield "".join(f"- `{p.name}` ({p.type}), default `{p.default}`\n" for p in one.params)


def formats() -> Iterator[str]:
    from halqa.workspace import describe_formats

    yield "# Formats\n\nRecognised from content. `halqa formats` prints the same list.\n"
    for one in describe_formats():
        yield f"\n## `{one['name']}`: {one['title']}\n\nRecord: {one['record']}. Key: {one['key']}.\n\n"
        for field in one["fields"]:
            required = ", required" if field.get("required") else ""
            choices = f" ({', '.join(field['enum'])})" if field.get("enum") else ""
            yield f"- `{field['name']}`{required}{choices}: {field.get('meaning', '')}\n"


PAGES: dict[str, Callable[[], Iterator[str]]] = {
    "commands.md": commands,
    "settings.md": settings,
    "parameters.md": parameters,
    "reasons.md": reasons,
    "typologies.md": typologies,
    "queries.md": queries,
    "formats.md": formats,
}


def render(name: str) -> str:
    """Text of one page."""
    return NOTE + "".join(PAGES[name]())


def outdated() -> list[str]:
    """Pages whose file differs from what the code says."""
    return [
        name for name in PAGES if not (FOLDER / name).exists() or (FOLDER / name).read_text("utf-8") != render(name)
    ]


if __name__ == "__main__":
    if "--check" in sys.argv:
        stale = outdated()
        print("\n".join(f"docs/reference/{name} is out of date: run `python -m scripts.reference`" for name in stale))
        sys.exit(bool(stale))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        (FOLDER / page).write_text(render(page), "utf-8")
