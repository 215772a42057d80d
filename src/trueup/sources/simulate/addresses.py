"""Names, domains and mail addresses of accounts, their contacts and our staff, as text columns."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.sources.simulate import names
from trueup.sources.simulate.columns import Flags, joined, picked
from trueup.sources.simulate.staff import Staff
from trueup.sources.simulate.world import Accounts, Contacts


def _trade(accounts: Accounts) -> pa.Array:
    word = names.trade_word(accounts.industry, accounts.trade, accounts.german)
    return picked(names.TRADE_TEXTS, word)


def account_names(accounts: Accounts) -> pa.Array:
    """Full company names with their legal form."""
    return joined(colloquial_names(accounts), " ", picked(names.FORM_TEXTS, accounts.form))


def colloquial_names(accounts: Accounts) -> pa.Array:
    """Company names as people say them, without the legal form."""
    return joined(picked(names.STEM_TEXTS, accounts.stem), " ", _trade(accounts))


def account_domains(accounts: Accounts) -> pa.Array:
    """One mail domain an account, ending in .example."""
    word = names.trade_word(accounts.industry, accounts.trade, accounts.german)
    return joined(picked(names.STEM_DOMAINS, accounts.stem), "-", picked(names.TRADE_DOMAINS, word), ".example")


def contact_names(contacts: Contacts) -> pa.Array:
    """First and last name."""
    return joined(picked(names.FIRST_TEXTS, contacts.first_name), " ", picked(names.LAST_TEXTS, contacts.last_name))


def contact_emails(accounts: Accounts, contacts: Contacts) -> pa.Array:
    """``first.last@``; the second record of a person has ``f.last@``."""
    domains = account_domains(accounts).take(pa.array(contacts.account))
    last = picked(names.LAST_ADDRESSES, contacts.last_name)
    first = pc.if_else(
        pa.array(contacts.twin_of >= 0),
        picked(names.FIRST_INITIALS, contacts.first_name),
        picked(names.FIRST_ADDRESSES, contacts.first_name),
    )
    return joined(first, ".", last, "@", domains)


def staff_names(staff: Staff) -> pa.Array:
    """First and last name of our people."""
    return joined(picked(names.FIRST_TEXTS, staff.first_name), " ", picked(names.LAST_TEXTS, staff.last_name))


def staff_emails(staff: Staff, *, other_domain: Flags | None = None) -> pa.Array:
    """``first.last@`` our domain, or the helpdesk's domain where asked for."""
    copy = pa.array(staff.copy)
    number = pc.if_else(pc.greater(copy, 0), pc.cast(copy, pa.large_string()), pa.scalar("", pa.large_string()))
    elsewhere = np.zeros(len(staff), dtype=np.bool_) if other_domain is None else other_domain
    domain = picked((names.OUR_DOMAIN, names.OUR_OTHER_DOMAIN), elsewhere.astype(np.int64))
    first = picked(names.FIRST_ADDRESSES, staff.first_name)
    return joined(first, ".", picked(names.LAST_ADDRESSES, staff.last_name), number, "@", domain)
