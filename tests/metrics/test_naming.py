"""What is said of a name that does not exist."""

from trueup.metrics.naming import nearest


def test_the_most_similar_name_is_told_else_all_else_how_many_there_are() -> None:
    assert nearest("win_rat", ["win_rate", "revenue"]) == "; did you mean win_rate?"
    assert nearest("xyz", ["win_rate", "revenue"]) == "; there are revenue, win_rate"
    accounts = [f"{number:04}" for number in range(2_000)]
    assert nearest("xyz", accounts) == "; there are 2,000, such as 0000, 0001, 0002"
    assert nearest("xyz", []) == ""
