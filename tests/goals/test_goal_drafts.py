"""A line typed while a customer talks becomes a goal as far as it tells one; what it does not tell is not made up."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given as whatever
from hypothesis import settings
from hypothesis import strategies as st

from trueup.goals.drafts import Draft, Part, parse_answer
from trueup.goals.library import Kpi, library
from trueup.units.period import PeriodRules

TODAY = date(2026, 9, 15)
PARTS = {
    "kpi": "kpi",
    "from": "baseline",
    "to": "target",
    "unit": "unit",
    "cur": "currency",
    "dir": "direction",
    "asof": "baseline_on",
    "by": "target_on",
    "bound": "bound",
    "tol": "tolerance",
}
ANSWERS = Path(__file__).parent / "answers.txt"


@dataclass(frozen=True)
class Expected:
    """What a line tells, and words of the reasons for what it does not."""

    line: str
    told: dict[str, str]
    reasons: dict[str, str]


def expectations() -> list[Expected]:
    lines = [line for line in ANSWERS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [expected(line) for line in lines]


def expected(line: str) -> Expected:
    text, _, wanted = line.partition(" | ")
    found = re.findall(r"(\w+)(=|\?)(.+?)(?=\s\w+[=?]|$)", wanted.strip())
    told = {PARTS[name]: words for name, sign, words in found if sign == "="}
    reasons = {PARTS[name]: words for name, sign, words in found if sign == "?"}
    return Expected(text.strip(), told, reasons)


def answered(line: str, *, today: date = TODAY) -> Draft:
    return parse_answer(line, today=today)


def parts(draft: Draft) -> dict[str, str]:
    """The parts that were told, as the table writes them."""
    told = {
        "kpi": draft.kpi,
        "unit": draft.unit,
        "currency": draft.currency,
        "direction": draft.direction,
        "baseline": draft.baseline,
        "target": draft.target,
        "tolerance": draft.tolerance,
        "bound": draft.bound,
        "baseline_on": draft.baseline_on,
        "target_on": draft.target_on,
    }
    return {name: str(value) for name, value in told.items() if value is not None}


@pytest.mark.parametrize("wanted", expectations(), ids=lambda wanted: wanted.line)
def test_a_line_tells_what_it_tells_and_no_more(wanted: Expected) -> None:
    draft = answered(wanted.line)
    assert parts(draft) == wanted.told
    for part, words in wanted.reasons.items():
        assert words in draft.untold[part], part


def test_the_table_has_a_hundred_lines() -> None:
    assert len(expectations()) >= 100


@pytest.mark.parametrize("wanted", expectations(), ids=lambda wanted: wanted.line)
def test_each_part_is_told_or_has_a_reason(wanted: Expected) -> None:
    draft = answered(wanted.line)
    told = parts(draft) | ({"measure": draft.measure} if draft.measure else {})
    for part in get_args(Part):
        is_money = draft.unit == "money"
        assert (part in told) != (part in draft.untold) or (part == "currency" and not is_money), part


@pytest.mark.parametrize(
    ("line", "by"),
    [
        ("NPS 50 by Q1", date(2027, 6, 30)),
        ("NPS 50 by Q3", date(2026, 12, 31)),
        ("NPS 50 by Q3 2027", date(2026, 12, 31)),
        ("NPS 50 this quarter", date(2026, 9, 30)),
        ("NPS 50 by H2", date(2027, 3, 31)),
        ("NPS 50 this year", date(2027, 3, 31)),
        ("NPS 50 next year", date(2028, 3, 31)),
        ("NPS 50 by year end", date(2027, 3, 31)),
        ("NPS 50 by FY28", date(2028, 3, 31)),
        ("NPS 50 by the end of fiscal 2028", date(2028, 3, 31)),
        ("NPS 50 by the end of 2027", date(2027, 12, 31)),
        ("NPS 50 next calendar year", date(2027, 12, 31)),
        ("NPS 50 by June", date(2027, 6, 30)),
    ],
)
def test_quarters_and_years_are_those_of_the_company(line: str, by: date) -> None:
    draft = parse_answer(line, today=TODAY, rules=PeriodRules(fiscal_year_start=4))
    assert (draft.target, draft.target_on) == (50, by)


def test_how_an_open_word_was_read_is_told() -> None:
    draft = parse_answer("revenue from $10m to $12m by Q3", today=TODAY, rules=PeriodRules(fiscal_year_start=4))
    assert draft.notes == ("$ read as USD", "'Q3' read as part of the fiscal year")


@pytest.mark.parametrize(("mark", "value"), [(".", "1200"), (",", "1.2")])
def test_the_companys_decimal_mark_settles_what_could_be_two_numbers(mark: str, value: str) -> None:
    draft = parse_answer("ticket volume to 1,200", today=TODAY, decimal_mark="." if mark == "." else ",")
    assert draft.target == Decimal(value)


@pytest.mark.parametrize(
    ("own", "line", "currency"),
    [
        (None, "revenue to $5m", "USD"),
        ("CAD", "revenue to $5m", "CAD"),
        ("EUR", "revenue to $5m", "USD"),
        ("JPY", "revenue to ¥5m", "JPY"),
        ("EUR", "revenue to ¥5m", None),
        ("EUR", "revenue to 5 million", None),
    ],
)
def test_the_companys_currency_settles_only_a_sign_of_many(own: str | None, line: str, currency: str | None) -> None:
    draft = parse_answer(line, today=TODAY, currency=own)
    assert (draft.target, draft.unit, draft.currency) == (5_000_000, "money", currency)


def test_role_and_industry_say_which_measure_is_meant() -> None:
    plant = parse_answer("MTTR from 9 to 4 hours", today=TODAY, role="plant manager", industry="Manufacturing")
    systems = parse_answer("MTTR from 9 to 4 hours", today=TODAY, role="CIO", industry="Software")
    assert (plant.kpi, systems.kpi) == ("mean_time_to_repair", "mean_time_to_restore")


def test_a_measure_of_their_own_keeps_their_words_and_what_else_it_might_be() -> None:
    draft = answered("widgets polished per shift from 40 to 55 by March")
    assert (draft.kpi, draft.measure, draft.baseline, draft.target) == (None, "widgets polished per shift", 40, 55)


measured = st.sampled_from([kpi for kpi in library().kpis if not re.search(r"\d|close", kpi.name)])
levels = st.lists(st.integers(0, 999), min_size=2, max_size=2, unique=True)
deadlines = st.integers(1, 1500).map(lambda days: TODAY + timedelta(days=days))
LINES = (
    "{name} from {low} to {high} by {day:%-d %B %Y}",
    "{name} {low} -> {high} by {day:%Y-%m-%d}",
    "{name}: {low} today, target {high} by {day:%d.%m.%Y}",
    "{name} to {high} by {day:%B %-d, %Y}, from {low}",
    "by {day:%-d %b %Y} {name} should be {high} instead of {low}",
)


@settings(deadline=None)
@whatever(measured, levels, deadlines, st.sampled_from(LINES))
def test_however_it_is_put_the_same_goal_is_heard(kpi: Kpi, pair: list[int], day: date, line: str) -> None:
    low, high = pair
    draft = answered(line.format(name=kpi.name, low=low, high=high, day=day))
    assert (draft.baseline, draft.target, draft.target_on) == (low, high, day)
    assert kpi.key in {draft.kpi, *(match.kpi.key for match in draft.candidates)}


SPEECH = """
DSO NPS churn revenue from to by today Q3 58 45 1,200 99.9% 4h $5m €3 keep below above halve 10% next year June 2027 ->
- ± ( ) / , . within 6 months instead of zero points target is was between and k m 03/04/2027 5 nines no
"""
WORDS = st.sampled_from(SPEECH.split())


@settings(deadline=None)
@whatever(st.lists(WORDS, max_size=12).map(" ".join))
def test_any_line_is_borne_and_no_value_is_invented(line: str) -> None:
    draft = answered(line)
    reckoned = re.search(r"by|halve|between|-|±|points|10%|fall|h$", line)
    digits = {Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", line.replace(",", ""))}
    for value in (draft.baseline, draft.target):
        if value is not None and not reckoned:
            scaled = {number * Decimal(10) ** power for number in digits for power in (0, 3, 6)}
            assert abs(value) in scaled | {Decimal(0), Decimal("1.2"), Decimal("99.999")}


@settings(deadline=None)
@whatever(st.text(max_size=300))
def test_any_text_at_all_is_borne(text: str) -> None:
    draft = answered(text)
    assert set(draft.untold) <= set(get_args(Part))
