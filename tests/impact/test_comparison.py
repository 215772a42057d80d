"""Who is compared with whom."""

from collections.abc import Mapping

import numpy as np
import pytest

from trueup.impact.comparison import (
    LESS_ALIKE,
    OTHER_DEFINITION,
    OTHER_LEVER,
    OTHER_UNIT,
    Alike,
    Comparison,
    Measured,
    comparison,
)
from trueup.impact.episodes import Episode, Started
from trueup.impact.panel import GAPS, TREATED, Window

WINDOW = Window(before=18, after=6)
TIMES = tuple(f"{2021 + month // 12}-{month % 12 + 1:02}" for month in range(48))
START = 30
NAMES = ("acme", "bolt", "corvo", "delta", "echo")
NAN = float("nan")


def measured(
    *,
    gaps: Mapping[str, list[int]] | None = None,
    starts: Mapping[str, list[tuple[int, str]]] | None = None,
    segments: tuple[int, ...] = (0, 0, 0, 0, 0),
    sizes: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0),
    changes: Mapping[str, tuple[int, ...]] | None = None,
    odd: frozenset[str] = frozenset(),
) -> Measured:
    values = np.arange(5)[:, None] * 10.0 + np.arange(48)
    for account, places in (gaps or {}).items():
        values[NAMES.index(account), places] = np.nan
    told = {"acme": [(START, "planner")], **(starts or {})}
    return Measured(
        measure="adoption",
        unit="%",
        accounts=NAMES,
        times=TIMES,
        values=values,
        better="higher",
        starts={account: tuple(Started(*each) for each in some) for account, some in told.items()},
        alike=Alike(np.array(segments), np.zeros(5, np.int64), np.array(sizes)),
        definition_changes=changes or {},
        odd=odd,
    )


def of_acme(about: Measured, *, most: int = 30) -> Comparison:
    found = comparison(about, Episode("acme", ("planner",), START), WINDOW, most=most)
    assert found is not None
    return found


def donors(found: Comparison) -> list[str]:
    return list(found.panel.units[1:])


def test_all_who_could_stand_for_the_customer_are_beside_it() -> None:
    found = of_acme(measured())
    assert found.panel.units == NAMES
    assert found.window == WINDOW
    assert found.panel.start_of("acme") == START
    assert found.left_out == {}


@pytest.mark.parametrize(
    ("about", "code"),
    [
        (measured(starts={"bolt": [(35, "planner")]}), TREATED),
        (measured(starts={"bolt": [(2, "planner")]}), TREATED),
        (measured(starts={"bolt": [(20, "dashboard")]}), OTHER_LEVER),
        (measured(gaps={"bolt": [20]}), GAPS),
        (measured(changes={"bolt": (20,)}), OTHER_DEFINITION),
        (measured(odd=frozenset({"bolt"})), OTHER_UNIT),
    ],
)
def test_who_cannot_is_left_out_and_the_reason_is_told(about: Measured, code: str) -> None:
    found = of_acme(about)
    assert donors(found) == ["corvo", "delta", "echo"]
    assert found.left_out == {code: 1}


def test_who_begins_only_after_the_months_compared_serves() -> None:
    found = of_acme(measured(starts={"bolt": [(36, "planner")]}))
    assert found.panel.serves()[found.panel.place("bolt")].all()


def test_what_comes_later_changes_nothing() -> None:
    found = of_acme(measured())
    assert found.panel.times == TIMES[: START + WINDOW.after]


def test_who_began_with_something_else_before_serves_from_then_on() -> None:
    found = of_acme(measured(starts={"bolt": [(5, "dashboard")]}))
    serves = found.panel.serves()[found.panel.place("bolt")]
    assert not serves[:6].any()
    assert serves[6:].all()


def test_the_most_alike_are_chosen_by_what_was_known_before() -> None:
    about = measured(segments=(0, 1, 0, 0, 0), sizes=(1.0, 1.0, 9.0, 2.0, NAN))
    found = of_acme(about, most=2)
    assert donors(found) == ["corvo", "delta"]
    assert found.left_out == {LESS_ALIKE: 2}


def test_how_their_measure_went_has_no_part_in_who_is_chosen() -> None:
    about = measured(sizes=(1.0, 1.1, 1.2, 1.3, 1.4))
    turned = measured(sizes=(1.0, 1.1, 1.2, 1.3, 1.4))
    turned.values[1:] = turned.values[1:][::-1]
    assert donors(of_acme(about, most=2)) == donors(of_acme(turned, most=2))


def test_a_month_that_the_customer_did_not_tell_is_left_out_for_everyone() -> None:
    found = of_acme(measured(gaps={"acme": [20, 33], "bolt": [20]}))
    assert found.skipped == ("2022-09", "2023-10")
    assert found.window == Window(before=18, after=5)
    assert "2022-09" not in found.panel.times
    assert donors(found) == ["bolt", "corvo", "delta", "echo"]
    assert not np.isnan(found.panel.values).any()


def test_from_a_long_gap_back_nothing_is_compared() -> None:
    found = of_acme(measured(gaps={"acme": [13, 14, 15]}))
    assert found.window == Window(before=14, after=6)
    assert found.skipped == ()


@pytest.mark.parametrize("gaps", [[20, 21, 22], [30, 31, 32], list(range(10, 30))])
def test_where_too_little_is_known_nothing_is_compared(gaps: list[int]) -> None:
    episode = Episode("acme", ("planner",), START)
    assert comparison(measured(gaps={"acme": gaps}), episode, WINDOW, most=30) is None


def test_a_definition_changes_at_the_same_month_though_others_were_left_out() -> None:
    found = of_acme(measured(gaps={"acme": [20]}, changes={"acme": (25,)}))
    assert [found.panel.times[place] for place in found.panel.definition_changes] == [TIMES[25]]
