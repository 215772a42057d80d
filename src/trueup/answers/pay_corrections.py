"""Which lines of later statements follow from a dispute: found by what the dispute's outcome names, kept nowhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from trueup.answers.pay_told import Line, Told


@dataclass(frozen=True)
class Correction:
    """What came of a dispute that was not rejected: an ``event`` is put right, by its key, or a ``plan``, by its hash.

    ``line``: the disputed one; ``lines_then``: the hashes of all lines that its statement had.
    """

    dispute: int
    line: Line
    lines_then: frozenset[str]
    event: str
    plan: str

    def causes(self, line: Line) -> bool:
        """Whether a line is new since the dispute, and goes back to what was put right."""
        if line.hash in self.lines_then:
            return False
        if self.event:
            return self.event in {line.event, line.lot}
        is_about_the_same = line.event == self.line.event if self.line.event else line.component == self.line.component
        return line.plan == self.plan and line.period == self.line.period and is_about_the_same


@dataclass(frozen=True)
class Corrected:
    """The disputes, by their numbers, that lines and postings of a statement follow from.

    ``lines``: by the line's hash; ``postings``: by component and earning period.
    """

    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    postings: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)


def corrected(told: Told, corrections: Iterable[Correction]) -> Corrected:
    """What a statement that was calculated after these disputes has of them.

    Where the disputed line is gone and its slot is posted anew, that posting follows from the dispute too: an event
    that is cancelled leaves no line.
    """
    there = {line.hash for line in told.lines}
    posted = {(each.component, each.earning_period) for each in told.posted}
    lines: dict[str, tuple[int, ...]] = {}
    postings: dict[tuple[str, str], tuple[int, ...]] = {}
    for each in sorted(corrections, key=lambda correction: correction.dispute):
        caused = [line for line in told.lines if each.causes(line)]
        for line in caused:
            lines[line.hash] = (*lines.get(line.hash, ()), each.dispute)
        slots = {(line.component, line.period) for line in caused}
        if each.line.hash not in there:
            slots.add((each.line.component, each.line.period))
        for slot in slots & posted:
            postings[slot] = (*postings.get(slot, ()), each.dispute)
    return Corrected(lines, postings)
