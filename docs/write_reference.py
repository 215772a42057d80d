"""Writes the reference pages that follow from the code: metrics, canonical tables, findings, commands, settings."""

import contextlib
import io
import os
from pathlib import Path

import typer

from trueup.canon.entries import ENTRY_PROVENANCE, ENTRY_TABLES, FIRST_RECORDED
from trueup.canon.findings import CODES
from trueup.canon.tables import PROVENANCE, TABLES, CanonicalTable, Column
from trueup.cli import main
from trueup.cli.commands import COMMANDS
from trueup.metrics.registry import built_in_facts, built_in_metrics
from trueup.workspace import documented

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by `make docs` from the code; edits here are lost. -->\n"


def metrics_page() -> str:
    """Every metric with its definition and parameters."""
    lines = [NOTE, "# Metrics", ""]
    facts = built_in_facts()
    for metric in built_in_metrics().values():
        parameters = {**facts[metric.fact].parameters, **metric.parameters}
        lines += [
            f"## {metric.name}",
            "",
            f"{metric.label}. Family: {metric.family}; {metric.department}; {metric.unit}; better: {metric.better}.",
            "",
            metric.description.strip(),
            "",
        ]
        lines += [f"- parameter `{name}` = {value}" for name, value in parameters.items()]
        lines += [f"- flagged thin below n = {metric.minimum_n}", f"- by {', '.join(metric.grains)}"]
        lines += [f"- needs: {metric.missing.strip()}"] if metric.missing else []
        lines.append("")
    return "\n".join(lines)


def tables_page() -> str:
    """Every table and column that facts may be made of."""
    lines = [NOTE, "# Canonical tables", "", "Keys are marked with *. Every table also has:", ""]
    lines += [_column(column) for column in PROVENANCE]
    for table in TABLES:
        lines += _table(table)
    lines += ["", "# Tables of entries", "", "What people entered, not systems delivered. Every table also has:", ""]
    lines += [_column(column) for column in (*ENTRY_PROVENANCE, FIRST_RECORDED)]
    for table in ENTRY_TABLES:
        lines += _table(table)
    return "\n".join([*lines, ""])


def _table(table: CanonicalTable) -> list[str]:
    columns = [_column(column, star="*" if column.name in table.key else "") for column in table.columns]
    return ["", f"## {table.name}", "", f"{table.meaning[0].upper()}{table.meaning[1:]}.", "", *columns]


def _column(column: Column, star: str = "") -> str:
    choices = f"; one of {', '.join(column.choices)}" if column.choices else ""
    refers = f"; refers to {column.refers_to}" if column.refers_to else ""
    return f"- `{column.name}`{star} ({column.type}): {column.meaning}{choices}{refers}"


def findings_page() -> str:
    """Every code of a finding and what it means."""
    return "\n".join([NOTE, "# Findings", "", *(f"- `{code}`: {meaning}" for code, meaning in CODES.items()), ""])


def commands_page() -> str:
    """Every command, with its own help."""
    lines = [NOTE, "# Commands", "", "Exit code 0: done. 1: not done, and stderr says why. 2: not a command.", ""]
    for name, told in COMMANDS.items():
        lines += [f"## trueup {name}", "", told, "", "```", _help(name), "```", ""]
    return "\n".join(lines)


def _help(command: str) -> str:
    """What ``--help`` prints, on a terminal of 100 characters."""
    os.environ["COLUMNS"] = "100"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
        main([command, "--help"])
    return printed.getvalue().strip()


def settings_page() -> str:
    """Every setting of trueup.toml."""
    lines = [NOTE, "# Settings", "", "What `trueup.toml` may say; everything has a default.", ""]
    lines += [f"- `{name}` (default `{default}`): {told}" for name, (told, default) in documented().items()]
    return "\n".join([*lines, ""])


PAGES = {
    "metrics.md": metrics_page,
    "tables.md": tables_page,
    "findings.md": findings_page,
    "commands.md": commands_page,
    "settings.md": settings_page,
}


def write() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")
        typer.echo(f"written: docs/reference/{name}")


if __name__ == "__main__":
    write()
