"""``trueup confirmations``: what customers answered, held to the chain that nobody can alter unnoticed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from trueup.cli.acting import As, acting, opened, part
from trueup.cli.options import OutputFile, OutputFormat, Workspace
from trueup.cli.output import Format, check_can_write, put, refuse, refusing, write
from trueup.record.chain import Broken, Link, Whole, verify
from trueup.record.chain_file import ChainFileError, lines_of, links_of, without_words
from trueup.record.refusal import Refused
from trueup.runs.folder import WorkspaceError

subcommands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_ERRORS = (WorkspaceError, Refused, ChainFileError, OSError)
_SCHEMA = pa.schema(
    [
        ("is_whole", pa.bool_()),
        ("answers", pa.int64()),
        ("head", pa.string()),
        ("first_altered", pa.int64()),
        ("because", pa.string()),
    ]
)


@subcommands.callback()
def command() -> None:
    """Verify that nobody altered what customers answered, and export it."""


@subcommands.command("verify")
def verify_chain(
    file: Annotated[Path | None, typer.Argument(help="An export to verify; default: the workspace's record.")] = None,
    noted: Annotated[
        str | None, typer.Option(help="What an earlier verification told, as COUNT:HEAD; it still has to hold.")
    ] = None,
    form: OutputFormat = Format.table,
    output: OutputFile = None,
    folder: Workspace = None,
) -> None:
    """Hold every answer to the chain, and name the first that is not as it was."""
    check_can_write(form, output)
    with refusing(*_ERRORS):
        earlier = None if noted is None else _noted(noted)
        found = verify(_chain(file, folder), noted=earlier)
    if form is not Format.table:
        write(_row(found), form, output)
    match found:
        case Broken(sequence, because):
            refuse(f"Answer {sequence} is not as it was: {because}. Compare with an export or a copy of the record.")
        case Whole(links, head) if form is Format.table:
            typer.echo(f"Nothing was altered: {links:,} answers." + (f" Head: {links}:{head}" if links else ""))
            if links:
                typer.echo("Note the head elsewhere: --noted COUNT:HEAD tells later whether answers were cut off.")


@subcommands.command()
def export(
    output: OutputFile = None,
    no_words: Annotated[
        bool, typer.Option("--no-words", help="Leave out what was said in words, and by whom; the chain holds.")
    ] = False,
    by: As = None,
    folder: Workspace = None,
) -> None:
    """Write every answer, a line of JSON each, such that the file can be verified anywhere."""
    with refusing(*_ERRORS):
        opened(folder)
        part("access").allow(acting(by), "administer")
        chain: Iterator[Link] = part("testimony").kept_chain()
        lines = lines_of(map(without_words, chain) if no_words else chain)
        content = "".join(f"{line}\n" for line in lines).encode()
        if output is None:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            put(content, output)


def _chain(file: Path | None, folder: Path | None) -> Iterator[Link]:
    if file is not None:
        return links_of(file.read_text(encoding="utf-8").splitlines(), file.name)
    opened(folder)
    kept: Iterator[Link] = part("testimony").kept_chain()
    return kept


def _noted(told: str) -> Whole:
    count, _, head = told.partition(":")
    if not count.isascii() or not count.isdigit() or not head:
        raise Refused("This is no COUNT:HEAD.", cure="Copy it from what an earlier verification told.")
    return Whole(int(count), head)


def _row(found: Whole | Broken) -> pa.Table:
    match found:
        case Whole(links, head):
            row = {"is_whole": True, "answers": links, "head": head, "first_altered": None, "because": None}
        case Broken(sequence, because):
            row = {"is_whole": False, "answers": None, "head": None, "first_altered": sequence, "because": because}
    return pa.Table.from_pylist([row], schema=_SCHEMA)
