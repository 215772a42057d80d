"""All facts there are: ours, from the modules of ``metrics/facts``."""

import importlib
import pkgutil
from collections.abc import Mapping

from trueup.metrics import facts
from trueup.metrics.fact import Fact


def built_in_facts() -> Mapping[str, Fact]:
    """Our facts by name, from the tuple ``FACTS`` of every module in ``metrics/facts``."""
    modules = [
        importlib.import_module(f"{facts.__name__}.{found.name}") for found in pkgutil.iter_modules(facts.__path__)
    ]
    declared: list[Fact] = [fact for module in modules for fact in module.FACTS]
    by_name = {fact.name: fact for fact in declared}
    if len(by_name) < len(declared):
        raise ValueError(f"two facts share a name among {sorted(fact.name for fact in declared)}")
    return by_name
