"""What an imagined account team entered about a customer: the same for the same seed, with every case in it."""

from datetime import date, datetime, timedelta
from random import Random

Value = str | int | float | bool | date | datetime | None
Tables = dict[str, list[dict[str, Value]]]

BEGUN = date(2025, 1, 2)
DAYS = 540
STATUSES = ("draft", "agreed", "agreed", "agreed", "achieved", "missed", "withdrawn")
VERIFICATIONS = ("unverified", "unverified", "confirmed_by_customer", "measured_by_system")


def entered(account: str, chance: Random, *, goals: int = 9) -> Tables:
    """Stakeholders, goals with their terms, readings and milestones, and what the customer answered."""
    tables: Tables = {"stakeholders": _stakeholders(account, chance)}
    for number in range(goals):
        for name, rows in _goal(account, f"{account}-g{number}", chance).items():
            tables.setdefault(name, []).extend(rows)
    for number in range(6):
        milestone = _milestone(account, f"{account}-m{number}", chance)
        tables.setdefault("milestones", []).append(milestone)
    return tables


def _stakeholders(account: str, chance: Random) -> list[dict[str, Value]]:
    return [
        {
            "stakeholder_id": f"{account}-s{number}",
            "account_id": account,
            "contact_id": f"{account}-kim" if number == 0 else None,
            "role_in_decisions": chance.choice(["decision_maker", "decision_maker", "champion"]),
            "departed_on": chance.choice([None, None, _on(chance)]),
            "recorded_at": chance.choice([None, _at(chance)]),
        }
        for number in range(3)
    ]


def _goal(account: str, goal: str, chance: Random) -> Tables:
    status, direction = chance.choice(STATUSES), chance.choice(["increase", "decrease", "maintain"])
    agreed_at = None if status == "draft" else _at(chance)
    has_ended = agreed_at is not None and status != "agreed"
    ended_at = agreed_at + timedelta(hours=chance.randrange(24 * 200)) if has_ended and agreed_at else None
    stakeholder = chance.choice([None, f"{account}-s{chance.randrange(3)}"])
    return {
        "goals": [{"goal_id": goal, "account_id": account, "stakeholder_id": stakeholder,
                   "kind": chance.choice(["business", "business", "business", "personal"]), "direction": direction,
                   "weight": chance.choice([1.0, 2.0, 0.5]), "cadence_days": chance.choice([20, 45, 90]),
                   "status": status, "agreed_at": agreed_at, "ended_at": ended_at,
                   "recorded_at": chance.choice([None, agreed_at])}],
        "goal_terms": _terms(goal, direction, chance),
        "readings": _readings(goal, chance),
        "answers": _answers(account, goal, chance),
        "milestones": [_milestone(account, f"{goal}-m{number}", chance, goal) for number in range(chance.randrange(4))],
    }  # fmt: skip


def _terms(goal: str, direction: str, chance: Random) -> list[dict[str, Value]]:
    recorded_at, rows = _at(chance), []
    for revision in range(1, chance.choice([1, 1, 2, 3]) + 1):
        baseline, way = chance.randrange(0, 400) / 10, chance.choice([8.0, 10.5, 20.0])
        baseline_on = _on(chance)
        rows.append({"goal_id": goal, "revision": revision, "recorded_at": recorded_at,
                     "baseline_value": baseline, "baseline_on": baseline_on,
                     "target_value": round(baseline - way if direction == "decrease" else baseline + way, 6),
                     "target_on": baseline_on + timedelta(days=chance.choice([30, 90, 365])),
                     "tolerance": chance.choice([5.0, 10.5]) if direction == "maintain" else None})  # fmt: skip
        recorded_at += timedelta(hours=chance.randrange(24 * 120))
    return rows


def _readings(goal: str, chance: Random) -> list[dict[str, Value]]:
    rows: list[dict[str, Value]] = []
    for number in range(chance.choice([0, 6, 25])):
        verification = chance.choice(VERIFICATIONS)
        verified_at = None if verification == "unverified" else _at(chance)
        rows.append({"reading_id": f"{goal}-r{number}", "goal_id": goal, "observed_on": _on(chance),
                     "value": chance.randrange(0, 600) / 10, "verification": verification, "verified_at": verified_at,
                     "recorded_at": datetime(2025, 1, 1) + timedelta(hours=chance.randrange(24 * 200))})  # fmt: skip
    return rows


def _answers(account: str, goal: str, chance: Random) -> list[dict[str, Value]]:
    rows: list[dict[str, Value]] = []
    for number in range(chance.choice([0, 4])):
        verdict = chance.choice(["confirmed", "corrected", "disputed"])
        value = chance.randrange(0, 600) / 10
        rows.append({"answer_id": f"{goal}-a{number}", "account_id": account, "goal_id": goal, "verdict": verdict,
                     "reading_id": chance.choice([None, f"{goal}-r{chance.randrange(6)}", f"{goal}-r0"]),
                     "value": value if verdict == "corrected" else chance.choice([None, value]),
                     "answered_at": _at(chance)})  # fmt: skip
    return rows


def _milestone(account: str, milestone: str, chance: Random, goal: str | None = None) -> dict[str, Value]:
    planned_on = _on(chance)
    done_on = chance.choice([None, planned_on, planned_on + timedelta(days=chance.randrange(-20, 20))])
    return {"milestone_id": milestone, "account_id": account, "goal_id": goal, "planned_on": planned_on,
            "done_on": done_on, "is_first_value": chance.choice([None, True, False])}  # fmt: skip


def _on(chance: Random) -> date:
    return BEGUN + timedelta(days=chance.randrange(DAYS))


def _at(chance: Random) -> datetime:
    return datetime(2025, 1, 2) + timedelta(seconds=chance.randrange(DAYS * 86_400))
