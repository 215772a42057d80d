"""A statement on paper: the same bytes for the same statement, names beside ids, and nobody's text read as markup."""

import json
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from paid import months
from trueup.answers.pay_corrections import Corrected
from trueup.reports.statement import NOTHING, Beside, UnprintableStatementError, page, pdf

HOSTILE = ["#let x = 1", "$x$", "*b*", "_i_", "\\", "<b>&", '"#', "// no", "@ref", "= H", "{{ of }}", "`r`", "[", "~"]
GERMAN = "Großdüngemittelaufbereitungsgesellschaft Köln-Müngersdorf €−→ mbH"


@cache
def body(payee: str = "alice", period: str = "2026-02") -> bytes:
    return next(month for month in months() if month.calculated.period == period).calculated.statements[payee]


def called(**customers: str) -> Beside:
    return Beside(people={"alice": "Alice Ärmel"}, customers=customers)


def with_line(**facts: object) -> bytes:
    """The statement, with other facts in all of its lines."""
    said = json.loads(body())
    said["lines"] = [{**line, **facts} for line in said["lines"]]
    return json.dumps(said).encode()


def text_of(made: bytes) -> str:
    """What a PDF says, without its blanks: where a line breaks is nobody's business."""
    return "".join("".join(each.extract_text() for each in PdfReader(BytesIO(made)).pages).split())


def test_the_same_statement_gives_the_same_bytes_and_names_no_day_on_which_it_was_made() -> None:
    made = pdf(body(), is_final=True)
    assert made == pdf(body(), is_final=True)
    assert page(body(), is_final=True) == page(body(), is_final=True)
    told = PdfReader(BytesIO(made)).metadata
    assert told is not None
    assert (told.title, told.creation_date) == ("Statement of pay: alice, February 2026", None)


def test_the_pdf_says_what_the_statement_says() -> None:
    said = text_of(pdf(body(), is_final=False))
    for wanted in ("Statementofpay,February2026", "€2,480.04", "+€300.00", "crm:a1", "106.0"):
        assert wanted in said
    assert "Adraft:February2026isnotclosed." in said
    assert "Adraft" not in text_of(pdf(body(), is_final=True))


def test_every_page_has_its_number_and_the_hash_and_no_line_is_cut() -> None:
    said = json.loads(body())
    line = said["lines"][0]
    said["lines"] = [{**line, "event": f"crm:{n:03}", "hash": f"{n:064}"} for n in range(40)]
    pages = [each.extract_text() for each in PdfReader(BytesIO(pdf(json.dumps(said).encode(), is_final=True))).pages]
    assert len(pages) > 1
    for number, told in enumerate(pages, 1):
        assert f"{number} of {len(pages)}" in told
        assert "SHA-256 of the statement’s bytes" in told
        # A line begins with its day, and ends with its own hash.
        assert told.count("12 Jan 2026") + told.count("18 Feb 2026") == told.count("This line:")


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_people_and_customers_are_called_is_text(text: str) -> None:
    said = text_of(pdf(with_line(customer="acme", event=text), is_final=True, beside=called(acme=f"{text} {GERMAN}")))
    # The letters stand in the file as they are, in the name and in the event's key.
    wanted = "".join(text.split())
    assert said.count(wanted) >= 2
    assert "".join(GERMAN.split()) in said.replace("\u200b", "")


def test_names_stand_beside_the_ids_and_the_file_says_so() -> None:
    beside = called(acme="Acme Holding")
    for said in (text_of(pdf(body(), is_final=True, beside=beside)), page(body(), is_final=True, beside=beside)):
        for wanted in ("Ärmelalice", "Holding", "acme", "asofwhenthisfilewasmade"):
            assert wanted in "".join(_tagless(said).split())
    plain = page(body(), is_final=True)
    assert "as of when" not in plain
    assert page(body(), is_final=True, beside=NOTHING) == plain


def test_a_name_in_letters_that_the_pdf_has_not_is_left_out_and_the_id_stays() -> None:
    said = text_of(pdf(body(), is_final=True, beside=called(acme="日本工業株式会社")))
    assert "Namesinlettersthatthisfile’sfontshavenotareleftout:acmegobytheirids." in said
    assert "AliceÄrmelalice" in said


def test_a_statement_whose_own_words_cannot_be_printed_is_refused_with_a_cure() -> None:
    with pytest.raises(UnprintableStatementError, match="keep it as HTML"):
        pdf(with_line(event="日本"), is_final=True)


def test_lines_that_a_dispute_led_to_name_it() -> None:
    line = next(each for each in json.loads(body())["lines"] if each["event"] == "crm:a1")
    after = Corrected({line["hash"]: (12,)}, {("bookings", "2026-01"): (12,)})
    beside = Beside(corrected=after)
    assert text_of(pdf(body(), is_final=True, beside=beside)).count("afterdispute12") == 2
    assert page(body(), is_final=True, beside=beside).count("after dispute 12") == 2


def _tagless(said: str) -> str:
    return said.replace('<span class="quiet">', "").replace("</span>", "")
