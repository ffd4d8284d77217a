"""The command tree. Commands live in their own modules by what people do with them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from halqa.cli import context, custody, data, desk, explore, findings, minors, outlets, same, structure, welfare

app = typer.Typer(
    name="halqa",
    help="Find extortion rings in reports, accounts, phone numbers and money transfers, and say why.",
    epilog="--home DIR works before or after the command. Results go to stdout, messages to stderr.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def common(
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder of the workspace (else $HALQA_HOME, else ./halqa-data).")
    ] = None,
) -> None:
    context.choose_home(home)


for commands in (data, custody, findings, explore, structure, same, desk, welfare, minors, outlets):
    commands.register(app)
