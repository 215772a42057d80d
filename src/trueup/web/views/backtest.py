"""Try a score on what became of customers: grades, a KPI, our own score, or one that somebody brings as a file."""

from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from trueup.answers.backtest import top_name
from trueup.answers.backtest_told import VERDICTS, Verdict, called, told, verdict, window, words_of
from trueup.answers.indicators import skill_told
from trueup.answers.outcome_words import words_of as asked_of
from trueup.answers.study import Skill
from trueup.indicators.backtest import Backtested, Beside
from trueup.record import access
from trueup.record.models import User
from trueup.reports.calibration_chart import calibration
from trueup.runs.backtests import NothingToTryError
from trueup.runs.outcome_names import NoSuchOutcomeError
from trueup.runs.worksheets import CADENCES
from trueup.served.backtests import KINDS, Ground, Sent, Wanted, ground, of_ours, of_sent
from trueup.sources.delivery import DeliveryError
from trueup.web import uploads
from trueup.web.asked import viewer
from trueup.web.uploads import Upload
from trueup.web.views.entries.forms import EntryForm

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

COIN = 0.5
DAYS_A_MONTH = 30
LEADS, HORIZONS = (0, 1, 2, 3, 4, 6, 9, 12), (3, 6, 9, 12, 18)
GRADES = "grades:quarterly"
FILE = "file"
MOODS: dict[Verdict, str] = {"worth something": "better", "the wrong way round": "worse", "a coin": "worse"}
_LARGEST = 10 * 1024 * 1024
_SHOWN = 60


@dataclass(frozen=True)
class Area:
    """A forecast's AUC on the scale from a coin to certainty: places in percent of its length."""

    name: str
    value: float
    low: float
    high: float
    at: float
    from_: float
    to: float
    is_score: bool


class AskForm(EntryForm):
    """What to try on which outcome, and when it has to be known."""

    beside = (("outcome", "what"), ("lead", "horizon"), ("file", "higher"))
    outcome = forms.ChoiceField(label="What it should foretell")
    what = forms.ChoiceField(label="What to try")
    lead = forms.TypedChoiceField(
        label="How long before it one must know",
        choices=[(n, f"{n} months" if n != 1 else "a month") for n in LEADS],
        coerce=int,
        initial=3,
    )
    horizon = forms.TypedChoiceField(
        label="How long after that it counts", choices=[(n, f"{n} months") for n in HORIZONS], coerce=int, initial=6
    )
    file = forms.FileField(
        label="A file of your own scores",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,.parquet,.xlsx"}),
        help_text="CSV with the columns account, date, score: what was said of each customer on each day.",
        error_messages={"empty": "The file is empty. Choose another one."},
    )
    higher = forms.ChoiceField(
        label="In the file a higher score means",
        choices=[("safer", "better: safer, more promising"), ("worse", "worse: more at risk")],
        required=False,
    )
    kept = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, there: Ground, upload: Upload | None, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        outcomes = [(each, asked_of(each).short) for each in there.outcomes]
        ours = [*((f"grades:{each}", f"{each.capitalize()} grades") for each in CADENCES), ("own:", "Our own score")]
        kpis = sorted(((f"kpi:{name}", label) for name, label in there.kpis.items()), key=lambda each: each[1].lower())
        mine = [(FILE, f"The file {upload.name}" if upload else "The file below")]
        self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]  # a choice
        self.labels = dict((*ours, *kpis))
        groups = [("Grades and score", ours), ("A file", mine), ("A KPI", kpis)]
        self.fields["what"].choices = groups  # type: ignore[attr-defined]  # a choice


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """What is asked for, tried on what came; a file that is sent is kept, so that more can be asked of it."""
    user, there = viewer(request), ground()
    if there is None:
        return render(request, "web/backtest_not_asked.html", {"may_ask": access.may(user, "build")})
    if request.method == "POST":
        return _sent(request, user, there)
    first = next(iter(there.outcomes), "")
    asked = {"outcome": first, "what": GRADES, "lead": "3", "horizon": "6", "higher": "safer", **request.GET.dict()}
    upload = _upload(request, asked.get("kept"))
    form = AskForm(there, upload, asked)
    page: dict[str, Any] = {"form": form, "ground": there}
    if form.is_valid():
        page |= _answered(user, form, upload)
    return render(request, "web/backtest.html", page, status=422 if form.errors else 200)


