"""Every metric of marketing, sales and results, counted once more in plain loops from the words of the definitions.

Nothing here knows how the product does it: days are walked one by one, histories are sorted and searched, sums are
fractions. Each loop yields parts (what adds to a cell, whose it is and when), and one rule adds parts up to cells.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import cast

import pytest

from given import World, given
from sales_books import ALL_DAYS, DAY, NOW, PERIODS, Books, Part, days_of, flag, happened, local, periods_of, text
from sales_company import AS_OF, ZONE, Company, Row, company
from trueup.metrics.metric import Grain
from trueup.metrics.places import tidy
from trueup.metrics.registry import built_in_metrics

SEEDS = (1, 2)
GRAINS: tuple[Grain, ...] = ("account", "segment", "company", "person", "team")


def customer_promotions(count: Callable[[list[Row]], int]) -> Callable[[Books], Iterator[Part]]:
    def parts(books: Books) -> Iterator[Part]:
        made = [p for p in books.tables["promotions"] if happened(p["occurred_at"])]
        for period in PERIODS:
            last = days_of(period)[-1]
            for account in books.active(period):
                theirs = [
                    p for p in made if p["account_id"] == account and period in periods_of(local(p["occurred_at"]))
                ]
                number = Fraction(count(theirs))
                owner = books.owner(account)
                yield Part(last, account, owner, number, Fraction(1), period=period, credited_on=last)

    return parts


def in_industry(books: Books) -> Iterator[Part]:
    for p in books.tables["promotions"]:
        own = books.account[p["account_id"]]["industry"] if p["account_id"] else None
        if happened(p["occurred_at"]) and own and p["reached_industry"]:
            same = flag(own == p["reached_industry"])
            yield Part(local(p["occurred_at"]), text(p["account_id"]), books.owner(p["account_id"]), same, Fraction(1))


def referral_conversion(books: Books) -> Iterator[Part]:
    won = [d for d in books.tables["deals"] if d["outcome"] == "won" and happened(d["closed_at"])]
    for p in books.tables["promotions"]:
        at = cast("datetime", p["occurred_at"])
        if p["kind"] != "referral" or not happened(at):
            continue
        wins = [
            cast("datetime", d["closed_at"])
            for d in won
            if p["referred_account_id"] and d["account_id"] == p["referred_account_id"]
        ]
        converted = flag(wins and at < min(wins) <= at + 180 * DAY)
        whose = (text(p["account_id"]), books.owner(p["account_id"]))
        yield Part(local(at), *whose, converted, Fraction(1), is_pending=at + 180 * DAY > NOW)


def referred_deals(books: Books) -> Iterator[Part]:
    leads = [lead for lead in books.tables["leads"] if lead["referral_id"]]
    referrals = [p for p in books.tables["promotions"] if p["kind"] == "referral"]
    for deal, day, owner in books.won_deals():
        if deal["kind"] != "new":
            continue
        by_lead = any(lead["lead_id"] == deal["lead_id"] or lead["deal_id"] == deal["deal_id"] for lead in leads)
        opened = cast("datetime", deal["created_at"])
        by_account = any(
            deal["account_id"]
            and p["referred_account_id"] == deal["account_id"]
            and cast("datetime", p["occurred_at"]) <= opened
            for p in referrals
        )
        yield Part(day, text(deal["account_id"]), owner, flag(by_lead or by_account), Fraction(1))


def campaign_clicks(books: Books) -> Iterator[Part]:
    for event in books.tables["campaign_events"]:
        if event["kind"] in {"send", "click"} and happened(event["occurred_at"]):
            whose = (text(event["account_id"]), books.owner(event["account_id"]))
            is_click, is_send = flag(event["kind"] == "click"), flag(event["kind"] == "send")
            yield Part(local(event["occurred_at"]), *whose, is_click, is_send)


def lead_conversion(books: Books) -> Iterator[Part]:
    for lead in books.tables["leads"]:
        if not happened(lead["qualified_at"]):
            continue
        at = cast("datetime", lead["qualified_at"])
        named = [d["created_at"] for d in books.tables["deals"] if d["deal_id"] == lead["deal_id"]]
        naming = sorted(
            cast("datetime", d["created_at"]) for d in books.tables["deals"] if d["lead_id"] == lead["lead_id"]
        )
        stated = [lead["converted_at"]] if happened(lead["converted_at"]) else []
        conversions = [*stated, *named, *naming]
        converted = flag(conversions and cast("datetime", conversions[0]) <= at + 90 * DAY)
        whose = (text(lead["account_id"]), text(lead["owner_id"]))
        yield Part(local(at), *whose, converted, Fraction(1), is_pending=at + 90 * DAY > NOW)


def qualified(books: Books) -> Iterator[Part]:
    for lead in books.tables["leads"]:
        if happened(lead["qualified_at"]):
            yield Part(local(lead["qualified_at"]), text(lead["account_id"]), text(lead["owner_id"]), Fraction(1))


def wins(books: Books) -> Iterator[Part]:
    for deal, day, owner in books.closed_deals():
        yield Part(day, text(deal["account_id"]), owner, flag(deal["outcome"] == "won"), Fraction(1))


def cycles(books: Books) -> Iterator[Part]:
    for deal, day, owner in books.won_deals():
        elapsed = cast("datetime", deal["closed_at"]) - cast("datetime", deal["created_at"])
        yield Part(day, text(deal["account_id"]), owner, Fraction(elapsed // timedelta(microseconds=1), 86_400_000_000))


def discount_of(deal: Row) -> Fraction | None:
    """The discount in the deal's own currency; None where the list amount is not known."""
    if not deal["list_amount"] or deal["net_amount"] is None:
        return None
    return max(Fraction(str(deal["list_amount"])) - Fraction(str(deal["net_amount"])), Fraction(0))


