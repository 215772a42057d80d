"""What the workspace's customers gained, as ``trueup impact`` shows it."""

from dataclasses import dataclass
from pathlib import Path

import typer

from trueup.answers.cells import names
from trueup.answers.value import Gain, NoValueError, gains, notes, standings, table
from trueup.answers.value_words import WHY, apart, certain, headline
from trueup.cli.output import Format, check_can_write, refuse, refusing, write
from trueup.cli.tables import NOTHING, Column, heading, paragraph
from trueup.cli.tables import table as printed
from trueup.impact.words import EVIDENCE, signed
from trueup.lake.engine import EngineError
from trueup.mart.snapshot import Snapshot, SnapshotError, current
from trueup.metrics.naming import nearest
from trueup.runs.folder import WorkspaceError, find

ERRORS = (WorkspaceError, NoValueError, SnapshotError, EngineError, OSError)
SHOWN = 30


@dataclass(frozen=True)
class Asked:
    """Of whom to tell, and how much."""

    account: str | None = None
    measure: str | None = None
    lever: str | None = None
    most: int = SHOWN


def show(asked: Asked, form: Format, output: Path | None, folder: Path | None) -> None:
    """Print or write the gains of the workspace's newest build."""
    check_can_write(form, output)
    with refusing(*ERRORS):
        snapshot = built(folder)
        for note in notes(snapshot):
            typer.echo(f"trueup: {note}", err=True)
        everything = gains(snapshot)
        _check_names(asked, everything)
        found = [each for each in everything if _is_asked(asked, each)]
        if form is not Format.table:
            write(table(found), form, output)
            return
        if not everything:
            paragraph(NOTHING_BEGUN)
        elif asked.account is not None:
            _print_one(found)
        else:
            _print(snapshot, found, asked)


NOTHING_BEGUN = (
    "Nothing to compare yet: it takes customers' own measures (readings of goals, or a table kpi_series) and since when"
    " they use what is meant to move them (on their pages, or a table adoptions). See `trueup readiness`."
)


def built(folder: Path | None) -> Snapshot:
    """The newest build of a workspace; NoValueError before the first."""
    found = find(folder)
    snapshot = current(found.mart)
    if snapshot is None:
        raise NoValueError(f"Nothing was computed in {found.root} yet. Run `trueup build` first.")
    return snapshot


def _check_names(asked: Asked, everything: list[Gain]) -> None:
    known = {
        "account": {each.account_id for each in everything},
        "measure": {each.measure for each in everything},
        "lever": {lever for each in everything for lever in each.levers},
    }
    for kind, name in (("account", asked.account), ("measure", asked.measure), ("lever", asked.lever)):
        if everything and name is not None and name not in known[kind]:
            refuse(f"--{kind} {name!r}: nothing was compared under this name{nearest(name, sorted(known[kind]))}")


def _is_asked(asked: Asked, gain: Gain) -> bool:
    return (
        asked.account in {None, gain.account_id}
        and asked.measure in {None, gain.measure}
        and (asked.lever is None or asked.lever in gain.levers)
    )


def _print(snapshot: Snapshot, found: list[Gain], asked: Asked) -> None:
    known = [each for each in found if each.attributable is not None]
    heading("What customers gained")
    sure = [each for each in known if each.payable and not each.blocked_by]
    paragraph(
        f"{len(found):,} starts: of {len(known):,} something can be said, {len(sure):,} are sure enough to be paid on."
        " More is better; each end by itself is missed once in ten times. One customer in full: `trueup impact"
        " --account ID`; levers over customers: `trueup insights`."
    )
    order = sorted(known, key=lambda each: (each.measure, each.lever, each.attributable or 0.0))
    order += [each for each in found if each.attributable is None]
    called = names(snapshot, "account", [each.account_id for each in order[: asked.most]])
    _print_gains(order[: asked.most], called)
    if len(order) > asked.most:
        paragraph(f"{len(order) - asked.most:,} are not shown: --most {len(order)}, or --format csv for all.")
    _print_money(snapshot)


def _print_gains(shown: list[Gain], called: dict[str, str]) -> None:
    printed(
        Column("account", [called.get(each.account_id, each.account_id) for each in shown], wraps=True),
        Column("measure", [each.label for each in shown], wraps=True),
        Column("since", [f"{each.lever}, {each.start}" for each in shown], wraps=True),
        Column("before/after", [_shown(each.improvement) for each in shown], right=True),
        Column("anyway", [_shown(each.counterfactual) for each in shown], right=True),
        Column("gained", [_shown(each.attributable) for each in shown], right=True),
        Column("low", [_shown(each.low) for each in shown], right=True),
        Column("high", [_shown(each.high) for each in shown], right=True),
        Column("evidence", [each.evidence or NOTHING for each in shown]),
        Column("not paid because", [_blocked(each) for each in shown], wraps=True),
        indent=2,
    )


def _print_money(snapshot: Snapshot) -> None:
    told = standings(snapshot)
    if any(each.claims for each in told):
        currency = snapshot.manifest.currency
        point, low = sum(each.point for each in told), sum(each.low for each in told)
        paragraph(
            f"Worth to customers, by what goals say: {point:,.2f} {currency}, of which {low:,.2f} are certain enough"
            " to be paid on. See `trueup metrics value_delivered certain_value verified_share`."
        )


def _print_one(found: list[Gain]) -> None:
    for each in found:
        heading(f"{each.label} since {each.start}: {each.lever}")
        sure = certain(each) if each.attributable is not None else ""
        evidence = f"Evidence: {each.evidence} ({EVIDENCE[each.evidence]})." if each.evidence else ""
        for sentence in (headline(each), apart(each), sure, evidence):
            if sentence:
                paragraph(sentence)
        typer.echo()


def _blocked(each: Gain) -> str:
    return ", ".join(WHY.get(code, code) for code in each.blocked_by)


def _shown(value: float | None) -> str:
    return NOTHING if value is None else signed(value)
