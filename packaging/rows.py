"""Keeps all rows of a SQLite database, or compares them with what was kept.

rows.py keep|compare DATABASE FILE

A newer program may have added tables, columns and settings; what was there has to be there still.
"""

import json
import sqlite3
import sys

# What counts the steps of the tables grows with them.
GROWING = {"schema_version"}
# Settings that only say that something is to be read again.
COUNTERS = {"registry_version"}


def rows(database, wanted=None):
    """The rows of every table, or of the tables and columns that are wanted."""
    tables = wanted or {}
    if wanted is None:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for (name,) in database.execute(query).fetchall():
            columns = database.execute(f"SELECT name FROM pragma_table_info('{name}')").fetchall()
            tables[name] = sorted(column for (column,) in columns)
    found = {}
    for name, columns in tables.items():
        listed = database.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
        found[name] = sorted(repr(row) for row in listed if not COUNTERS.intersection(row))
    return tables, found


def main(what, path, kept):
    database = sqlite3.connect(path)
    if what == "keep":
        with open(kept, "w", encoding="utf-8") as file:
            json.dump(rows(database), file)
        return 0
    with open(kept, encoding="utf-8") as file:
        columns, before = json.load(file)
    _, after = rows(database, columns)
    lost = []
    for table, old in before.items():
        missing = set(old) - set(after[table])
        if missing or (table not in GROWING and len(old) > len(after[table])):
            lost.append(f"{table}: {len(missing)} rows are lost or changed")
    print(lost or f"{sum(map(len, before.values()))} rows of {len(before)} tables are all there")
    return 1 if lost else 0


sys.exit(main(*sys.argv[1:4]))