def is_deep(deal: Row) -> bool | None:
    discount = discount_of(deal)
    return None if discount is None else discount * 5 >= Fraction(str(deal["list_amount"]))


def is_negotiated(books: Books, deal: Row) -> bool | None:
    lowered, previous, known = 0, None, False
    for change in books.changes(deal, "amount"):
        if cast("datetime", change["changed_at"]) <= cast("datetime", deal["closed_at"]):
            new = int(str(change["new_value"]))
            old = int(str(change["old_value"])) if change["old_value"] else previous
            lowered += old is not None and new < old
            previous, known = new, True
    return lowered >= 2 if known else None


def discounts(books: Books) -> Iterator[Part]:
    for deal, day, owner in books.won_deals():
        discount, listed = discount_of(deal), books.money(deal, "list_amount", day)
        if discount is not None and listed is not None:
            share = discount / Fraction(str(deal["list_amount"]))
            yield Part(day, text(deal["account_id"]), owner, listed * share, listed)


def verdicts(verdict: Callable[[Books, Row], bool | None]) -> Callable[[Books], Iterator[Part]]:
    def parts(books: Books) -> Iterator[Part]:
        for deal, day, owner in books.won_deals():
            found = verdict(books, deal)
            if found is not None:
                yield Part(day, text(deal["account_id"]), owner, flag(found), Fraction(1))

    return parts


def at_full_value(books: Books, deal: Row) -> bool | None:
    deep, negotiated = is_deep(deal), is_negotiated(books, deal)
    return None if deep is None or negotiated is None else not deep and not negotiated


def earned(books: Books, amount: Callable[[Row], Fraction | None]) -> Iterator[Part]:
    """Day by day, and so in the team of that day."""
    for contract in books.tables["contracts"]:
        per_day = amount(contract)
        whose = (text(contract["account_id"]), books.owner(contract["account_id"]))
        for day in ALL_DAYS:
            if per_day is not None and day <= AS_OF and books.runs(contract, day):
                yield Part(day, *whose, per_day)


def revenue(books: Books) -> Iterator[Part]:
    return earned(books, lambda contract: books.per_day(contract, "amount"))


def margin(books: Books) -> Iterator[Part]:
    def of(contract: Row) -> Fraction | None:
        price, cost = books.per_day(contract, "amount"), books.per_day(contract, "cost_amount")
        return None if price is None or cost is None else price - cost

    return earned(books, of)


