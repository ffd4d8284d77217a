"""The command line: ``halqa COMMAND``. Result on stdout, everything else on stderr, exit codes of docs/commands.md."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from graph.errors import HalqaError


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of ``halqa``; ends the process with the exit code of what happened."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and give its exit code."""
    # typer and rich are slow to load; nothing before this line needs them.
    import typer

    from halqa.cli.app import app
    from halqa.cli.output import complain

    try:
        outcome = app(args=_home_first(arguments) or ["--help"], standalone_mode=False, prog_name="halqa")
    except HalqaError as error:
        complain(error.message, error.hint)
        return error.exit_code
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        told = getattr(error, "format_message", error.__str__)
        where = context.command_path if context is not None else "halqa"
        complain(told(), f"`{where} --help` lists what it takes.")
        return 2
    except typer.Exit as error:
        return error.exit_code
    except (typer.Abort, KeyboardInterrupt):
        complain("Stopped.", "What had been finished before is kept; nothing is half-written.")
        return 1
    except BrokenPipeError:
        # The reader of our output went away (`halqa rings | head`): not an error of ours.
        sys.stderr.close()
        return 0
    return outcome if isinstance(outcome, int) else 0


def _home_first(arguments: Sequence[str]) -> list[str]:
    """``--home`` works before or after the command: move it to the front."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--home":
            front += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith("--home="):
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest
