# Sets Django up: before anything that imports a model.
from recorded import lasting_record, postgres_place, postgres_server, record, sqlite_place  # isort: split

from company import company, postgres_company, sqlite_company

__all__ = [
    "company",
    "lasting_record",
    "postgres_company",
    "postgres_place",
    "postgres_server",
    "record",
    "sqlite_company",
    "sqlite_place",
]