def market_share(books: Books) -> Iterator[Part]:
    income = list(revenue(books))
    for market in books.tables["markets"]:
        period = str(market["period"])
        days = [day for day in ALL_DAYS if period in periods_of(day)]
        size = books.money(market, "size", days[0])
        if days[0] > AS_OF or size is None:
            continue
        ours = sum(
            (
                p.numerator or Fraction(0)
                for p in income
                if period in periods_of(p.on) and books.account[p.account]["segment"] == market["segment"]
            ),
            Fraction(0),
        )
        yield Part(days[0], None, None, ours, size, period=period, segment=text(market["segment"]))


def renewals(books: Books, *, by_value: bool) -> Iterator[Part]:
    for old in books.tables["contracts"]:
        due = cast("date | None", old["ends_on"])
        amount = books.money(old, "amount", cast("date", old["starts_on"])) if by_value else Fraction(1)
        if due is None or due > AS_OF or amount is None:
            continue
        starts = [
            new["starts_on"]
            for new in books.tables["contracts"]
            if new["renews_contract_id"] == old["contract_id"] and new is not old
        ]
        renewed = any(cast("date", start) <= due + 30 * DAY for start in starts)
        whose = (text(old["account_id"]), books.owner(old["account_id"]))
        yield Part(due, *whose, amount if renewed else Fraction(0), amount, is_pending=due + 30 * DAY > AS_OF)


def retained(books: Books, *, gross: bool) -> Iterator[Part]:
    for period in PERIODS:
        now = days_of(period)[-1]
        boundary = now + DAY
        then = boundary.replace(year=boundary.year - 1) - DAY
        for account in books.account:
            theirs = [c for c in books.tables["contracts"] if c["account_id"] == account]
            before, after = ([books.per_day(c, "amount") for c in theirs if books.runs(c, day)] for day in (then, now))
            if not before or None in before or None in after:
                continue
            paid, pays = (Fraction(365 * sum(a for a in amounts if a)) for amounts in (before, after))
            kept = min(paid, pays) if gross else pays
            yield Part(now, text(account), books.owner(account), kept, paid, period=period, credited_on=now)


def defaults(books: Books) -> Iterator[Part]:
    for period in PERIODS:
        days = days_of(period)
        for contract in books.tables["contracts"]:
            defaulted = contract["defaulted_on"] in days
            if defaulted or any(books.runs(contract, day) for day in days):
                whose = (text(contract["account_id"]), books.owner(contract["account_id"]))
                yield Part(days[-1], *whose, flag(defaulted), Fraction(1), period=period, credited_on=days[-1])


def quotas(books: Books) -> Iterator[Part]:
    for quota in books.tables["quotas"]:
        quarter, person = str(quota["period"]), text(quota["person_id"])
        days = [day for day in ALL_DAYS if quarter in periods_of(day)]
        amount = books.money(quota, "amount", days[0])
        if days[0] > AS_OF or amount is None:
            continue
        for period in (quarter, quarter[:4]):
            yield Part(days[0], None, person, Fraction(0), amount, period=period, credited_on=days[0])
            for deal, day, owner in books.won_deals():
                net = books.money(deal, "net_amount", day)
                if day in days and owner == person and net is not None:
                    yield Part(day, None, person, net, Fraction(0), period=period, credited_on=day)


BY_HAND: dict[str, Callable[[Books], Iterable[Part]]] = {
    "referral_rate": customer_promotions(lambda made: any(p["kind"] == "referral" for p in made)),
    "promotions_per_customer": customer_promotions(len),
    "advocate_share": customer_promotions(bool),
    "in_industry_promotion_share": in_industry,
    "referral_conversion_rate": referral_conversion,
    "referred_deal_share": referred_deals,
    "campaign_click_rate": campaign_clicks,
    "qualified_leads": qualified,
    "lead_conversion_rate": lead_conversion,
    "win_rate": wins,
    "sales_cycle_days": cycles,
    "discount_depth": discounts,
    "deep_discount_share": verdicts(lambda _, deal: is_deep(deal)),
    "negotiated_share": verdicts(is_negotiated),
    "full_value_share": verdicts(at_full_value),
    "revenue": revenue,
    "gross_margin": margin,
    "market_share": market_share,
    "renewal_rate": lambda books: renewals(books, by_value=False),
    "renewal_rate_value": lambda books: renewals(books, by_value=True),
    "gross_revenue_retention": lambda books: retained(books, gross=True),
    "net_revenue_retention": lambda books: retained(books, gross=False),
    "default_rate": defaults,
    "quota_attainment": quotas,
}
ADDED_UP = {"qualified_leads", "revenue", "gross_margin"}
MEDIANS = {"sales_cycle_days"}
HAS_GRAINS: dict[str, tuple[Grain, ...]] = {
    "market_share": ("segment", "company"),
    "quota_attainment": ("person", "team", "company"),
}


