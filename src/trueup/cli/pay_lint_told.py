"""``trueup pay lint``: loaded only when asked for, since it loads what computing needs."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import typer

from trueup.cli.output import Format, refusing, write
from trueup.cli.tables import paragraph
from trueup.metrics.declarations import DeclarationsError
from trueup.pay.lint import lint
from trueup.pay.lint_findings import Asked, Finding
from trueup.pay.plan_file import PlanFile, load
from trueup.units.money import Money

_SCHEMA = pa.schema(
    [
        (name, pa.string())
        for name in ("file", "plan", "severity", "code", "component", "clause", "message", "cure")
    ]
)  # fmt: skip


def tell_lint(plans: Sequence[Path], target: str | None, form: Format, output: Path | None) -> None:
    """Look at each plan and tell what is found; exit code 1 where something is an error, or a plan cannot be read."""
    found: list[tuple[Path, str, Finding]] = []
    with refusing(DeclarationsError, ValueError, OSError):
        for file in plans:
            (plan,) = load([PlanFile(str(file), file.read_text(encoding="utf-8"))])
            asked = Asked() if target is None else Asked(target=Money.of(target, plan.currency))
            found += [(file, plan.plan_id, each) for each in lint(plan, asked)]
        if form is not Format.table:
            write(_rows(found), form, output)
        else:
            _tell(plans, found)
    if any(each.severity == "error" for _, _, each in found):
        raise typer.Exit(1)


def _tell(plans: Sequence[Path], found: Sequence[tuple[Path, str, Finding]]) -> None:
    for file, _, each in found:
        clause = f" ({each.clause})" if each.clause else ""
        where = f"{file}: {each.component}{clause}" if each.component else str(file)
        typer.echo(f"{where}: {each.severity}, {each.code}")
        paragraph(each.message, indent=2)
        paragraph(each.cure, indent=2)
    of = "1 plan" if len(plans) == 1 else f"{len(plans):,} plans"
    counts = {kind: sum(each.severity == kind for _, _, each in found) for kind in ("error", "warning", "note")}
    listed = ", ".join(f"{count:,} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items() if count)
    typer.echo(f"{of}: {listed or 'nothing found'}.")


def _rows(found: Sequence[tuple[Path, str, Finding]]) -> pa.Table:
    rows = [
        {
            "file": str(file),
            "plan": plan,
            "severity": each.severity,
            "code": each.code,
            "component": each.component,
            "clause": each.clause,
            "message": each.message,
            "cure": each.cure,
        }
        for file, plan, each in found
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)
