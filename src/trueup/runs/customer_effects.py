"""What customers gained from what they began with: every episode compared once, and kept until its figures change.

An effect depends on the values compared, on who is compared and by which rule; their digest is the key under which it
is kept. So a build computes only what is new.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.impact.comparison import LEAST_AFTER, comparison
from trueup.impact.effect import (
    CUSTOMER_GAPS,
    NOT_OVER,
    TOO_SHORT,
    Effect,
    before_and_after,
    effect_of,
)
from trueup.impact.episodes import Episode, episodes
from trueup.impact.outliers import outliers
from trueup.impact.panel import Panel, Window
from trueup.impact.placebo import FEWEST_BEFORE, Placebos, at
from trueup.impact.several import RULES
from trueup.impact.simplex import Numbers
from trueup.impact.trend import OwnTrend
from trueup.runs.customer_measures import VOUCHED, CustomersMeasure
from trueup.runs.settings import Compared

EDITION = 1
"""Of the arithmetic and of what is kept of it: another one computes everything anew."""
TREATED_TWICE = "treated_twice"
"""Why there is no effect: it had begun with something else, or with the same, too short a time before."""
_KEPT = pa.schema({"digest": pa.string(), "body": pa.string()})

Plain = str | float | int | bool | None | Sequence["Plain"] | Mapping[str, "Plain"]
Body = Mapping[str, Plain]


@dataclass(frozen=True)
class Looked:
    """An episode of a measure, and what was found: ``body``, as JSON holds it (``body_of``).

    ``wanted``: the window that was to be looked at; ``window``: what of it is known.

    ``why``: a code where nothing could be found; ``left_out``: how many other customers are no donors, by the reason;
    ``skipped``: times that the customer did not tell.
    """

    of: CustomersMeasure
    episode: Episode
    wanted: Window
    window: Window
    body: Body
    why: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()

    @property
    def effect_id(self) -> str:
        """What it is called in addresses, the same in every build."""
        told = (self.episode.account, self.of.measured.measure, self.of.time(self.episode.start))
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]

    def vouched(self) -> set[str]:
        """Who vouches for the values of the customer that were compared."""
        of, start = self.of, self.episode.start
        row = of.measured.place_of[self.episode.account]
        skipped_before = sum(time < of.time(start) for time in self.skipped)
        times = slice(start - self.window.before - skipped_before, start + self.wanted.after)
        known = ~np.isnan(of.measured.values[row, times])
        return {VOUCHED[place] for place in np.unique(of.vouched[row, times][known]).tolist()}


class KeptEffects:
    """Effects by the digest of what they depend on, in one file; those that nobody asked for again are dropped."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, str] = {}
        self._asked: dict[str, str] = {}
        if file.is_file():
            table = pq.read_table(file)
            self._known = dict(zip(*(table.column(name).to_pylist() for name in _KEPT.names), strict=True))

    def body(self, digest: str, make: Callable[[], Body]) -> Body:
        """What is kept under a digest, or is made now."""
        text = self._known.get(digest) or json.dumps(make(), allow_nan=False)
        self._asked[digest] = text
        return dict(json.loads(text))

    def write(self) -> None:
        """Keep what was asked for; whole or not at all."""
        if self._asked.keys() == self._known.keys():
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".new")
        rows = sorted(self._asked.items())
        columns = [[row[place] for row in rows] for place in range(len(_KEPT.names))]
        pq.write_table(pa.table(columns, schema=_KEPT), draft, compression="zstd")
        draft.replace(self._file)


def looked_at(
    measures: Sequence[CustomersMeasure], agreed: Compared, kept: KeptEffects, step: Callable[[str], None]
) -> Iterator[Looked]:
    """Every episode of every measure; ``step`` is told each by name."""
    for of in measures:
        window = window_of(agreed, of.step)
        for account, starts in sorted(of.measured.starts.items()):
            if account not in of.measured.place_of:
                continue
            for episode in episodes(account, starts, window):
                step(f"{of.measured.measure}, {account}")
                yield _looked(of, episode, window, agreed, kept)


