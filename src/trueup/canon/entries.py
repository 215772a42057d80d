"""Entries: what people state about customers, as tables beside the canonical ones.

They come from the record, with all their versions, and are laid out for a build as of a moment like delivered rows:
``recorded_at`` is when this version was entered, ``superseded_at`` when the next was. Names, free text and stakes stay
in the record.
"""

from trueup.canon.tables import CanonicalTable, Column

ENTRY_PROVENANCE: tuple[Column, ...] = (
    Column("recorded_at", "timestamp", "when this version was entered"),
    Column("superseded_at", "timestamp", "when a later version was entered; null for the newest"),
    Column("is_deleted", "boolean", "this version says that the entry is gone"),
)
"""Columns that every table of entries has besides its own."""
FIRST_RECORDED = Column("first_recorded_at", "timestamp", "when the entry's first version was entered")
"""What the state of a table of entries has besides: the versions that are not in force any more leave only this."""

DIRECTIONS = ("increase", "decrease", "maintain")
GOAL_KINDS = ("business", "personal")
GOAL_STATUSES = ("draft", "agreed", "achieved", "missed", "withdrawn")
VERIFICATIONS = ("unverified", "confirmed_by_customer", "measured_by_system")
VERDICTS = ("confirmed", "corrected", "disputed")
ADJUSTMENT_KINDS = ("change_of_level", "change_of_definition")
ADJUSTMENT_STATUSES = ("proposed", "approved", "refused")

_ACCOUNT = Column("account_id", "text", "the customer", "accounts")

