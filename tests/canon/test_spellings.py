"""One value written in several ways, a known word misspelt, a name that refers to nothing."""

import pytest
from laid import at, canon

from trueup.canon.check import Query
from trueup.canon.checks import run_checks
from trueup.canon.references import run_reference_checks
from trueup.canon.spellings import INDUSTRY_WORDS, misspellings
from trueup.lake.duckdb import DuckDBEngine


def meant(counts: dict[str, int], *, known: frozenset[str] = frozenset()) -> dict[str, str]:
    return {wrong.value: wrong.right for wrong in misspellings(counts, known=known)}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("GTX Pro", "GTXPro"),
        ("technology", "technolgy"),
        ("Financial Services", "Financial Servces"),
        ("Customer Success", "customer-success"),
        ("Retail", "RETAIL"),
        ("München", "Muenchen".replace("ue", "ü").lower()),
    ],
)
def test_the_rarer_of_two_spellings_is_the_wrong_one(right: str, wrong: str) -> None:
    assert meant({right: 40, wrong: 4}) == {wrong: right}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Region A", "Region B"),
        ("Tier 1", "Tier 2"),
        ("feature_1", "feature_10"),
        ("North East", "North West"),
        ("Inbound", "Outbound"),
        ("GTX Plus Basic", "GTX Plus Pro"),
        ("MG Special", "MG Advanced"),
        ("bug", "bugs"),
    ],
)
def test_names_that_differ_on_purpose_are_left_alone(one: str, other: str) -> None:
    assert meant({one: 40, other: 4}) == {}


def test_two_near_words_that_are_both_common_are_two_words() -> None:
    assert meant({"contract": 40, "contact": 35}) == {}


def test_a_known_word_need_not_occur_to_be_missed() -> None:
    assert meant({"technolgy": 12, "medical": 12, "saas": 3}, known=INDUSTRY_WORDS) == {"technolgy": "technology"}
    assert meant({"Health care technolgy": 12}, known=INDUSTRY_WORDS) == {
        "Health care technolgy": "health care technology"
    }


def test_misspelt_countries_industries_and_products_are_told() -> None:
    query = canon(
        accounts="""account_id  source  industry    country
                    a1          crm     technolgy   Philipines
                    a2          crm     retail      Germany
                    a3          crm     retail      DE""",
        deals="""deal_id  source  created_at  product
                 d1       crm     2026-01-01  GTXPro""",
        contracts="""contract_id  source   amount  ends_on     product
                     k1           billing  10      2026-01-01  GTX Pro
                     k2           billing  10      2026-01-01  GTX Pro""",
    )
    told = run_checks(query, "canon", now=at("2026-03-01"), currency="EUR")
    assert [(one.code, f"{one.file}.{one.column}", one.value) for one in told] == [
        ("name_unmatched", "accounts.industry", "technolgy"),
        ("name_unmatched", "accounts.country", "Philipines"),
        ("name_unmatched", "deals.product", "GTXPro"),
    ]
    assert told[2].message == (
        "'GTXPro' in 1 rows of deals.product looks like 'GTX Pro', which 2 rows have; the two are counted apart."
    )


def engine(**tables: str) -> Query:
    made = DuckDBEngine(threads=1)
    made.create_schema("raw")
    for name, values in tables.items():
        made.create_table("raw", name, f"SELECT * FROM (VALUES {values}")
    return made.query


def test_a_name_without_counterpart_is_told_with_the_nearest_one() -> None:
    query = engine(
        products="('GTX Pro', 1), ('MG Special', 2), ('GTK 500', 3)) AS t(product, price)",
        pipeline="('GTXPro'), ('GTXPro'), ('MG Special'), ('GTK 500'), ('Other')) AS t(product)",
    )
    tables = {"raw.products": ("product", "price"), "raw.pipeline": ("Product",)}
    told = run_reference_checks(query, tables, source="crm")
    assert [(one.value, one.file) for one in told] == [("GTXPro", "raw.pipeline"), ("Other", "raw.pipeline")]
    assert told[0].message == (
        "2 rows of raw.pipeline have the Product 'GTXPro', which raw.products does not hold."
        " The nearest there is 'GTX Pro'."
    )
    assert "WHEN 'GTXPro' THEN 'GTX Pro'" in told[0].cure


def test_columns_that_only_share_a_header_do_not_refer_to_each_other() -> None:
    query = engine(
        stores="('Berlin'), ('Hamburg')) AS t(name)",
        people="('Anna'), ('Anna'), ('Bob')) AS t(name)",
    )
    assert run_reference_checks(query, {"raw.stores": ("name",), "raw.people": ("name",)}, source="crm") == []
