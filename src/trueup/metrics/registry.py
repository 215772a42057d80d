"""All facts and metrics: ours, from the modules of ``metrics/facts`` and the files of ``metrics/catalogue``."""

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from trueup.metrics import facts
from trueup.metrics.catalogue_file import Catalogue, load
from trueup.metrics.fact import Fact
from trueup.metrics.metric import Metric


@cache
def built_in_facts() -> Mapping[str, Fact]:
    """Our facts by name, from the tuple ``FACTS`` of every module in ``metrics/facts``."""
    names = sorted(found.name for found in pkgutil.iter_modules(facts.__path__))
    modules = [importlib.import_module(f"{facts.__name__}.{name}") for name in names]
    declared: list[Fact] = [fact for module in modules for fact in module.FACTS]
    by_name = {fact.name: fact for fact in declared}
    if len(by_name) < len(declared):
        raise ValueError(f"two facts share a name among {sorted(fact.name for fact in declared)}")
    return by_name


@cache
def built_in_metrics() -> Mapping[str, Metric]:
    """Our metrics by name."""
    return load(_our_files(), facts=built_in_facts()).metrics


def catalogue(workspace_files: Iterable[tuple[str, str]] = ()) -> Catalogue:
    """Our metrics and facts and those of a workspace, given as (name, text) of its files."""
    return load([*_our_files(), *workspace_files], facts=built_in_facts())


def _our_files() -> Iterable[tuple[str, str]]:
    folder = files("trueup.metrics") / "catalogue"
    found = sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
    return [(file.name, file.read_text(encoding="utf-8")) for file in found]
