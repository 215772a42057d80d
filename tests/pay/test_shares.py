from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from trueup.pay.shares import UnknownWorth, shapley

Worth = dict[frozenset[str], Fraction]


def worth(**of: int) -> Worth:
    """What groups are worth, by their letters."""
    return {frozenset(group): Fraction(amount) for group, amount in of.items()}


def test_two_and_three_who_worked_on_one_outcome() -> None:
    assert shapley(worth(a=20, b=10, ab=60)) == {"a": 35, "b": 25}
    assert shapley(worth(a=20, b=10, ab=60, c=0, ac=40, bc=10, abc=100)) == {
        "a": Fraction(155, 3),
        "b": Fraction(95, 3),
        "c": Fraction(50, 3),
    }
    assert shapley({}) == {}


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (worth(a=20, ab=60), "nobody said what b are worth: log the worth of every group"),
        (worth(a=20, b=10, c=5, ab=60, ac=40, abc=100), "nobody said what b and c are worth"),
        ({frozenset[str](): Fraction(5), **worth(a=20)}, "nobody at all is said to be worth 5"),
        ({frozenset("abcdefghi"): Fraction(1)}, "9 players are too many to share out by: name at most 8"),
    ],
)
def test_worth_that_cannot_be_shared_out_is_refused(of: Worth, says: str) -> None:
    with pytest.raises(UnknownWorth, match=says):
        shapley(of)


def test_eight_players_are_not_too_many() -> None:
    alike = {group: Fraction(len(group)) for group in groups("abcdefgh")}
    assert shapley(alike) == dict.fromkeys("abcdefgh", 1)


def groups(players: str) -> list[frozenset[str]]:
    return [frozenset(group) for size in range(1, len(players) + 1) for group in combinations(players, size)]


@st.composite
def games(draw: st.DrawFn) -> Worth:
    listed = groups("abcd"[: draw(st.integers(1, 4))])
    amounts = draw(st.lists(st.integers(-100, 100), min_size=len(listed), max_size=len(listed)))
    return {group: Fraction(amount) for group, amount in zip(listed, amounts, strict=True)}


@whatever(games())
def test_all_of_the_worth_is_shared_out(of: Worth) -> None:
    values = shapley(of)
    assert sum(values.values()) == of[frozenset(values)]


@whatever(games())
def test_who_adds_nothing_gets_nothing_and_takes_nothing(of: Worth) -> None:
    with_null = {**of, frozenset("n"): Fraction(0), **{group | {"n"}: amount for group, amount in of.items()}}
    assert shapley(with_null) == {**shapley(of), "n": 0}


@whatever(st.dictionaries(st.tuples(st.integers(0, 2), st.sampled_from(["", "b", "c", "bc"])), st.integers(-100, 100)))
def test_who_adds_the_same_gets_the_same(amounts: dict[tuple[int, str], int]) -> None:
    twins = frozenset("az")
    values = shapley(
        {
            group: Fraction(amounts.get((len(group & twins), "".join(sorted(group - twins))), 0))
            for group in groups("abcz")
        }
    )
    assert values["a"] == values["z"]


@whatever(games(), st.data())
def test_two_outcomes_are_shared_out_as_one(of: Worth, data: st.DataObject) -> None:
    other = {group: Fraction(data.draw(st.integers(-100, 100))) for group in of}
    apart = shapley(of), shapley(other)
    both = shapley({group: of[group] + other[group] for group in of})
    assert both == {player: apart[0][player] + apart[1][player] for player in both}
