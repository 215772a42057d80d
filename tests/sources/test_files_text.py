from pathlib import Path

import pytest

from delivered import codes_of, delivered, rows_of

ACCOUNTS = [("a1", "Acme", "120"), ("a2", "Globex", "80")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_fields_are_divided_by_whatever_divides_them(tmp_path: Path, delimiter: str, newline: str) -> None:
    lines = [delimiter.join(fields) for fields in [("id", "name", "amount"), *ACCOUNTS]]
    table = delivered(tmp_path, "accounts.csv", newline.join(lines) + newline)
    assert (table.columns, rows_of(table), table.rows) == (("id", "name", "amount"), ACCOUNTS, 2)
    assert (table.row_offset, table.findings, table.stem) == (2, (), "accounts")


@pytest.mark.parametrize(
    ("encoding", "expected_codes"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-16", []),
        ("utf-16-le", []),
        ("utf-16-be", []),
        ("cp1252", ["encoding_assumed"]),
        ("latin-1", ["encoding_assumed"]),
    ],
)
def test_letters_survive_every_encoding(tmp_path: Path, encoding: str, expected_codes: list[str]) -> None:
    text = "id,name\na1,Müller & Söhne\na2,Société Générale\na3,Peña\n"
    table = delivered(tmp_path, "accounts.csv", text.encode(encoding))
    assert rows_of(table) == [("a1", "Müller & Söhne"), ("a2", "Société Générale"), ("a3", "Peña")]
    assert codes_of(table) == expected_codes


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Preis: 5 €"),
        ("cp1250", "Zażółć gęślą jaźń, Świętochłowice"),
        ("cp1251", "Общество с ограниченной ответственностью"),
        ("shift_jis", "株式会社トヨタ東京都お問い合わせ"),
        ("gb18030", "北京科技有限公司北京市合同张三上海市"),
    ],
)
def test_the_encoding_assumed_is_named_with_an_example(tmp_path: Path, encoding: str, name: str) -> None:
    table = delivered(tmp_path, "accounts.csv", f"id;name\na1;{name}\n".encode(encoding))
    assert rows_of(table) == [("a1", name)]
    finding = table.findings[0]
    assert (finding.code, finding.row, finding.value) == ("encoding_assumed", 2, f"a1;{name}")
    assert encoding in finding.message


def test_a_file_pasted_together_from_two_encodings_is_read_line_by_line(tmp_path: Path) -> None:
    content = "id,name\na1,Müller\n".encode() + "a2,Søren\n".encode("cp1252")
    table = delivered(tmp_path, "accounts.csv", content)
    assert rows_of(table) == [("a1", "Müller"), ("a2", "Søren")]
    assert [(f.code, f.row) for f in table.findings] == [("encoding_mixed", 3)]


def test_values_hold_delimiters_quotes_and_line_breaks_in_quotes(tmp_path: Path) -> None:
    text = 'id,body\nc1,"Hello, ""friend""\nbye"\nc2,"a\r\nb"\n'
    table = delivered(tmp_path, "cases.csv", text)
    assert rows_of(table) == [("c1", 'Hello, "friend"\nbye'), ("c2", "a\r\nb")]


def test_quotes_may_be_escaped_by_backslashes(tmp_path: Path) -> None:
    text = 'id,body,at\nc1,"say \\"yes\\", please",2024-01-01\nc2,"no",2024-01-02\n'
    table = delivered(tmp_path, "cases.csv", text)
    assert rows_of(table) == [("c1", 'say "yes", please', "2024-01-01"), ("c2", "no", "2024-01-02")]


def test_inches_in_a_tab_separated_file_are_text(tmp_path: Path) -> None:
    text = 'id\tname\np1\t"5"" pipe\np2\t7" pipe\np3\t"x\n'
    assert rows_of(delivered(tmp_path, "parts.tsv", text)) == [("p1", '"5"" pipe'), ("p2", '7" pipe'), ("p3", '"x')]


def test_empty_quoted_and_missing_are_the_same_nothing(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.csv", 'id,x,y\n1,"",\n2, ,NULL\n')
    assert rows_of(table) == [("1", None, None), ("2", " ", "NULL")]


def test_columns_of_numbers_parted_by_blanks(tmp_path: Path) -> None:
    table = delivered(tmp_path, "legs.txt", "582 364 0\n168  472 2797\n 168 912 3304\n")
    assert table.columns == ("column_1", "column_2", "column_3")
    assert rows_of(table) == [("582", "364", "0"), ("168", "472", "2797"), ("168", "912", "3304")]
    assert codes_of(table) == ["header_missing"]


def test_two_words_in_one_column_are_not_two_columns(tmp_path: Path) -> None:
    table = delivered(tmp_path, "agents.csv", "Sales Agent\nAnna Snelling\nCecily Lampkin\n")
    assert (table.columns, table.rows, codes_of(table)) == (("Sales Agent",), 2, ["single_column"])


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("id,amount\n1,2\n3,4\n", True),
        ("1,2\n3,4\n", False),
        ("a1,2024-01-01\na2,2024-01-02\n", False),
        ("name,city\nAnna,Berlin\nBen,Paris\n", True),
        ("country,2019,2020,2021\nDE,1.5,2.5,3.5\nFR,4,5,6\n", True),
        ("mail,since\nx@y.com,2024\n", True),
        ("x@y.com,2024\nz@y.com,2023\n", False),
        ("won,lost\ntrue,false\n", True),
        ("yes,no\nno,no\nyes,yes\n", False),
        ("only,a,header\n", True),
        ("7,8,9\n", False),
    ],
)
def test_a_header_is_told_from_a_first_row(tmp_path: Path, text: str, *, has_header: bool) -> None:
    table = delivered(tmp_path, "t.csv", text)
    lines = text.count("\n")
    assert ("header_missing" in codes_of(table)) is not has_header
    assert table.rows == (lines - 1 if has_header else lines)


def test_titles_above_and_totals_and_footers_below_are_no_rows(tmp_path: Path) -> None:
    report = (
        "Opportunity Report\n\nAs of 2024-03-04, all owners\n"
        "Opportunity Name,Stage,Amount\nAlpha,Won,100\nBeta,Lost,50\nTotal,,150\n"
        '\n"Copyright (c) 2000-2024 salesforce.com, inc."\nConfidential Information\n'
    )
    table = delivered(tmp_path, "report.csv", report)
    assert rows_of(table) == [("Alpha", "Won", "100"), ("Beta", "Lost", "50")]
    assert (table.columns, table.row_offset) == (("Opportunity Name", "Stage", "Amount"), 5)
    assert codes_of(table) == ["preamble_skipped", "total_line", "footer_skipped", "footer_skipped"]


def test_footers_under_a_report_in_quotes_are_no_broken_lines(tmp_path: Path) -> None:
    report = (
        '"Name","Stage","Amount"\n"The ""Alpha"" deal","Won","100"\n"Beta","","50"\n"Gamma","Lost","7"\n'
        '\n"Copyright (c) 2000-2024 salesforce.com, inc."\n"Confidential Information"\n'
    )
    table = delivered(tmp_path, "report.csv", report)
    assert rows_of(table) == [('The "Alpha" deal', "Won", "100"), ("Beta", None, "50"), ("Gamma", "Lost", "7")]
    assert codes_of(table) == ["footer_skipped", "footer_skipped"]


def test_a_line_with_a_field_too_many_is_left_out_whatever_its_quotes(tmp_path: Path) -> None:
    lines = ["id,name,note", *(f"r{n},before,x" for n in range(20)), 'r20,before,x,"a ""wide"" line"']
    for turn in range(20):
        table = delivered(tmp_path / f"{turn}", "rows.csv", "\n".join(lines) + "\n")
        assert [(f.code, f.row) for f in table.findings] == [("line_does_not_fit", 22)]
        assert len(rows_of(table)) == table.rows == 20


def test_a_company_called_total_is_a_row(tmp_path: Path) -> None:
    table = delivered(tmp_path, "accounts.csv", "name,city,employees\nAcme,Bonn,5\nTotal Energies,Paris,7\n")
    assert table.rows == 2


def test_excel_may_name_its_delimiter_in_the_first_line(tmp_path: Path) -> None:
    table = delivered(tmp_path, "accounts.csv", "sep=;\nid;price\na1;1,50\na2;2,75\n")
    assert (table.columns, rows_of(table)) == (("id", "price"), [("a1", "1,50"), ("a2", "2,75")])
    assert table.decimal_comma


def test_repeated_and_missing_names_get_names_of_their_own(tmp_path: Path) -> None:
    table = delivered(tmp_path, "deals.csv", "Id,Amount,ID,,amount\nd1,1,x,y,2\nd2,3,x,y,4\n")
    assert table.columns == ("Id", "Amount", "ID_2", "column_4", "amount_2")
    assert [(f.code, f.column) for f in table.findings] == [
        ("header_duplicate", "ID_2"),
        ("header_blank", "column_4"),
        ("header_duplicate", "amount_2"),
    ]


