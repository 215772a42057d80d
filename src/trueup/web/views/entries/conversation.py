"""A conversation as its page has it: what is asked, what was answered, and what is to be kept of it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404

from trueup.goals.drafts import Draft, parse_answer
from trueup.goals.guide import Question, guide_book
from trueup.goals.library import library
from trueup.record.actions.goals import agree_goal, draft_goal
from trueup.record.actions.notes import write_note
from trueup.record.actions.stakeholders import add_stake
from trueup.record.models import Goal, Stakeholder, User
from trueup.record.models.stakes import STAKE_TAGS
from trueup.record.refusal import NotAllowed, Refused
from trueup.units.period import PeriodRules
from trueup.web.views.entries.forms import EntryForm, choice, text
from trueup.web.views.entries.goal_forms import named_measure
from trueup.web.views.entries.goal_rows import (
    GoalRow,
    hint,
    is_measurable,
    numbers_in,
    put_right,
    read,
    shown_as,
)
from trueup.web.views.entries.stakes import PRIVATE, TAGS

NOTHING: Mapping[str, str] = MappingProxyType({})
OPENING = "opening"
ANSWER = "answer-"
KEPT_AS = (("goal", "a goal"), ("stake", "what hangs on it"), ("note", "a note"))
_ABOUT_STAKES = "hangs on it"


@dataclass(frozen=True)
class Around:
    """Who talks with whom, and by whose calendar and currency answers are read."""

    user: User
    stakeholder: Stakeholder
    role: str
    today: date
    rules: PeriodRules
    currency: str
    may_confide: bool

    def draft(self, answer: str) -> Draft:
        """What an answer tells."""
        return parse_answer(
            answer,
            today=self.today,
            rules=self.rules,
            currency=self.currency,
            role=self.role or None,
            industry=self.stakeholder.account.industry or None,
        )

    def goal(
        self, prefix: str, typed: Mapping[str, str] | None = None, *, understood: Mapping[str, str] = NOTHING
    ) -> GoalRow:
        """A row for a goal: as it was typed, or as it was understood."""
        return GoalRow(
            typed,
            prefix=prefix,
            initial=dict(understood),
            role=self.role,
            industry=self.stakeholder.account.industry,
            may_confide=self.may_confide,
        )

    def note(self, typed: Mapping[str, str] | None = None) -> "NoteForm":
        """The note of the conversation."""
        form = NoteForm(typed, prefix="note")
        if not self.may_confide:
            del form.fields["is_private"]
        return form


class StakeRow(EntryForm):
    """What hangs on all of it for them."""

    beside = (("tag", "text"),)

    tag = choice("What", TAGS, initial="other")
    text = text("In their words")


class NoteForm(EntryForm):
    """What else was said."""

    text = text("What else was said", long=True)
    is_private = forms.BooleanField(label=PRIVATE, required=False, initial=True)

    @property
    def words(self) -> str:
        """What it says so far."""
        return str(self["text"].value() or "")

    @property
    def is_for_team(self) -> bool:
        """Whether only the team is to see it."""
        return "is_private" in self.fields and bool(self["is_private"].value())


@dataclass(frozen=True)
class Understood:
    """What was understood of an answer: as what it is kept, the goal it would be, and what that goal was at first."""

    key: str
    answer: str
    kept_as: str
    choices: tuple[tuple[str, str], ...]
    row: GoalRow
    shown: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    """A question with its key, what it usually leads to, and the answer so far."""

    key: str
    question: Question
    leads_to: tuple[str, ...]
    answer: str
    understood: Understood | None


@dataclass(frozen=True)
class Conversation:
    """What is typed and not yet kept; goals and stakes in the order in which they were added."""

    around: Around
    note: NoteForm
    typed: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    goals: tuple[GoalRow, ...] = ()
    stakes: tuple[StakeRow, ...] = ()

    @classmethod
    def of(cls, around: Around, typed: Mapping[str, str]) -> "Conversation":
        """A conversation as its form tells it."""
        return cls(
            around,
            around.note(typed),
            typed,
            {name.removeprefix(ANSWER): text for name, text in typed.items() if name.startswith(ANSWER)},
            tuple(around.goal(f"goal-{number}", typed) for number in numbers_in(typed, "goal")),
            tuple(StakeRow(typed, prefix=f"stake-{number}") for number in numbers_in(typed, "stake")),
        )

    def asked(self) -> list[Asked]:
        """The questions for this person, and those that were answered before they turned out to be somebody else's."""
        ours = {**questions_of(OPENING), **questions_of(self.around.role)}
        answered = {
            key: question
            for role in guide_book().roles
            for key, question in questions_of(role.key).items()
            if self.answers.get(key, "").strip()
        }
        known = library().by_key
        return [
            Asked(
                key,
                question,
                tuple(known[each].name for each in question.yields[:3]),
                self.answers.get(key, ""),
                self.understood(key),
            )
            for key, question in {**ours, **answered}.items()
        ]

    def understood(self, key: str) -> Understood | None:
        """What was understood of the answer to a question; None where nothing was answered."""
        answer = self.answers.get(key, "").strip()
        if not answer:
            return None
        prefix, draft = f"read-{key}", self.around.draft(answer)
        first = read(draft, today=self.around.today, currency=self.around.currency)
        row = self.around.goal(prefix, understood=self._named(put_right(first, self.typed, prefix)))
        hint(row, draft)
        usual = "goal" if is_measurable(draft) else self._talk(key)
        told, was = self.typed.get(f"{prefix}-as"), self.typed.get(f"{prefix}-was-as")
        choices = tuple(each for each in KEPT_AS if each[0] != "stake" or self.around.may_confide)
        kept_as = told if told in dict(choices) and told != was else usual
        shown = (*shown_as(first, prefix), (f"{prefix}-was-as", usual))
        return Understood(key, answer, str(kept_as), choices, row, shown)

    def taking(self, key: str) -> "Conversation":
        """The answer to a question taken into what is to be kept: as a goal, as what hangs on it, into the note."""
        known = self.understood(key)
        if known is None:
            return self
        left = replace(self, answers={other: told for other, told in self.answers.items() if other != key})
        if known.kept_as == "goal":
            row = self.around.goal(self._next("goal"), understood=known.row.initial)
            hint(row, self.around.draft(known.answer))
            return replace(left, goals=(*self.goals, row))
        if known.kept_as == "stake":
            tag = next((tag for tag in STAKE_TAGS if tag in known.answer.casefold()), "other")
            stake = StakeRow(prefix=self._next("stake"), initial={"tag": tag, "text": known.answer})
            return replace(left, stakes=(*self.stakes, stake))
        told = f"{question_at(key).ask} {known.answer}"
        typed = {"note-text": f"{self.note.words}\n{told}".strip()}
        return replace(
            left, note=self.around.note(typed | ({"note-is_private": "on"} if self.note.is_for_team else {}))
        )

    def taking_all(self) -> "Conversation":
        """Every answer taken."""
        taken = self
        for key in list(self.answers):
            taken = taken.taking(key)
        return taken

    def with_empty_goal(self) -> "Conversation":
        """One more goal, to be filled in by hand."""
        row = self.around.goal(self._next("goal"), understood={"baseline_on": self.around.today.isoformat()})
        return replace(self, goals=(*self.goals, row))

    def without(self, prefix: str) -> "Conversation":
        """A goal or stake taken out again."""
        return replace(
            self,
            goals=tuple(row for row in self.goals if row.prefix != prefix),
            stakes=tuple(row for row in self.stakes if row.prefix != prefix),
        )

    def typed_out(self) -> "Conversation":
        """The same with rows that are checked as if they had been typed."""
        return replace(
            self,
            goals=tuple(
                row if row.is_bound else self.around.goal(str(row.prefix), _as_typed(row)) for row in self.goals
            ),
            stakes=tuple(
                row if row.is_bound else StakeRow(_as_typed(row), prefix=str(row.prefix)) for row in self.stakes
            ),
            note=self.note if self.note.is_bound else self.around.note(_as_typed(self.note)),
        )

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not (self.goals or self.stakes or self.note.words.strip())

    def keep_as_drafts(self) -> bool:
        """Write all of it, or nothing: then the rows say what must be put right."""
        return self._keep(self._draft)

    def keep_as_agreed(self) -> bool:
        """As ``keep_as_drafts``, the goals agreed."""
        return self._keep(self._agree)

    def _keep(self, goal: Any) -> bool:
        typed: tuple[EntryForm, ...] = (*self.goals, *self.stakes, self.note)
        # Each says what is wrong with it, so all of them are looked at.
        if not min(each.is_valid() for each in typed):
            return False
        at, by = datetime.now(UTC), self.around.user
        try:
            with transaction.atomic():
                for row in self.goals:
                    with _said_at(row):
                        goal(row, at)
                for stake in self.stakes:
                    with _said_at(stake):
                        add_stake(by, self.around.stakeholder, at=at, **stake.cleaned_data)
                with _said_at(self.note):
                    self._keep_note(at)
        except Refused:
            return False
        return True

    def _agree(self, row: GoalRow, at: datetime) -> None:
        agree_goal(self.around.user, self._draft(row, at), at=at)

    def _draft(self, row: GoalRow, at: datetime) -> Goal:
        by, who = self.around.user, self.around.stakeholder
        goal = draft_goal(by, who.account, at=at, terms=row.terms(), **row.facts(who, on=self.around.today))
        if stake := row.stake_on(goal):
            add_stake(by, who, at=at, **stake)
        return goal

    def _keep_note(self, at: datetime) -> None:
        if not self.note.words.strip():
            return
        write_note(
            self.around.user,
            self.around.stakeholder.account,
            at=at,
            stakeholders=[self.around.stakeholder],
            held_on=self.around.today,
            **self.note.cleaned_data,
        )

    def _next(self, what: str) -> str:
        """The prefix of the next row; rows taken out leave their numbers free, which nobody minds."""
        rows: tuple[EntryForm, ...] = (*self.goals, *self.stakes)
        taken = [*numbers_in(self.typed, what), *numbers_in((f"{row.prefix}-" for row in rows), what)]
        return f"{what}-{1 + max(taken, default=-1)}"

    def _talk(self, key: str) -> str:
        """As what an answer is kept in which nothing is measured."""
        return "stake" if self.around.may_confide and _ABOUT_STAKES in question_at(key).ask else "note"

    def _named(self, row: dict[str, str]) -> dict[str, str]:
        """A measure that was put right by hand brings its unit and direction, where none are told."""
        measure, key = named_measure(row["measure"], row["kpi"])
        if not key:
            return {**row, "kpi": ""}
        kpi = library().by_key[key]
        unit = self.around.currency if kpi.unit == "money" else kpi.unit
        return {
            **row,
            "measure": measure,
            "kpi": key,
            "unit": row["unit"] or unit,
            "direction": row["direction"] or kpi.direction,
        }


def questions_of(role: str) -> dict[str, Question]:
    """A role's questions by their keys on the page; none for no role."""
    if role == OPENING:
        asked = guide_book().opening
    else:
        asked = next((each.questions for each in guide_book().roles if each.key == role), ())
    return {f"{role}-{number}": question for number, question in enumerate(asked)}


def question_at(key: str) -> Question:
    """The question of a key; Http404 for a key of none."""
    found = questions_of(key.rpartition("-")[0]).get(key)
    if found is None:
        raise Http404
    return found


def _as_typed(row: EntryForm) -> dict[str, str]:
    return {f"{row.prefix}-{name}": str(row[name].value() or "") for name in row.fields}


@contextmanager
def _said_at(form: EntryForm) -> Iterator[None]:
    """What the record refuses stands in the row that it is about."""
    try:
        yield
    except NotAllowed as error:
        raise Http404 from error
    except Refused as refused:
        form.refuse(refused)
        raise
