# Sets Django up: before anything that imports a model.
from recorded import postgres_place, postgres_server, record, sqlite_place  # isort: split

import pytest
from django.conf import settings

from company import Company, company, postgres_company, sqlite_company
from provided_site import provider, site

__all__ = [
    "company",
    "postgres_company",
    "postgres_place",
    "postgres_server",
    "provider",
    "record",
    "site",
    "sqlite_company",
    "sqlite_place",
]


@pytest.fixture
def served_company(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, its workspace being the one that the pages are of; nothing was built there."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(settings.WORKSPACE.root))
    return company
