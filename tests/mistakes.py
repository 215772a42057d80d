"""What people do by mistake: how to do each, and what the answer must name."""

import io
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from example import built
from trueup.runs.folder import Folder

Prepare = Callable[[Folder], object]


@dataclass(frozen=True)
class Mistake:
    """A command that cannot be done. ``{root}`` in its words is the workspace's folder.

    ``on``: ``built`` is the example company, ``copied`` a copy of it to spoil, ``new`` a workspace without data.
    ``says``: parts of the answer; the last of them belongs to the cure.
    """

    name: str
    command: str
    says: Sequence[str]
    on: str = "built"
    prepare: Prepare = field(default=lambda folder: None)


def file_of(name: str, content: bytes) -> Prepare:
    """Put a file to import into the workspace's folder."""

    def put(folder: Folder) -> None:
        (folder.root / name).write_bytes(content)

    return put


def settings_with(old: str, new: str) -> Prepare:
    """Change a line of trueup.toml, as its template has it."""

    def change(folder: Folder) -> None:
        text = folder.settings_file.read_text(encoding="utf-8")
        assert old in text
        folder.settings_file.write_text(text.replace(old, new), encoding="utf-8")

    return change


def metric_with(old: str, new: str) -> Prepare:
    """Declare a metric of the company's own, with a mistake."""

    def declare(folder: Folder) -> None:
        folder.metrics.mkdir(exist_ok=True)
        (folder.metrics / "own.yaml").write_text(_METRIC.replace(old, new), encoding="utf-8")

    return declare


def mapping_with(old: str, new: str) -> Prepare:
    """Change the company's own mapping of contracts."""

    def change(folder: Folder) -> None:
        file = folder.sources / "billing" / "contracts.sql"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    return change


def replaced(path: str, content: Callable[[bytes], bytes]) -> Prepare:
    """Change a file that Trueup made."""

    def change(folder: Folder) -> None:
        for file in folder.generated.glob(path):
            file.write_bytes(content(file.read_bytes()))

    return change


_METRIC = """\
- name: my_win_rate
  label: Mine
  department: sales
  family: result
  better: higher
  unit: ratio
  description: Deals won over deals decided.
  fact: closed_deals
  agg: ratio
  numerator: is_won
  denominator: rows
"""
_NOISE = Random(7).randbytes(4_000)


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Account.csv", "Id,Name\n" + "1,Acme\n" * 1000)
    return packed.getvalue()


def _locked_zip() -> bytes:
    """A zip whose one file claims to be encrypted."""
    packed = bytearray(_zip())
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(signature) + place] |= 1
    return bytes(packed)


def _scrambled(content: bytes) -> bytes:
    third = len(content) // 3
    return content[:third] + Random(7).randbytes(200_000) + content[third + 200_000 :]


WORKSPACES = [
    Mistake("no workspace", "metrics --workspace {root}/exports", ["no trueup.toml", "trueup init"]),
    Mistake("a folder that is not there", "build --workspace {root}/nowhere", ["{root}/nowhere", "trueup init"]),
    Mistake("init twice", "init {root}", ["already there", "choose another folder"]),
    Mistake("init in no zone", "init {root}/a --timezone Berlin", ["'Berlin' is no time zone", "Europe/Berlin"]),
    Mistake("init in no currency", "init {root}/b --currency EURO", ["'EURO' is no currency", "EUR?"]),
    Mistake("build before importing", "build", ["Nothing was imported", "trueup import"], on="new"),
    Mistake("metrics before building", "metrics", ["Nothing was computed", "trueup build"], on="new"),
    Mistake("explain before building", "explain win_rate --period 2026-01", ["trueup build"], on="new"),
    Mistake("merges before building", "merges", ["trueup build"], on="new"),
    Mistake("a board before building", "report --company", ["trueup build"], on="new"),
    Mistake("findings before importing", "findings", ["trueup import"], on="new"),
    Mistake("a report on nothing", "report", ["--company"]),
    Mistake("a report in a form that is not there", "report --company --format pptx", ["'pptx'", "html"]),
    Mistake("demo where a workspace is", "demo {root} --no-open", ["holds a workspace already", "another folder"]),
]

