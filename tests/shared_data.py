"""Where the real data sets are: the folder ``shared`` beside the checkout, or where TRUEUP_SHARED points."""

import os
from pathlib import Path

import pytest

BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[2] / "shared"


def shared_data(name: str) -> Path:
    """The folder of one data set; skips the test, saying what is missing, where there is none."""
    folder = Path(os.environ.get("TRUEUP_SHARED", BESIDE_THE_CHECKOUT)) / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the data set {name} is not there: expected {folder}; set TRUEUP_SHARED to the shared folder")
    return folder