def test_a_line_that_does_not_fit_is_found_with_its_number_and_text(tmp_path: Path) -> None:
    text = 'id,name,amount\n1,"two\nlines",3\n\n4,5\n6,7,8\n9,10,11,12\n13,14,15\n'
    table = delivered(tmp_path, "deals.csv", text)
    assert rows_of(table) == [("1", "two\nlines", "3"), ("6", "7", "8"), ("13", "14", "15")]
    assert [(f.code, f.severity, f.row, f.value) for f in table.findings] == [
        ("line_does_not_fit", "error", 5, "4,5"),
        ("line_does_not_fit", "error", 7, "9,10,11,12"),
    ]
    assert "2 fields where the header has 3" in table.findings[0].message


def test_a_quote_that_never_closes_costs_its_own_line_only(tmp_path: Path) -> None:
    rows = [f"{n},pipe no. {n},x" for n in range(20_000)]
    rows[10] = '10,"pipe,x'
    rows[15] = '15,"Joe "boss" Smith",x'
    rows[17] = '17,"pipe,x,y'
    rows[18] = '18,"two\nlines, and ""quotes""",x'
    table = delivered(tmp_path, "parts.csv", "id,name,z\n" + "\n".join(rows) + "\n")
    found = rows_of(table)
    assert len(found) == table.rows == 19_999
    assert found[10] == ("10", '"pipe', "x")
    assert found[15] == ("15", 'Joe "boss" Smith', "x")
    assert found[17] == ("18", 'two\nlines, and "quotes"', "x")
    assert [(f.code, f.row, f.value) for f in table.findings] == [
        ("quotes_ignored", 12, '10,"pipe,x'),
        ("quotes_ignored", 17, '15,"Joe "boss" Smith",x'),
        ("line_does_not_fit", 19, '17,"pipe,x,y'),
    ]


def test_lines_may_end_in_different_ways(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.csv", "id,x\r\n1,2\r\n3,4\n5,6\r\n")
    assert (rows_of(table), table.findings) == ([("1", "2"), ("3", "4"), ("5", "6")], ())


def test_short_lines_are_rows_where_the_writer_drops_empty_fields(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.csv", "id,x,y,z\n1,2\n3,4,5\n6\n7,8,9,10\n")
    assert rows_of(table) == [
        ("1", "2", None, None),
        ("3", "4", "5", None),
        ("6", None, None, None),
        ("7", "8", "9", "10"),
    ]
    assert codes_of(table) == ["short_lines"]


@pytest.mark.parametrize("text", ["id,x\n1,2,\n3,4,\n", "id,x,\n1,2,\n3,4,\n"])
def test_a_delimiter_at_the_end_of_each_line_is_no_column_of_note(tmp_path: Path, text: str) -> None:
    table = delivered(tmp_path, "a.csv", text)
    assert [row[:2] for row in rows_of(table)] == [("1", "2"), ("3", "4")]
    assert "line_does_not_fit" not in codes_of(table)


def test_a_header_without_a_name_for_the_row_numbers(tmp_path: Path) -> None:
    table = delivered(tmp_path, "r.csv", "name,amount\n1,Acme,5\n2,Globex,6\n")
    assert (table.columns, rows_of(table)[0]) == (("column_1", "name", "amount"), ("1", "Acme", "5"))


def test_nul_bytes_are_left_out(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.csv", b"id,name\n1,Ac\0me\n2,Globex and more text to be read here\n" * 3)
    assert rows_of(table)[0] == ("1", "Acme")
    assert "nul_bytes" in codes_of(table)


def test_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.csv", "id,name\n")
    assert (table.columns, rows_of(table), codes_of(table)) == (("id", "name"), [], ["empty_table"])


def test_rows_of_delimiters_alone_are_no_rows(tmp_path: Path) -> None:
    table = delivered(tmp_path, "a.csv", "id,name,x\n1,a,b\n,,\n2,c,d\n,,\n")
    assert (rows_of(table), table.rows) == ([("1", "a", "b"), ("2", "c", "d")], 2)


def test_a_long_mail_in_a_field_is_one_value(tmp_path: Path) -> None:
    body = "word, " * 500_000
    table = delivered(tmp_path, "cases.csv", f'id,body\nc1,"{body}"\nc2,short\n')
    assert [(row[0], len(row[1] or "")) for row in rows_of(table)] == [("c1", len(body)), ("c2", 5)]


def test_a_large_file_is_read_to_its_end(tmp_path: Path) -> None:
    lines = [f"{n},name {n},{'x' * 40}" for n in range(20_000)]
    lines[15_000] = "15000,short"
    table = delivered(tmp_path, "a.csv", "id,name,z\n" + "\n".join(lines) + "\nTotal,,3\n")
    assert (table.rows, codes_of(table)) == (19_999, ["total_line", "line_does_not_fit"])
    assert (table.findings[1].row, table.findings[1].value) == (15_002, "15000,short")
