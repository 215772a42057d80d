"""Least squares on the simplex: weights that are never negative and add up to one."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls  # type: ignore[import-untyped]

Numbers = npt.NDArray[np.float64]
_LEAST_RIDGE = 1e-14
"""Of the mean square of a column: what keeps columns that are the same from making the answer arbitrary."""


def nearest(columns: Numbers, target: Numbers, *, ridge: float = 0.0) -> Numbers:
    """The weights w on the simplex that minimise |columns w - target|^2 + ridge |w|^2.

    columns: (rows, n); target: (rows,); gives (n,). Because the weights add up to one, the target can be taken from
    each column, and what is left to minimise is homogeneous in w. So the nonnegative u that minimises
    |(columns - target) u|^2 + ridge |u|^2 + m^2 (1'u - 1)^2 is a multiple of w whatever m: exact, no large weight is
    needed (the nearest point of a polytope, Lawson and Hanson 1974, chapter 23). Uniform where nothing differs.
    """
    rows, n = columns.shape
    apart = columns - target[:, None]
    size = float(np.einsum("ij,ij->", apart, apart)) / n
    if size <= 0:
        return np.full(n, 1 / n)
    system = np.zeros((rows + n + 1, n))
    system[:rows] = apart
    np.fill_diagonal(system[rows:], np.sqrt(max(ridge, _LEAST_RIDGE * size)))
    system[-1] = np.sqrt(size)
    wanted = np.zeros(rows + n + 1)
    wanted[-1] = system[-1, 0]
    found = nnls(system, wanted)[0]
    return np.asarray(found / found.sum(), np.float64)
