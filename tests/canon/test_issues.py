"""Cases without a key of their own: which are one issue by their words, and which are not."""

import csv
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from laid import laid
from sklearn.feature_extraction.text import TfidfVectorizer

from trueup.canon.case_texts import description_text, subject_text, telling_words
from trueup.canon.issues import MATCHES, boilerplate_findings, match_issues
from trueup.canon.ngrams import alike_pairs

LABELLED = Path(__file__).parent / "data" / "labelled_tickets.csv"

TICKETS = """case_id  account_id  opened_at   subject                            description
             c1       acme        2026-01-05  Card terminal offline in store 12  Payments fail until we restart it.
             c2       acme        2026-01-09  RE: [#48213] terminal offline      The card terminal in store 12 fails.
             c3       acme        2026-01-11  Wrong VAT on receipts              Food is printed with 19 percent.
             c4       globex      2026-01-12  Card terminal offline in store 12  Payments fail until we restart it."""


def matched(cases: pa.Table, *, threshold: float = 0.4) -> dict[str, str]:
    return {row["case_id"]: row["matched_key"] for row in match_issues(cases, threshold=threshold).to_pylist()}


def told(*texts: str, account: str = "acme") -> pa.Table:
    rows = [{"case_id": f"c{n}", "account_id": account, "description": text} for n, text in enumerate(texts)]
    return pa.Table.from_pylist(rows, schema=laid("cases", "").schema)


def test_cases_of_one_account_in_like_words_get_the_key_of_the_earliest() -> None:
    assert matched(laid("cases", TICKETS)) == {"c1": "text:c1", "c2": "text:c1"}


def test_the_score_is_how_alike_they_are() -> None:
    rows = match_issues(laid("cases", TICKETS), threshold=0.4).to_pylist()
    assert [row["score"] for row in rows] == [pytest.approx(0.638784)] * 2


def test_the_same_words_are_one_issue_for_certain() -> None:
    cases = told("Printer jams at the checkout", "printer jams at the checkout!", "Invoice has no tax line")
    assert match_issues(cases).to_pylist() == [
        {"case_id": "c0", "matched_key": "text:c0", "score": 1.0},
        {"case_id": "c1", "matched_key": "text:c0", "score": 1.0},
    ]


def test_the_weakest_link_on_the_way_to_the_first_case_is_the_score() -> None:
    cases = told("alpha bravo charlie delta", "charlie delta echo foxtrot", "echo foxtrot golf hotel")
    rows = match_issues(cases, threshold=0.3).to_pylist()
    (first, second, third) = [row["score"] for row in rows]
    assert {row["matched_key"] for row in rows} == {"text:c0"}
    assert first == second
    assert third <= second


def test_small_words_alone_match_nobody() -> None:
    assert matched(told("Please help, it does not work again", "please help, it does not work again")) == {}


def test_a_case_without_text_or_account_matches_nobody() -> None:
    rows = """case_id  account_id  subject
              c1       acme        -
              c2       acme        -
              c3       -           terminal offline
              c4       -           terminal offline"""
    assert matched(laid("cases", rows)) == {}


def test_no_cases_have_no_matches() -> None:
    nothing = match_issues(laid("cases", ""))
    assert (nothing.num_rows, nothing.schema) == (0, MATCHES)


