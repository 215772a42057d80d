"""What a customer sees through a link: the goals that were shared, and nothing else of the record."""

from django.db.models import Q, QuerySet

from trueup.record.models import CustomerAnswer, CustomerLink, Goal, GoalTerms, Reading
from trueup.record.reach import rows


def goals(link: CustomerLink) -> QuerySet[Goal]:
    """The goals shared; a personal one never is."""
    return rows(Goal).filter(_shared(link, "pk"), kind="business")


def terms(link: CustomerLink) -> QuerySet[GoalTerms]:
    """Every revision of their baselines and targets."""
    return rows(GoalTerms).filter(_shared(link, "goal"), goal__kind="business")


def readings(link: CustomerLink) -> QuerySet[Reading]:
    """Their readings."""
    return rows(Reading).filter(_shared(link, "goal"), goal__kind="business")


def answers(link: CustomerLink) -> QuerySet[CustomerAnswer]:
    """What was answered through this very link."""
    return rows(CustomerAnswer).filter(link=link)


def _shared(link: CustomerLink, path: str) -> Q:
    return Q(**{f"{path}__in": link.goals.values("pk")})
