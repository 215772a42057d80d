"""How the ledger is kept, to the byte: what was hashed once is verified for ever, so none of this may ever change."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from trueup.pay.ledger import COMMISSION, HELD, Entry, Link, Transaction
from trueup.pay.ledger_chain import Close, body_of, canonical, close_body, sealed, verify
from trueup.units.money import Money

QUOTA = f"{COMMISSION}quota"
NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
ZOES = Transaction(
    key="hold 7",
    kind="accrual",
    reason_code="calculated",
    posted_in="2026-02",
    earning_period="2026-01",
    component="quota",
    entries=(Entry(QUOTA, "Zoë", Money.of("100.5", "EUR")), Entry(HELD, "Zoë", Money.of("-100.5", "EUR"))),
    links=(Link("cites", "deal 9"), Link("cites", "deal 10")),
)
WRITTEN = (
    b'{"component":"quota","earning_period":"2026-01","entries":[["contingent:held","Zo\\u00eb","-100.50","EUR"],'
    b'["expense:commission:quota","Zo\\u00eb","100.50","EUR"]],"key":"hold 7","kind":"accrual",'
    b'"links":[["cites","deal 10"],["cites","deal 9"]],"posted_in":"2026-02","reason_code":"calculated"}'
)
BODY = (
    b'{"form":1,"recorded_at":"2026-02-03T12:00:00.000000+00:00","recorded_by":"ada","sequence":1,"transaction":'
    + WRITTEN
    + b"}"
)
CLOSE_BODY = (
    b'{"close":{"head":"%(head)s","last_hash":"%(head)s","ledger":1,"period":"2026-02","statements":{"Zo\\u00eb":"5"},'
    b'"transactions":1},"closed_at":"2026-02-03T12:00:00.000000+00:00","closed_by":"ada","form":1,"sequence":1}'
)
HASH = "eef6a18b52d4eed0c64f970e7f5fe68c9a49b2459356a868ee80b2d680c5ec47"
CLOSE_HASH = "9a1487e89719ff828066001d77f0d3b9e7c9b0e6e1eb8b2346e261e45fdfeb1c"


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server that stands elsewhere."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_transaction_is_written_in_one_way() -> None:
    assert canonical(ZOES) == WRITTEN


def test_its_row_tells_besides_where_it_stands_and_who_posted_it_when() -> None:
    assert body_of(ZOES, sequence=1, recorded_at=NOON, recorded_by="ada") == BODY


@pytest.mark.usefixtures("in_tokyo")
def test_moments_are_written_in_utc_wherever_the_server_stands_and_whoever_tells_them() -> None:
    in_new_york = NOON.astimezone(timezone(timedelta(hours=-5)))
    assert body_of(ZOES, sequence=1, recorded_at=in_new_york, recorded_by="ada") == BODY


def test_a_row_has_the_hash_that_it_had_when_it_was_first_posted() -> None:
    row = sealed(1, "2026-02", BODY, previous_hash="")
    assert (row.algorithm, row.hash) == ("sha256-1", HASH)
    assert row.told == row.body == BODY


def test_a_close_has_the_bytes_and_the_hash_that_it_had_when_it_was_made() -> None:
    close = Close("2026-02", 1, HASH, 1, HASH, {"Zoë": "5"})
    body = close_body(close, sequence=1, closed_at=NOON, closed_by="ada")
    assert body == CLOSE_BODY % {b"head": HASH.encode()}
    assert sealed(1, "2026-02", body, previous_hash=HASH).hash == CLOSE_HASH
    rows = [sealed(1, "2026-02", BODY, previous_hash="")], [sealed(1, "2026-02", body, previous_hash="")]
    assert verify(*rows).head == HASH  # type: ignore[union-attr]
