"""The example company: a world from a seed, written as the exports its systems would give."""

from trueup.sources.simulate.generate import generate
from trueup.sources.simulate.scale import SIZES, Company
from trueup.sources.simulate.workspace_files import workspace_files

__all__ = ["SIZES", "Company", "generate", "workspace_files"]
