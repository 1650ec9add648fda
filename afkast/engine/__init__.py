"""Where counting takes place: one text of `afkast/analysis/sql`, in the database that has the data.

    with open_engine("postgresql://…") as engine:
        engine.use("spells", "benefits.spell_months")
        engine.merge_spells()
        counts = engine.count("persons_on_benefit")

AFKAST_ENGINE names the engine where nobody else does: duckdb (the default), sqlite, postgresql, spark or sqlserver, the
last three with an address or without. Tables go in, or lie there already; nothing but counts comes out. A message to
the user never holds an address, for an address may hold a password.
"""

from afkast.engine.base import COUNTS, NAME_IN_DATABASE, TABLES, Engine, text_of
from afkast.engine.databases import DuckDB, open_engine

__all__ = ["COUNTS", "NAME_IN_DATABASE", "TABLES", "DuckDB", "Engine", "open_engine", "text_of"]
