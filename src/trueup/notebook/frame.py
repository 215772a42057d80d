"""Rows as a notebook shows them, and as the frames that people work with."""

import importlib
from html import escape
from typing import Any

import altair as alt
import polars as pl
import pyarrow as pa

from trueup.answers.study import Study

_SHOWN = 20


class Rows:
    """Rows of an answer; ``sql`` is what yielded them, empty where no single query did."""

    def __init__(self, rows: pa.Table, sql: str) -> None:
        self._rows = rows
        self.sql = sql

    def arrow(self) -> pa.Table:
        """As an Arrow table."""
        return self._rows

    def polars(self) -> pl.DataFrame:
        """As a polars frame."""
        frame = pl.from_arrow(self._rows)
        assert isinstance(frame, pl.DataFrame)
        return frame

    def pandas(self) -> Any:
        """As a pandas frame; pandas is not installed with Trueup unless asked for (``pip install trueup[pandas]``)."""
        return importlib.import_module("pandas").DataFrame(self._rows.to_pydict())

    def chart(self) -> alt.Chart:
        """A line per entity over the periods, one panel per metric."""
        data = alt.InlineData(values=self._rows.to_pylist())
        chart: alt.Chart = (
            alt.Chart(data)
            .mark_line(point=True)
            .encode(
                x=alt.X("period:O", title=None),
                y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
                color=alt.Color("entity:N", title=None),
                row=alt.Row("metric:N", title=None),
                tooltip=["metric:N", "entity:N", "period:O", "value:Q", "n:Q", "pending:Q", "status:N"],
            )
            .resolve_scale(y="independent")
            .properties(width=560, height=140)
        )
        return chart

    def __len__(self) -> int:
        return int(self._rows.num_rows)

    def __repr__(self) -> str:
        return repr(self.polars())

    def _repr_html_(self) -> str:
        """The first rows as a table; null is shown as a dash."""
        head = "".join(f"<th>{escape(name)}</th>" for name in self._rows.column_names)
        body = "".join(
            "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row.values()) + "</tr>"
            for row in self._rows.slice(0, _SHOWN).to_pylist()
        )
        more = len(self) - _SHOWN
        rest = f"<p>{more:,} more rows</p>" if more > 0 else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


class StudyRows(Rows):
    """A study's KPIs as rows; ``study`` holds all of it, and ``number`` is what it is kept as."""

    def __init__(self, rows: pa.Table, study: Study, number: int) -> None:
        super().__init__(rows, "")
        self.study = study
        self.number = number

    def page(self) -> str:
        """The study drawn, as an HTML page that needs nothing else."""
        return str(importlib.import_module("trueup.reports.indicators").page(self.study, number=self.number))

    def chart(self) -> alt.Chart:
        """Each KPI's effect with its interval, in log odds per standard deviation; those without one are left out."""
        known = [row for row in self._rows.to_pylist() if row["effect"] is not None]
        data = alt.InlineData(values=known)
        kpi = alt.Y("kpi:N", title=None, sort=[row["kpi"] for row in known])
        colour = alt.Color("tier:N", title="tier")
        bars = alt.Chart(data).mark_rule().encode(x=alt.X("low:Q", title="log odds"), x2="high:Q", y=kpi, color=colour)
        told = ["kpi:N", "tier:N", "effect:Q", "low:Q", "high:Q", "q:Q", "reason:N"]
        dots = alt.Chart(data).mark_point(filled=True).encode(x="effect:Q", y=kpi, color=colour, tooltip=told)
        chart: alt.Chart = (bars + dots).properties(width=420)
        return chart

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(told)}</p>" for told in self.study.headline)
        cannot = "".join(f"<li>{escape(told)}</li>" for told in self.study.cannot_tell)
        return f"{said}{super()._repr_html_()}<p>What this cannot tell</p><ul>{cannot}</ul>"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,.4g}" if isinstance(value, float) else escape(str(value))
