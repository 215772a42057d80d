"""What a sheet of entries may have as columns, and how entries are found again that came in without their ids."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from trueup.canon.entries import DIRECTIONS, GOAL_KINDS, GOAL_STATUSES, VERIFICATIONS
from trueup.record.files import cells
from trueup.record.files.cells import Read

KindName = Literal["stakeholders", "goals", "milestones", "readings", "stakes"]
KINDS: tuple[KindName, ...] = get_args(KindName)
"""In the order in which they are taken in: who is there before what is theirs."""

_ROLES = ("decision_maker", "champion", "influencer", "user", "blocker", "procurement", "unknown")
_STAKE_TAGS = ("promotion", "raise", "bonus", "job", "recognition", "time", "other")
_STATED_BY = ("customer", "us")


@dataclass(frozen=True)
class Column:
    """A column: ``field`` as the record calls it, ``header`` for people.

    ``blank``: whether an empty cell says that there is nothing, or leaves the entry's value as it is. ``need``: a new
    entry does not go without. ``role``: ``told`` columns come out and are compared when they come in, but never
    change anything. ``also``: other names that files give it, and fields of the record that are said there.
    """

    field: str
    header: str
    read: Read = cells.text
    blank: Literal["clears", "stays"] = "clears"
    need: bool = False
    role: Literal["entered", "names", "told", "reason"] = "entered"
    also: tuple[str, ...] = ()
    meaning: str = ""

    @property
    def nothing(self) -> str | None:
        """What an empty cell says where it clears."""
        return "" if self.read is cells.text else None

    @cached_property
    def names(self) -> frozenset[str]:
        """Everything that a header may say to mean this column."""
        return frozenset(folded(name) for name in (self.header, self.field, *self.also))


@dataclass(frozen=True)
class Layout:
    """The columns of a kind of entries; ``one`` is what people call one, ``found_by`` what tells one from another."""

    name: KindName
    one: str
    columns: tuple[Column, ...]
    found_by: str
    by_field: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_field", {column.field: column for column in self.columns})

    @property
    def id_column(self) -> Column:
        """The first one: the entry's own id."""
        return self.columns[0]

    def said_at(self, name: str) -> Column | None:
        """The column at which something is said about a field of the record."""
        known = self.by_field.get(name)
        return known or next((column for column in self.columns if name in column.also), None)


def folded(header: str) -> str:
    """A header without blanks, signs and capitals."""
    return re.sub(r"[\W_]+", "", header.casefold())


def _names(name: str, header: str, *also: str, meaning: str = "") -> Column:
    return Column(name, header, blank="stays", role="names", also=also, meaning=meaning)


def _id(name: str, header: str, *also: str) -> Column:
    return Column(name, header, cells.identity, blank="stays", role="names", also=also)


def _choice(
    name: str,
    header: str,
    choices: tuple[str, ...],
    *,
    also: tuple[str, ...] = (),
    need: bool = False,
    means: str = "",
) -> Column:
    told = "; ".join(filter(None, (", ".join(choice.replace("_", " ") for choice in choices), means)))
    return Column(name, header, cells.one_of(*choices), blank="stays", need=need, also=also, meaning=told)


_ACCOUNT = (
    _names("account_id", "Account ID", meaning="as the CRM has it"),
    _names("account", "Account", "customer", "company", meaning="its name or domain, where the id is not at hand"),
)
_GOAL = (
    _id("goal_id", "Goal ID"),
    *_ACCOUNT,
    _names("stakeholder", "Stakeholder", "contact", meaning="whose goal it is: name or mail address"),
    _names("measure", "Measure", "goal", "kpi name", meaning="the goal's measure"),
)
_REASON = Column("reason", "Reason", blank="stays", role="reason", also=("why",), meaning="why something changes")

