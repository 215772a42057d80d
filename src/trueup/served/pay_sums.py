"""The sums of many statements: what a statement says never changes, so each is read once in a process."""

from collections.abc import Mapping
from threading import Lock

from django.db.models import QuerySet

from trueup.answers.pay_told import Total, headline
from trueup.record.models import PayStatement

_KEPT = 50_000
"""So many statements' sums are kept at most, some 2 kB each; those that were read first are read again."""
_AT_ONCE = 500
_READ: dict[str, tuple[Total, ...]] = {}
_READING = Lock()


def sums_of(statements: QuerySet[PayStatement], hashes: Mapping[int, str]) -> Mapping[str, tuple[Total, ...]]:
    """The sums of statements by their own hashes; ``hashes``: of those of ``statements`` that are asked for, by key."""
    known = {digest: _READ.get(digest) for digest in hashes.values()}
    sums = {digest: found for digest, found in known.items() if found is not None}
    unread = {digest: key for key, digest in hashes.items() if digest not in sums}
    keys = list(unread.values())
    for first in range(0, len(keys), _AT_ONCE):
        part = statements.filter(pk__in=keys[first : first + _AT_ONCE])
        sums |= {digest: headline(bytes(body)) for digest, body in part.values_list("hash", "body")}
    if unread:
        _keep({digest: sums[digest] for digest in unread})
    return sums


def _keep(read: Mapping[str, tuple[Total, ...]]) -> None:
    with _READING:
        _READ.update(read)
        for digest in list(_READ)[: max(len(_READ) - _KEPT, 0)]:
            del _READ[digest]
