"""Which cases without a key of their own are about one issue: those of one account whose texts are alike.

Texts are compared within an account only, and weighed by that account's own words, so that nobody else's cases change
the result; except that a sentence which very many accounts write is a form's, not the customer's, and is left out.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl
import pyarrow as pa

from trueup.canon.case_texts import description_text, sentences, subject_text, telling_words
from trueup.canon.findings import Finding
from trueup.canon.links import framed
from trueup.canon.ngrams import alike_pairs

THRESHOLD: Final = 0.5
"""Two cases whose texts are at least so much alike are one issue; decision 3 says what that means."""
MATCHES: Final = pa.schema({"case_id": pa.string(), "matched_key": pa.string(), "score": pa.float64()})

BOILERPLATE_SHARE: Final = 0.05
BOILERPLATE_CASES: Final = 10
BOILERPLATE_ACCOUNTS: Final = 5
"""A sentence in at least this share of the described cases, so many cases and accounts, is a form's."""
_BATCH: Final = 5_000
"""Cases compared at a time: bounds memory, and is fastest."""


def match_issues(cases: pa.Table, *, threshold: float = THRESHOLD) -> pa.Table:
    """Keys for cases that are one issue with another: case_id, matched_key, score (columns of ``MATCHES``).

    ``cases``: case_id, account_id, subject, description, category, opened_at; only those without a key of their own.
    The key is 'text:' and the issue's earliest case. The score is the weakest likeness on the way from that case to
    this one; the earliest case has that of its nearest. Cases like no other are not in the result.
    """
    known = _known(cases)
    boilerplate = boilerplate_sentences(known)["sentence"]
    found = [_matched(batch, boilerplate, threshold) for batch in _batches(known)]
    matched = pl.concat(
        [pl.DataFrame(schema={"case_id": pl.String, "matched_key": pl.String, "score": pl.Float64}), *found]
    )
    return matched.sort("case_id").to_arrow().cast(MATCHES)


def boilerplate_sentences(known: pl.DataFrame) -> pl.DataFrame:
    """Sentences that are a form's: sentence, cases, accounts, described (cases with a description at all)."""
    parts = [_sentences(batch).group_by("sentence").agg(**_COUNTS) for batch in _batches(known)]
    described = known.filter(pl.col("description").str.strip_chars() != "").height
    counted = pl.concat([_NO_SENTENCES, *(part.filter(pl.col("cases") > 1) for part in parts)])
    summed = counted.group_by("sentence").agg(pl.col("cases", "accounts").sum())
    enough = max(BOILERPLATE_CASES, BOILERPLATE_SHARE * described)
    return (
        summed.filter(pl.col("cases") >= enough, pl.col("accounts") >= BOILERPLATE_ACCOUNTS)
        .with_columns(described=pl.lit(described))
        .sort("cases", "sentence", descending=(True, False))
    )


def boilerplate_findings(cases: pa.Table, *, source: str) -> list[Finding]:
    """A finding per sentence left out of the comparison; ``cases`` as for ``match_issues``."""
    return [
        Finding(
            severity="info",
            code="constant_text",
            source=source,
            file="cases",
            row=None,
            column="description",
            value=row["sentence"],
            message=f"{row['cases']:,} of {row['described']:,} case descriptions, of {row['accounts']:,} accounts, hold"
            f" the sentence '{row['sentence']}'; it is a form's text and is left out when issues are matched.",
            cure="Nothing need be done; if customers write it themselves, map the source's own mark of the problem to"
            " issue_key.",
        )
        for row in boilerplate_sentences(_known(cases)).iter_rows(named=True)
    ]


_COUNTS: Final = {"cases": pl.col("case_id").n_unique(), "accounts": pl.col("account_id").n_unique()}
_NO_SENTENCES: Final = pl.DataFrame(schema={"sentence": pl.String, "cases": pl.UInt32, "accounts": pl.UInt32})


def _known(cases: pa.Table) -> pl.DataFrame:
    """The cases by account, the earliest first, with what the customer wrote."""
    text = {name: pl.col(name).cast(pl.String) for name in ("case_id", "account_id", "subject", "description")}
    return (
        framed(cases)
        .select("opened_at", **text)
        .filter(pl.col("case_id").is_not_null(), pl.col("account_id").is_not_null())
        .sort("account_id", "opened_at", "case_id", nulls_last=True)
        .unique("case_id", keep="first", maintain_order=True)
        .with_columns(pl.col("description").fill_null(""))
    )


