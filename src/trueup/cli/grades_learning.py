"""``trueup grades learn``: loaded only when asked for, since it loads what statistics need."""

from pathlib import Path

import typer

from trueup.answers.learned import Learned, learn
from trueup.cli.output import put
from trueup.cli.tables import NOTHING, Column, heading, paragraph, table
from trueup.grades.honesty.outcomes import OutcomeReport
from trueup.grades.worksheet_file import written
from trueup.mart.snapshot import Snapshot

_RULES = {
    "expert": "the hand-made points as they are",
    "shrunk": "weights drawn to the hand-made ones",
    "evidence": "weights and bands by weight of evidence",
}


def tell(snapshot: Snapshot, cadence: str, outcome: str, output: Path | None) -> None:
    """Print the proposal beside the hand-made worksheet, and write it where asked."""
    found = learn(snapshot, cadence, outcome)
    proposal = found.proposal
    paragraph(
        f"Learned from {proposal.rows:,} {cadence} grades of {proposal.accounts:,} customers"
        f" ({found.learned_from[0]} to {found.learned_from[-1]}), of whom {proposal.bads:,} went bad;"
        f" tried on {found.tried_on[0]} to {found.tried_on[-1]}: {_RULES[proposal.rule]}."
    )
    if proposal.why:
        paragraph(f"Nothing is proposed: {proposal.why}")
    heading("Share of the score")
    table(
        Column("criterion", [each.name for each in proposal.criteria]),
        Column("by hand", [f"{each.expert:.1%}" for each in proposal.criteria], right=True),
        Column(
            "learned", [f"{each.learned:.1%}" if each.learned else NOTHING for each in proposal.criteria], right=True
        ),
        Column("", [each.why for each in proposal.criteria], wraps=True),
        indent=2,
    )
    for words in proposal.merges:
        paragraph(words, indent=2)
    _tried("By hand", found.by_hand)
    if not proposal.why:
        _tried("Learned", found.learned)
        for one in found.learned.baselines:
            paragraph(one.why, indent=2)
        _write(found, output)


def _tried(name: str, report: OutcomeReport) -> None:
    heading(f"{name}, on the later periods")
    paragraph(report.why, indent=2)
    rates = [rate for rate in report.rates if rate.rows]
    table(
        Column("grade", [rate.letter for rate in rates]),
        Column("grades", [f"{rate.rows:,}" for rate in rates], right=True),
        Column("rate", [f"{rate.value:.1%}" for rate in rates], right=True),
        Column("between", [f"{rate.low:.1%}" for rate in rates], right=True),
        Column("and", [f"{rate.high:.1%}" for rate in rates], right=True),
        indent=2,
    )


def _write(found: Learned, output: Path | None) -> None:
    if output is None:
        paragraph(
            "Whether it is adopted is yours to decide: write it with --output worksheets/NAME.yaml, read it, and name"
            f" it in trueup.toml under [grades] as {found.cadence}."
        )
        return
    put(f"{written(found.proposal.sheet)}\n".encode(), output)
    typer.echo(f"{output} is written. It grades once trueup.toml names it: [grades] {found.cadence} = {output.stem!r}")
