import pytest

from trueup.units.ids import AccountId, InvalidSalesforceId, salesforce_18, same_salesforce_id


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001A0000006Vm9r", "001A0000006Vm9rIAC"),
        ("500D0000001tFGh", "500D0000001tFGhIAM"),
        ("000000000000000", "000000000000000AAA"),
        ("ABCDEABCDEABCDE", "ABCDEABCDEABCDE555"),
    ],
)
def test_a_salesforce_id_has_a_checksum_of_its_capitals(short: str, long: str) -> None:
    assert salesforce_18(short) == long
    assert salesforce_18(long) == long


def test_an_export_that_lost_its_capitals_gets_them_back() -> None:
    assert salesforce_18("001a0000006vm9riac") == "001A0000006Vm9rIAC"
    assert salesforce_18("001A0000006VM9RIAC") == "001A0000006Vm9rIAC"


@pytest.mark.parametrize(
    "text", ["", "42", "001A0000006Vm9", "001A0000006Vm9-", "001A0000006Vm9r999", "000000000000000BAA"]
)
def test_what_is_no_salesforce_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidSalesforceId, match="is no Salesforce id"):
        salesforce_18(text)


def test_both_spellings_are_the_same_id_and_case_matters() -> None:
    assert same_salesforce_id("001A0000006Vm9r", "001A0000006Vm9rIAC")
    assert not same_salesforce_id("001A0000006Vm9r", "001A0000006vm9r")
    assert not same_salesforce_id("acme", "acme")


def test_ids_are_text() -> None:
    assert AccountId("acme") == "acme"
