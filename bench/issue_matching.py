"""Issue matching: how often it is right on labelled tickets, by method and threshold, and how fast it is.

    python bench/issue_matching.py                    quality only
    python bench/issue_matching.py --cases 1000000    also a million cases, made of the same tickets

Quality is counted over pairs of cases of one account: precision is the share of pairs put together that belong
together, recall the share of pairs belonging together that are put together. A method's threshold is chosen on the
accounts of odd number, for the best recall at a precision of at least 0.9, and judged on those of even number.
"""

import argparse
import csv
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from rapidfuzz.fuzz import token_set_ratio
from rapidfuzz.process import cdist
from sklearn.feature_extraction.text import TfidfVectorizer

from trueup.canon.case_texts import description_text, subject_text, telling_words
from trueup.canon.components import component_labels
from trueup.canon.issues import THRESHOLD, match_issues

TICKETS = Path(__file__).resolve().parents[1] / "tests" / "canon" / "data" / "labelled_tickets.csv"
THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(4, 20))
WANTED_PRECISION = 0.9
Likeness = Callable[[Sequence[str]], NDArray[np.float64]]
Outcome = tuple[float, float]


def tickets() -> pl.DataFrame:
    with TICKETS.open(encoding="utf-8", newline="") as file:
        return pl.DataFrame(list(csv.DictReader(file)))


def texts_of(rows: pl.DataFrame) -> list[str]:
    both = pl.concat_str(subject_text(pl.col("subject")), pl.lit(" "), description_text(pl.col("description")))
    return rows.select(text=telling_words(both))["text"].to_list()


def cosine(vectorizer: TfidfVectorizer, texts: Sequence[str]) -> NDArray[np.float64]:
    vectors = vectorizer.fit_transform(texts)
    return (vectors @ vectors.T).toarray()


def by_account(likeness: Likeness, rows: pl.DataFrame, texts: Sequence[str]) -> NDArray[np.float64]:
    """The likeness computed within each account alone."""
    scores = np.zeros((rows.height, rows.height))
    for account in rows["account_id"].unique(maintain_order=True):
        places = np.flatnonzero((rows["account_id"] == account).to_numpy())
        scores[np.ix_(places, places)] = likeness([texts[place] for place in places])
    return scores


def word_tfidf(texts: Sequence[str]) -> NDArray[np.float64]:
    return cosine(TfidfVectorizer(token_pattern=r"\S+"), texts)


def letter_tfidf(texts: Sequence[str]) -> NDArray[np.float64]:
    return cosine(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)), texts)


def token_sets(texts: Sequence[str]) -> NDArray[np.float64]:
    return cdist(texts, texts, scorer=token_set_ratio, dtype=np.float64) / 100


def pairs_of(rows: pl.DataFrame) -> list[tuple[int, int]]:
    accounts = rows["account_id"].to_list()
    return [(a, b) for a, b in combinations(range(rows.height), 2) if accounts[a] == accounts[b]]


def outcome(keys: Sequence[object], rows: pl.DataFrame, pairs: Sequence[tuple[int, int]]) -> Outcome:
    """Precision and recall of giving these keys."""
    issues = rows["issue"].to_list()
    together = [(a, b) for a, b in pairs if keys[a] == keys[b]]
    right = sum(issues[a] == issues[b] for a, b in together)
    belonging = sum(issues[a] == issues[b] for a, b in pairs)
    return (right / len(together) if together else 1.0, right / belonging)


def keys_at(scores: NDArray[np.float64], pairs: Sequence[tuple[int, int]], threshold: float) -> list[object]:
    near = np.array([pair for pair in pairs if scores[pair] >= threshold], dtype=np.int64).reshape(-1, 2)
    return list(component_labels(near[:, 0], near[:, 1], count=len(scores)))


def keys_given(rows: pl.DataFrame, threshold: float) -> list[object]:
    keys = dict(
        pl.from_arrow(match_issues(as_cases(rows), threshold=threshold)).select("case_id", "matched_key").iter_rows()
    )
    return [keys.get(case, case) for case in rows["case_id"].to_list()]


def as_cases(rows: pl.DataFrame) -> pa.Table:
    never = pl.lit(None, dtype=pl.Datetime("us"))
    return rows.select("case_id", "account_id", "subject", "description", category="issue", opened_at=never).to_arrow()


