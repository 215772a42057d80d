"""What is true in the example company's world, and what merely looks so: docs/reference/example-company.md says why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Driver:
    """A KPI that moves renewal, ``lag`` months before the contract ends.

    ``effect`` is on the log odds per standard deviation of the mean of three months; ``mean`` and ``deviation`` are
    those of one month, and ``deviation_of_three`` that of the mean of three standardised months.
    """

    kpi: str
    effect: float
    lag: int
    mean: float
    deviation: float
    deviation_of_three: float
    measured_as: str


DRIVERS = (
    Driver("response_time", -1.1, 4, 0.0, 1.0, 0.98, "level x; median business hours to answer = exp(1.1 + 0.65 x)"),
    Driver(
        "repeat_contact_rate",
        -0.9,
        5,
        0.0,
        1.0,
        0.98,
        "level x; odds that a solved case comes back = exp(-1.75 + 1.3 x)",
    ),
    Driver("joint_calls", 0.9, 7, 0.35, 0.70, 0.75, "joint calls and meetings held in a month"),
    Driver("business_reviews", 1.0, 6, 0.24, 0.56, 0.72, "business reviews held in a month"),
    Driver("referral_rate", 0.85, 9, 0.09, 0.33, 0.68, "referrals made in a month"),
)
RESPONSE, REPEAT, JOINT, REVIEWS, REFERRALS = range(5)

PERSISTENCE = 0.92
"""How much of a month's latent level the next month keeps."""

ACCOUNT_SHARE = 0.55
"""Share of a latent level's variance that is the account's own and stays."""

RESPONSE_LOG_HOURS, RESPONSE_SPREAD = 1.1, 0.65
REPEAT_LOGIT, REPEAT_SPREAD = -1.75, 1.3
JOINT_RATE, JOINT_SPREAD = 0.35, 0.9
REVIEW_RATE, REVIEW_SPREAD = 0.24, 0.8
REFERRAL_RATE, REFERRAL_SPREAD = 0.09, 0.9

RENEWAL_INTERCEPT = 2.3
SIZE_EFFECT = 0.5
FRAILTY = 0.3
INDUSTRY_EFFECTS = (0.2, 0.0, -0.1, 0.1, -0.25, 0.1, -0.15, 0.1)

EXPANSION_INTERCEPT, EXPANSION_OF_REVIEWS = -1.5, 0.45
"""Reviews held around two months before also bring add-on contracts."""

DEFAULT_LOGIT, DEFAULT_OF_HEALTH = -6.5, -1.1
"""Monthly log odds of default, and what a standard deviation of financial health takes off them."""

LATE_PAYMENT_LEAD = 3
"""Months by which bad health shows in late payment before it can end in default."""

DECOYS = (
    "sales_calls",
    "new_prospect_calls",
    "connections_made",
    "demos_and_workshops",
    "tradeshows",
    "campaign_click_rate",
    "cases_opened",
    "cases_closed",
    "cases_escalated",
    "open_backlog",
)
"""Activity: grows with the account's size (and size helps renewal), has no effect of its own."""

NULL_EXPERIENCE = (
    "partnership_meetings",
    "social_engagements",
    "deep_discount_share",
    "discount_depth",
    "negotiated_share",
    "full_value_share",
    "right_follow_up_rate",
)
"""Experience KPIs that do nothing here: not everything sensible works everywhere."""

PROXIES = (
    "response_time_elapsed",
    "response_time_p90",
    "answered_in_time",
    "abandoned",
    "first_contact_resolution",
    "interactions_per_issue",
    "parallel_case_rate",
    "time_to_permanent_solution",
    "points_of_contact",
    "stakeholder_reach",
    "single_threaded_share",
    "promotions_per_customer",
    "advocate_share",
    "review_coverage",
    "net promoter score",
)
"""KPIs that move with a driver by construction; finding them instead of it is no mistake, and no discovery either."""

ACTIVITY_OF_SIZE = 0.7
"""Exponent-like: a standard deviation of log size multiplies activity by exp of this."""

SAVE_CALLS = 2.5
"""Sales calls a month added in a contract's last two months, times the risk: reactions to churn."""

LATE_SHARE = 0.08
"""Share of calls and meetings entered into the CRM days after they happened."""


@dataclass(frozen=True)
class Measure:
    """One of the customers' own measures: level, how it moves, and in which direction it is better."""

    name: str
    unit: str
    better: str
    level: float
    between: float
    noise: float
    trend: float
    industries: tuple[int, ...]


@dataclass(frozen=True)
class Lever:
    """A product or service customers adopt; the share of customers that ever do."""

    name: str
    share: float


@dataclass(frozen=True)
class LeverEffect:
    """The change of a measure's level once a lever works fully, its spread over customers, and months until then."""

    lever: str
    measure: str
    effect: float
    spread: float
    ramp: int


MEASURES = (
    Measure("days_sales_outstanding", "days", "decrease", 48.0, 7.0, 1.6, -0.02, (0, 1, 2, 3, 4, 5, 6, 7)),
    Measure("on_time_delivery", "percent", "increase", 86.0, 4.0, 1.1, 0.02, (0, 1, 2, 3, 4, 5, 6, 7)),
    Measure("order_cycle_time", "days", "decrease", 9.0, 2.0, 0.45, 0.0, (0, 1, 6, 7)),
    Measure("stock_cover", "days", "decrease", 38.0, 6.0, 1.5, 0.0, (2, 3, 4, 5)),
)
LEVERS = (
    Lever("invoice_autopilot", 0.35),
    Lever("delivery_planner", 0.30),
    Lever("supplier_portal", 0.25),
    Lever("executive_dashboard", 0.30),
)
LEVER_EFFECTS = (
    LeverEffect("invoice_autopilot", "days_sales_outstanding", -4.5, 1.0, 2),
    LeverEffect("delivery_planner", "on_time_delivery", 3.2, 0.8, 3),
    LeverEffect("delivery_planner", "stock_cover", 1.8, 0.5, 2),
    LeverEffect("supplier_portal", "order_cycle_time", -1.1, 0.3, 2),
    LeverEffect("supplier_portal", "days_sales_outstanding", 0.0, 0.0, 0),
    LeverEffect("executive_dashboard", "days_sales_outstanding", 0.0, 0.0, 0),
    LeverEffect("executive_dashboard", "on_time_delivery", 0.0, 0.0, 0),
)
"""``delivery_planner`` makes ``stock_cover`` worse, and the popular ``executive_dashboard`` changes nothing."""

BAD_SPELL = 1.3
"""Adoption follows badness: each standard deviation of a measure's passing dip multiplies its odds by exp of this."""
