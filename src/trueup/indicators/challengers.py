"""Challengers of the score: models that see what no sum of KPIs can, tried fold after fold as the score is.

They are asked for, never the default: with some hundred events boosting does worse than the ridge (statistics of the
protocol: .69 beside .74). Their libraries are installed with ``pip install trueup[ml]``.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import logit  # type: ignore[import-untyped]

from trueup.indicators.evidence import Rows
from trueup.indicators.forward import Folded, Tried, all_columns
from trueup.statistics.logit import Floats

BOOSTING, ADDITIVE = "gradient boosting", "boosted curves (EBM)"
_SURE = 1e-6
_SEED = 5
_ROUNDS, _LEAVES, _RATE, _FEWEST = 150, 8, 0.05, 20
_BAGS, _WORKERS = 4, 1


class MissingChallengersError(Exception):
    """The challengers' libraries are not installed; the message says how to."""


def challenge(some: Sequence[Folded]) -> dict[str, Tried]:
    """The forward forecasts of each challenger by its name; MissingChallengersError where they are not installed."""
    makers: Mapping[str, Callable[[], Any]] = {BOOSTING: _boosting(), ADDITIVE: _additive()}
    return {name: _tried(some, make) for name, make in makers.items()}


def _boosting() -> Callable[[], Any]:
    library = _loaded("lightgbm")
    return lambda: library.LGBMClassifier(
        n_estimators=_ROUNDS,
        num_leaves=_LEAVES,
        learning_rate=_RATE,
        min_child_samples=_FEWEST,
        random_state=_SEED,
        deterministic=True,
        force_row_wise=True,
        n_jobs=_WORKERS,
        verbose=-1,
    )


def _additive() -> Callable[[], Any]:
    library = _loaded("interpret.glassbox")
    return lambda: library.ExplainableBoostingClassifier(
        interactions=0, outer_bags=_BAGS, random_state=_SEED, n_jobs=_WORKERS
    )


def _loaded(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingChallengersError(
            f"Challengers need {name.partition('.')[0]}, which is not installed: `pip install trueup[ml]`."
        ) from error


def _tried(some: Sequence[Folded], make: Callable[[], Any]) -> Tried:
    places = [each.fold.tried for each in some]
    back = [np.full(len(each.fold.tried), each.fold.is_kept_back) for each in some]
    odds = [_log_odds(make(), each.learned, each.tried) for each in some]
    if not places:
        return Tried(np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_))
    return Tried(np.concatenate(places), np.concatenate(odds), np.concatenate(back))


def _log_odds(model: Any, learned: Rows, tried: Rows) -> Floats:
    columns = all_columns(learned)[1:]
    model.fit(np.asarray(learned.features[:, columns], np.float64), learned.happened.astype(int))
    chance = model.predict_proba(np.asarray(tried.features[:, columns], np.float64))[:, 1]
    return np.asarray(logit(np.clip(chance, _SURE, 1 - _SURE)), np.float64)
