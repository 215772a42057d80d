# Sets Django up: before anything that imports a model.
from recorded import postgres_place, postgres_server, record, sqlite_place  # isort: split

from company import company, postgres_company, sqlite_company

__all__ = [
    "company",
    "postgres_company",
    "postgres_place",
    "postgres_server",
    "record",
    "sqlite_company",
    "sqlite_place",
]
