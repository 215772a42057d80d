"""What a payee is shown of a period: what was posted and why, what is held, what waits, and what is not reckoned."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from pay.paying import AT_LAST, closes_of, facts, plans_of, sums
from trueup.pay.facts import Facts
from trueup.pay.plan import Plan
from trueup.pay.replay import Close, replay, runs
from trueup.pay.statement import Basis, Statement, line_hash, statements

PLAN = """
    plan: sales
    label: Sales 2026
    currency: USD
    valid_from: 2026-01-01
    policy: {de_minimis: 5}
    components:
      - {name: bookings, label: New business, clause: "3.1", kind: rate, credits: bookings, aggregation: cumulative,
         hold: {share: 0.5}, table: {kind: step, of: attainment, tiers: [{up_to: 1, pays: 0.10}, {pays: 0.20}]}}
"""
TOLD = {
    "events": """
        natural_key kind on         known_on   payee credits  amount currency customer revision
        one         deal 2026-01-10 2026-01-10 ann   bookings 1000   USD      acme     0
        one         deal 2026-01-10 2026-02-20 ann   bookings 1500   USD      acme     1
        two         deal 2026-02-10 2026-02-10 ann   bookings 300    USD      globex   0
        three       deal 2026-02-12 2026-02-12 bob   bookings 700    USD      acme     0
        two         deal 2026-02-10 2026-03-20 ann   bookings 306    USD      globex   1
    """,
    "assignments": """
        payee plan  start
        ann   sales 2026-01-01
        bob   sales 2026-01-01
    """,
    "quotas": """
        payee credits  period amount currency
        ann   bookings 2026   12000  USD
    """,
}


def shown(closes: Sequence[Close], **changes: str) -> list[dict[str, Mapping[str, Any]]]:
    """What the statements of each close say, by payee."""
    return [
        {each.payee: each.said for each in made}
        for made in made_of(plans_of(PLAN), facts(**{**TOLD, **changes}), closes)
    ]


def made_of(plans: Sequence[Plan], told: Facts, closes: Sequence[Close]) -> list[Sequence[Statement]]:
    closed = replay(plans, told, closes)
    found = []
    for place, each in enumerate(closed):
        before = closed[:place]
        basis = Basis(
            each.close.period,
            each.calculated,
            each.earned,
            each.held,
            each.parked,
            sums(posting for close in before for posting in close.earned),
            sums(posting for close in before for posting in close.held),
            plans,
        )
        of_run = {payee: own[place][1] for payee, own in runs(plans, told, closed[: place + 1]).items()}
        found.append(statements(basis, runs=of_run))
    return found


MONTHS = closes_of([1, 2, 3])[:-1]


def test_what_is_posted_is_told_with_what_was_posted_before_and_whether_it_puts_something_right() -> None:
    january, february, _ = (each["ann"] for each in shown(MONTHS))
    posted = [
        (each["earning_period"], each["amount"], each["before"], each["is_true_up"])
        for said in (january, february)
        for each in said["posted"]
    ]
    assert posted == [
        ("2026-01", ["50.00", "USD"], None, False),
        ("2026-01", ["25.00", "USD"], ["50.00", "USD"], True),
        ("2026-02", ["15.00", "USD"], None, False),
    ]
    assert february["totals"] == [
        {"currency": "USD", "posted": ["40.00", "USD"], "true_ups": ["25.00", "USD"], "year_to_date": ["90.00", "USD"]}
    ]


def test_every_line_says_what_it_follows_from_and_has_a_hash_of_all_that() -> None:
    _, february, _ = (each["ann"] for each in shown(MONTHS))
    (line,) = [line for line in february["lines"] if line["event"] == "two"]
    said = {key: line[key] for key in ("label", "clause", "credited", "credited_in", "exact", "amount", "held", "role")}
    assert said == {
        "label": "New business",
        "clause": "3.1",
        "credited": "300",
        "credited_in": "USD",
        "exact": "30",
        "amount": ["15.00", "USD"],
        "held": ["15.00", "USD"],
        "role": "direct",
    }
    assert line["hash"] == line_hash(line)
    assert line_hash({**line, "customer": "initech"}) != line["hash"]
    (plan,) = february["plans"]
    assert (plan["label"], plan["hash"]) == ("Sales 2026", line["plan"])


def test_lines_of_earlier_periods_are_shown_where_something_is_posted_for_them() -> None:
    january, february, march = (each["ann"] for each in shown(MONTHS))
    events = [[line["event"] for line in said["lines"]] for said in (january, february, march)]
    assert events == [["one"], ["one", "two"], ["two"]]


def test_what_is_held_is_told_with_what_changed_and_what_would_release_it() -> None:
    _, february, _ = (each["ann"] for each in shown(MONTHS))
    assert [(each["customer"], each["amount"][0], each["changed"][0]) for each in february["held"]] == [
        ("acme", "75.00", "25.00"),
        ("globex", "15.00", "15.00"),
    ]
    assert {each["releases"] for each in february["held"]} == {
        "a first verified reading of the customer's value, large enough for the plan's curve"
    }


def test_what_waits_is_shown_and_why() -> None:
    *_, march = (each["ann"] for each in shown(MONTHS))
    assert [(each["earning_period"], each["amount"], each["because"]) for each in march["parked"]] == [
        ("2026-02", ["0.30", "USD"], "de_minimis")
    ]
    assert march["posted"] == []


def test_attainment_and_the_pace_of_the_year_are_told() -> None:
    january, *_ = (each["ann"] for each in shown(MONTHS))
    (reached,) = january["attained"]
    assert (reached["window"], reached["credited"], reached["quota"], reached["attainment"]) == (
        "2026",
        "1000",
        "12000",
        "1/12",
    )
    (pace,) = january["forecast"]
    # 1,000 in 31 days is 11,774.19 in 365, of which a tenth is paid.
    assert (pace["expected"], pace["at_target"]) == (["1177.42", "USD"], ["1200.00", "USD"])


def test_no_credit_at_its_pace_is_expected_to_pay_nothing_whatever_fees() -> None:
    plans = plans_of(PLAN.replace("{up_to: 1, pays: 0.10}", "{up_to: 1, pays: 0.10, flat: 5}"))
    refunded = """
        natural_key kind   on         payee credits  amount currency of
        one         deal   2026-01-10 ann   bookings 1000   USD      -
        back        refund 2026-01-10 -     -        1000   USD      one
    """
    ((anns, _),) = made_of(plans, facts(**{**TOLD, "events": refunded}), closes_of([1])[:1])
    (pace,) = anns.said["forecast"]
    assert (pace["now"], pace["expected"]) == (["0.00", "USD"], ["0.00", "USD"])


def test_what_could_not_be_reckoned_is_told_with_its_cure_and_nothing_of_it_is_posted() -> None:
    _, february, _ = (each["bob"] for each in shown(MONTHS))
    (told,) = february["not_reckoned"]
    assert told["message"].startswith("bob's bookings: bob has no quota of bookings for 2026: give one for it")
    assert told["refuses"]
    assert (february["posted"], february["lines"]) == ([], [])


def test_what_the_run_paid_is_told() -> None:
    _, february, _ = (each["ann"] for each in shown(MONTHS))
    assert (february["run"]["earned"], february["run"]["paid"]) == (["40.00", "USD"], ["40.00", "USD"])


def test_who_has_nothing_and_misses_nothing_has_no_statement() -> None:
    (at_last,) = shown(
        [AT_LAST],
        assignments="""
            payee plan  start
            ann   sales 2026-01-01
            cat   sales 2027-01-01
        """,
        events="""
            natural_key kind on         payee credits  amount currency
            one         deal 2026-01-10 ann   bookings 1000   USD
        """,
    )
    assert at_last.keys() == {"ann"}


def test_a_statement_is_bytes_with_a_hash_and_says_the_same_when_made_again() -> None:
    first, again = (made_of(plans_of(PLAN), facts(**TOLD), MONTHS) for _ in range(2))
    assert [each.body for made in first for each in made] == [each.body for made in again for each in made]
    (anns, *_) = first[0]
    assert anns.hash == sha256(anns.body).hexdigest()
    assert anns.said["payee"] == "ann"