def entity(books: Books, part: Part, grain: Grain) -> str | None:
    day = part.credited_on or part.on
    if grain == "segment":
        return part.segment or (text(books.account[part.account]["segment"]) if part.account in books.account else None)
    found = {"account": part.account, "company": "company", "person": part.person, "team": books.team(part.person, day)}
    return found[grain]


Cells = dict[tuple[str, str], list[Part]]


def cells(books: Books, parts: Iterable[Part], grain: Grain) -> Cells:
    found: Cells = defaultdict(list)
    for part in parts:
        whose = entity(books, part, grain)
        if whose is not None:
            for period in (part.period,) if part.period else periods_of(part.on):
                found[whose, period].append(part)
    return found


def median(values: list[Fraction]) -> Fraction:
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def settled(parts: list[Part]) -> list[Part]:
    return [part for part in parts if not part.is_pending]


def value(metric: str, parts: list[Part]) -> Fraction | None:
    numerators = [part.numerator for part in settled(parts) if part.numerator is not None]
    if metric in MEDIANS:
        return median(numerators) if numerators else None
    if metric in ADDED_UP:
        return sum(numerators, Fraction(0))
    denominator = sum((part.denominator for part in settled(parts) if part.denominator is not None), Fraction(0))
    return sum(numerators, Fraction(0)) / denominator if denominator else None


@pytest.fixture(scope="module", params=SEEDS)
def tables(request: pytest.FixtureRequest) -> Company:
    return company(request.param)


@pytest.fixture(scope="module")
def books(tables: Company) -> Books:
    return Books(tables)


@pytest.fixture(scope="module")
def world(tables: Company) -> World:
    return given(as_of=AS_OF.isoformat(), zone=ZONE, currency="EUR", **tables)  # type: ignore[arg-type]


Tidy = dict[str, dict[Grain, dict[tuple[str, str], Row]]]


@pytest.fixture(scope="module")
def computed(world: World) -> Tidy:
    metrics = [built_in_metrics()[name] for name in BY_HAND]
    planned = world.compute(metrics, grains=GRAINS)
    found: Tidy = defaultdict(lambda: defaultdict(dict))
    for row in world.engine.query(tidy(planned.places)).to_pylist():
        found[row["metric"]][row["grain"]][row["entity"], row["period"]] = row
    return found


@pytest.mark.parametrize("metric", BY_HAND)
def test_counted_by_hand_it_is_the_same(metric: str, books: Books, computed: Tidy) -> None:
    parts = list(BY_HAND[metric](books))
    some = False
    for grain in HAS_GRAINS.get(metric, GRAINS):
        by_hand = cells(books, parts, grain)
        expected = {cell: value(metric, added) for cell, added in by_hand.items() if cell[1] in PERIODS}
        ours = computed[metric][grain]
        assert known(expected) == pytest.approx(known({cell: row["value"] for cell, row in ours.items()}), rel=1e-9)
        pending = {cell: sum(part.is_pending for part in added) for cell, added in by_hand.items()}
        assert counted(pending) == counted({cell: row["pending"] for cell, row in ours.items()})
        if metric not in ADDED_UP | MEDIANS:
            behind = {cell: sum(bool(p.denominator) for p in settled(added)) for cell, added in by_hand.items()}
            assert counted(behind) == counted({cell: row["n"] for cell, row in ours.items()})
        some = some or any(known(expected).values())
    assert some


def known(values: Mapping[tuple[str, str], object]) -> dict[tuple[str, str], float]:
    return {cell: float(cast("float", value)) for cell, value in values.items() if value is not None}


def counted(numbers: Mapping[tuple[str, str], object]) -> dict[tuple[str, str], object]:
    return {cell: number for cell, number in numbers.items() if number}
