"""Panels as files, made of the shared data sets and of customers that we imagine."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from imagined_customers import Imagined
from shared_data import shared_data


def written(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def telco(path: Path) -> Path:
    """IBM's customers as of one date, and whether they left in the month after."""
    with (shared_data("telco_churn") / "Telco-Customer-Churn.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kpis = [name for name in rows[0] if name not in {"customerID", "Churn"}]
    return written(
        path,
        ["account", "as_of", *kpis, "due_on", "happened"],
        ([row["customerID"], "2026-01-01", *(row[name] for name in kpis), "2026-01-31", row["Churn"]] for row in rows),
    )


LEAKS = ("close_value", "cycle_days")


def deals(path: Path, *, is_recorded: bool) -> Path:
    """Maven's closed deals as of their engagement, with two columns that only their closing says."""
    folder = shared_data("maven_crm")

    def by(name: str, key: str) -> dict[str, dict[str, str]]:
        with (folder / f"{name}.csv").open(encoding="utf-8") as file:
            return {row[key]: row for row in csv.DictReader(file)}

    accounts, teams = by("accounts", "account"), by("sales_teams", "sales_agent")
    of_account, of_team = ("sector", "employees", "revenue", "year_established"), ("manager", "regional_office")
    rows = []
    for deal in by("sales_pipeline", "opportunity_id").values():
        if deal["deal_stage"] not in {"Won", "Lost"}:
            continue
        engaged, closed = deal["engage_date"], deal["close_date"]
        rows.append(
            [
                *(deal["opportunity_id"], engaged, deal["sales_agent"], deal["product"]),
                *(teams[deal["sales_agent"]][name] for name in of_team),
                *(accounts[deal["account"]][name] for name in of_account),
                f"month {engaged[5:7]}",
                *(deal["close_value"], (date.fromisoformat(closed) - date.fromisoformat(engaged)).days),
                *([closed, closed] if is_recorded else []),
                *(closed, int(deal["deal_stage"] == "Won")),
            ]
        )
    recorded = [f"{name}@recorded" for name in LEAKS] if is_recorded else []
    header = ["account", "as_of", "activity:sales_agent", "product", *of_team, *of_account, "control:engage_month"]
    return written(path, [*header, *LEAKS, *recorded, "due_on", "happened"], rows)


def customers(path: Path, made: Imagined) -> Path:
    """Imagined customers, with what a file can say of them."""
    panel = made.panel
    assert panel.restated is not None
    left = dict(zip(made.outcome.accounts.tolist(), map(day, made.outcome.on), strict=True))
    names = [kpi.name for kpi in panel.kpis]
    levels = [column.levels for column in panel.control_columns]
    rows = (
        [
            panel.names[account],
            day(panel.as_of[row]),
            *map(cell, panel.known[row]),
            *map(cell, panel.restated[row]),
            *(
                told[int(value)] if told else cell(value)
                for told, value in zip(levels, panel.controls[row], strict=True)
            ),
            left.get(account, ""),
        ]
        for row, account in enumerate(panel.accounts.tolist())
    )
    controls = [f"control:{column.name}" for column in panel.control_columns]
    restated = [f"{name}@restated" for name in names]
    return written(path, ["account", "as_of", *names, *restated, *controls, "event_on"], rows)


def day(of: int) -> str:
    return str(np.datetime64(int(of), "D"))


def cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.6g}"