def _sent(request: HttpRequest, user: User, there: Ground) -> HttpResponse:
    """Go to the address of what is asked for, once the file can be read; else say beside it why not."""
    upload = _upload(request, request.POST.get("kept"))
    form = AskForm(there, upload, request.POST, request.FILES)
    if form.is_valid():
        facts = form.cleaned_data
        if facts["file"] is not None:
            upload = _looked_through(user, form)
        elif facts["what"] == FILE and upload is None:
            form.add_error("file", "No file was chosen. Choose one, or try something else.")
        if not form.errors:
            asked = {name: str(facts[name]) for name in ("outcome", "what", "lead", "horizon")}
            if facts["file"] is not None and upload is not None:
                asked |= {"what": FILE, "kept": str(uploads.keep(request, upload))}
            elif facts["kept"] is not None:
                asked["kept"] = str(facts["kept"])
            if asked["what"] == FILE:
                asked["higher"] = facts["higher"]
            return redirect(f"{reverse('backtest')}?{urlencode(asked)}")
    return render(request, "web/backtest.html", {"form": form, "ground": there}, status=422)


def _looked_through(user: User, form: AskForm) -> Upload | None:
    """The file that was sent; None where the form says now why it cannot be tried."""
    sent: UploadedFile[bytes] = form.cleaned_data["file"]
    if sent.size is None or sent.size > _LARGEST:
        form.add_error("file", f"The file is larger than {_LARGEST >> 20} MB. Use `trueup backtest FILE`.")
        return None
    upload = Upload(sent.name or "scores.csv", FILE, sent.read())
    try:
        _of_file(user, form.cleaned_data, upload)
    except DeliveryError as error:
        form.add_error("file", str(error))
        return None
    return upload


def _answered(user: User, form: AskForm, upload: Upload | None) -> dict[str, Any]:
    """What a valid question is answered with: a result, or why there is none."""
    facts = form.cleaned_data
    kind, _, name = facts["what"].partition(":")
    try:
        if kind in KINDS:
            found = of_ours(
                Wanted(kind, name, facts["outcome"], facts["lead"] * DAYS_A_MONTH, facts["horizon"] * DAYS_A_MONTH)
            )
        elif upload is None:
            return {"because": "Choose a file of scores below, or try something of ours."}
        else:
            found = _of_file(user, facts, upload)
    except (NothingToTryError, NoSuchOutcomeError, DeliveryError) as error:
        return {"because": str(error)}
    title = upload.name if upload and kind == FILE else form.labels[facts["what"]]
    return {"result": {**_shown(user, found), "title": title}}


def _of_file(user: User, facts: dict[str, Any], upload: Upload) -> Backtested:
    sent = Sent(upload.name, upload.content, is_higher_safer=facts["higher"] != "worse")
    lead, horizon = facts["lead"] * DAYS_A_MONTH, facts["horizon"] * DAYS_A_MONTH
    return of_sent(user, sent, outcome=facts["outcome"], lead=lead, horizon=horizon)


def _upload(request: HttpRequest, key: str | None) -> Upload | None:
    try:
        return uploads.kept(request, UUID(key)) if key else None
    except ValueError:
        return None


def _shown(user: User, of: Backtested) -> dict[str, Any]:
    found, judged = of.found, verdict(of)
    headline, *more = told(of, names_missed=False)
    skill = found.calibration.skill if found.calibration else None
    warned = found.warned
    names = access.accounts(user).in_bulk([of.names[place] for place in (*warned.missed, *warned.accounts)])
    missed = [names[of.names[place]] for place in warned.missed if of.names[place] in names]
    feared = [
        (names[of.names[place]], days, days >= found.lead)
        for place, days in zip(warned.accounts, warned.days, strict=True)
        if of.names[place] in names
    ]
    return {
        "of": of,
        "found": found,
        "words": words_of(of),
        "window": window(found),
        "verdict": VERDICTS[judged],
        "mood": MOODS.get(judged, ""),
        "headline": headline,
        "told": more,
        "areas": [_area(each) for each in of.beside] if of.beside else _alone(of),
        "calibration": calibration(Skill.model_validate(skill_told(skill))) if skill and skill.bands else None,
        "tops": [(top_name(top), top) for top in found.tops] if not isnan(found.area.value) else [],
        "missed": missed[:_SHOWN],
        "missed_more": len(warned.missed) - len(missed[:_SHOWN]),
        "missed_all": len(warned.missed),
        "feared": list(reversed(feared))[:_SHOWN],
        "feared_more": len(warned.accounts) - len(feared[:_SHOWN]),
        "feared_all": len(warned.accounts),
    }


def _area(of: Beside) -> Area:
    name = called(of.name).capitalize() if of.name else "The score"
    return _on_scale(name, of.found.area.value, of.found.area.low, of.found.area.high, is_score=not of.name)


def _alone(of: Backtested) -> list[Area]:
    area = of.found.area
    return [] if isnan(area.value) else [_on_scale("The score", area.value, area.low, area.high, is_score=True)]


def _on_scale(name: str, value: float, low: float, high: float, *, is_score: bool) -> Area:
    low, high = (value if isnan(end) else end for end in (low, high))
    at, from_, to = (round(100 * max(0.0, end - COIN) / COIN, 1) for end in (value, low, high))
    return Area(name, value, low, high, at, from_, to, is_score)