ENTRY_TABLES: tuple[CanonicalTable, ...] = (
    CanonicalTable(
        "stakeholders",
        "people at a customer, as its account team knows them",
        ("stakeholder_id",),
        None,
        (
            Column("stakeholder_id", "text", "the stakeholder"),
            _ACCOUNT,
            Column("contact_id", "text", "the same person in the CRM, where known", "contacts"),
            Column("role_in_decisions", "text", "what part they have in decisions"),
            Column("influence", "integer", "how much their word counts, 1 to 5"),
            Column("reports_to_id", "text", "the stakeholder they report to", "stakeholders"),
            Column("departed_on", "date", "the day they left"),
        ),
    ),
    CanonicalTable(
        "goals",
        "how a customer, or one stakeholder in it, is measured",
        ("goal_id",),
        None,
        (
            Column("goal_id", "text", "the goal"),
            _ACCOUNT,
            Column("stakeholder_id", "text", "whose goal it is; null for the account's own", "stakeholders"),
            Column("kind", "text", "business or personal", choices=GOAL_KINDS),
            Column("measure", "text", "the measure's name; null for personal goals"),
            Column("unit", "text", "the unit it is measured in"),
            Column("direction", "text", "which way is better", choices=DIRECTIONS),
            Column("weight", "number", "its weight among the account's goals, above 0"),
            Column("cadence_days", "integer", "how often it should be read; a goal not read for longer is stale"),
            Column("status", "text", "where it stands", choices=GOAL_STATUSES),
            Column("agreed_at", "timestamp", "when the customer and we agreed on it"),
            Column("ended_at", "timestamp", "when it was achieved, missed or withdrawn"),
            Column("value_per_unit", "money", "what one unit of improvement is worth to the account"),
            Column("currency", "text", "ISO 4217 code of that value"),
            Column("bound_to", "text", "series:MEASURE or metric:NAME where readings come from the data"),
        ),
    ),
    CanonicalTable(
        "goal_terms",
        "baseline and target of a goal, one row for each revision; none is ever changed",
        ("goal_id", "revision"),
        None,
        (
            Column("goal_id", "text", "the goal", "goals"),
            Column("revision", "integer", "from 1; the highest known is in force"),
            Column("baseline_value", "number", "where it started"),
            Column("baseline_on", "date", "on which day"),
            Column("target_value", "number", "where it should be"),
            Column("target_on", "date", "by which day"),
            Column("tolerance", "number", "how far a goal to maintain may stray from its target"),
        ),
    ),
    CanonicalTable(
        "goal_levers",
        "which of our levers are meant to move a goal's measure; none of personal goals",
        ("goal_id", "lever"),
        None,
        (
            Column("goal_id", "text", "the goal", "goals"),
            Column("lever", "text", "the product or play, by the name that it has now"),
        ),
    ),
    CanonicalTable(
        "readings",
        "dated values of goals' measures",
        ("reading_id",),
        "observed_on",
        (
            Column("reading_id", "text", "the reading"),
            Column("goal_id", "text", "the goal", "goals"),
            Column("observed_on", "date", "the day it describes"),
            Column("value", "number", "the value as claimed by us"),
            Column("verification", "text", "who vouches for it", choices=VERIFICATIONS),
            Column("verified_at", "timestamp", "since when"),
        ),
    ),
    CanonicalTable(
        "answers",
        "what customers said to shared goals and readings; append-only",
        ("answer_id",),
        "answered_at",
        (
            Column("answer_id", "text", "the answer"),
            _ACCOUNT,
            Column("goal_id", "text", "the goal", "goals"),
            Column("reading_id", "text", "the reading; null where the goal itself was answered", "readings"),
            Column("verdict", "text", "what they said", choices=VERDICTS),
            Column("value", "number", "the value they hold right, where they corrected one"),
            Column("answered_at", "timestamp", "when"),
        ),
    ),
    CanonicalTable(
        "milestones",
        "planned steps to a customer's first and later value",
        ("milestone_id",),
        None,
        (
            Column("milestone_id", "text", "the milestone"),
            _ACCOUNT,
            Column("goal_id", "text", "the goal it serves, if one", "goals"),
            Column("planned_on", "date", "when it was to be done"),
            Column("done_on", "date", "when it was"),
            Column("is_first_value", "boolean", "the customer's first value"),
        ),
    ),
    CanonicalTable(
        "entered_adoptions",
        "levers that an account put to use, as its team entered them; beside the canonical adoptions",
        ("adoption_id",),
        "adopted_on",
        (
            Column("adoption_id", "text", "the adoption"),
            _ACCOUNT,
            Column("lever", "text", "the product or play"),
            Column("adopted_on", "date", "first day in use"),
            Column("ended_on", "date", "last day in use"),
        ),
    ),
    CanonicalTable(
        "adjustments",
        "changes of a customer's own making that moved one of its measures, and are none of our doing",
        ("adjustment_id",),
        None,
        (
            Column("adjustment_id", "text", "the adjustment"),
            _ACCOUNT,
            Column("measure", "text", "the measure's name, as in goals or series"),
            Column("kind", "text", "whether the level or the definition changed", choices=ADJUSTMENT_KINDS),
            Column("starts_on", "date", "first day of the change"),
            Column("ends_on", "date", "last day; null while it lasts, and for a change of definition"),
            Column("amount", "number", "what a change of level added to the values while it lasts, in their unit"),
            Column(
                "status", "text", "whether somebody else than who proposed it approved", choices=ADJUSTMENT_STATUSES
            ),
        ),
    ),
    CanonicalTable(
        "grade_answers",
        "what people of ours answered to the questions of worksheets about customers",
        ("grade_answer_id",),
        None,
        (
            Column("grade_answer_id", "text", "the answer"),
            _ACCOUNT,
            Column("worksheet", "text", "the worksheet's name"),
            Column("criterion", "text", "the question's name in it"),
            Column("period", "text", "the period that it is about"),
            Column("answer", "integer", "1 to 5; null where they cannot say"),
        ),
    ),
    CanonicalTable(
        "grade_overrides",
        "letters that a person put over a computed one, for a time",
        ("grade_override_id",),
        None,
        (
            Column("grade_override_id", "text", "the override"),
            _ACCOUNT,
            Column("cadence", "text", "which grade", choices=("quarterly", "annual", "strategic")),
            Column("letter", "text", "the letter that holds instead", choices=("A", "B", "C", "D", "E", "F")),
            Column("starts_on", "date", "first day on which it holds"),
            Column("ends_on", "date", "last day"),
        ),
    ),
)

ENTRY_TABLE: dict[str, CanonicalTable] = {table.name: table for table in ENTRY_TABLES}
