"""What customers answered, as the chain that it is."""

from collections.abc import Iterator

from django.db import connection

from trueup.record.chain import Broken, Facts, Link, Whole, Words, plain, verify
from trueup.record.models import CustomerAnswer
from trueup.record.reach import rows


def facts_of(answer: CustomerAnswer) -> Facts:
    """What the chain swears to, besides the words."""
    return {
        "id": plain(answer.id),
        "link": plain(answer.link_id),
        "goal": plain(answer.goal_id),
        "revision": answer.revision,
        "reading": plain(answer.reading_id),
        "claimed_value": plain(answer.claimed_value),
        "verdict": answer.verdict,
        "value": plain(answer.value),
        "answered_at": plain(answer.answered_at),
    }


def kept_chain() -> Iterator[Link]:
    """Every answer ever given, in order."""
    for answer in rows(CustomerAnswer).order_by("sequence").iterator(chunk_size=1000):
        yield Link(
            sequence=answer.sequence,
            facts=facts_of(answer),
            words=Words(answer.said_by, answer.note, answer.salt),
            algorithm=answer.algorithm,
            payload=bytes(answer.payload),
            previous_hash=answer.previous_hash,
            hash=answer.hash,
        )


def verify_answers(*, noted: Whole | None = None) -> Whole | Broken:
    """Whether every answer is what the customer said; Broken names the first that is not."""
    return verify(kept_chain(), noted=noted)


def newest_answer() -> CustomerAnswer | None:
    """The end of the chain, held until the transaction ends so that nobody else adds to it meanwhile."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE record_customeranswer IN SHARE ROW EXCLUSIVE MODE")
    return rows(CustomerAnswer).order_by("-sequence").first()
