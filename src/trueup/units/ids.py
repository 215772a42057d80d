"""One type per kind of id, so that no account's id stands where a person's belongs; and Salesforce's two spellings."""

from __future__ import annotations

import re
from typing import Final, NewType

AccountId = NewType("AccountId", str)
ContactId = NewType("ContactId", str)
PersonId = NewType("PersonId", str)
TeamId = NewType("TeamId", str)
LeadId = NewType("LeadId", str)
DealId = NewType("DealId", str)
InteractionId = NewType("InteractionId", str)
CaseId = NewType("CaseId", str)
PromotionId = NewType("PromotionId", str)
ContractId = NewType("ContractId", str)
InvoiceId = NewType("InvoiceId", str)
ResponseId = NewType("ResponseId", str)

_SALESFORCE_15: Final = re.compile(r"[A-Za-z0-9]{15}")
_SALESFORCE_18: Final = re.compile(r"[A-Za-z0-9]{15}[A-Za-z0-5]{3}")
_CHECKSUM: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class InvalidSalesforceId(ValueError):  # noqa: N818  named as people say it
    """Text that is neither a 15-character nor an 18-character Salesforce id."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no Salesforce id: 15 letters and digits, or 18 whose last three are their checksum"
        )


def salesforce_18(text: str) -> str:
    """Give the 18-character spelling of an id; an 18-character one gets back the case its checksum remembers."""
    if _SALESFORCE_15.fullmatch(text):
        return text + _checksum(text)
    if _SALESFORCE_18.fullmatch(text):
        restored = _restored(text)
        if restored + _checksum(restored) == restored + text[15:].upper():
            return restored + text[15:].upper()
    raise InvalidSalesforceId(text)


def same_salesforce_id(left: str, right: str) -> bool:
    """Tell whether two texts are spellings of one Salesforce id; what is no such id is the same as nothing."""
    try:
        return salesforce_18(left) == salesforce_18(right)
    except InvalidSalesforceId:
        return False


def _checksum(id15: str) -> str:
    """Each of three characters says which of five letters are capitals, the first in the lowest bit."""
    fives = (id15[0:5], id15[5:10], id15[10:15])
    return "".join(_CHECKSUM[sum(1 << place for place, c in enumerate(five) if c.isupper())] for five in fives)


def _restored(id18: str) -> str:
    capitals = [_CHECKSUM.index(c) >> place & 1 for c in id18[15:].upper() for place in range(5)]
    return "".join(c.upper() if is_capital else c.lower() for c, is_capital in zip(id18[:15], capitals, strict=True))