def judge(name: str, keys: Callable[[float], Sequence[object]], rows: pl.DataFrame) -> None:
    pairs = pairs_of(rows)
    number = rows["account_id"].str.extract(r"(\d+)$").cast(pl.Int64).to_list()
    odd, even = ([pair for pair in pairs if number[pair[0]] % 2 == rest] for rest in (1, 0))
    by_threshold = {threshold: keys(threshold) for threshold in THRESHOLDS}
    chosen = {threshold: outcome(given, rows, odd) for threshold, given in by_threshold.items()}
    good = {threshold: recall for threshold, (precision, recall) in chosen.items() if precision >= WANTED_PRECISION}
    print(f"\n{name}")
    if good:
        best = max(good, key=lambda threshold: good[threshold])
        precision, recall = outcome(by_threshold[best], rows, even)
        print(f"  chosen on odd accounts: {best:.2f}; on even ones precision {precision:.2f}, recall {recall:.2f}")
    else:
        print(f"  on odd accounts no threshold reaches a precision of {WANTED_PRECISION}")
    print("  threshold  precision  recall   (all accounts)")
    for threshold in THRESHOLDS:
        precision, recall = outcome(by_threshold[threshold], rows, pairs)
        print(f"  {threshold:9.2f}  {precision:9.2f}  {recall:6.2f}")


def judge_all(rows: pl.DataFrame) -> None:
    texts, raw = texts_of(rows), [f"{s} {d}" for s, d in rows.select("subject", "description").iter_rows()]
    pairs = pairs_of(rows)
    issues = rows["issue"].to_list()
    belonging = sum(issues[a] == issues[b] for a, b in pairs)
    print(
        f"{rows.height} tickets of {rows['account_id'].n_unique()} accounts; {belonging} of their {len(pairs)} pairs"
        " are one issue"
    )
    judge("ours: letter groups weighed within the account", lambda t: keys_given(rows, t), rows)
    others = {
        "letter groups weighed over all accounts": letter_tfidf(texts),
        "letter groups within the account, texts as written": by_account(letter_tfidf, rows, raw),
        "words within the account": by_account(word_tfidf, rows, texts),
        "words over all accounts": word_tfidf(texts),
        "rapidfuzz token_set_ratio": token_sets(texts),
        "rapidfuzz token_set_ratio, texts as written": token_sets(raw),
    }
    for name, scores in others.items():
        judge(name, lambda threshold, scores=scores: keys_at(scores, pairs, threshold), rows)


def many_cases(rows: pl.DataFrame, count: int) -> pl.DataFrame:
    """Cases of about ten an account: each the text of one ticket, a subject of another, and numbers of its own."""
    chance = np.random.default_rng(1)
    one, other = (chance.integers(0, rows.height, count) for _ in range(2))
    number = pl.Series(chance.integers(0, 10**6, count))
    account = pl.Series(chance.integers(0, max(1, count // 10), count)).cast(pl.String)
    frame = pl.DataFrame(
        {"subject": rows["subject"][one], "told": rows["description"][one], "more": rows["subject"][other]}
    )
    return frame.select(
        "subject",
        case_id=pl.Series(np.arange(count)).cast(pl.String),
        account_id=account,
        description=pl.format("{} {}. Order {}", "told", "more", number),
        category=pl.lit(None, dtype=pl.String),
        opened_at=pl.datetime(2026, 1, 1) + pl.duration(minutes=pl.Series(np.arange(count))),
    )


def measure(rows: pl.DataFrame, count: int) -> None:
    cases = many_cases(rows, count).to_arrow()
    wall, work = time.perf_counter(), time.process_time()
    found = match_issues(cases)
    wall, work = time.perf_counter() - wall, time.process_time() - work
    print(f"\n{count:,} cases: {wall:.0f} s ({work:.0f} s of work), {found.num_rows:,} matched")
    sample = texts_of(many_cases(rows, 10_000))
    ours, begun = work / count, time.process_time()
    TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5)).fit_transform(sample)
    theirs = (time.process_time() - begun) / len(sample)
    print(f"work a case, everything: {ours * 1e6:.0f} us; scikit-learn's vectors alone: {theirs * 1e6:.0f} us")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=0, help="also measure the speed on so many cases")
    rows = tickets()
    judge_all(rows)
    print(f"\nthe default threshold is {THRESHOLD}")
    if cases := parser.parse_args().cases:
        measure(rows, cases)


if __name__ == "__main__":
    main()
