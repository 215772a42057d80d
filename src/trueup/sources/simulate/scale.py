"""How big the example company is, and over which years."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from zoneinfo import ZoneInfo

RUN_UP_MONTHS = 14
"""Months lived before the exports begin, so that the first renewals have a past to depend on."""


@dataclass(frozen=True)
class Company:
    """The example company's size and calendar; the same values always give the same files.

    ``years`` are whole years up to and including ``ends_on``; ``interactions_per_account_year`` counts mail, calls,
    meetings and ticket comments of an average account. ``measured_share`` is the share of customers whose own measures
    we see, ``usage_every_days`` the distance between two rows of product usage.
    """

    seed: int = 7
    accounts: int = 200
    years: int = 2
    interactions_per_account_year: float = 70.0
    mailings_per_year: int = 6
    measured_share: float = 0.6
    usage_every_days: int = 7
    ends_on: date = date(2026, 6, 30)
    currency: str = "EUR"
    zone: str = "Europe/Berlin"
    holidays: str = "DE"

    def __post_init__(self) -> None:
        ZoneInfo(self.zone)
        if self.accounts < 10:
            raise ValueError(f"an example company needs at least 10 accounts, not {self.accounts}")
        if not 1 <= self.years <= 10:
            raise ValueError(f"the example company lives 1 to 10 years, not {self.years}")
        if self.interactions_per_account_year < 20:
            raise ValueError(
                "below 20 interactions per account and year there is no room for tickets, deals and reviews:"
                f" {self.interactions_per_account_year}"
            )
        if self.currency not in EUROS:
            raise ValueError(f"the example company keeps its books in {', '.join(EUROS)}, not in {self.currency}")

    @property
    def months(self) -> int:
        """Months of the latent world: the run-up and the exported years."""
        return RUN_UP_MONTHS + 12 * self.years

    @property
    def chunk(self) -> int:
        """Accounts made at a time; bounds memory, and is part of what the seed determines."""
        return int(min(5000, max(250, 250_000 / (self.interactions_per_account_year * self.years))))


EUROS = MappingProxyType({"EUR": 1.0, "USD": 0.92, "GBP": 1.17, "CHF": 1.04})
"""What a unit of each currency is worth in euros, about which the dated rates wander."""

SIZES = MappingProxyType(
    {
        "tiny": Company(accounts=50),
        "demo": Company(accounts=400, years=4, interactions_per_account_year=38.0),
        "lab": Company(accounts=1500, years=4, interactions_per_account_year=60.0),
        "million": Company(
            accounts=10_000,
            interactions_per_account_year=50.0,
            mailings_per_year=2,
            measured_share=0.05,
            usage_every_days=91,
        ),
        "ten_million": Company(
            accounts=100_000,
            interactions_per_account_year=50.0,
            mailings_per_year=2,
            measured_share=0.05,
            usage_every_days=91,
        ),
        "thirty_million": Company(
            accounts=300_000,
            interactions_per_account_year=50.0,
            mailings_per_year=2,
            measured_share=0.05,
            usage_every_days=91,
        ),
    }
)
"""Named sizes: the demo, a laboratory with enough churn to learn from, and what the speed tests ask for."""
