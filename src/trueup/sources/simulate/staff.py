"""Our own people: teams, a reorganisation half-way, leavers and who took over their accounts."""

from dataclasses import dataclass

import numpy as np

from trueup.sources.simulate import names
from trueup.sources.simulate.clock import Clock
from trueup.sources.simulate.columns import Ints
from trueup.sources.simulate.scale import Company

REGIONS = ("DACH", "UK & Ireland", "Americas")
TEAMS = (
    "Sales DACH",
    "Sales UK & Ireland",
    "Sales Americas",
    "Customer Success DACH",
    "Customer Success UK & Ireland",
    "Customer Success Americas",
    "Support First Line",
    "Support Second Line",
    "Solutions",
    "Sales Development",
    "Marketing",
    "Management",
    "Sales DACH Midmarket",
)
SALES, SUCCESS, FIRST_LINE, SECOND_LINE = 0, 3, 6, 7
SOLUTIONS, DEVELOPMENT, MARKETING, MANAGEMENT, MIDMARKET = 8, 9, 10, 11, 12
DEPARTMENTS = (
    *("Sales",) * 3,
    *("Customer Success",) * 3,
    *("Support",) * 2,
    *("Sales",) * 2,
    "Marketing",
    "Management",
    "Sales",
)
ROLES = (
    *("Account Executive",) * 3,
    *("Customer Success Manager",) * 3,
    "Support Engineer",
    "Senior Support Engineer",
    "Solutions Engineer",
    "Sales Development Representative",
    "Marketing Manager",
    "Managing Director",
    "Account Executive",
)
NEVER = 2**40


@dataclass(frozen=True)
class Staff:
    """One row a person; ``team_before`` up to ``moved_on`` (``NEVER``: no move), ``left_on`` and ``successor``."""

    first_name: Ints
    last_name: Ints
    copy: Ints
    team: Ints
    team_before: Ints
    joined_on: Ints
    moved_on: Ints
    left_on: Ints
    successor: Ints
    manager: Ints

    def __len__(self) -> int:
        return len(self.team)

    def of_team(self, team: int) -> Ints:
        """The people who began in a team."""
        return np.flatnonzero(self.team_before == team)

    def acting(self, person: Ints, day: Ints) -> Ints:
        """The person on that day, or the successor once the person has left."""
        return np.where(day > self.left_on[person], self.successor[person], person)


def _team_sizes(accounts: int) -> Ints:
    sellers = np.maximum(3, np.array([0.5, 0.25, 0.25]) * accounts / 28).astype(np.int64)
    success = np.maximum(2, np.array([0.5, 0.25, 0.25]) * accounts / 40).astype(np.int64)
    others = np.maximum([6, 3, 3, 3, 3, 2], np.array([1 / 60, 1 / 150, 1 / 120, 1 / 100, 0.0, 0.0]) * accounts)
    return np.concatenate([sellers, success, others.astype(np.int64)])


def hire(company: Company, clock: Clock, rng: np.random.Generator) -> Staff:
    """The staff a company of that size needs."""
    sizes = _team_sizes(company.accounts)
    team = np.repeat(np.arange(len(sizes)), sizes)
    people = len(team)
    pair = (np.arange(people) * 1009 + 17) % (names.NAMES_A_LANGUAGE**2 * 2)
    german, pair = np.divmod(pair, names.NAMES_A_LANGUAGE**2)
    first, last = np.divmod(pair, names.NAMES_A_LANGUAGE)
    joined = clock.month_starts[0] - rng.integers(30, 1500, people)
    moved, team_now = _reorganise(team, clock)
    left, successor = _leave(team, moved, clock, rng)
    lead = np.searchsorted(team, np.arange(len(sizes)))
    boss = lead[MANAGEMENT]
    manager = np.where(np.arange(people) == lead[team], boss, lead[team])
    manager[boss] = -1
    return Staff(
        first_name=first + german * names.NAMES_A_LANGUAGE,
        last_name=last + german * names.NAMES_A_LANGUAGE,
        copy=np.arange(people) // (names.NAMES_A_LANGUAGE**2 * 2),
        team=team_now,
        team_before=team,
        joined_on=joined,
        moved_on=moved,
        left_on=left,
        successor=successor,
        manager=manager,
    )


def _reorganise(team: Ints, clock: Clock) -> tuple[Ints, Ints]:
    """Half-way, every third DACH seller founds the midmarket team; one first-line engineer joins customer success."""
    half = (clock.window_from + clock.cutoff) // 2
    moved = np.full(len(team), NEVER, dtype=np.int64)
    now = team.copy()
    sellers = np.flatnonzero(team == SALES)[1::3]
    now[sellers] = MIDMARKET
    engineer = np.flatnonzero(team == FIRST_LINE)[-1]
    now[engineer] = SUCCESS
    moved[sellers] = clock.month_starts[clock.month(np.array([half]))[0]]
    moved[engineer] = half
    return moved, now


def _leave(team: Ints, moved: Ints, clock: Clock, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """About one in nine sellers and success managers leaves, and a colleague takes over."""
    people = len(team)
    left = np.full(people, NEVER, dtype=np.int64)
    successor = np.arange(people)
    for group in range(SALES, SUCCESS + 3):
        members = np.flatnonzero((team == group) & (moved == NEVER))
        leavers = members[2::9]
        left[leavers] = rng.integers(clock.window_from + 90, clock.cutoff - 60, len(leavers))
        successor[leavers] = members[1::9][: len(leavers)]
    return left, successor
