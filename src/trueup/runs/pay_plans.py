"""Versions of plans on their way into force: which files there are, whom each pays, and what it changes."""

import importlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING

from trueup.mart.snapshot import Snapshot
from trueup.pay.plan import Plan, in_order
from trueup.pay.plan_file import load
from trueup.pay.simulate import SimulationError
from trueup.pay.simulate_compare import MoneyDiff
from trueup.pay.stints import stints
from trueup.record.refusal import Refused
from trueup.runs.folder import Folder
from trueup.runs.pay_backtest import Wanted, backtested, held_plans
from trueup.runs.pay_inputs import PayInputs, plan_files

if TYPE_CHECKING:
    from trueup.record.models import PayApproval, PlanReview, User
    from trueup.record.pay_plans import PlanState

_HASH = 6
"""So many characters of a hash are enough to name a version."""


@dataclass(frozen=True)
class Version:
    """A version as its file has it."""

    path: str
    text: str
    plan: Plan


def plan_versions(folder: Folder) -> tuple[Version, ...]:
    """The workspace's versions by file; PlanFileError tells all that is wrong with them, WorkspaceError if none is."""
    files = plan_files(folder)
    return tuple(Version(file.path, file.text, plan) for file, plan in zip(files, load(files), strict=True))


def version_named(found: Sequence[Version], named: str) -> Version:
    """The version of a file, of a hash that begins so, or the only one of a plan; Refused where it is not one."""
    by_file = [each for each in found if named in {each.path, PurePath(each.path).name, PurePath(each.path).stem}]
    by_hash = [each for each in found if len(named) >= _HASH and each.plan.fingerprint.startswith(named)]
    by_name = [each for each in found if each.plan.plan_id == named]
    for matching in (by_file, by_hash, by_name):
        if len(matching) == 1:
            return matching[0]
    listed = ", ".join(each.path for each in by_name or found)
    told = f"There are several versions of {named}." if by_name else f"There is no plan {named!r} in plans/."
    raise Refused(told, cure=f"Name one of {listed}.")


@dataclass(frozen=True)
class PlanStanding:
    """A version and where it stands: ``path`` of its file, empty where none says that any more.

    ``payees``, ``signed``: whom it pays of those that one may see, as far as it was submitted, and who of them signed.
    """

    plan_hash: str
    plan_id: str
    label: str
    valid_from: date
    valid_to: date | None
    path: str
    state: "PlanState"
    review: "PlanReview | None" = None
    decision: "PayApproval | None" = None
    payees: frozenset[str] = frozenset()
    signed: frozenset[str] = frozenset()


def standings(by: "User", found: Iterable[Version], *, on: date) -> list[PlanStanding]:
    """Every version that somebody may see, by plan and first day: drafts for who pays, others as they concern one."""
    access, kept = (importlib.import_module(f"trueup.record.{name}") for name in ("access", "pay_plans"))
    files = {each.plan.fingerprint: each for each in found}
    states, decided = kept.plan_states(on), kept.decisions_on_plans()
    payees, signed = (
        _by_review(each.values_list("review_id", "payee"))
        for each in (access.plan_payees(by), access.plan_acknowledgements(by))
    )
    listed = []
    for review in access.plan_reviews(by).select_related("submitted_by"):
        file = files.pop(review.plan_hash, None)
        listed.append(
            PlanStanding(
                plan_hash=review.plan_hash,
                plan_id=review.plan_id,
                label=review.label,
                valid_from=review.valid_from,
                valid_to=review.valid_to,
                path=file.path if file else "",
                state=states[review.plan_hash],
                review=review,
                decision=decided.get(review.plan_hash),
                payees=frozenset(payees[review.pk]),
                signed=frozenset(signed[review.pk]),
            )
        )
    if access.may(by, "pay"):
        for fingerprint, each in files.items():
            plan = each.plan
            if fingerprint not in states:
                days = plan.valid_from, plan.valid_to
                listed.append(PlanStanding(fingerprint, plan.plan_id, plan.label, *days, each.path, "draft"))
    return sorted(listed, key=lambda each: (each.plan_id, each.valid_from, each.plan_hash))


def _by_review(found: Iterable[tuple[int, str]]) -> defaultdict[int, list[str]]:
    """Payees by the review that each stands beside."""
    by_review: defaultdict[int, list[str]] = defaultdict(list)
    for review, payee in found:
        by_review[review].append(payee)
    return by_review


def payees_by_plan(inputs: PayInputs) -> Mapping[str, frozenset[str]]:
    """Who is on each version at any time, by its fingerprint."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for payee, own in stints(inputs.facts.assignments, in_order(inputs.plans)).items():
        for stint in own:
            found[stint.plan.fingerprint].add(payee)
    return {fingerprint: frozenset(payees) for fingerprint, payees in found.items()}


def change_of_money(
    inputs: PayInputs, snapshot: Snapshot, plan: Plan, *, before: Plan | None, instead_of: str = ""
) -> tuple[MoneyDiff | None, str]:
    """What a version changes in everybody's pay of the last 12 months; or None, and why nothing can be compared.

    Against the versions of its plan that come before it, ``before`` being the approved one, which may have no file any
    more; or against another plan that people are on, ``instead_of`` which it is to come.
    """
    if instead_of and instead_of != plan.plan_id:
        if instead_of not in held_plans(inputs):
            listed = ", ".join(held_plans(inputs)) or "nobody is on any"
            raise Refused(f"Nobody is on the plan {instead_of}.", cure=f"Name one that people are on: {listed}.")
        old = inputs.plans
    else:
        others = [each for each in inputs.plans if each.plan_id != plan.plan_id]
        own = {each.valid_from: each for each in inputs.plans if each.plan_id == plan.plan_id}
        earlier = {day: each for day, each in own.items() if day < plan.valid_from}
        if before is not None:
            earlier[before.valid_from] = before
        if not earlier:
            return None, f"It is the first version of {plan.plan_id}, and said to come instead of no other plan."
        old = (*others, *earlier.values())
    wanted = Wanted((plan,), instead_of=instead_of or plan.plan_id)
    try:
        return backtested(replace(inputs, plans=old), snapshot, wanted).diff, ""
    except SimulationError as error:
        return None, str(error)
