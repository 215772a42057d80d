"""Folds for cross-validation: all rows of an account in one, bad accounts spread evenly, and no chance involved."""

from collections import defaultdict

import numpy as np
import numpy.typing as npt

from trueup.grades.learned.binning import Flags, Whole
from trueup.statistics.discrimination import Ids

FOLDS = 5


def folds(rows: npt.NDArray[np.int64], is_bad: Flags, groups: Ids) -> tuple[Whole, Whole]:
    """The fold of each row, and an order of the rows.

    ``rows``: rows x what is known of them; ``groups``: the account of each. Accounts are dealt to the folds in turn, in
    the order of how often they went bad and of what is known of them: neither what they are called nor the order in
    which they are given changes the folds, nor anything that is summed in the order returned.
    """
    _, ranks = np.unique(np.column_stack([is_bad, rows]), axis=0, return_inverse=True)
    codes = np.unique(groups, return_inverse=True)[1].ravel()
    of_account: dict[int, list[int]] = defaultdict(list)
    for account, rank in zip(codes.tolist(), ranks.ravel().tolist(), strict=True):
        of_account[account].append(rank)
    bads = np.bincount(codes, weights=is_bad)
    in_turn = sorted(of_account, key=lambda account: (bads[account], sorted(of_account[account])))
    fold_of = np.empty(len(in_turn), np.int64)
    fold_of[in_turn] = np.arange(len(in_turn)) % FOLDS
    fold = fold_of[codes]
    return fold, np.lexsort((ranks.ravel(), fold)).astype(np.int64)
