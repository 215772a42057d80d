"""The house's own rules, so that nobody has to remember them."""

import ast
import importlib
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from trueup.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
EVERYTHING = [*SOURCES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").rglob("*.py"))]
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
LONGEST_FILE = 500
LONGEST_FUNCTION = 70


@cache
def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_outgrows_its_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): n for path in SOURCES if (n := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{f.name}": f.end_lineno - f.lineno + 1
        for path in EVERYTHING
        for f in functions(path)
        if f.end_lineno and f.end_lineno - f.lineno + 1 > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_module_is_a_drawer_for_what_has_no_name() -> None:
    assert [str(path) for path in SOURCES if path.stem in BANNED_NAMES] == []


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for f in functions(path)
        for node in ast.walk(f)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "XX" + "X"])
def test_nothing_is_left_for_later_without_an_issue(word: str) -> None:
    pattern = re.compile(rf"\b{word}\b(?!\(#\d+\))")
    assert [str(p.relative_to(ROOT)) for p in EVERYTHING if pattern.search(p.read_text(encoding="utf-8"))] == []


def test_no_path_of_any_machine_is_written_down() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a git checkout")
    pattern = re.compile(r"(?<![\w.])/(work|root|home)/\w")
    named = []
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".sql", ".html", ".css", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            named += [name] if pattern.search(text) else []
    assert named == []


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_and_says_in_its_help_what_the_list_says(name: str) -> None:
    module = importlib.import_module(f"trueup.cli.{name}_command")
    assert module.command.__doc__.splitlines()[0] == COMMANDS[name]


def test_help_loads_no_engine() -> None:
    code = "import sys; from trueup.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print([m for m in ('duckdb', 'ibis', 'pyarrow', 'polars', 'altair', 'sklearn') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"
