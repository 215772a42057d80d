import ast
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

import trueup
from trueup.canon.findings import CODES, SCHEMA, Finding, findings_of, findings_table

SWAPPED = Finding(
    "warning",
    "swapped_day_and_month",
    "",
    "Walmart.csv",
    None,
    "Date",
    "2010-05-02",
    "weeks are not 7 days apart",
    "swap them back",
)

_text = st.text(max_size=20)
_findings = st.builds(
    Finding,
    severity=st.sampled_from(["error", "warning", "info"]),
    code=st.sampled_from(sorted(CODES)),
    source=_text,
    file=_text,
    row=st.none() | st.integers(1, 2**62),
    column=st.none() | _text,
    value=st.none() | _text,
    message=_text,
    cure=_text,
)


def test_the_import_names_the_system_that_delivered() -> None:
    assert SWAPPED.delivered_by("walmart").source == "walmart"
    assert SWAPPED.source == ""


def test_no_findings_still_have_columns() -> None:
    table = findings_table([])
    assert (table.num_rows, table.schema) == (0, SCHEMA)


@settings(deadline=None)
@given(st.lists(_findings, max_size=5))
def test_findings_survive_becoming_rows(findings: list[Finding]) -> None:
    assert findings_of(findings_table(findings)) == findings


def test_every_code_given_anywhere_is_explained() -> None:
    root = Path(trueup.__file__).parent
    # What is found of a plan of pay is no finding of the data.
    files = [path for path in root.rglob("*.py") if path.parent != root / "pay"]
    given_codes = {code for path in files for code in _codes_in(path)}
    assert len(files) > 500
    assert len(given_codes) > 20
    assert given_codes <= CODES.keys()


def test_meanings_are_sentences_for_people() -> None:
    assert all(meaning[0].islower() or meaning[0] == "'" for meaning in CODES.values())


def _codes_in(path: Path) -> Iterator[object]:
    """The literal codes of every Finding(...), finding(...) and note(...) written in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _called(node.func) in {"Finding", "finding", "note"}:
            code = next(
                (k.value for k in node.keywords if k.arg == "code"), node.args[1] if len(node.args) > 1 else None
            )
            if isinstance(code, ast.Constant):
                yield code.value


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
