"""Every rule is a function check(repo) -> list of Fault in a module of its own, listed here."""

from rules import (
    awaits,
    banned_calls,
    banned_words,
    cmake_reach,
    dangling,
    docs,
    include_table,
    migrations,
    secrets_scan,
    sizes,
    state,
    vendors,
)

ALL = [
    include_table,
    vendors,
    sizes,
    banned_calls,
    banned_words,
    state,
    awaits,
    cmake_reach,
    dangling,
    docs,
    migrations,
    secrets_scan,
]
