"""Names that do not exist, and those that may have been meant."""

from collections.abc import Iterable

from rapidfuzz.process import extractOne

MANY = 100
"""Names beyond which nobody reads them all."""


def nearest(name: str, names: Iterable[str]) -> str:
    """A cure for a name that does not exist: the most similar one that does, or all of them where none is similar."""
    known = sorted(names)
    found = extractOne(name, known, score_cutoff=60)
    if found:
        return f"; did you mean {found[0]}?"
    if len(known) > MANY:
        return f"; there are {len(known):,}, such as {', '.join(known[:3])}"
    return f"; there are {', '.join(known)}" if known else ""
