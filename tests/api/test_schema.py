"""The interface keeps what its description promises, whatever is sent to it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import schemathesis
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from company import founded
from example import built
from recorded import Place, copied, point_at
from trueup.record.actions.tokens import make_token


@pytest.fixture(scope="module")
def described(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[schemathesis.BaseSchema]:
    """The interface over a record of its own, called by an administrator."""
    place: Place = copied(request, "sqlite", tmp_path_factory.mktemp("api"))
    point_at(place)
    ada = founded().ada
    now = datetime.now(UTC)
    _, text = make_token(ada, at=now, label="fuzzing", scope="write", expires_at=now + timedelta(days=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRUEUP_WORKSPACE", str(built().root))
        schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
        schema.config.update(headers={"Authorization": f"Bearer {text}", "Host": "localhost"})
        yield schema


def test_what_is_described_is_what_happens(described: schemathesis.BaseSchema) -> None:
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 15
    for operation in operations:

        @settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def holds(case: schemathesis.Case) -> None:
            cache.clear()  # how often one may call is tested elsewhere
            # What is well-formed may still be refused: because of what is there already, or who asks.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        holds()
