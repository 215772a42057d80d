import pytest
from django.conf import settings

from company import Company
from provided_site import provider, site

__all__ = ["provider", "site"]


@pytest.fixture
def served_company(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The company, its workspace being the one that the pages are of; nothing was built there."""
    monkeypatch.setenv("TRUEUP_WORKSPACE", str(settings.WORKSPACE.root))
    return company
