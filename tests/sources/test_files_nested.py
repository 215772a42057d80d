import json
from pathlib import Path

import pytest

from delivered import codes_of, delivered, delivery, rows_of
from trueup.sources.delivery import DeliveryError

TICKETS = """{"tickets": [
    {"id": 7, "via": {"channel": "web", "source": {"rel": null}}, "tags": ["vip", "late"],
     "custom_fields": [{"id": 9007199254740993, "value": 1.10}, {"id": 8, "value": null}]},
    {"id": 8, "via": {"channel": "mail"}, "tags": [], "custom_fields": null}],
  "next_page": null, "count": 2}"""


def test_what_is_nested_is_named_as_dlt_does(tmp_path: Path) -> None:
    tickets, tags, fields = delivery(tmp_path, "page1.json", TICKETS).tables
    assert (tickets.stem, tickets.columns) == ("tickets", ("id", "via__channel", "via__source__rel"))
    assert rows_of(tickets) == [("7", "web", None), ("8", "mail", None)]
    assert (tags.stem, tags.columns) == ("tickets__tags", ("_parent_row", "_parent_id", "_list_index", "value"))
    assert rows_of(tags) == [("1", "7", "0", "vip"), ("1", "7", "1", "late")]
    assert fields.columns[3:] == ("id", "value")
    assert rows_of(fields) == [("1", "7", "0", "9007199254740993", "1.10"), ("1", "7", "1", "8", None)]


def test_a_salesforce_tree_is_one_table(tmp_path: Path) -> None:
    tree = {"records": [{"attributes": {"type": "Account", "referenceId": "A1"}, "Name": "Acme", "IsDeleted": False}]}
    table = delivered(tmp_path, "Accounts.json", json.dumps(tree))
    assert (table.stem, table.columns) == (
        "accounts",
        ("attributes__type", "attributes__referenceId", "Name", "IsDeleted"),
    )
    assert rows_of(table) == [("Account", "A1", "Acme", "false")]


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ('{"accounts": [{"id": 1}], "deals": [{"id": 2}]}', ["accounts", "deals"]),
        ('{"accounts": [{"id": 1}], "exported": "2024-01-01"}', ["accounts", "page__around"]),
        ('{"data": {"tickets": [{"id": 1}]}}', ["tickets"]),
        ('{"data": [1, 2]}', ["page"]),
        ('{"id": 1, "items": [{"sku": "x"}]}', ["page", "page__items"]),
        ('{"name": "Acme"}', ["page"]),
        ('{"object": "list", "url": "/v1/charges", "has_more": false, "data": [{"id": "ch_1"}]}', ["page"]),
        ('{"tickets": [{"id": 1}], "count": 1}\n{"tickets": [{"id": 2}], "count": 1}\n', ["tickets"]),
        ('[{"type": "a", "contacts": []}, {"type": "b", "contacts": [{"id": 1}]}]', ["page", "page__contacts"]),
        ("[[1, 2], [3]]", ["page__list"]),
    ],
)
def test_lists_are_found_in_what_is_wrapped_around_them(tmp_path: Path, text: str, stems: list[str]) -> None:
    assert [table.stem for table in delivery(tmp_path, "page.json", text)] == stems


def test_records_of_different_shapes_are_laid_over_each_other(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.json", '[{"a": 1.50, "b": true}, {"b": "x", "c": {"d": "é"}}, {"a": ""}]')
    assert table.columns == ("a", "b", "c__d")
    assert rows_of(table) == [("1.50", "true", None), (None, "x", "é"), (None, None, None)]


def test_a_broken_line_among_json_lines_is_found_and_the_rest_goes_in(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.jsonl", '{"id": 1}\n\n{"id": 2\n{"id": 3}\n{"id"')
    assert rows_of(table) == [("1",), ("3",)]
    assert [(f.code, f.row, f.value) for f in table.findings] == [
        ("line_does_not_fit", 3, '{"id": 2'),
        ("line_does_not_fit", 5, '{"id"'),
    ]


def test_a_long_list_is_read_piece_by_piece(tmp_path: Path) -> None:
    records = [{"id": n, "name": "x" * 50, "tags": ["a"]} for n in range(30_000)]
    rows, tags = delivery(tmp_path, "a.json", json.dumps(records, indent=1)).tables
    assert (rows.rows, tags.rows) == (30_000, 30_000)
    assert rows_of(tags)[-1] == ("30000", "29999", "0", "a")


def test_names_that_differ_in_case_only_are_made_unique(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.json", '[{"Id": 1, "id": 2}]')
    assert (table.columns, codes_of(table)) == (("Id", "id_2"), ["header_duplicate"])


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ('{"a": 1,\n "b":}', "line 2, column 6", "not valid JSON"),
        ('[{"a": 1}, {"a":', "line 1, column 17", "cut off"),
        ('{"a": "cut of', "line 1, column 7", "cut off"),
        ("[" * 100_000, "a.json", "nested too deeply"),
        ('{"tickets": [], "count": 0}', "a.json", "no records"),
        ("[]", "a.json", "no records"),
    ],
)
def test_what_is_no_json_says_where(tmp_path: Path, text: str, place: str, message: str) -> None:
    with pytest.raises(DeliveryError) as raised:
        delivery(tmp_path, "a.json", text)
    assert place in str(raised.value)
    assert message in str(raised.value)
