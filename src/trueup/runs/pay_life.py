"""The life of a pay period, from the workspace's facts to the record: calculated, closed, paid; nothing half done."""

import hashlib
import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from trueup.mart.snapshot import Snapshot
from trueup.pay.exports import payroll_csv
from trueup.pay.plan import in_order
from trueup.pay.stints import stints
from trueup.record.refusal import Refused
from trueup.runs.folder import Folder
from trueup.runs.pay_inputs import PayInputs, inputs_of
from trueup.runs.pay_official import ENGINE, Official, PaidOut, official, pay_run
from trueup.runs.pay_plans import Version, change_of_money, payees_by_plan
from trueup.runs.settings import Settings
from trueup.units.calendar import local_date
from trueup.units.period import parse_period, period_of

if TYPE_CHECKING:
    from trueup.record.models import PayCalculation, PeriodEvent, PlanReview, User


@dataclass(frozen=True)
class Desk:
    """Where pay is worked on: a workspace with its record open, and on whose behalf."""

    folder: Folder
    settings: Settings
    snapshot: Snapshot
    by: "User"

    @cached_property
    def inputs(self) -> PayInputs:
        """What pay is reckoned from, as it was when this was first asked."""
        return inputs_of(self.folder, self.settings, self.snapshot)

    def calculated(self, period: str, *, at: datetime) -> Official:
        """The period's calculation by what is known now; nothing is kept of it."""
        inputs = self.inputs
        _check_period(period, inputs)
        return official(inputs, self.by, period, known_on=local_date(at, self.settings.zone))

    def calculate(self, period: str, *, at: datetime) -> tuple[Official, "PayCalculation"]:
        """Calculate the period and keep that, with every statement."""
        last = parse_period(period, self.settings.rules).last
        if local_date(at, self.settings.zone) <= last:
            raise Refused(
                f"{period} ends on {last}, and what it pays is not known before.",
                cure="Calculate it then; a dry run shows what it would be by now.",
            )
        found = self.calculated(period, at=at)
        actions = _part("actions.pay_periods")
        kept = actions.keep_calculation(
            self.by,
            actions.Calculated(
                period=period,
                inputs_hash=found.inputs_hash,
                plan_hashes=found.plan_hashes,
                engine=ENGINE,
                known_at=at,
                statements={each.payee: each.body for each in found.statements},
                exceptions=found.exceptions,
            ),
            at=at,
        )
        self._put_on_plans(found.plan_hashes, at)
        return found, kept

    def close(self, period: str, *, at: datetime, forced_reason: str = "") -> "PeriodEvent":
        """Post what the period's calculation found, and end it: all of it, or nothing."""
        found = self.calculated(period, at=at)
        periods = _part("pay_periods")
        newest = None if periods.is_closed(period) else periods.newest_calculation(period)
        if newest is not None and newest.inputs_hash == found.inputs_hash:
            self._check_same(newest, found)
        closed: PeriodEvent = _part("actions.pay_periods").close(
            self.by, period, found.transactions, at=at, inputs_hash=found.inputs_hash, forced_reason=forced_reason
        )
        return closed

    def pay(self, period: str, *, at: datetime) -> tuple[PaidOut, bytes]:
        """Pay a closed period out; what is handed to payroll, as CSV."""
        run = self.payable(period)
        file = payroll_csv(period, run.runs, self._names(run.runs)).encode()
        _part("actions.pay_periods").pay(
            self.by,
            period,
            run.transactions,
            at=at,
            file_sha256=hashlib.sha256(file).hexdigest(),
            file=file,
            posted_in=self.next_period(),
        )
        return run, file

    def payable(self, period: str) -> PaidOut:
        """What a run of the period would pay by now; nothing is kept of it."""
        posted = [each.transaction for each in _part("ledger").posted(self.by)]
        return pay_run(self.inputs, posted, period, posted_in=period)

    def submit_plan(self, version: Version, *, at: datetime, instead_of: str = "") -> "PlanReview":
        """Submit a version for review, with what it changes; ``instead_of``: another plan whose place it takes."""
        inputs, plan = self.inputs, version.plan
        kept = _part("pay_plans")
        review = kept.approved_version(plan.plan_id, by=plan.valid_from, but=plan.fingerprint)
        before = kept.plan_said(review) if review is not None else None
        diff, why_not = change_of_money(inputs, self.snapshot, plan, before=before, instead_of=instead_of)
        actions = _part("actions.pay_plans")
        payees = payees_by_plan(inputs).get(plan.fingerprint, frozenset())
        submitted = actions.SubmittedPlan(version.path, version.text, payees, diff, why_not)
        made: PlanReview = actions.submit_plan(self.by, submitted, at=at)
        return made

    def next_period(self) -> str:
        """The period that is to be closed next: after the last one closed, else the first that anybody is paid for."""
        closed = [parse_period(key, self.settings.rules) for key in _part("pay_periods").closed_periods()]
        if closed:
            return max(closed, key=lambda period: period.first).next().key
        inputs = self.inputs
        begun = [own[0] for own in stints(inputs.facts.assignments, in_order(inputs.plans)).values()]
        if not begun:
            raise Refused("Nobody is on a plan.", cure="Write plans/assignments.csv.")
        first = min(begun, key=lambda stint: stint.start)
        return period_of(first.start, first.plan.period, inputs.rules).key

    def _put_on_plans(self, plan_hashes: Iterable[str], at: datetime) -> None:
        """Who came since a plan was submitted is on it now: they may read and sign it."""
        on_plans = payees_by_plan(self.inputs)
        for plan_hash in plan_hashes:
            _part("actions.pay_plans").put_on_plan(self.by, plan_hash, on_plans[plan_hash], at=at)

    def _names(self, runs: Mapping[str, object]) -> Mapping[str, str]:
        people = _part("access").people(self.by).filter(person_id__in=list(runs))
        return {person.person_id: person.name for person in people}

    @staticmethod
    def _check_same(kept: "PayCalculation", found: Official) -> None:
        """Refuse to post what nobody was shown: the same facts have to give the statements that were approved."""
        shown = _part("pay_periods").statement_hashes(kept)
        if shown != {each.payee: each.hash for each in found.statements}:
            raise Refused(
                f"{kept.period} comes out otherwise than its statements say, though its facts are the same.",
                cure="Calculate it once more, and have that approved.",
            )


def _check_period(period: str, inputs: PayInputs) -> None:
    kinds = {plan.period for plan in inputs.plans}
    kind = parse_period(period, inputs.rules).kind
    if kind not in kinds:
        listed = " or ".join(sorted(kinds))
        raise Refused(f"{period} is a {kind}, and pay is reckoned by {listed}.", cure=f"Name a {listed}.")


def _part(name: str) -> ModuleType:
    """A part of the open record: models cannot be named before."""
    return importlib.import_module(f"trueup.record.{name}")
