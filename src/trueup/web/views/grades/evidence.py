"""The other side: what customers' quarters say about us, by department and by the letters that we gave."""

from functools import lru_cache
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trueup import served
from trueup.answers.board import Point
from trueup.answers.evidence import ByLetter, Evidence, by_letter, of_account
from trueup.answers.gradings import SHOWN, Grading, gradings
from trueup.record import access
from trueup.reports.cards import told
from trueup.web.views.entries.rights import viewer
from trueup.web.views.grades.chosen import LABELS, Chosen, chosen

DEPARTMENTS = {"company": "Everybody who sells and serves", "success": "Their goals, and those who look after them"}


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Every department's metrics, by letter."""
    user = viewer(request)
    found = chosen(request)
    if found is None:
        return render(request, "web/nothing_built.html")
    among = None if access.reads_every_account(user) else access.ids(access.accounts(user))
    rows = (
        _of_all(served.edition(), found.grading)
        if among is None
        else by_letter(found.snapshot, found.grading, among=among)
    )
    letters = [letter for letter in SHOWN if any(letter in row.medians for row in rows)]
    shown = [
        {
            "department": DEPARTMENTS.get(department, department.capitalize()),
            "rows": [
                {
                    "row": row,
                    "cells": [
                        (letter, in_words(row.medians[letter][0], row.unit), row.medians[letter][1])
                        if letter in row.medians
                        else (letter, "–", 0)
                        for letter in letters
                    ],
                }
                for row in of_department
            ],
        }
        for department, of_department in groupby(rows, key=lambda row: row.department)
    ]
    page = {"chosen": found, "labels": LABELS, "letters": letters, "departments": shown}
    return render(request, "web/grades/evidence.html", page)


@lru_cache(maxsize=8)
def _of_all(edition: str, grading: Grading) -> list[ByLetter]:
    del edition  # part of the key: a new build is read anew
    snapshot = served.snapshot()
    return by_letter(snapshot, grading) if snapshot else []


def evidence_of(found: Chosen, account_id: str) -> list[dict[str, Any]]:
    """One account's evidence about us, department by department."""
    earlier = [
        each.period
        for each in gradings(found.snapshot, found.grading.cadence)
        if each.first_on < found.grading.first_on
    ]
    rows = of_account(found.snapshot, found.grading, earlier[-1] if earlier else None, account_id)
    return [
        {
            "department": DEPARTMENTS.get(department, department.capitalize()),
            "rows": [_shown(row) for row in of_department],
        }
        for department, of_department in groupby(rows, key=lambda row: row.department)
    ]


def _shown(row: Evidence) -> dict[str, Any]:
    return {
        "row": row,
        "value": in_words(row.value, row.unit),
        "before": None if row.before is None else in_words(row.before, row.unit),
        "median": in_words(row.median, row.unit),
    }


def in_words(value: float | None, unit: str) -> str:
    """A value in the words of its unit."""
    return told(None if value is None else Point("", value, 0, 0, "ok"), unit, served.settings().currency)
