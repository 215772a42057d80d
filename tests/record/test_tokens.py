"""Keys for programs: told once, good for a while, and for as long as their user is."""

from datetime import timedelta

import pytest

from company import NOON, Company
from trueup.record import access
from trueup.record.actions.people import deactivate_user
from trueup.record.actions.tokens import bearer, make_token, revoke_token
from trueup.record.refusal import NotAllowed, Refused

LATER = NOON + timedelta(minutes=1)
MONTH = NOON + timedelta(30)


def test_a_token_is_told_once_and_lets_a_program_act_for_its_user(company: Company) -> None:
    token, text = make_token(company.ana, at=NOON, label="BI", scope="read", expires_at=MONTH)
    assert text.startswith("trueup_")
    assert text not in str(vars(token))
    used = bearer(text, at=LATER)
    assert (used.user, used.scope) == (company.ana, "read")
    assert access.tokens(company.ana).get().last_used_at == LATER


def test_a_token_ends_with_its_time_its_revocation_or_its_user(company: Company) -> None:
    texts = {
        who: make_token(company[who], at=NOON, label="BI", scope="write", expires_at=MONTH)
        for who in ("Ana", "Bob", "Vic")
    }
    revoke_token(company.ada, texts["Bob"][0], at=NOON)
    deactivate_user(company.ada, company.vic, at=NOON)
    for text, at in ((texts["Ana"][1], MONTH), (texts["Bob"][1], LATER), (texts["Vic"][1], LATER), ("guess", LATER)):
        with pytest.raises(NotAllowed, match="This token is not valid"):
            bearer(text, at=at)


def test_nobody_sees_or_revokes_another_ones_token(company: Company) -> None:
    token, _ = make_token(company.ana, at=NOON, label="BI", scope="read", expires_at=MONTH)
    assert not access.tokens(company.bob).exists()
    with pytest.raises(NotAllowed):
        revoke_token(company.bob, token, at=NOON)
    with pytest.raises(Refused, match="for a year at most"):
        make_token(company.ana, at=NOON, label="BI", scope="read", expires_at=NOON + timedelta(367))
