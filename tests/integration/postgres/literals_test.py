#!/usr/bin/env python3
"""Every SQL literal of the product prepares on both databases, with the shipped schema, with the same parameters.

The literals are read from the C++ sources, so that no list can forget one: adjacent string literals are joined, and a
text that begins with SELECT, INSERT, UPDATE, DELETE or WITH is a statement. Which schema it belongs to is found out: it
must prepare in exactly one of main, keys and sandbox at least, and in the same ones on both databases.
"""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMAS = ("main", "keys", "sandbox")
SOURCES = ("services", "discounts", "payments", "shipping")
# The stores' own: settings, schema_version, transactions.
EXEMPT = ("services/platform/",)

_PIECE = r'"((?:[^"\\\n]|\\.)*)"'
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_LITERAL = re.compile(rf"{_PIECE}(?:\s*{_PIECE})*")
_STATEMENT = re.compile(r"(?:SELECT|INSERT|UPDATE|DELETE|WITH)\s")
_PARAMETER = re.compile(r"\$(\d+)")


def statements():
    """(place, text) of every statement."""
    found = []
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.[ch]pp")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(EXEMPT):
                continue
            text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
            for match in _LITERAL.finditer(text):
                joined = "".join(re.findall(_PIECE, match.group())).replace('\\"', '"')
                if _STATEMENT.match(joined):
                    found.append((name, joined))
    return found


def migrations(schema):
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "infra/migrations" / schema).glob("*.sql"))]


class Sqlite:
    def __init__(self):
        self.databases = {}
        for schema in SCHEMAS:
            database = sqlite3.connect(":memory:")
            for text in migrations(schema):
                database.executescript(text.replace("BIGINT", "INT").replace("BYTEA", "BLOB"))
            self.databases[schema] = database

    def understood(self, schema, text):
        # SQLite takes $1 for a name.
        values = {number: None for number in _PARAMETER.findall(text)}
        try:
            self.databases[schema].execute(f"EXPLAIN {text}", values)
        except sqlite3.OperationalError:
            return False
        return True


class Postgres:
    """One psql for each schema: PREPARE, and a word that tells whether it went well."""

    def __init__(self, conninfo):
        self.sessions = {}
        for schema in SCHEMAS:
            session = subprocess.Popen(
                ["psql", conninfo, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1,
            )
            self.sessions[schema] = session
            script = f"CREATE SCHEMA literals_{schema}; SET search_path TO literals_{schema};\n"
            assert self._ask(schema, script + "\n".join(migrations(schema))), schema

    def _ask(self, schema, text):
        session = self.sessions[schema]
        session.stdin.write(f"{text};\n\\echo answer :ERROR\n")
        session.stdin.flush()
        for line in session.stdout:
            if line.startswith("answer "):
                return line.split()[1] == "false"
        raise AssertionError("psql ended")

    def understood(self, schema, text):
        good = self._ask(schema, f"PREPARE literal AS {text}")
        if good:
            self._ask(schema, "DEALLOCATE literal")
        return good

    def close(self):
        for schema, session in self.sessions.items():
            self._ask(schema, f"DROP SCHEMA literals_{schema} CASCADE")
            session.communicate("\\q\n", timeout=10)


class Literals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        conninfo = os.environ.get("KASSA_TEST_POSTGRES")
        if not conninfo:
            sys.exit("run this through tests/support/postgres_server.py run --")
        cls.sqlite, cls.postgres = Sqlite(), Postgres(conninfo)

    @classmethod
    def tearDownClass(cls):
        cls.postgres.close()

    def test_there_are_statements(self):
        self.assertGreater(len(statements()), 100)

    def test_each_prepares_on_both_databases(self):
        for place, text in statements():
            with self.subTest(place=place, sql=text):
                on_sqlite = [schema for schema in SCHEMAS if self.sqlite.understood(schema, text)]
                on_postgres = [schema for schema in SCHEMAS if self.postgres.understood(schema, text)]
                self.assertTrue(on_sqlite, "SQLite does not understand it")
                self.assertEqual(on_postgres, on_sqlite)

    def test_parameters_are_numbered_without_gaps(self):
        for place, text in statements():
            numbers = {int(number) for number in _PARAMETER.findall(text)}
            self.assertEqual(numbers, set(range(1, len(numbers) + 1)), f"{place}: {text}")


if __name__ == "__main__":
    unittest.main(verbosity=1)
