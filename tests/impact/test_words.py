"""Codes as sentences."""

import pytest

from trueup.impact.diagnostics import Check
from trueup.impact.panel import LeftOut
from trueup.impact.words import CHECKED, amount, check_in_words, left_out_in_words, signed, times_told

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (15.6054, "15.6"),
        (0.01234, "0.0123"),
        (-7.892, "-7.89"),
        (123.4, "123"),
        (12345.6, "12,346"),
        (1e-9, "0"),
    ],
)
def test_three_digits_count(value: float, shown: str) -> None:
    assert amount(value) == shown


def test_a_gain_has_a_plus() -> None:
    assert (signed(2.5), signed(-2.5), signed(0), signed(1e-9)) == ("+2.50", "-2.50", "0", "0")
    assert (times_told(1), times_told(6)) == ("1 time", "6 times")


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (Check("poor_fit", 1.5, NAN, blocks=False), "Before the start it is missed by 1.50 on average."),
        (Check("few_effective_donors", 2.1, 3, blocks=True), "It is compared with 2.1 donors in effect; it takes 3."),
        (
            Check("rests_on_one_donor", -0.5, 0, blocks=True, about="bolt"),
            "Without bolt the estimate would be -0.500, which turns its sign.",
        ),
        (Check("rests_on_one_donor", NAN, 0, blocks=False), "There are too few donors to leave one out."),
        (Check("effect_before_start", NAN, 0, blocks=False), "Too little is known to try an earlier start."),
        (
            Check("definition_changed", 1, 0, blocks=True, about="2026-03"),
            "The measure was defined otherwise from 2026-03 on.",
        ),
        (Check("donor_shock", NAN, 5, blocks=False), "Donors are too few or too much alike to see a shock."),
        (
            Check("donor_shock", 7.2, 5, blocks=True, about="bolt"),
            "bolt jumped by 7.2 standard deviations at the start; up to 5 may be chance.",
        ),
    ],
)
def test_a_check_says_what_it_found(check: Check, says: str) -> None:
    assert check_in_words(check) == says
    assert CHECKED[check.name]


def test_who_was_left_out_by_agreement_has_the_reason_that_was_given() -> None:
    assert left_out_in_words(LeftOut("bolt", "excluded", "shares our helpdesk")) == "shares our helpdesk"
    assert left_out_in_words(LeftOut("bolt", "gaps")) == "a value is missing in the times compared"
