"""The command line. Only the command that is asked for is loaded, so that help answers at once."""

import importlib
import sys

import typer

from trueup.cli.commands import COMMANDS, GROUPS
from trueup.environment import ours_alone


def main(arguments: list[str] | None = None) -> None:
    """Run ``trueup`` with these arguments (default: the process's own)."""
    ours_alone()
    given = sys.argv[1:] if arguments is None else arguments
    asked = next((word for word in given if word in COMMANDS), None)
    _app(asked)(args=given, prog_name="trueup")


def _app(asked: str | None) -> typer.Typer:
    app = typer.Typer(
        help="Measures your company through your customers' eyes: exports in, customer-alignment metrics out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for name, summary in COMMANDS.items():
        if name == asked:
            module = importlib.import_module(f"trueup.cli.{_module(name)}")
            if name in GROUPS:
                app.add_typer(module.subcommands, name=name, short_help=summary)
            else:
                app.command(name, short_help=summary)(module.command)
        else:
            app.command(name, help=summary, short_help=summary)(_not_loaded)
    app.callback()(_root)
    return app


def _module(name: str) -> str:
    return f"{name}_command"


def _not_loaded() -> None:
    """Stand in for a command that was not asked for, in the list of commands."""


def _root() -> None:
    """Measures your company through your customers' eyes: exports in, customer-alignment metrics out."""
