"""Where a goal's readings may come from by themselves, as a form offers it."""

from dataclasses import dataclass

from trueup import served
from trueup.answers.bindable import bindable as found_in_data
from trueup.goals.library import library


@dataclass(frozen=True)
class Offered:
    """Names, and what people call them."""

    series: tuple[tuple[str, str], ...]
    metrics: tuple[tuple[str, str], ...]


def bindable(account_id: str) -> Offered:
    """The account's own measures that its systems deliver, and our metrics of it."""
    found = found_in_data(served.folder(), served.snapshot(), account_id)
    known = library().by_key
    series = tuple(
        (each.measure, f"{known[each.measure].name if each.measure in known else each.measure} ({each.unit})")
        for each in found.series
    )
    return Offered(series, found.metrics)
