"""When a customer began with what: starts that belong together, and those that cannot be told apart."""

from hypothesis import given
from hypothesis import strategies as st

from trueup.impact.episodes import Episode, Started, episodes, who_moves
from trueup.impact.panel import Window

WINDOW = Window(before=18, after=6)


def acme(*starts: tuple[int, str]) -> list[Episode]:
    return episodes("acme", [Started(place, lever) for place, lever in starts], WINDOW)


def test_a_start_is_an_episode() -> None:
    assert acme((20, "planner")) == [Episode("acme", ("planner",), 20)]


def test_what_is_begun_within_the_months_compared_counts_together() -> None:
    assert acme((24, "dashboard"), (20, "planner")) == [Episode("acme", ("dashboard", "planner"), 20)]


def test_what_is_begun_later_is_refused_since_nobody_can_tell_what_did_what() -> None:
    first, second = acme((20, "planner"), (30, "dashboard"))
    assert first.too_soon_after == ()
    assert second == Episode("acme", ("dashboard",), 30, too_soon_after=("planner",))


def test_long_after_another_lever_a_start_can_be_told_apart() -> None:
    assert [each.too_soon_after for each in acme((10, "planner"), (28, "dashboard"))] == [(), ("planner",)]
    assert [each.too_soon_after for each in acme((10, "planner"), (29, "dashboard"))] == [(), ()]


def test_a_customer_who_begins_twice_with_the_same_is_refused_however_late() -> None:
    assert [each.too_soon_after for each in acme((10, "planner"), (60, "planner"))] == [(), ("planner",)]


def test_one_who_gives_up_and_begins_again_at_once_is_refused() -> None:
    (episode,) = acme((20, "planner"), (23, "planner"))
    assert episode.too_soon_after == ("planner",)


def test_a_lever_of_which_nobody_said_what_for_may_move_anything() -> None:
    meant = {"planner": ["on_time_delivery"], "portal": ["order_cycle_time"]}
    assert who_moves("on_time_delivery", ["planner", "portal", "dashboard"], meant) == ("dashboard", "planner")


STARTS = st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["planner", "portal", "dashboard"])), max_size=6)


@given(STARTS, st.randoms())
def test_the_order_in_which_starts_are_told_is_of_no_account(starts: list[tuple[int, str]], chance: object) -> None:
    shuffled = list(starts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert acme(*starts) == acme(*shuffled)


@given(STARTS)
def test_every_start_is_in_one_episode(starts: list[tuple[int, str]]) -> None:
    told = acme(*starts)
    for place, lever in starts:
        of_it = [each for each in told if lever in each.levers and each.start <= place < each.start + WINDOW.after]
        assert len(of_it) == 1


@given(STARTS)
def test_of_each_lever_at_most_one_start_is_told_apart(starts: list[tuple[int, str]]) -> None:
    sound = [lever for each in acme(*starts) if not each.too_soon_after for lever in each.levers]
    assert len(sound) == len(set(sound))