@pytest.mark.parametrize(
    "letter",
    [
        "Hello team,\n\nthe report is empty.\n\nKind regards\nHelen Brandt\nPhone +44 117 555 0144",
        "Hi, the report is empty.\nThanks, Helen",
        "the report is empty\n\n-- \nHelen Brandt | Controlling",
        "The report is empty.\n> we have solved your ticket",
        "The report is empty.\n\nOn Monday, 3 March 2026 at 10:02 Support wrote:\nDear Helen, we have solved it.",
        "Guten Morgen,\nthe report is empty\n\nVon: Support\nGesendet: Dienstag\nBetreff: Ticket 20931\nerledigt",
        "Sehr geehrte Damen und Herren,\r\n\r\nthe report is empty\r\n\r\nMit freundlichen Grüßen\r\nK. Wiesner",
        "Ticket 5521: the report is empty [#48213], see https://desk.example/t/1 or mail helen@northwind.example",
    ],
)
def test_what_the_customer_wrote_is_left_without_frills(letter: str) -> None:
    frame = pl.DataFrame({"text": [letter]})
    words = frame.select(telling_words(description_text(pl.col("text")))).item()
    assert words.removesuffix(" see mail").removesuffix(" mail") == "report empty"


def test_a_subject_loses_answer_marks_and_ticket_numbers() -> None:
    frame = pl.DataFrame({"text": ["AW: Re: [#48213] Drucker klemmt (Ticket Nr. 77)"]})
    assert frame.select(telling_words(subject_text(pl.col("text")))).item() == "drucker klemmt"


def form(accounts: int, *problems: str) -> pa.Table:
    rows = [
        {
            "case_id": f"a{account}-{number}",
            "account_id": f"a{account}",
            "subject": problem,
            "description": "I'm having an issue with the product purchased. Please assist.",
        }
        for account in range(accounts)
        for number, problem in enumerate(problems)
    ]
    return pa.Table.from_pylist(rows, schema=laid("cases", "").schema)


def test_a_forms_sentence_does_not_make_everything_one_issue() -> None:
    cases = form(6, "Battery drains", "Refund wanted")
    assert matched(cases) == {}
    finding, _ = boilerplate_findings(cases, source="desk")
    assert (finding.code, finding.value) == ("constant_text", "I'm having an issue with the product purchased")
    assert "12 of 12 case descriptions" in finding.message


def test_letter_groups_and_weights_are_those_of_scikit_learn() -> None:
    texts = ["card terminal a offline", "terminal offline", "vat wrong", "größe der datei", "datei zu groß ab"]
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(texts)
    expected = np.round((vectors @ vectors.T).toarray(), 6)
    frame = pl.DataFrame({"block": [7] * 5 + [8, 8], "text": [*texts, "another block", "another blocks"]})
    found = {(left, right): score for left, right, score in alike_pairs(frame, least=1e-6).iter_rows() if right < 5}
    assert found == {
        (left, right): expected[left, right] for left, right in combinations(range(5), 2) if expected[left, right]
    }


def labelled() -> list[dict[str, str]]:
    with LABELLED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cases_of(tickets: Sequence[dict[str, str]]) -> pa.Table:
    rows = [{name: ticket[name] for name in ("case_id", "account_id", "subject", "description")} for ticket in tickets]
    return pa.Table.from_pylist(rows, schema=laid("cases", "").schema)


def test_the_default_threshold_keeps_its_promise_on_the_labelled_tickets() -> None:
    tickets = labelled()
    keys = matched(cases_of(tickets), threshold=0.5)
    pairs = [(a, b) for a, b in combinations(tickets, 2) if a["account_id"] == b["account_id"]]
    said = [
        a["issue"] == b["issue"]
        for a, b in pairs
        if a["case_id"] in keys and keys[a["case_id"]] == keys.get(b["case_id"])
    ]
    true_pairs = sum(a["issue"] == b["issue"] for a, b in pairs)
    assert sum(said) / len(said) >= 0.9
    assert sum(said) / true_pairs >= 0.48


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_other_accounts_change_nothing(seed: int) -> None:
    tickets = labelled()
    whole = matched(cases_of(tickets))
    Random(seed).shuffle(tickets)
    assert matched(cases_of(tickets)) == whole
    some = [ticket for ticket in tickets if ticket["account_id"] in {"a03", "a14", "a20"}]
    assert matched(cases_of(some)) == {
        ticket["case_id"]: whole[ticket["case_id"]] for ticket in some if ticket["case_id"] in whole
    }
