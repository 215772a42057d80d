"""What is written about Trueup is so: commands run, pages follow from the code, links lead somewhere."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from pyarrow import parquet

from example import SYSTEMS, built
from trueup.answers.cells import COLUMNS
from trueup.canon.findings import CODES
from trueup.canon.tables import TABLES
from trueup.cli.commands import COMMANDS
from trueup.metrics.registry import built_in_metrics
from trueup.runs.folder import COMPILED
from trueup.workspace import TEMPLATE, documented

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NOT_RUN = ("make", "pip", "trueup serve")
"""Commands of the README that this very test cannot run: they make the environment that it runs in, or never end."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def reference() -> ModuleType:
    """The script that writes the reference pages."""
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "docs" / "write_reference.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_the_commands_of_the_readme_do_what_it_says_in_their_order(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    for system in SYSTEMS:
        shutil.copytree(built().root / "exports" / system, exports / system)
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [line for line in lines if not line.startswith(NOT_RUN)]
    python = next(block for block in blocks("python") if "trueup.open" in block)
    script = "\n".join(["set -eu", *commands, "cd ..", f"python - <<'EOF'\n{python}\nEOF"])
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    theirs = {name: value for name, value in os.environ.items() if not name.startswith(("TRUEUP_", "DJANGO_"))}
    theirs |= {COMPILED: os.environ[COMPILED]}  # the SQL of the same facts, which other tests have compiled already
    told = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**theirs, "HOME": str(tmp_path), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert len(commands) >= 11
    assert parquet.read_schema(tmp_path / "acme" / "accounts.parquet").names == list(COLUMNS)
    assert (tmp_path / "acme" / "board.html").stat().st_size > 100_000
    assert "team Sales DACH, 2026-Q2" in told.stdout


def test_make_has_the_targets_that_are_written_about() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {
        target
        for page in PAGES
        for block in re.findall(r"```sh\n(.*?)```|`(make [a-z]+)`", page.read_text(encoding="utf-8"), re.DOTALL)
        for target in re.findall(r"^make ([a-z]+)", "\n".join(block), re.MULTILINE)
    }
    assert {"demo", "test"} <= named <= targets


@pytest.mark.parametrize("name", ["metrics.md", "tables.md", "findings.md", "commands.md", "settings.md"])
def test_a_reference_page_is_what_the_code_says_now(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert reference().PAGES[name]() == written, "`make docs` writes it anew"


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("metrics.md", [f"## {name}\n" for name in built_in_metrics()]),
        ("tables.md", [f"## {table.name}\n" for table in TABLES]),
        ("findings.md", [f"`{code}`" for code in CODES]),
        ("commands.md", [f"## trueup {name}\n" for name in COMMANDS]),
        ("settings.md", [f"`{name}`" for name in documented()]),
    ],
)
def test_everything_that_has_a_name_is_explained(page: str, names: list[str]) -> None:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert [name for name in names if name not in text] == []


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, (meaning, _) in documented().items() if not meaning.endswith(".")] == []


def test_a_new_workspace_shows_the_settings_that_every_company_has() -> None:
    assert all(name.split(".")[1] in TEMPLATE for name in documented() if name.startswith(("company.", "business")))


def test_every_code_that_a_finding_may_have_is_listed() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    used = set(re.findall(r"\bcode=\"([a-z_]+)\"", source))
    assert len(used) > 5
    assert used - set(CODES) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_what_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not link.startswith(("http:", "https:", "mailto:"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_commands_that_answers_name_are_there() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    named = set(re.findall(r"`trueup ([a-z]+)", source)) | set(re.findall(r"`?trueup ([a-z]+)", README))
    assert named - set(COMMANDS) - {"through"} == set()