def window_of(agreed: Compared, step: int) -> Window:
    """What is compared, in times of ``step`` months each; never less than 12 times before."""
    return Window(max(agreed.before // step, FEWEST_BEFORE), max(agreed.after // step, 1))


def _looked(of: CustomersMeasure, episode: Episode, wanted: Window, agreed: Compared, kept: KeptEffects) -> Looked:
    measured = of.measured
    if episode.too_soon_after:
        return Looked(of, episode, wanted, wanted, {}, TREATED_TWICE)
    if episode.start + wanted.after > len(measured.times):
        return Looked(of, episode, wanted, wanted, {}, NOT_OVER)
    compared = comparison(measured, episode, wanted, most=agreed.donors)
    if compared is None:
        series = measured.values[measured.place_of[episode.account], max(episode.start, 0) :][: wanted.after]
        is_short = (~np.isnan(series)).sum() >= LEAST_AFTER * wanted.after
        return Looked(of, episode, wanted, wanted, {}, TOO_SHORT if is_short else CUSTOMER_GAPS)
    start = compared.panel.start_of(episode.account)

    def made() -> Body:
        rule = RULES.get(agreed.rule) or at(start)
        effect = effect_of(
            compared.panel, episode.account, window=compared.window, rule=rule, confidence=agreed.confidence
        )
        return body_of(compared.panel, effect)

    body = kept.body(digest_of(compared.panel, compared.window, agreed), made)
    return Looked(of, episode, wanted, compared.window, body, str(body["why"]), compared.left_out, compared.skipped)


def digest_of(panel: Panel, window: Window, agreed: Compared) -> str:
    """What an effect depends on, as a digest."""
    told = {
        "edition": EDITION,
        "window": asdict(window),
        "rule": agreed.rule,
        "confidence": agreed.confidence,
        "units": panel.units,
        "times": panel.times,
        "starts": sorted((each.unit, each.start) for each in panel.treatments),
        "better": panel.better,
        "changes": panel.definition_changes,
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
    digest.update(np.ascontiguousarray(panel.values).tobytes())
    return digest.hexdigest()


def body_of(panel: Panel, effect: Effect) -> Body:
    """Everything that was found of an effect, as JSON holds it; what is unknown is null.

    More is better in all but paths.

    ``donors`` are ids of accounts: who may see which of them is decided where it is shown.
    """
    times = effect.window.around(effect.start)
    series = panel.values[panel.place(effect.unit)]
    bound = effect.bound
    return {
        "unit": effect.unit,
        "times": list(panel.times[times]),
        "before": effect.window.before,
        "observed": _listed(series[times]),
        "outliers": [panel.times[place] for place in outliers(series) if times.start <= place < times.stop],
        "improvement": _known(before_and_after(panel, effect)),
        "attributable": None if effect.estimate is None else _known(effect.estimate),
        "payable": effect.payable,
        "evidence": effect.evidence,
        "is_sound": effect.is_sound,
        "why": effect.why,
        "low": bound.low if bound else None,
        "high": bound.high if bound else None,
        "bound_why": bound.why if bound else "",
        "confidence": bound.confidence if bound else None,
        "members": [{**asdict(each), "error": _known(each.error)} for each in (bound.members if bound else ())],
        "blocked_by": list(effect.blocked_by),
        "checks": [
            {**asdict(each), "figure": _known(each.figure), "limit": _known(each.limit)} for each in effect.checks
        ],
        "methods": {
            name: {
                "estimate": _known(each.estimate),
                "path": _listed(each.path),
                "fit": _known(each.fit),
                "effective_donors": _known(each.effective_donors),
                "weights": _listed(each.unit_weights),
            }
            for name, each in effect.estimates.items()
        },
        "donors": list(effect.donors),
        "donors_values": [_listed(panel.values[panel.place(donor), times]) for donor in effect.donors],
        "calendar": {name: _placebos(each) for name, each in effect.calendar.items()},
        "matched": {name: _placebos(each) for name, each in effect.matched.items()},
        "alone": None if effect.alone is None else _alone(effect.alone),
    }


def _alone(found: OwnTrend) -> Plain:
    return {
        "estimate": found.estimate,
        "low": _known(found.low),
        "high": _known(found.high),
        "path": _listed(found.path),
    }


def _placebos(found: Placebos) -> Plain:
    return {"units": list(found.units), "estimates": _listed(found.estimates), "error": _known(found.error)}


def _listed(values: Numbers) -> list[Plain]:
    return [_known(value) for value in values.tolist()]


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None
