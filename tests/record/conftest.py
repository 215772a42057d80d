from recorded import lasting_record, postgres_place, postgres_server, record, sqlite_place

__all__ = ["lasting_record", "postgres_place", "postgres_server", "record", "sqlite_place"]
