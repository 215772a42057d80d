"""The library keeps its own rules, and says what is wrong with one that does not."""

import re
from collections import Counter

import pytest
from pydantic import ValidationError

from trueup.goals.guide import guide_book
from trueup.goals.library import ANY_INDUSTRY, InvalidLibrary, Kpi, UnknownKpi, kpi, library, read_library
from trueup.goals.words import folded

# function: how many measures of it there are at least
FUNCTIONS_AT_LEAST = {
    name: int(least)
    for name, least in (
        pair.split()
        for pair in [
            "finance 25",
            " sales 15",
            " marketing 12",
            " customer_service 15",
            " customer_success 8",
            " people 15",
            " operations 8",
            "\n        manufacturing 12",
            " maintenance 6",
            " quality 10",
            " supply_chain 10",
            " logistics 12",
            " procurement 10",
            " it 12",
            " security 8",
            "\n        product 10",
            " engineering 5",
            " safety 7",
            " sustainability 9",
            " lending 12",
            " insurance 5",
            " healthcare 15",
            " retail 10",
            "\n        e_commerce 8",
            " hospitality 8",
            " construction 8",
            " education 8",
            " public_sector 7",
            " professional_services 5",
            " property 5",
            "\n        utilities 3",
            " legal 5",
            " non_profit 4",
            " media 2",
        ]
    )
}

A_LIBRARY = """
industries:
  retail: [retail, shops]
kpis:
- key: footfall
  name: Footfall
  unit: count
  direction: increase
  function: retail
  cadence_days: 7
  formula: People who entered the store in the period.
  meaning: How many come in.
  roles: [store_manager]
  industries: [retail]
  synonyms: [store visitors]
"""


def kpis() -> tuple[Kpi, ...]:
    return library().kpis


def test_measures_of_every_trade_are_there() -> None:
    counted = Counter(one.function for one in kpis())
    assert counted.total() >= 455
    assert {name: counted[name] for name, least in FUNCTIONS_AT_LEAST.items() if counted[name] < least} == {}
    assert set(counted) == set(FUNCTIONS_AT_LEAST)


def test_a_name_or_synonym_belongs_to_one_measure_and_stands_there_once() -> None:
    said = Counter(folded(phrase) for one in kpis() for phrase in (one.name, *one.synonyms, *one.opposites))
    assert [phrase for phrase, count in said.items() if count > 1] == []


def test_what_is_said_of_the_reverse_is_no_synonym() -> None:
    assert "late deliveries" in kpi("on_time_delivery").opposites
    assert "MAPE" in kpi("demand_forecast_accuracy").opposites
    assert "late deliveries" not in kpi("on_time_delivery").synonyms


def test_each_measure_is_told_in_sentences_and_known_by_more_than_one_name() -> None:
    for one in kpis():
        assert len(one.synonyms) >= 2, one.key
        assert one.formula.endswith("."), one.key
        assert one.meaning.endswith("."), one.key
        assert folded(one.meaning) != folded(one.formula), one.key
        assert len(set(one.synonyms)) == len(one.synonyms), one.key


def test_each_measure_is_at_home_with_roles_of_the_guide_and_in_known_industries() -> None:
    roles = {role.key for role in guide_book().roles}
    known = {ANY_INDUSTRY, *library().industries}
    assert [one.key for one in kpis() if not roles.issuperset(one.roles) or not known.issuperset(one.industries)] == []
    assert [one.key for one in kpis() if len(set(one.roles)) < len(one.roles)] == []
    assert [one.key for one in kpis() if ANY_INDUSTRY in one.industries and len(one.industries) > 1] == []


def test_percentages_and_money_are_told_in_the_unit_their_formula_yields() -> None:
    for one in kpis():
        if one.unit in {"%", "ratio", "rate", "ppm"} and re.search(r" / ", one.formula) is None:
            assert one.key in {
                # products, differences and per-week counts
                *("financial_forecast_accuracy", "sales_forecast_accuracy", "demand_forecast_accuracy"),
                *("deployment_frequency",),
            }, one.key


@pytest.mark.parametrize(
    ("key", "unit", "direction"),
    [
        ("days_sales_outstanding", "days", "decrease"),
        ("on_time_in_full", "%", "increase"),
        ("net_promoter_score", "score", "increase"),
        ("capital_adequacy_ratio", "%", "maintain"),
        ("total_recordable_incident_rate", "rate", "decrease"),
        ("greenhouse_gas_emissions", "t CO2e", "decrease"),
    ],
)
def test_well_known_measures_are_what_everyone_takes_them_for(key: str, unit: str, direction: str) -> None:
    assert (kpi(key).unit, kpi(key).direction) == (unit, direction)


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(UnknownKpi, match="days_sales_outstanding"):
        kpi("days_sale_outstanding")


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("Financial Services", {"banking", "insurance"}),
        ("Hospital & Health Care", {"healthcare"}),
        ("E-Commerce", {"e_commerce"}),
        ("public_sector", {"public_sector"}),
        ("Astrology", set()),
    ],
)
def test_industries_are_known_by_the_words_of_crms(words: str, means: set[str]) -> None:
    assert library().industries_named(words) == means


@pytest.mark.parametrize(
    ("there", "instead", "says"),
    [
        ("unit: count", "unit: heads", "unit"),
        ("direction: increase", "direction: up", "direction"),
        ("cadence_days: 7", "cadence_days: 0", "cadence_days"),
        ("key: footfall", "key: Foot Fall", "key"),
        ("  name: Footfall\n", "", "name"),
        ("unit: count", "unit: count\n  colour: red", "colour"),
    ],
)
def test_a_measure_that_breaks_a_rule_is_refused(there: str, instead: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        read_library(A_LIBRARY.replace(there, instead))


def test_what_means_two_measures_is_refused_and_both_are_named() -> None:
    other = A_LIBRARY.split("kpis:")[1].replace("footfall", "traffic").replace("Footfall", "Traffic")
    with pytest.raises(InvalidLibrary, match="traffic: 'store visitors' means footfall already"):
        read_library(A_LIBRARY + other)
    with pytest.raises(InvalidLibrary, match="footfall: there are 2 measures"):
        read_library(A_LIBRARY + A_LIBRARY.split("kpis:")[1])
    with pytest.raises(InvalidLibrary, match="footfall: no industry 'fishing'"):
        read_library(A_LIBRARY.replace("industries: [retail]", "industries: [fishing]"))