FILES = [
    Mistake("a file that is not there", "import {root}/no.csv", ["no.csv", "Check the name"]),
    Mistake("an empty file", "import {root}/a.csv", ["is empty", "Export it again"], "new", file_of("a.csv", b"")),
    Mistake("bytes called .csv", "import {root}/a.csv", ["a.csv", "can be read"], "new", file_of("a.csv", _NOISE)),
    Mistake(
        "a picture called .csv",
        "import {root}/a.csv",
        ["PNG picture", "Export the table"],
        "new",
        file_of("a.csv", b"\x89PNG\r\n\x1a\n" + _NOISE),
    ),
    Mistake(
        "a truncated zip",
        "import {root}/a.zip",
        ["a.zip", "cut off", "download it again"],
        "new",
        file_of("a.zip", _zip()[:-40]),
    ),
    Mistake("a zip with a password", "import {root}/a.zip", ["password"], "new", file_of("a.zip", _locked_zip())),
    Mistake(
        "a workbook's lock file",
        "import {root}/~$a.xlsx",
        ["open in a spreadsheet", "import a.xlsx"],
        "new",
        file_of("~$a.xlsx", b"\x01" * 165),
    ),
    Mistake("a document", "import {root}/a.pdf", ["PDF", "Export the table"], "new", file_of("a.pdf", b"%PDF-1.4 x")),
    Mistake("a folder without tables", "import {root}/sources", ["no file with a table", "Name the folder"], "new"),
]

QUESTIONS = [
    Mistake("an unknown metric", "metrics win_rat", ["'win_rat'", "win_rate"]),
    Mistake("an unknown grain", "metrics --by acount", ["'acount'", "account"]),
    Mistake("an unknown kind of period", "metrics --period monthly", ["'monthly'", "month?"]),
    Mistake("a thirteenth month", "metrics --from 2026-13", ["'2026-13'", "2026-12"]),
    Mistake("a fifth quarter", "metrics --period quarter --from 2026-Q5", ["'2026-Q5'", "2026-Q4"]),
    Mistake("from after to", "metrics win_rate --from 2026-05 --to 2026-03", ["2026-05 comes after", "swap"]),
    Mistake(
        "from after to, in weeks",
        "metrics win_rate --period week --from 2026-W20 --to 2026-W10",
        ["2026-W20", "comes after", "2026-W10"],
    ),
    Mistake("a condition without =", "metrics --where segment", ["'segment'", "column=value"]),
    Mistake("a condition on nothing", "metrics win_rate --where sgment=x", ["'sgment'", "segment"]),
    Mistake("a moment that is none", "metrics win_rate --as-of yesterday", ["'yesterday'", "2026-06-30"]),
    Mistake("a build as of no moment", "build --as-of 31.12.2026", ["'31.12.2026'", "2026-06-30"]),
    Mistake("parquet on the terminal", "metrics --format parquet", ["--output"]),
    Mistake("a table into a file", "metrics -o {root}/x.txt", ["--format csv"]),
    Mistake("a file in no folder", "metrics --format csv -o {root}/no/x.csv", ["{root}/no", "Make it"]),
    Mistake("a folder as a file", "metrics --format csv -o {root}", ["is a folder", "Name a file"]),
    Mistake("a board in no folder", "report --company -o {root}/no/b.html", ["{root}/no", "Check the path"]),
    Mistake("merges of deals", "merges deals", ["'deals'", "accounts, contacts, people"]),
    Mistake(
        "a number of nobody",
        "explain win_rate --by team --entity sales-dach --period 2026-Q1",
        ["'sales-dach'", "'Sales DACH'"],
    ),
    Mistake("a number of an account unnamed", "explain win_rate --by account --period 2026-Q1", ["--entity"]),
    Mistake("a number that is not published", "explain win_rate --period 2026-W03", ["2026-W03", "trueup metrics"]),
    Mistake("a number of no period", "explain win_rate --period 2026-13", ["'2026-13'", "2026-12"]),
]

