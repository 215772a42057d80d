"""How alike texts are: TF-IDF over letter groups, weighed within each block, as one sparse product.

Letter groups are those of scikit-learn's ``char_wb`` with 3 to 5 characters, weighed as its ``TfidfVectorizer`` fitted
on the block alone would weigh them; a test holds the two to each other. Counting all blocks by one sort of plain
numbers is several times faster.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sparse_dot_topn import sp_matmul_topn

SHORTEST: Final = 3
LONGEST: Final = 5
NEIGHBOURS: Final = 50
"""Of more alike texts in one block, the most alike are enough to join them all."""

_BLANK: Final = ord(" ")
_CHARACTER_BITS: Final = np.uint64(21)
"""A character's code takes 21 bits, so three of them fit one number."""
_MIXERS: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_WORD_BITS: Final = 64
_ROUNDING: Final = 6

Numbers = NDArray[np.uint64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class _Counts:
    """Per letter group of a text: the text's place, the group's number (unique per block), how often, in how many."""

    place: Places
    group: Places
    times: Places
    texts_with_it: Places


def alike_pairs(texts: pl.DataFrame, *, least: float) -> pl.DataFrame:
    """Pairs of texts of one block whose cosine is at least ``least``: left, right (places in ``texts``), score.

    ``texts``: ``block``, ``text`` (words parted by single blanks, not empty); the texts of a block stand together.
    """
    if texts.is_empty():
        return pl.DataFrame(schema={"left": pl.Int64, "right": pl.Int64, "score": pl.Float64})
    first, size = _blocks(texts["block"])
    counts = _counted(texts["text"], first, size)
    rarity = np.log((1 + size[counts.place]) / (1 + counts.texts_with_it)) + 1
    weight = counts.times * rarity
    weight /= np.sqrt(np.bincount(counts.place, weights=weight**2, minlength=texts.height))[counts.place]
    # A group that one text alone has adds to its length, but to no product.
    shared = counts.texts_with_it > 1
    groups, column = np.unique(counts.group[shared], return_inverse=True)
    matrix = csr_matrix((weight[shared], (counts.place[shared], column)), shape=(texts.height, max(1, len(groups))))
    product = sp_matmul_topn(matrix, matrix.T.tocsr(), top_n=NEIGHBOURS, threshold=least - 10.0**-_ROUNDING).tocoo()
    left, right = np.minimum(product.row, product.col), np.maximum(product.row, product.col)
    # Rounded, so that the order of additions cannot decide about a pair.
    score = np.minimum(1.0, np.round(product.data, _ROUNDING))
    pairs = pl.DataFrame({"left": left.astype(np.int64), "right": right.astype(np.int64), "score": score})
    alike = pairs.filter(pl.col("left") != pl.col("right"), pl.col("score") >= least)
    return alike.unique(("left", "right"), keep="first").sort("left", "right")


def _blocks(block: pl.Series) -> tuple[Places, Places]:
    """For each text the place of its block's first text, and how many texts the block has."""
    runs = block.rle().struct.unnest()
    lengths = runs["len"].to_numpy().astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    return np.repeat(starts, lengths), np.repeat(lengths, lengths)


def _counted(texts: pl.Series, first: Places, size: Places) -> _Counts:
    """Count letter groups by sorting one number per occurrence: its block, the group, the text within the block."""
    place, group = _groups(texts)
    starts = np.flatnonzero(np.r_[True, first[1:] != first[:-1]])
    block = np.searchsorted(starts, first, side="left").astype(np.uint64)
    text_bits = int(size.max() - 1).bit_length()
    block_bits = max(1, len(starts) - 1).bit_length()
    group_bits = _WORD_BITS - block_bits - text_bits
    keys = block[place] << np.uint64(_WORD_BITS - block_bits)
    keys |= (_mixed(group) >> np.uint64(_WORD_BITS - group_bits)) << np.uint64(text_bits)
    keys |= (place - first[place]).astype(np.uint64)
    keys.sort()
    begins = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    entries = keys[begins]
    times = np.diff(np.r_[begins, len(keys)])
    in_block = (entries & np.uint64((1 << text_bits) - 1)).astype(np.int64)
    of_block = (entries >> np.uint64(_WORD_BITS - block_bits)).astype(np.int64)
    block_group = entries >> np.uint64(text_bits)
    is_next = np.r_[True, block_group[1:] != block_group[:-1]]
    number = np.cumsum(is_next) - 1
    return _Counts(starts[of_block] + in_block, number, times, np.bincount(number)[number])


def _groups(texts: pl.Series) -> tuple[Places, Numbers]:
    """All letter groups within words of all texts: the text's place, and the group as a number."""
    lengths = texts.str.len_chars().to_numpy().astype(np.int64) + 2
    written = "".join(f" {text} " for text in texts.to_list())
    codes = np.frombuffer(written.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    place = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    # A blank may begin or end a group, but not lie within it; two blanks part the texts.
    is_letter = codes != _BLANK
    window = (codes[:-2] << _CHARACTER_BITS << _CHARACTER_BITS) | (codes[1:-1] << _CHARACTER_BITS) | codes[2:]
    inside = is_letter[1:-1]
    places, groups = [], []
    for longer in range(SHORTEST, LONGEST + 1):
        places.append(place[: len(window)][inside])
        groups.append(window[inside])
        window = _mixed(window[:-1]) + codes[longer:]
        inside = inside[:-1] & is_letter[longer - 1 : -1]
    return np.concatenate(places), np.concatenate(groups)


def _mixed(numbers: Numbers) -> Numbers:
    """Numbers spread evenly over all 64 bits."""
    spread = (numbers ^ (numbers >> np.uint64(30))) * _MIXERS[0]
    spread = (spread ^ (spread >> np.uint64(27))) * _MIXERS[1]
    return spread ^ (spread >> np.uint64(31))
