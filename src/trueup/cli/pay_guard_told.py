"""``trueup pay guard``: loaded only when asked for, since it loads what computing needs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import typer

from trueup import workspace
from trueup.answers.value import NoValueError
from trueup.cli.acting import acting, opened, part
from trueup.cli.impact_of_workspace import built
from trueup.cli.output import Format, refusing, write
from trueup.cli.progress import progress
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.goodhart import Watched, in_words, named
from trueup.record.refusal import Refused
from trueup.runs.folder import WorkspaceError
from trueup.runs.pay_guard import Guarded, guarded
from trueup.runs.pay_inputs import inputs_of

_ERRORS = (WorkspaceError, Refused, NoValueError, DeclarationsError, ValueError, OSError)
_SHOWN = 25
_SCHEMA = pa.schema(
    [
        ("watch", pa.string()),
        ("payee", pa.string()),
        ("name", pa.string()),
        ("count", pa.int64()),
        ("of", pa.int64()),
        ("usual", pa.float64()),
        ("p_value", pa.float64()),
        ("adjusted", pa.float64()),
        ("words", pa.string()),
    ]
)


def tell(form: Format, output: Path | None, *, by: str | None, folder: Path | None, is_whole: bool) -> None:
    """Print or write what was watched."""
    with refusing(*_ERRORS):
        found = opened(folder)
        snapshot = built(folder)
        user = acting(by)
        part("access").allow(user, "pay")
        with progress() as shown:
            shown.stage("watching")
            told = guarded(found, inputs_of(found, workspace.settings(found), snapshot), snapshot, user)
        payees = {each.payee for each in told.watched}
        names = dict(part("access").people(user).filter(pk__in=payees).values_list("pk", "name"))
        if form is not Format.table:
            rows = [_row(each, names) for each in told.watched if is_whole or each.p_value is not None]
            write(pa.Table.from_pylist(rows, schema=_SCHEMA), form, output)
            return
        _print(told, names, is_whole=is_whole)


def _row(of: Watched, names: Mapping[str, str]) -> Mapping[str, object]:
    columns = ("watch", "payee", "count", "of", "usual", "p_value", "adjusted")
    return {name: vars(of)[name] for name in columns} | {
        "name": names.get(of.payee),
        "words": in_words(replace(of, payee=names.get(of.payee, of.payee))),
    }


def _print(told: Guarded, names: Mapping[str, str], *, is_whole: bool) -> None:
    tested = [each for each in told.watched if each.p_value is not None]
    striking = named(told.watched)
    heading(f"What measures that pay tempt to, {told.since} to {told.through}")
    paragraph(
        f"{len(tested):,} were watched at once, so a p-value is told that holds for all together: where nobody does"
        f" anything, chances are 5 % at most that anything is named. {len(striking):,} to be explained."
    )
    for each in striking:
        paragraph(in_words(replace(each, payee=names.get(each.payee, each.payee))), indent=2)
    listed = list(told.watched) if is_whole else tested[:_SHOWN]
    _print_table(listed, names)
    if len(tested) > len(listed):
        typer.echo(f"And {len(tested) - len(listed):,} less striking ones: --format csv has them all.")
    for why in told.unread:
        paragraph(why)


def _print_table(listed: Sequence[Watched], names: Mapping[str, str]) -> None:
    printed(
        Column("watch", [each.watch.replace("_", " ") for each in listed]),
        Column("person", [names.get(each.payee, each.payee) or "everybody" for each in listed], wraps=True),
        Column("seen", [f"{each.count:,} of {each.of:,}" for each in listed], right=True),
        Column("usual", [NOTHING if each.usual is None else f"{each.usual:.0%}" for each in listed], right=True),
        Column("p", [_p(each.p_value) for each in listed], right=True),
        Column("p, held together", [_p(each.adjusted) for each in listed], right=True),
        indent=2,
    )


def _p(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
