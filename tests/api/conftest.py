# Sets Django up: before anything that imports a model.
from recorded import postgres_place, postgres_server, record, sqlite_place  # isort: split

from company import company

__all__ = ["company", "postgres_place", "postgres_server", "record", "sqlite_place"]
