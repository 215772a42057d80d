"""Worksheets as files: what they say, what is wrong with them and where, and that nothing is lost in writing one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from trueup.grades.worksheet import PERIOD_KIND, Worksheet
from trueup.grades.worksheet_file import (
    SheetFile,
    WorksheetFileError,
    json_schema,
    load,
    our_files,
    read,
    version_of,
    written,
)
from trueup.metrics.registry import built_in_metrics

OURS = load(our_files(), metrics=built_in_metrics())
TEXT = """\
label: How they are doing
cadence: quarterly
cutoffs: {A: 80, B: 50}
criteria:
- name: answer_time
  label: How fast we answer
  weight: 2
  metric: response_time
  bands: [{below: 4, points: 10}, {points: 0}]
- name: openness
  label: How open they are
  weight: 1
  question: How open are they?
  answers:
  - {points: 0, means: Not at all}
  - {points: 2, means: A little}
  - {points: 5, means: Somewhat}
  - {points: 8, means: Mostly}
  - {points: 10, means: Entirely}
"""


def wrong(text: str, *, metrics: tuple[str, ...] = ("response_time",)) -> list[str]:
    with pytest.raises(WorksheetFileError) as caught:
        load([SheetFile("mine", "worksheets/mine.yaml", text)], metrics=metrics)
    return str(caught.value).splitlines()


@pytest.mark.parametrize("cadence", PERIOD_KIND)
@pytest.mark.parametrize("kind", ["", "software_", "lending_"])
def test_every_cadence_has_a_worksheet_for_every_kind_of_company(cadence: str, kind: str) -> None:
    sheet = OURS[f"{kind}{cadence}"]
    assert sheet.cadence == cadence
    assert sheet.questions, "something only people know is asked"


@pytest.mark.parametrize("sheet", OURS.values(), ids=OURS)
def test_what_is_written_reads_back_the_same(sheet: Worksheet) -> None:
    again = read(sheet.name, written(sheet))
    assert again == sheet
    assert version_of(again) == version_of(sheet)


@pytest.mark.parametrize("sheet", OURS.values(), ids=OURS)
def test_no_criterion_of_ours_outweighs_a_third_of_all_others(sheet: Worksheet) -> None:
    assert max(criterion.weight for criterion in sheet.criteria) <= sheet.weight / 3


def test_whatever_changes_in_a_worksheet_makes_another_version() -> None:
    sheet = read("mine", TEXT)
    others = [
        replace(sheet, label="Another"),
        replace(sheet, answered_at_least=Decimal("0.5")),
        replace(sheet, criteria=sheet.criteria[:1]),
        replace(sheet, cutoffs={"A": Decimal(81), "B": Decimal(50)}),
    ]
    assert len({version_of(each) for each in (sheet, *others)}) == 5


def test_the_order_of_keys_makes_no_other_version() -> None:
    moved = TEXT.replace("  weight: 2\n  metric: response_time\n", "  metric: response_time\n  weight: 2\n")
    assert version_of(read("mine", moved)) == version_of(read("mine", TEXT))


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("weight: 2", "weigth: 2", "worksheets/mine.yaml:7: unknown key 'weigth'; did you mean weight?"),
        ("cadence: quarterly", "cadence: quaterly", "worksheets/mine.yaml:2: cadence: 'quaterly' is not possible"),
        ("response_time\n", "respons_time\n", "worksheets/mine.yaml:8: no metric is called 'respons_time'"),
        ("  metric: response_time\n", "", "worksheets/mine.yaml:5: answer_time reads nothing: Name a metric"),
        ("weight: 2", "weight: 0", "worksheets/mine.yaml:7: answer_time: A weight is above 0."),
        ("{points: 0}]", "{points: 12}]", ""),
        ("{below: 4, points: 10}", "{below: 4, points: ten}", "worksheets/mine.yaml:9: points: 'ten' does not do"),
        ("{A: 80, B: 50}", "{A: 50, B: 80}", "worksheets/mine.yaml:3: Cut-offs are scores"),
        ("  - {points: 10, means: Entirely}\n", "", "openness: A question has points and a meaning for each answer"),
        ("label: How they are doing\n", "", "worksheets/mine.yaml:1: label is missing"),
        ("name: answer_time", "name: openness", "There are two criteria called openness."),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_cure(before: str, after: str, told: str) -> None:
    text = TEXT.replace(before, after, 1)
    if not told:
        assert read("mine", text)
        return
    assert any(told in line for line in wrong(text)), wrong(text)


def test_everything_wrong_is_told_at_once() -> None:
    text = TEXT.replace("weight: 2", "weigth: 2").replace("means: Mostly", "mean: Mostly")
    assert len(wrong(text)) == 4


@pytest.mark.parametrize("text", ["- a", "", "a: ["])
def test_what_is_no_worksheet_says_how_one_begins(text: str) -> None:
    assert len(wrong(text)) == 1


def test_points_that_fall_and_rise_again_are_refused() -> None:
    bands = "[{below: 2, points: 5}, {below: 4, points: 10}, {points: 0}]"
    text = TEXT.replace("[{below: 4, points: 10}, {points: 0}]", bands)
    assert "more of a good thing is never worse" in wrong(text)[0]


def test_an_attribute_is_one_of_those_an_account_has() -> None:
    text = TEXT.replace("metric: response_time", "attribute: headcount")
    assert "no attribute is called 'headcount'" in wrong(text)[0]
    text = TEXT.replace("metric: response_time", "attribute: segment")
    assert "segment is a text: give values." in wrong(text)[0]


def test_a_later_file_takes_the_place_of_an_earlier_one_of_its_name() -> None:
    sheets = load([*our_files(), SheetFile("quarterly", "worksheets/quarterly.yaml", TEXT)])
    assert sheets["quarterly"].label == "How they are doing"


def test_editors_know_every_key() -> None:
    schema = json_schema()
    assert schema["additionalProperties"] is False
    assert {"label", "cadence", "criteria", "cutoffs"} <= set(schema["properties"])  # type: ignore[call-overload]