SETTINGS = [
    Mistake("a misspelt setting", "build", ["line 5", "Did you mean currency"], "new", settings_with("cur", "cu")),
    Mistake(
        "a setting of the wrong type",
        "build",
        ["line 7", "fiscal_year_start", "integer"],
        "new",
        settings_with("fiscal_year_start = 1", 'fiscal_year_start = "january"'),
    ),
    Mistake("no zone", "build", ["line 6", "company.timezone", "Etc"], "new", settings_with('"UTC"', '"Etc"')),
    Mistake("no currency", "build", ["line 5", "'EURO'", "EUR?"], "new", settings_with('"EUR"', '"EURO"')),
    Mistake("no time of day", "build", ["opens", "09:00"], "new", settings_with('"09:00"', '"9 am"')),
    Mistake("no TOML", "build", ["line 3", "Correct that line"], "new", settings_with("[company]", "[company")),
    Mistake(
        "no amount of memory",
        "build",
        ["memory_limit", "4GB"],
        "new",
        settings_with("[targets]", '[build]\nmemory_limit = "lots"\n\n[targets]'),
    ),
    Mistake(
        "a target for no metric",
        "build",
        ["[targets] respons_time", "response_time"],
        "copied",
        settings_with("response_time =", "respons_time ="),
    ),
    Mistake(
        "a parameter that is none",
        "build",
        ["deep_discont", "deep_discount?"],
        "copied",
        settings_with("[targets]", "[metrics.deep_discount_share]\ndeep_discont = 0.3\n\n[targets]"),
    ),
]

DEFINITIONS = [
    Mistake(
        "a metric with a wrong field",
        "build",
        ["metrics/own.yaml:4", "'famly'", "family"],
        "copied",
        metric_with("family", "famly"),
    ),
    Mistake(
        "a metric of no fact",
        "build",
        ["metrics/own.yaml:8", "'closed_deal'", "closed_deals"],
        "copied",
        metric_with("closed_deals", "closed_deal"),
    ),
    Mistake(
        "a metric of no column",
        "build",
        ["metrics/own.yaml", "'is_wonn'", "is_won?"],
        "copied",
        metric_with("is_won", "is_wonn"),
    ),
    Mistake(
        "a mapping with a syntax error",
        "import",
        ["contracts.sql", "Line 17", "Correct it there"],
        "copied",
        mapping_with("FROM contracts", "FRM contracts"),
    ),
    Mistake(
        "a mapping without the key",
        "import",
        ["contracts.sql", "contract_id", "Add it to the SELECT"],
        "copied",
        mapping_with("contract_no                             AS contract_id,", ""),
    ),
    Mistake(
        "a mapping of a column that is not there",
        "import",
        ["contracts.sql", "produkt", "product", "correct it there"],
        "copied",
        mapping_with("    product,", "    produkt AS product,"),
    ),
    Mistake(
        "a mapping that reads text as a date",
        "import",
        ["contracts.sql", "YYYY-MM-DD", "correct it there"],
        "copied",
        mapping_with("CAST(valid_from AS DATE)", "CAST(product AS DATE)"),
    ),
    Mistake(
        "a mapping to no canonical table",
        "import",
        ["contrakts.sql", "contracts.sql"],
        "copied",
        lambda folder: shutil.move(
            folder.sources / "billing" / "contracts.sql", folder.sources / "billing" / "contrakts.sql"
        ),
    ),
    Mistake(
        "a mapping that is not UTF-8",
        "import",
        ["contracts.sql", "Save it as UTF-8"],
        "copied",
        lambda folder: (folder.sources / "billing" / "contracts.sql").write_bytes(b"SELECT '\xe4'"),
    ),
]

DAMAGE = [
    Mistake(
        "a lake that is none", "build", ["lake.duckdb", "import"], "copied", replaced("lake.duckdb", lambda _: _NOISE)
    ),
    Mistake("a scrambled lake", "readiness", ["orrupt", "import"], "copied", replaced("lake.duckdb", _scrambled)),
    Mistake(
        "a lake cut in half",
        "build",
        ["lake.duckdb", "import"],
        "copied",
        replaced("lake.duckdb", lambda content: content[: len(content) // 2]),
    ),
    Mistake(
        "a snapshot that is none",
        "metrics",
        ["mart.duckdb", "build"],
        "copied",
        replaced("mart/*/mart.duckdb", lambda _: _NOISE),
    ),
    Mistake(
        "a snapshot of another version",
        "metrics",
        ["another version", "trueup build"],
        "copied",
        replaced("mart/*/manifest.json", lambda _: b"{}"),
    ),
]

MISTAKES: Mapping[str, Mistake] = {
    mistake.name: mistake for mistake in (*WORKSPACES, *FILES, *QUESTIONS, *SETTINGS, *DEFINITIONS, *DAMAGE)
}


def copied(to: Path) -> Folder:
    """A copy of the example company's workspace, without its exports."""
    shutil.copytree(built().root, to, ignore=shutil.ignore_patterns("exports"))
    return Folder(to)
