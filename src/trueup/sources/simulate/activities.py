"""What passes between our people and the accounts' outside the helpdesk: mails, calls, meetings, as plain rows."""

from dataclasses import dataclass

from trueup.sources.simulate.columns import Flags, Ints

MEETING, CALL, DEMO, WORKSHOP, REVIEW, PARTNERSHIP, TRADESHOW, SEMINAR, VISIT = range(9)
EVENT_TYPES = (
    "Meeting",
    "Call",
    "Demo",
    "Workshop",
    "Business Review",
    "Partnership Meeting",
    "Tradeshow",
    "Seminar",
    "Visit",
)
PHONE, SOCIAL = range(2)


@dataclass(frozen=True)
class Mails:
    """One row a mail, ``at`` a local moment; ``thread`` counts within the chunk, ``reply`` is its place in it."""

    account: Ints
    deal: Ints
    thread: Ints
    reply: Ints
    at: Ints
    incoming: Flags
    automatic: Flags
    person: Ints
    contact: Ints
    copied: Ints
    subject: Ints

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True)
class Calls:
    """One row a call or social-media exchange, ``at`` a local moment, ``due_on`` the day of an agreed next step."""

    account: Ints
    deal: Ints
    kind: Ints
    incoming: Flags
    at: Ints
    seconds: Ints
    due_on: Ints
    person: Ints
    contact: Ints

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True)
class Meetings:
    """One row a meeting, ``at`` a local moment; ``colleagues`` come besides the owner, one more may have ``declined``.

    ``guests`` are the account's people who were asked; ``absent`` of them did not come.
    """

    account: Ints
    deal: Ints
    kind: Ints
    at: Ints
    minutes: Ints
    person: Ints
    colleagues: Ints
    declined: Flags
    guests: Ints
    absent: Ints

    def __len__(self) -> int:
        return len(self.account)