def _batches(known: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Whole accounts, about ``_BATCH`` cases at a time."""
    sizes = known.group_by("account_id", maintain_order=True).agg(cases=pl.len())
    start = pl.col("cases").cum_sum() - pl.col("cases")
    batches = sizes.group_by((start // _BATCH).alias("batch"), maintain_order=True).agg(pl.col("cases").sum())
    first = 0
    for size in batches["cases"]:
        yield known.slice(first, size)
        first += size


def _sentences(batch: pl.DataFrame) -> pl.DataFrame:
    """One row per sentence of a description: case_id, account_id, sentence."""
    listed = batch.select("case_id", "account_id", sentence=sentences(description_text(pl.col("description"))))
    return listed.explode("sentence").filter(pl.col("sentence").str.contains(" ", literal=True))


def _matched(batch: pl.DataFrame, boilerplate: pl.Series, threshold: float) -> pl.DataFrame:
    """The batch's cases that are one issue with another, with their keys and scores."""
    several = batch.filter(pl.len().over("account_id") > 1)
    told = several.with_columns(text=_text(several, boilerplate)).filter(pl.col("text") != "")
    # Cases of one account in the same words are one text, and need no comparing.
    texts = told.group_by("account_id", "text", maintain_order=True).agg(first=pl.first("case_id"), cases=pl.len())
    blocks = texts.with_columns(block=pl.col("account_id").rle_id()).with_row_index("place")
    pairs = alike_pairs(blocks.select("block", "text"), least=threshold)
    joined = _joined(pairs)
    keyed = (
        blocks.with_columns(pl.col("place").cast(pl.Int64))
        .join(joined, on="place", how="left", maintain_order="left")
        .with_columns(key_place=pl.coalesce("key_place", "place"))
        .filter(pl.col("score").is_not_null() | (pl.col("cases") > 1))
    )
    is_first_text = pl.col("place") == pl.col("key_place")
    score = pl.when(is_first_text & (pl.col("cases") > 1)).then(1.0).otherwise("score")
    named = keyed.with_columns(score=score).join(
        blocks.select(pl.col("place").cast(pl.Int64).alias("key_place"), key_case="first"), on="key_place"
    )
    return told.join(named, on=("account_id", "text")).select(
        "case_id", matched_key=pl.format("text:{}", "key_case"), score="score"
    )


def _text(batch: pl.DataFrame, boilerplate: pl.Series) -> pl.Series:
    """What the cases' texts say about their issues."""
    own = description_text(pl.col("description"))
    if boilerplate.is_empty():
        written = batch.select(written=own)["written"]
    else:
        kept = _sentences(batch).filter(~pl.col("sentence").is_in(boilerplate.implode()))
        written = (
            batch.select("case_id")
            .join(
                kept.group_by("case_id", maintain_order=True).agg("sentence"),
                on="case_id",
                how="left",
                maintain_order="left",
            )
            .select(written=pl.col("sentence").list.join(". ").fill_null(""))["written"]
        )
    both = pl.concat_str(subject_text(pl.col("subject")), pl.lit(" "), pl.col("written"))
    return batch.with_columns(written=written).select(text=telling_words(both))["text"]


def _joined(pairs: pl.DataFrame) -> pl.DataFrame:
    """Texts that hang together: place, key_place (the first of them), score; the strongest pairs join first."""
    members: dict[int, list[int]] = {}
    first_of: dict[int, int] = {}
    scores: dict[int, float] = {}
    strongest_first = pairs.sort("score", "left", "right", descending=(True, False, False))
    for left, right, score in strongest_first.select("left", "right", "score").iter_rows():
        one, other = sorted((first_of.setdefault(left, left), first_of.setdefault(right, right)))
        if one == other:
            continue
        joining = members.pop(other, [other])
        scores.setdefault(one, score)
        # Pairs come in falling order, so this one is the weakest on the way to each of those that join.
        scores.update(dict.fromkeys(joining, score))
        first_of.update(dict.fromkeys(joining, one))
        members.setdefault(one, [one]).extend(joining)
    places = list(scores)
    rows = {"place": places, "key_place": [first_of[place] for place in places], "score": list(scores.values())}
    return pl.DataFrame(rows, schema={"place": pl.Int64, "key_place": pl.Int64, "score": pl.Float64})
