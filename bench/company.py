"""A large company in canonical files, made by SQL from row numbers: the same rows every time, on every machine.

Sizes follow the number of interactions: 10 million interactions come with 100 thousand accounts, 1 million cases and
200 thousand deals over two years.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import duckdb

FIRST_DAY = "2024-07-01"
LAST_DAY = "2026-06-30"
SECONDS = 63_072_000


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


_CHANCE = re.compile(r"hash\(([^,]+?), '(\w+)'\)")


def _mixed(select: str) -> str:
    """DuckDB's hash of two values mixes them too weakly to be two independent chances; one shifted number does."""
    return _CHANCE.sub(lambda found: f"hash(({found[1]}) + {crc32(found[2].encode())}00000)", select)


def tables(size: Size) -> dict[str, str]:
    """One query per canonical table."""
    moment = f"TIMESTAMP '{FIRST_DAY}' + to_seconds((hash(range, {{salt}}) % {SECONDS})::BIGINT)"
    account = f"'a' || (hash(range, 'account') % {size.accounts})"
    person = f"'p' || (hash(range, {{salt}}) % {size.people})"
    quarters = "['2024-Q3', '2024-Q4', '2025-Q1', '2025-Q2', '2025-Q3', '2025-Q4', '2026-Q1', '2026-Q2']"
    kinds = "['email','email','email','call','call','chat','meeting','demo','business_review','social']"
    return {
        "accounts": f"""SELECT 'a' || range AS account_id, 'Company ' || range AS name,
            'c' || range || '.example' AS domain,
            'industry ' || hash(range, 'i') % 12 AS industry, 'segment ' || hash(range, 's') % 4 AS segment,
            'p' || (hash(range, 'o') % {size.people}) AS owner_id, TIMESTAMP '2020-01-01' AS created_at
            FROM range({size.accounts})""",
        "contacts": f"""SELECT 'k' || range AS contact_id, 'a' || (range % {size.accounts}) AS account_id,
            'Contact ' || range AS name FROM range({size.contacts})""",
        "people": f"""SELECT 'p' || (range // 2) AS person_id, 'Person ' || (range // 2) AS name,
            'team ' || hash(range, 't') % 20 AS team,
            ['sales', 'support', 'marketing'][(1 + hash(range // 2, 'd') % 3)::BIGINT] AS department,
            CASE WHEN range % 2 = 0 THEN DATE '2020-01-01' ELSE DATE '2025-07-01' END AS active_from,
            CASE WHEN range % 2 = 0 THEN DATE '2025-06-30' END AS active_to FROM range({size.people} * 2)""",
        "leads": f"""SELECT 'l' || range AS lead_id, {account} AS account_id,
            {moment.format(salt="'lc'")} AS created_at,
            {person.format(salt="'lo'")} AS owner_id, {moment.format(salt="'lq'")} AS qualified_at,
            CASE WHEN hash(range, 'lv') % 3 = 0 THEN {moment.format(salt="'lq'")} + INTERVAL 20 DAY END AS converted_at
            FROM range({size.deals})""",
        "deals": f"""SELECT 'd' || range AS deal_id, {account} AS account_id, {person.format(salt="'do'")} AS owner_id,
            ['new', 'new', 'expansion', 'renewal'][(1 + hash(range, 'dk') % 4)::BIGINT] AS kind,
            ['won', 'lost', 'open'][(1 + hash(range, 'du') % 3)::BIGINT] AS outcome,
            {moment.format(salt="'dc'")} AS created_at,
            CASE WHEN hash(range, 'du') % 3 < 2 THEN {moment.format(salt="'dc'")}
                + to_days((5 + hash(range, 'dd') % 120)::INTEGER) END AS closed_at,
            (1000 + hash(range, 'da') % 90000)::DECIMAL(18, 2) AS list_amount,
            ((1000 + hash(range, 'da') % 90000) * (100 - hash(range, 'dr') % 30) / 100)::DECIMAL(18, 2) AS net_amount,
            ['EUR', 'EUR', 'USD'][(1 + hash(range, 'dm') % 3)::BIGINT] AS currency FROM range({size.deals})""",
        "deal_changes": f"""SELECT 'd' || (range // 3) AS deal_id,
            TIMESTAMP '{FIRST_DAY}' + to_seconds((hash(range // 3, 'dc') % {SECONDS})::BIGINT)
                + to_hours((1 + range % 3 * 30)::INTEGER) AS changed_at,
            ['stage', 'amount', 'amount'][(1 + range % 3)::BIGINT] AS field,
            ((1000 + hash(range // 3, 'da') % 90000) + 100 * (range % 3))::VARCHAR AS old_value,
            ((1000 + hash(range // 3, 'da') % 90000) - 50 * (range % 3))::VARCHAR AS new_value,
            CASE WHEN range % 3 = 0 THEN 2 END AS stage_order FROM range({size.deals} * 3)""",
        "interactions": f"""SELECT 'i' || range AS interaction_id, {account} AS account_id,
            {moment.format(salt="'io'")} AS occurred_at,
            {kinds}[(1 + hash(range, 'ik') % 10)::BIGINT] AS kind,
            ['inbound', 'outbound'][(1 + hash(range, 'id') % 2)::BIGINT] AS direction,
            hash(range, 'ia') % 20 = 0 AS is_automatic, true AS is_public,
            CASE WHEN hash(range, 'it') % 4 > 0 THEN 't' || hash(range, 'account') % {size.accounts}
                || '-' || hash(range, 'tn') % 12 END AS thread_id,
            CASE WHEN hash(range, 'ip') % 8 = 0 THEN 'd' || hash(range, 'ie') % {size.deals} END AS deal_id,
            CASE WHEN hash(range, 'ip') % 8 IN (1, 2, 3) THEN 'c' || hash(range, 'if') % {size.cases} END AS case_id,
            'About order ' || hash(range, 'is') % 5000 AS subject FROM range({size.interactions})""",
        "participants": f"""SELECT 'i' || range AS interaction_id, {person.format(salt="'p1'")} AS person_id,
                NULL AS contact_id, true AS attended FROM range({size.interactions})
            UNION ALL SELECT 'i' || range, {person.format(salt="'p2'")}, NULL, hash(range, 'pa') % 9 > 0
                FROM range({size.interactions}) WHERE hash(range, 'p3') % 6 = 0
            UNION ALL SELECT 'i' || range, NULL,
                'k' || (hash(range, 'account') % {size.accounts} + {size.accounts} * (hash(range, 'pk') % 3)), true
                FROM range({size.interactions}) WHERE hash(range, 'p4') % 10 < 8""",
        "cases": f"""SELECT 'c' || range AS case_id, {account} AS account_id, {person.format(salt="'co'")} AS owner_id,
            'Problem with part ' || hash(range, 'cp') % 400 AS subject, 'k' || hash(range, 'ck') % 40 AS issue_key,
            ['low', 'normal', 'high'][(1 + hash(range, 'cr') % 3)::BIGINT] AS priority,
            {moment.format(salt="'cc'")} AS opened_at,
            CASE WHEN hash(range, 'cs') % 25 > 0 THEN {moment.format(salt="'cc'")}
                + to_seconds((3600 + hash(range, 'cd') % 900000)::BIGINT) END AS resolved_at,
            hash(range, 'ce') % 30 = 0 AS is_escalated FROM range({size.cases})""",
        "case_events": f"""SELECT 'c' || range AS case_id, TIMESTAMP '{FIRST_DAY}'
                + to_seconds((hash(range, 'cc') % {SECONDS})::BIGINT)
                + to_seconds((1800 + hash(range, 'cd') % 900000)::BIGINT) AS occurred_at,
            ['comment', 'reopen', 'escalation', 'comment'][(1 + hash(range, 'ev') % 4)::BIGINT] AS kind,
            'us' AS "by" FROM range({size.cases})""",
        "promotions": f"""SELECT 'r' || range AS promotion_id, {account} AS account_id,
            {moment.format(salt="'ro'")} AS occurred_at,
            ['referral', 'referral', 'review', 'case_study'][(1 + hash(range, 'rk') % 4)::BIGINT] AS kind,
            'a' || (hash(range, 'rr') % {size.accounts}) AS referred_account_id,
            'industry ' || hash(range, 'ri') % 12 AS reached_industry FROM range({size.accounts} // 2)""",
        "campaign_events": f"""SELECT 'm' || hash(range, 'mc') % 50 AS campaign_id,
            'k' || hash(range, 'mk') % {size.contacts} AS contact_id, {account} AS account_id,
            {moment.format(salt="'mo'")} AS occurred_at, ['send', 'send', 'click'][(1 + range % 3)::BIGINT] AS kind
            FROM range({size.interactions} // 10)""",
        "contracts": f"""SELECT 'n' || range AS contract_id, 'a' || (range % {size.accounts}) AS account_id,
            DATE '2024-01-01' + (hash(range % {size.accounts}, 'n') % 300)::INTEGER
                + 365 * (range // {size.accounts})::INTEGER AS starts_on,
            DATE '2024-01-01' + (hash(range % {size.accounts}, 'n') % 300)::INTEGER
                + 365 * (range // {size.accounts})::INTEGER + 364 AS ends_on,
            (5000 + hash(range, 'na') % 40000)::DECIMAL(18, 2) AS amount,
            (1000 + hash(range, 'nc') % 9000)::DECIMAL(18, 2) AS cost_amount, 'EUR' AS currency,
            CASE WHEN range >= {size.accounts} AND hash(range, 'nr') % 5 > 0 THEN 'n' || (range - {size.accounts}) END
                AS renews_contract_id,
            CASE WHEN hash(range, 'nx') % 40 = 0 THEN DATE '2025-09-01' END AS cancelled_on,
            CASE WHEN hash(range, 'nd') % 90 = 0 THEN DATE '2025-06-01' END AS defaulted_on
            FROM range({size.accounts} * 2)""",
        "quotas": f"""SELECT 'p' || range // 8 AS person_id,
            {quarters}[(1 + range % 8)::BIGINT] AS period,
            100000.00 AS amount, 'EUR' AS currency FROM range({size.people} * 8)""",
        "markets": f"""SELECT 'segment ' || range % 4 AS segment,
            {quarters}[(1 + range // 4)::BIGINT] AS period,
            900000000.00 AS size, 'EUR' AS currency FROM range(32)""",
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
    for name, select in tables(size).items():
        rows = _mixed(select)
        file = folder / f"{name}.{form}"
        if not file.exists():
            partial = file.with_suffix(".partial")
            connection.execute(f"COPY ({rows}) TO '{partial}' ({options})")
            partial.replace(file)
    connection.close()
