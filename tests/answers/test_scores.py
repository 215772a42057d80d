"""Each customer's chance, reckoned by hand: what it is, what it is made of, what moved, and when none is told."""

from math import exp
from pathlib import Path

import pytest

from scored_customers import ON, WAS_ON, kept, published, study
from trueup.answers.scores import YOUNG, NoScoresError, scores
from trueup.mart.snapshot import Snapshot


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return published(tmp_path / "mart")


def chance(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def test_a_chance_is_what_the_score_makes_of_the_last_months(snapshot: Snapshot) -> None:
    found = scores(snapshot, kept(study()))
    assert (found.on, found.was_on, found.account_ids) == (ON, WAS_ON, ("acme", "globex", "initech"))
    acme = found.of("acme")
    assert acme is not None
    assert acme.chance == pytest.approx(chance(1 + 0.8))
    assert acme.before == pytest.approx(chance(1 - 0.8))
    globex = found.of("globex")
    assert globex is not None
    assert (globex.chance, globex.before) == (pytest.approx(chance(1)), None)


def test_reasons_add_up_to_the_chance_and_tell_what_moved(snapshot: Snapshot) -> None:
    acme = scores(snapshot, kept(study())).of("acme")
    assert acme is not None
    assert acme.chance is not None
    assert chance(acme.base + sum(each.adds for each in acme.reasons)) == pytest.approx(acme.chance)
    first = acme.reasons[0]
    assert (first.label, first.adds, first.before) == ("Joint calls", pytest.approx(0.8), pytest.approx(-0.8))
    assert acme.moved[0].change == pytest.approx(1.6)
    assert [each.name for each in acme.reasons] == ["joint_calls", "size", "the date"]


def test_the_interval_is_what_the_sample_leaves_open(snapshot: Snapshot) -> None:
    found = scores(snapshot, kept(study(error=0.5)))
    acme, globex = found.of("acme"), found.of("globex")
    assert acme is not None
    assert globex is not None
    assert acme.low == pytest.approx(chance(1.8 - 1.6449 * 0.5), abs=1e-4)
    assert acme.high == pytest.approx(chance(1.8 + 1.6449 * 0.5), abs=1e-4)
    assert globex.low == globex.high == globex.chance


def test_whom_to_worry_about_comes_first_and_who_came_lately_last_with_the_reason(snapshot: Snapshot) -> None:
    rows = scores(snapshot, kept(study())).table().to_pylist()
    assert [row["account_id"] for row in rows] == ["globex", "acme", "initech"]
    assert (rows[2]["chance"], rows[2]["reason"]) == (None, YOUNG)
    assert rows[1]["why"].startswith("joint_calls +0.80")
    feared = scores(snapshot, kept(study("churned", is_good=False))).table().to_pylist()
    assert [row["account_id"] for row in feared] == ["acme", "globex", "initech"]


def test_deals_are_asked_of_those_who_have_one_open(snapshot: Snapshot) -> None:
    assert scores(snapshot, kept(study("deal won"))).account_ids == ("acme", "prospect")


def test_who_is_not_asked_about_has_no_chance(snapshot: Snapshot) -> None:
    found = scores(snapshot, kept(study()))
    assert found.of("prospect") is None
    assert found.of("zzz") is None
    assert found.only("zzz").num_rows == 0
    assert found.only("acme").to_pylist()[0]["account_id"] == "acme"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (study(auc_low=0.49), "not sure to be better than a coin"),
        (study(model=None), "has no score"),
        (study(can_tell=False, events=30), "has no score: 30 events"),
    ],
)
def test_a_score_that_may_be_a_coin_tells_nobody_s_chance(
    snapshot: Snapshot, said: dict[str, object], says: str
) -> None:
    with pytest.raises(NoScoresError, match=says):
        scores(snapshot, kept(said))
