"""The stakeholder map: people and ties in, and what is fragile out."""

import re
from datetime import date, datetime

import pytest

from trueup.answers.account import Contact, Tie
from trueup.answers.stakeholder_map import CONTACTS_SHOWN, OURS_SHOWN, Recorded, StakeholderMap, stakeholder_map
from trueup.reports.relations import NARROW, WIDE, Sheet, drawn

TODAY = date(2026, 6, 30)
NAMES = {"nora": "Nora", "tom": "Tom"}


def contact(name: str, *, left: str | None = None, decides: bool = False) -> Contact:
    return Contact(name.lower(), name, "Head of Something", None, decides, date.fromisoformat(left) if left else None)


def recorded(name: str, role: str = "unknown", *, influence: int | None = None, left: str | None = None) -> Recorded:
    departed_on = date.fromisoformat(left) if left else None
    return Recorded(f"s-{name}", name.lower(), name, "CFO", role, influence, departed_on)


def ties(told: str) -> list[Tie]:
    """Ties in words: ours, theirs, strength, and whether one-way."""
    rows = [line.split() for line in told.strip().splitlines()]
    return [
        Tie(ours, theirs, float(strength), bool(rest), 3, datetime(2026, 6, 1))
        for ours, theirs, strength, *rest in rows
    ]


def mapped(
    people: list[Recorded] | None = None, contacts: list[Contact] | None = None, told: str = "nora jan 1"
) -> StakeholderMap:
    return stakeholder_map(people or [], contacts or [], ties(told), NAMES, today=TODAY)


BOTH = [contact("Jan"), contact("Kim")]


@pytest.mark.parametrize(
    ("told", "theirs", "ours"),
    [
        ("nora jan 9\n tom kim 1", "Jan", "Nora"),
        ("nora jan 8\n tom kim 2", None, None),
        ("nora jan 5\n nora kim 5", None, "Nora"),
        ("nora jan 5\n tom jan 5", "Jan", None),
        ("nora jan 0.1", "Jan", "Nora"),
    ],
)
def test_an_account_hangs_on_whoever_has_more_than_four_fifths(told: str, theirs: str | None, ours: str | None) -> None:
    found = mapped(contacts=BOTH, told=told)
    assert (found.hangs_on_theirs.name if found.hangs_on_theirs else None) == theirs
    assert (found.hangs_on_ours.name if found.hangs_on_ours else None) == ours


def test_nothing_hangs_on_somebody_who_is_gone() -> None:
    found = mapped([recorded("Jan", left="2026-06-01")], BOTH, "nora jan 90\n nora kim 1\n tom kim 1")
    assert found.hangs_on_theirs is not None
    assert found.hangs_on_theirs.name == "Kim"
    assert found.hangs_on_ours is None


def test_nobody_carries_an_account_without_any_contact() -> None:
    found = mapped([recorded("Jan", "champion")], BOTH, "")
    assert (found.ours, found.lines, found.hangs_on_ours, found.hangs_on_theirs) == ((), (), None, None)
    assert [each.name for each in found.theirs] == ["Jan"]


def test_a_recorded_contact_is_one_person_with_the_recorded_name_and_role() -> None:
    found = mapped([recorded("Jan", "champion")], [contact("Jan", decides=True)])
    assert [(each.name, each.role, each.title, each.strength) for each in found.theirs] == [
        ("Jan", "champion", "CFO", 1.0)
    ]
    assert [(line.ours.name, line.theirs.key) for line in found.lines] == [("Nora", "s-Jan")]


def test_the_crms_decision_makers_are_there_also_if_nobody_is_in_touch() -> None:
    found = mapped(contacts=[contact("Jan"), contact("Kim", decides=True), contact("Lou")])
    assert [(each.name, each.role, each.strength) for each in found.theirs] == [
        ("Kim", "decision_maker", 0.0),
        ("Jan", "unknown", 1.0),
    ]


def test_ties_with_people_of_other_companies_are_left_aside() -> None:
    found = mapped(contacts=[contact("Jan")], told="nora jan 1\n tom stranger 50")
    assert [line.ours.name for line in found.lines] == ["Nora"]
    assert [each.name for each in found.ours] == ["Nora"]


@pytest.mark.parametrize(
    ("person", "crm_left", "is_loss"),
    [
        (recorded("Jan", "champion", left="2026-06-01"), None, True),
        (recorded("Jan", "decision_maker", left="2026-06-30"), None, True),
        (recorded("Jan", "user", influence=4, left="2026-06-01"), None, True),
        (recorded("Jan", "user", influence=3, left="2026-06-01"), None, False),
        (recorded("Jan", "champion", left="2026-07-01"), None, False),
        (recorded("Jan", "champion", left="2025-06-30"), None, False),
        (recorded("Jan", "champion"), "2026-06-01", True),
        (recorded("Jan", "champion"), "2026-06-30", False),
        (recorded("Jan", "champion"), None, False),
    ],
    ids=lambda value: f"{value.role} {value.influence} {value.departed_on}" if isinstance(value, Recorded) else None,
)
def test_a_champion_who_left_within_the_year_is_a_loss(person: Recorded, crm_left: str | None, is_loss: bool) -> None:  # noqa: FBT001
    found = mapped([person], [contact("Jan", left=crm_left)])
    assert bool(found.losses) is is_loss


def test_only_so_many_are_drawn_and_the_rest_are_counted() -> None:
    crowd = [contact(f"K{place:02}") for place in range(30)]
    told = "\n".join(f"p{place:02} k{place:02} {place + 1}" for place in range(30))
    found = mapped([recorded("Zoe")], crowd, told)
    assert len(found.ours) == OURS_SHOWN
    assert len(found.theirs) == CONTACTS_SHOWN + 1
    assert found.left_out == (30 - CONTACTS_SHOWN, 30 - OURS_SHOWN)
    assert found.ours[0].person_id == "p29"
    assert {line.theirs.key for line in found.lines} <= {each.key for each in found.theirs}


@pytest.mark.parametrize("sheet", [WIDE, NARROW], ids=lambda sheet: sheet.name)
def test_the_drawing_shows_everybody_and_dashes_what_is_one_way(sheet: Sheet) -> None:
    people = [recorded("Jan", "champion", left="2026-06-01"), recorded("<b>Kim</b>", "decision_maker")]
    found = mapped(people, BOTH, "nora jan 2\n tom jan 1 one-way\n nora kim 1")
    svg = str(drawn(found, sheet))
    assert svg.count("<path") == len(found.lines) == 3
    assert svg.count("one-way") == 1
    assert svg.count('class="ring"') == bool(found.hangs_on_ours) + bool(found.hangs_on_theirs)
    assert "left Jun 2026" in svg
    assert "<b>" not in svg
    for name in ("Nora", "Tom", "Jan", "&lt;b&gt;Kim"):
        assert name in svg
    places = [float(y) for y in re.findall(r'cy="([\d.]+)"', svg)]
    height = float(svg.split("viewBox=")[1].split('"')[1].split()[3])
    assert 0 < min(places) <= max(places) < height
