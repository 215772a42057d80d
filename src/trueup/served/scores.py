"""Customers' chances as they are told now: by the newest study of each outcome, of what was built last."""

from collections.abc import Mapping
from functools import lru_cache

from trueup import served
from trueup.answers.scores import AccountScore, NoScoresError, Scores, scores
from trueup.mart.snapshot import current
from trueup.record import access
from trueup.record.models import IndicatorStudy, User
from trueup.runs.kept_studies import study_of_row
from trueup.served import studies

_Told = tuple[Scores | None, str]


def of_outcome(user: User, outcome: str) -> Scores:
    """The chances of an outcome; NoScoresError says why there are none."""
    newest = studies.newest(user).get(outcome)
    if newest is None:
        raise NoScoresError("Nobody has asked yet which KPIs predict this outcome.")
    found, why = _scores(user, newest.number)
    if found is None:
        raise NoScoresError(why)
    return found


def of_account(user: User, account_id: str) -> Mapping[str, tuple[Scores, AccountScore]]:
    """What is told of one account, by outcome; outcomes without chances are left out."""
    found = {}
    for outcome, newest in studies.newest(user).items():
        told, _ = _scores(user, newest.number)
        of = told.of(account_id) if told else None
        if told is not None and of is not None:
            found[outcome] = (told, of)
    return found


def _scores(user: User, number: int) -> _Told:
    row = access.indicator_studies(user).defer("content").get(pk=number)
    return _made(served.edition(), row.sha256, row)


@lru_cache(maxsize=12)
def _made(edition: str, digest: str, row: IndicatorStudy) -> _Told:
    """The chances, or why there are none; once per build and study."""
    del edition, digest  # parts of the key: after a build, and of another record, they are computed anew
    snapshot = current(served.folder().mart)
    if snapshot is None:
        return None, "Nothing was computed yet."
    try:
        return scores(snapshot, study_of_row(row)), ""
    except NoScoresError as error:
        return None, str(error)
