"""A large company in canonical files, made by SQL from row numbers: the same rows every time, on every machine.

Sizes follow the number of interactions: 10 million interactions come with 100 thousand accounts, 1 million cases and
200 thousand deals over two years. Every table also has its share of what real exports have: missing accounts,
directions, keys and amounts, currencies without a rate, contracts without an end, history by the system.
"""

import argparse
import re
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import duckdb

FIRST_DAY = "2024-07-01"
LAST_DAY = "2026-06-30"
SECONDS = 63_072_000
QUARTERS = "['2024-Q3', '2024-Q4', '2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4', '2026-Q1', '2026-Q2']"
KINDS = (
    *("email",) * 6,
    *("call",) * 4,
    *("chat",) * 2,
    *("meeting",) * 2,
    *("social",) * 2,
    "demo",
    "workshop",
    "visit",
    "tradeshow",
    "business_review",
    "partnership_meeting",
)
CHANGES_PER_DEAL = 6


@dataclass(frozen=True)
class Size:
    """How many rows there are of what."""

    interactions: int

    @property
    def accounts(self) -> int:
        return self.interactions // 100

    @property
    def contacts(self) -> int:
        return self.accounts * 3

    @property
    def people(self) -> int:
        return max(50, self.accounts // 200)

    @property
    def cases(self) -> int:
        return self.interactions // 10

    @property
    def deals(self) -> int:
        return self.accounts * 2

    @property
    def promotions(self) -> int:
        return self.accounts // 2


def tables(size: Size) -> dict[str, str]:
    """One query per canonical table."""
    written = {**_directory(size), **_selling(size), **_talking(size), **_supporting(size), **_earning(size)}
    return {name: _mixed(select) for name, select in written.items()}


_CHANCE = re.compile(r"hash\(([^,()]+(?:\([^()]*\))?[^,()]*), '(\w+)'\)")


def _mixed(select: str) -> str:
    """DuckDB's hash of two values mixes them too weakly to be two independent chances; one shifted number does."""
    return _CHANCE.sub(lambda found: f"hash(({found[1]}) + {crc32(found[2].encode())}00000)", select)


def _moment(salt: str, of: str = "range") -> str:
    return f"TIMESTAMP '{FIRST_DAY}' + to_seconds((hash({of}, '{salt}') % {SECONDS})::BIGINT)"


def _one_of(options: str, salt: str, of: str = "range") -> str:
    return f"{options}[(1 + hash({of}, '{salt}') % len({options}))::BIGINT]"


def _account(size: Size) -> str:
    return f"'a' || (hash(range, 'account') % {size.accounts})"


def _person(size: Size, salt: str) -> str:
    return f"'p' || (hash(range, '{salt}') % {size.people})"


def _directory(size: Size) -> dict[str, str]:
    return {
        "accounts": f"""SELECT 'a' || range AS account_id, 'Company ' || range AS name,
            'c' || range || '.example' AS domain,
            CASE WHEN hash(range, 'in') % 40 > 0 THEN 'industry ' || hash(range, 'i') % 12 END AS industry,
            CASE WHEN hash(range, 'sn') % 40 > 0 THEN 'segment ' || hash(range, 's') % 4 END AS segment,
            {_person(size, "o")} AS owner_id, TIMESTAMP '2020-01-01' AS created_at
            FROM range({size.accounts})""",
        "contacts": f"""SELECT 'k' || range AS contact_id, 'a' || (range % {size.accounts}) AS account_id,
            'Contact ' || range AS name FROM range({size.contacts})""",
        "people": f"""SELECT 'p' || (range // 2) AS person_id, 'Person ' || (range // 2) AS name,
            'team ' || hash(range, 't') % 20 AS team,
            {_one_of("['sales', 'support', 'marketing']", "d", "range // 2")} AS department,
            CASE WHEN range % 2 = 0 THEN DATE '2020-01-01' ELSE DATE '2025-07-01' END AS active_from,
            CASE WHEN range % 2 = 0 THEN DATE '2025-06-30' END AS active_to FROM range({size.people} * 2)""",
    }


def _selling(size: Size) -> dict[str, str]:
    per_deal, deal = CHANGES_PER_DEAL, f"range // {CHANGES_PER_DEAL}"
    nth, price = f"range % {per_deal}", f"(1000 + hash({deal}, 'da') % 90000)"
    fields = "['stage', 'amount', 'amount', 'owner', 'amount', 'stage']"
    return {
        "leads": f"""SELECT 'l' || range AS lead_id, {_account(size)} AS account_id,
            {_moment("lc")} AS created_at, {_person(size, "lo")} AS owner_id, {_moment("lq")} AS qualified_at,
            CASE WHEN hash(range, 'lv') % 3 = 0 THEN {_moment("lq")} + INTERVAL 20 DAY END AS converted_at,
            CASE WHEN hash(range, 'ld') % 4 = 0 THEN 'd' || hash(range, 'le') % {size.deals} END AS deal_id,
            CASE WHEN hash(range, 'lr') % 9 = 0 THEN 'r' || hash(range, 'lp') % {size.promotions} END AS referral_id
            FROM range({size.deals})""",
        "deals": f"""SELECT 'd' || range AS deal_id, {_account(size)} AS account_id, {_person(size, "do")} AS owner_id,
            {_one_of("['new', 'new', 'expansion', 'renewal']", "dk")} AS kind,
            ['won', 'lost', 'open'][(1 + hash(range, 'du') % 3)::BIGINT] AS outcome,
            {_moment("dc")} AS created_at,
            CASE WHEN hash(range, 'du') % 3 < 2 THEN {_moment("dc")}
                + to_days((5 + hash(range, 'dd') % 120)::INTEGER) END AS closed_at,
            CASE WHEN hash(range, 'dl') % 20 > 0 THEN (1000 + hash(range, 'da') % 90000)::DECIMAL(18, 2) END
                AS list_amount,
            ((1000 + hash(range, 'da') % 90000) * (103 - hash(range, 'dr') % 30) / 100)::DECIMAL(18, 2) AS net_amount,
            {_one_of("['EUR', 'EUR', 'USD', 'USD', 'EUR', NULL, 'CHF', 'EUR']", "dm")} AS currency,
            CASE WHEN hash(range, 'di') % 3 = 0 THEN 'l' || hash(range, 'dj') % {size.deals} END AS lead_id
            FROM range({size.deals})""",
        "deal_changes": f"""SELECT 'd' || ({deal}) AS deal_id,
            {_moment("dc", deal)} + to_hours((1 + {nth} * 200)::INTEGER) AS changed_at,
            {fields}[(1 + {nth})::BIGINT] AS field,
            CASE {nth} WHEN 2 THEN ({price} + 100)::VARCHAR
                WHEN 3 THEN {_person(size, "c3").replace("range", f"({deal})")} END AS old_value,
            CASE {nth} WHEN 0 THEN 'qualified' WHEN 3 THEN {_person(size, "c4").replace("range", f"({deal})")}
                WHEN 5 THEN 'stage ' || hash({deal}, 'cs') % 3
                ELSE ({price} - 50 * {nth} * (hash(range, 'cp') % 3)::BIGINT)::VARCHAR END AS new_value,
            CASE {nth} WHEN 0 THEN 2 WHEN 5 THEN 1 + hash({deal}, 'cs') % 3 END AS stage_order
            FROM range({size.deals} * {per_deal})
            WHERE NOT ({nth} IN (1, 2, 4) AND hash({deal}, 'ch') % 5 = 0)""",
        "promotions": f"""SELECT 'r' || range AS promotion_id, {_account(size)} AS account_id,
            {_moment("ro")} AS occurred_at,
            {_one_of("['referral', 'referral', 'review', 'case_study', 'mention', 'reference_call']", "rk")} AS kind,
            CASE WHEN hash(range, 'rn') % 9 > 0 THEN 'a' || (hash(range, 'rr') % {size.accounts}) END
                AS referred_account_id,
            CASE WHEN hash(range, 'rm') % 9 > 0 THEN 'industry ' || hash(range, 'ri') % 12 END AS reached_industry
            FROM range({size.promotions})""",
        "campaign_events": f"""SELECT 'm' || hash(range, 'mc') % 50 AS campaign_id,
            'k' || hash(range, 'mk') % {size.contacts} AS contact_id,
            CASE WHEN hash(range, 'mn') % 5 > 0 THEN {_account(size)} END AS account_id,
            {_moment("mo")} AS occurred_at, {_one_of("['send', 'send', 'open', 'click']", "me")} AS kind
            FROM range({size.interactions} // 10)""",
    }


def _talking(size: Size) -> dict[str, str]:
    kinds = f"[{', '.join(map(repr, KINDS))}]"
    second_person = f"'p' || ((hash(range, 'p1') + 1 + hash(range, 'p2') % {size.people - 1}) % {size.people})"
    own_contact = f"'k' || (hash(range, 'account') % {size.accounts} + {size.accounts} * (hash(range, 'pk') % 3))"
    return {
        "interactions": f"""SELECT 'i' || range AS interaction_id,
            CASE WHEN hash(range, 'an') % 200 > 0 THEN {_account(size)} END AS account_id,
            {_moment("io")} AS occurred_at, {_one_of(kinds, "ik")} AS kind,
            CASE WHEN hash(range, 'in') % 40 > 0 THEN {_one_of("['inbound', 'outbound']", "id")} END AS direction,
            hash(range, 'ia') % 20 = 0 AS is_automatic, true AS is_public,
            CASE WHEN hash(range, 'it') % 4 > 0 THEN 't' || hash(range, 'account') % {size.accounts}
                || '-' || hash(range, 'tn') % 12 END AS thread_id,
            CASE WHEN hash(range, 'ip') % 8 = 0 THEN 'd' || hash(range, 'ie') % {size.deals} END AS deal_id,
            CASE WHEN hash(range, 'ip') % 8 IN (1, 2, 3) THEN 'c' || hash(range, 'if') % {size.cases} END AS case_id,
            'About order ' || hash(range, 'is') % 5000 AS subject,
            CASE WHEN hash(range, 'ip') % 8 = 0 AND hash(range, 'iu') % 3 = 0
                THEN {_moment("io")} + to_days((1 + hash(range, 'iv') % 90)::INTEGER) END AS due_at
            FROM range({size.interactions})""",
        "participants": f"""SELECT 'i' || range AS interaction_id, {_person(size, "p1")} AS person_id,
                NULL::VARCHAR AS contact_id, true AS attended FROM range({size.interactions})
                WHERE hash(range, 'p0') % 50 > 0
            UNION ALL SELECT 'i' || range, {second_person}, NULL, hash(range, 'pa') % 9 > 0
                FROM range({size.interactions}) WHERE hash(range, 'p3') % 6 = 0
            UNION ALL SELECT 'i' || range, NULL, {own_contact}, hash(range, 'pb') % 9 > 0
                FROM range({size.interactions}) WHERE hash(range, 'p4') % 10 < 8""",
    }


def _supporting(size: Size) -> dict[str, str]:
    resolved = f"{_moment('cc')} + to_seconds((3600 + hash(range, 'cd') % 900000)::BIGINT)"
    kinds = "['comment', 'comment', 'comment', 'status', 'reopen', 'escalation', 'resolve', 'close']"
    return {
        "cases": f"""SELECT 'c' || range AS case_id,
            CASE WHEN hash(range, 'ca') % 300 > 0 THEN {_account(size)} END AS account_id,
            {_person(size, "co")} AS owner_id, 'Problem with part ' || hash(range, 'cp') % 400 AS subject,
            'k' || hash(range, 'ck') % 40 AS issue_key, {_one_of("['low', 'normal', 'high']", "cr")} AS priority,
            {_moment("cc")} AS opened_at,
            CASE WHEN hash(range, 'cs') % 25 > 1 THEN {resolved} END AS resolved_at,
            CASE WHEN hash(range, 'cs') % 25 = 1 OR hash(range, 'cs') % 25 > 10 THEN {resolved} + INTERVAL 2 DAY END
                AS closed_at,
            hash(range, 'ce') % 30 = 0 AS is_escalated FROM range({size.cases})""",
        "case_events": f"""SELECT 'c' || (range // 2) AS case_id,
            {_moment("cc", "range // 2")} + to_seconds((1800 + hash(range, 'eo') % 1800000)::BIGINT) AS occurred_at,
            {_one_of(kinds, "ev")} AS kind, {_one_of("['us', 'system', 'customer']", "eb")} AS "by"
            FROM range({size.cases} * 2)""",
    }


def _earning(size: Size) -> dict[str, str]:
    account = f"range % {size.accounts}"
    starts_on = f"DATE '2024-01-01' + (hash({account}, 'n') % 300)::INTEGER + 365 * (range // {size.accounts})::INTEGER"
    return {
        "contracts": f"""SELECT 'n' || range AS contract_id, 'a' || ({account}) AS account_id,
            {starts_on} AS starts_on, CASE WHEN hash(range, 'ne') % 90 > 0 THEN {starts_on} + 364 END AS ends_on,
            CASE WHEN hash(range, 'nn') % 90 > 0 THEN (5000 + hash(range, 'na') % 40000)::DECIMAL(18, 2) END AS amount,
            CASE WHEN hash(range, 'no') % 3 > 0 THEN (1000 + hash(range, 'nc') % 9000)::DECIMAL(18, 2) END
                AS cost_amount,
            {_one_of("['EUR', 'EUR', 'EUR', 'EUR', 'USD', 'USD', 'EUR', NULL, 'EUR', 'CHF']", "nm")} AS currency,
            CASE WHEN range >= {size.accounts} AND hash(range, 'nr') % 5 > 0 THEN 'n' || (range - {size.accounts}) END
                AS renews_contract_id,
            CASE WHEN hash(range, 'nx') % 40 = 0 THEN DATE '2025-09-01' END AS cancelled_on,
            CASE WHEN hash(range, 'nd') % 90 = 0 THEN DATE '2025-06-01' END AS defaulted_on
            FROM range({size.accounts} * 2)""",
        "quotas": f"""SELECT 'p' || range // 8 AS person_id, {QUARTERS}[(1 + range % 8)::BIGINT] AS period,
            100000.00 AS amount, CASE WHEN range % 5 > 0 THEN 'EUR' ELSE 'USD' END AS currency
            FROM range({size.people} * 8) WHERE hash(range, 'qu') % 6 > 0""",
        "markets": f"""SELECT 'segment ' || range % 4 AS segment, {QUARTERS}[(1 + range // 4)::BIGINT] AS period,
            900000000.00 AS size, CASE WHEN range % 7 = 3 THEN 'CHF' ELSE 'USD' END AS currency FROM range(32)""",
        "fx_rates": """SELECT 'USD' AS currency, 'EUR' AS base, DATE '2024-01-01' + 30 * range::INTEGER AS valid_from,
            0.9 + range / 500.0 AS rate FROM range(32)""",
    }


def write(folder: Path, size: Size, *, form: str) -> None:
    """Write every table to ``folder`` as ``parquet`` or ``csv``, unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(f"SET temp_directory = '{folder / 'spill'}'")
    options = "FORMAT parquet" if form == "parquet" else "FORMAT csv, HEADER"
    for name, rows in tables(size).items():
        file = folder / f"{name}.{form}"
        if not file.exists():
            partial = file.with_suffix(".partial")
            connection.execute(f"COPY ({rows}) TO '{partial}' ({options})")
            partial.replace(file)
    connection.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description="Write the large company's canonical tables.")
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--interactions", type=int, default=1_000_000)
    arguments.add_argument("--form", choices=("parquet", "csv"), default="parquet")
    given = arguments.parse_args()
    write(given.folder, Size(given.interactions), form=given.form)


if __name__ == "__main__":
    main()
