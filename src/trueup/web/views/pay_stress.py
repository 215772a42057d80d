"""Plans on facts that went worse: a part of the page that tries them, reckoned beside it and shown once it is there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from trueup import served
from trueup.answers.pay_words import change, named
from trueup.record import access
from trueup.record.actions.jobs import ask_for_stress
from trueup.record.models import Job, User
from trueup.record.refusal import Refused
from trueup.runs.pay_backtest import Wanted, candidate_of
from trueup.runs.pay_inputs import PayInputs, inputs_of
from trueup.runs.pay_stress import Answer, Worse, candidates, kept, key_of, question
from trueup.served.pay import people_names
from trueup.units.money import Money
from trueup.web.asked import is_part, viewer
from trueup.web.views.entries.rights import require

_ACTIVE = ("queued", "running")


@dataclass(frozen=True)
class Row:
    """What one stress does to the cost of both plans, as people read it."""

    meaning: str
    touches: str
    old: str
    new: str
    hit: str


@dataclass(frozen=True)
class Part:
    """What is shown of a question: the rows once they are there, else how far the work is.

    ``because``: why it could not be reckoned; ``failed``: how the work went wrong, the last time.
    """

    candidate: str
    instead: str
    rows: Sequence[Row] = ()
    because: str = ""
    active: Job | None = None
    failed: str = ""

    @property
    def is_new(self) -> bool:
        """Whether nobody has asked yet."""
        return not (self.rows or self.because or self.active or self.failed)


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """How far it is, and in the end what came out."""
    require(request, "pay")
    return _part(request)


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Have it reckoned."""
    require(request, "pay")
    candidate, instead = _asked(request)
    problem = ""
    try:
        ask_for_stress(viewer(request), question(candidate, instead), at=datetime.now(UTC))
    except Refused as refused:
        problem = str(refused)
    if is_part(request):
        return _part(request, problem)
    if problem:
        messages.error(request, problem)
    return redirect(f"{reverse('pay_backtest')}?{urlencode({'candidate': candidate, 'instead': instead})}")


def part_of(user: User, inputs: PayInputs, wanted: Wanted, candidate: str) -> Part:
    """The part for plans that are tried."""
    instead = wanted.instead_of
    snapshot = served.snapshot()
    answer = None if snapshot is None else kept(served.folder(), key_of(inputs, snapshot, wanted))
    if answer is not None:
        names = people_names(user, {each.hit[0] for each in answer.stresses if each.hit is not None})
        return Part(candidate, instead, _rows(answer, names), because=named(answer.because, names))
    jobs = _jobs(user, candidate, instead)
    last = jobs[0] if jobs else None
    if last is not None and last.status in _ACTIVE:
        return Part(candidate, instead, active=last)
    # What was done before is of other facts; what went wrong is worth telling until somebody asks anew.
    failed = last.message if last is not None and last.status != "done" else ""
    return Part(candidate, instead, failed=failed)


def _part(request: HttpRequest, problem: str = "") -> HttpResponse:
    user = viewer(request)
    candidate, instead = _asked(request)
    active = next((job for job in _jobs(user, candidate, instead) if job.status in _ACTIVE), None)
    part = Part(candidate, instead, active=active) if active is not None else _reckoned(user, candidate, instead)
    return render(request, "web/pay/stress.html", {"stress": part, "problem": problem})


def _reckoned(user: User, candidate: str, instead: str) -> Part:
    snapshot, files = served.snapshot(), candidates(served.folder())
    if snapshot is None or candidate not in files:
        raise Http404
    try:
        inputs = inputs_of(served.folder(), served.settings(), snapshot)
        return part_of(user, inputs, Wanted(candidate_of([files[candidate]]), instead), candidate)
    except ValueError as error:
        return Part(candidate, instead, because=str(error))


def _jobs(user: User, candidate: str, instead: str) -> Sequence[Job]:
    """Those that are about these plans, the newest first."""
    about = question(candidate, instead)
    found = access.jobs(user).filter(kind="stress", about=about).order_by("-asked_at", "-claimed_at", "id")[:2]
    # One that was queued again has the time of the first.
    return sorted(found, key=lambda job: job.status not in _ACTIVE)


def _asked(request: HttpRequest) -> tuple[str, str]:
    told = request.POST if request.method == "POST" else request.GET
    candidate, instead = told.get("candidate", ""), told.get("instead", "")
    if not candidate or not instead:
        raise Http404
    return candidate, instead


def _rows(answer: Answer, names: Mapping[str, str]) -> Sequence[Row]:
    return [
        Row(
            meaning=each.meaning[0].upper() + each.meaning[1:],
            touches=f"{each.touched:,}" if each.touched else f"Nothing: {each.because}",
            old=_more(each, each.old),
            new=_more(each, each.new),
            hit=_hit(each, names),
        )
        for each in answer.stresses
    ]


def _more(of: Worse, more: Mapping[str, str]) -> str:
    if not of.touched:
        return "–"
    return " and ".join(change(Money.of(amount, currency)) for currency, amount in more.items())


def _hit(of: Worse, names: Mapping[str, str]) -> str:
    if of.hit is None:
        return "–"
    payee, amount, currency = of.hit
    return f"{names.get(payee, payee)} {change(Money.of(amount, currency))}"
