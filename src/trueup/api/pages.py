"""Lists come in pages: ``limit`` rows from ``offset`` on, and how many there are in all."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

MOST = 500
_Shown = TypeVar("_Shown")
_Row = TypeVar("_Row", bound=Model)
Limit = Annotated[int, Field(ge=1, le=MOST, description="How many rows at most.")]
Offset = Annotated[int, Field(ge=0, le=10_000_000, description="How many rows to pass over.")]


class Page(Schema, Generic[_Shown]):
    """Part of a list."""

    count: int
    items: list[_Shown]


def page_of(rows: QuerySet[_Row], shown: Callable[[_Row], _Shown], *, limit: int, offset: int) -> Page[_Shown]:
    """A page of rows that are ordered already."""
    return Page(count=rows.count(), items=[shown(row) for row in rows[offset : offset + limit]])


def slice_of(rows: Sequence[_Shown], *, limit: int, offset: int) -> Page[_Shown]:
    """A page of what is there as a whole."""
    return Page(count=len(rows), items=list(rows[offset : offset + limit]))
