"""Commands load only what they need, so that they answer at once."""

import subprocess
import sys

import pytest

from example import built

HEAVY = ("ibis", "polars", "pandas", "sklearn", "scipy", "altair", "vl_convert", "sqlglot", "babel", "jinja2", "dlt")
RUN = """
import sys
from trueup.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code, ended.code
loaded = [name for name in {names} if name in sys.modules]
print("loaded:", *loaded, file=sys.stderr)
"""


def loaded(*arguments: str, of: tuple[str, ...]) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-c", RUN.format(names=of), *arguments], capture_output=True, text=True, check=True
    )
    return told.stderr.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "asked",
    [
        ["response_time", "--by", "team", "--period", "quarter"],
        ["--by", "account", "--period", "month"],
        ["--by", "person", "--from", "2026-05", "--format", "csv"],
        ["win_rate", "--format", "json"],
    ],
    ids=" ".join,
)
def test_a_published_number_is_read_without_what_computing_needs(asked: list[str]) -> None:
    assert loaded("metrics", *asked, "--workspace", str(built().root), of=HEAVY) == []


@pytest.mark.parametrize("asked", [["--help"], ["metrics", "--help"]], ids=" ".join)
def test_help_does_without_frames_and_compilers(asked: list[str]) -> None:
    assert loaded(*asked, of=HEAVY) == []


def test_help_of_all_commands_does_without_an_engine() -> None:
    assert loaded("--help", of=("duckdb", "pyarrow", "numpy")) == []
