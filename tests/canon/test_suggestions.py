"""What looks alike is told to people, with what to write if they agree."""

from laid import laid

from trueup.canon.identity import account_suggestions
from trueup.canon.suggestions import LISTED, suggestion_findings

TWINS = """account_id  source  name
           c1          crm     Epsilon
           c2          crm     Epsilon Ltd"""


def test_a_pair_is_told_with_the_line_that_settles_it() -> None:
    (finding,) = suggestion_findings(account_suggestions(laid("accounts", TWINS)), "accounts")
    assert (finding.code, finding.severity, finding.value) == ("same_company_twice", "info", "c1, c2")
    assert finding.message == (
        "'Epsilon' (c1 in crm) and 'Epsilon Ltd' (c2 in crm) have the same name,"
        " but that is not enough to make them one."
    )
    assert finding.cure == 'In trueup.toml under [identity], add ["c1", "c2"] to same or to separate.'


def test_a_pair_that_people_parted_is_not_told_again() -> None:
    assert suggestion_findings(account_suggestions(laid("accounts", TWINS)), "accounts", separate=[("c2", "c1")]) == []


def test_many_pairs_are_counted() -> None:
    rows = [f"a{n}-{copy}  crm  Unit {n} Works" for n in range(LISTED + 5) for copy in (1, 2)]
    suggestions = account_suggestions(laid("accounts", "\n".join(["account_id  source  name", *rows])))
    findings = suggestion_findings(suggestions, "accounts")
    assert len(findings) == LISTED + 1
    assert findings[-1].value == "5 more"