STAKEHOLDERS = Layout(
    "stakeholders",
    "stakeholder",
    (
        _id("id", "Stakeholder ID"),
        *_ACCOUNT,
        Column("name", "Name", need=True, also=("full name", "stakeholder"), meaning="the person's name"),
        Column("email", "Email", also=("mail", "mail address", "e-mail")),
        Column("title", "Title", also=("job title", "position")),
        Column("department", "Department"),
        _choice("role_in_decisions", "Role in decisions", _ROLES, also=("role", "buying role")),
        Column("influence", "Influence", cells.whole, meaning="1, little, to 5, most"),
        Column("reports_to", "Reports to", also=("manager", "boss"), meaning="name or mail address, same account"),
        Column("departed_on", "Left on", cells.day, also=("departed on", "departed")),
        Column("contact_id", "CRM contact ID", also=("contact id",)),
        _REASON,
    ),
    "the account and the CRM contact ID, else the mail address, else the name",
)
GOALS = Layout(
    "goals",
    "goal",
    (
        _id("id", "Goal ID"),
        *_ACCOUNT,
        Column("stakeholder", "Stakeholder", also=("contact",), meaning="whose goal it is; empty: the account's own"),
        _choice("kind", "Kind", GOAL_KINDS, also=("goal kind",)),
        Column("measure", "Measure", need=True, also=("goal", "kpi name", "metric")),
        Column("kpi", "KPI", also=("kpi key",), meaning="its key in the library of measures"),
        Column("unit", "Unit"),
        _choice("direction", "Direction", DIRECTIONS, need=True),
        Column("weight", "Weight", cells.number, blank="stays"),
        Column("cadence_days", "Read every (days)", cells.whole, blank="stays", also=("cadence", "cadence in days")),
        _choice("stated_by", "Stated by", _STATED_BY),
        Column("stated_on", "Stated on", cells.day, blank="stays"),
        Column("baseline_value", "Baseline", cells.number, also=("from", "baseline value")),
        Column("baseline_on", "Baseline on", cells.day, also=("baseline date", "baseline day")),
        Column("target_value", "Target", cells.number, also=("to", "target value")),
        Column("target_on", "Target by", cells.day, also=("target on", "target date", "by when")),
        Column("tolerance", "Tolerance", cells.number, meaning="how far a goal to maintain may stray"),
        _choice("status", "Status", GOAL_STATUSES),
        Column("agreed_on", "Agreed on", cells.day, blank="stays", also=("agreed_at",)),
        Column("ended_on", "Ended on", cells.day, blank="stays", also=("ended_at",)),
        Column("value_per_unit", "Value per unit", cells.number, also=("worth per unit",)),
        Column("currency", "Currency"),
        Column("levers", "Levers", also=("lever",), meaning="names of levers, a semicolon between them"),
        Column("bound_to", "Readings from", meaning="series:MEASURE or metric:NAME, where readings come from data"),
        _REASON,
    ),
    "the account, the stakeholder and the measure, among the goals that have not ended",
)
MILESTONES = Layout(
    "milestones",
    "milestone",
    (
        _id("id", "Milestone ID"),
        *_ACCOUNT,
        _id("goal_id", "Goal ID"),
        _names("stakeholder", "Stakeholder", "contact", meaning="whose goal it serves"),
        _names(
            "measure", "Measure", "goal", meaning="the measure of the goal it serves; empty: the account as a whole"
        ),
        Column("title", "Title", need=True, also=("milestone", "what")),
        Column("planned_on", "Planned for", cells.day, blank="stays", need=True, also=("planned on", "due", "planned")),
        Column("done_on", "Done on", cells.day, also=("done",)),
        Column("is_first_value", "First value", cells.yes_or_no, blank="stays"),
        _REASON,
    ),
    "the account, the goal and the title",
)
READINGS = Layout(
    "readings",
    "reading",
    (
        _id("id", "Reading ID"),
        *_GOAL,
        Column("observed_on", "Day", cells.day, blank="stays", need=True, also=("observed on", "date", "on")),
        Column("value", "Value", cells.number, blank="stays", need=True, also=("reading", "claimed value")),
        Column("unit", "Unit", role="told", blank="stays", meaning="the goal's unit"),
        Column("source", "Source", meaning="where the value comes from"),
        Column("evidence", "Evidence"),
        Column("evidence_link", "Evidence link", also=("link",)),
        _choice("verification", "Verification", VERIFICATIONS, means="a confirmation takes evidence"),
        Column("customer_says", "Customer says", role="told", blank="stays", meaning="their own last answer"),
        Column(
            "customer_value",
            "Customer's value",
            cells.number,
            role="told",
            blank="stays",
            meaning="the value they hold right, beside ours",
        ),
        _REASON,
    ),
    "the goal, the day and the source",
)
STAKES = Layout(
    "stakes",
    "stake",
    (
        _id("id", "Stake ID"),
        *_ACCOUNT,
        _names("stakeholder", "Stakeholder", "contact", "name", meaning="for whom it hangs: name or mail address"),
        _id("goal_id", "Goal ID"),
        _names("measure", "Measure", "goal", meaning="the goal it hangs on; empty: on all of them"),
        _choice("tag", "Stake", _STAKE_TAGS, need=True, also=("what hangs on it",)),
        Column("text", "In words", also=("words", "note")),
        _REASON,
    ),
    "the stakeholder, the goal, the stake and its words",
)
LAYOUTS: dict[KindName, Layout] = {
    layout.name: layout for layout in (STAKEHOLDERS, GOALS, MILESTONES, READINGS, STAKES)
}
