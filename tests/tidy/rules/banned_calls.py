"""Calls and types that a part of the house must not use, each with the reason and where it is allowed."""

import re
from dataclasses import dataclass

from source import Fault
from structure import parse

MONEY = ("services/checkout", "discounts", "payments", "shipping", "services/orders", "services/catalog")
CALL = r"(?<![\w.>:])(?:std::|::)?"


@dataclass(frozen=True)
class Ban:
    pattern: re.Pattern
    why: str
    allowed: tuple = ()  # Folders or path prefixes where it is fine.
    only_in: tuple = ()  # When set, the ban holds in these folders only.


def _ban(pattern, why, allowed=(), only_in=()):
    return Ban(re.compile(pattern), why, tuple(allowed), tuple(only_in))


BANS = (
    _ban(
        r"\bsystem_clock::now\b|"
        + CALL
        + r"(?:time|gettimeofday|clock_gettime)\s*\((?:nullptr|NULL|0|&|CLOCK_)",
        "take the time from the Clock port",
        allowed=["services/platform/obs/system_clock."],
    ),
    _ban(
        CALL + r"s?rand\s*\(|\bmt19937|\brandom_device\b|\bdefault_random_engine\b",
        "take randomness from the Random port",
        allowed=["tests/", "loadtest/"],
    ),
    _ban(r"\b(?:float|double)\b|\bsto[df]\s*\(|\bstrtod\b", "no floating point near money", only_in=MONEY),
    _ban(
        r"\bsleep_(?:for|until)\b|" + CALL + r"(?:u|nano)?sleep\s*\(",
        "wait for an event or a timer, never sleep",
        allowed=["tests/support/"],
    ),
    _ban(
        r"\bstd::(?:cout|cerr|clog)\b|" + CALL + r"f?(?:printf|puts)\s*\(",
        "log through the Log port",
        allowed=["services/app/", "loadtest/", "tests/"],
    ),
    _ban(
        CALL + r"(?:exit|_exit|_Exit|quick_exit|abort|terminate)\s*\(",
        "only the app ends the process",
        allowed=["services/app/", "tests/", "loadtest/"],
    ),
    _ban(
        CALL + r"(?:str(?:cpy|cat|tok)|v?sprintf|gets)\s*\(",
        "unbounded C string function; use string, string_view or span",
    ),
)
_EMPTY_CATCH = re.compile(r"\bcatch\s*\([^)]*\)\s*\{(\s*)\}")
_USING_NAMESPACE = re.compile(r"^using\s+namespace\s+([\w:]+)")


def _applies(ban, path):
    if ban.only_in and not path.startswith(tuple(folder + "/" for folder in ban.only_in)):
        return False
    return not (ban.allowed and path.startswith(ban.allowed))


def _empty_catches(file):
    for match in _EMPTY_CATCH.finditer(file.code):
        if not file.text[match.start(1) : match.end(1)].strip():  # A comment inside says why: fine.
            yield Fault(
                file.path, file.line_of(match.start()), "banned", "empty catch; handle it or say why not"
            )


def _using_namespaces(file):
    for statement in parse(file.bare).statements:
        match = _USING_NAMESPACE.match(statement.text)
        if match and (file.is_header or not match.group(1).endswith("literals")):
            yield Fault(
                file.path,
                file.line_of(statement.start),
                "banned",
                f"using namespace {match.group(1)} at file level; name what is used",
            )


def check(repo):
    faults = []
    for file in repo.cpp:
        for ban in BANS:
            if _applies(ban, file.path):
                faults += [
                    Fault(
                        file.path,
                        file.line_of(match.start()),
                        "banned",
                        f"{match.group().strip()}: {ban.why}",
                    )
                    for match in ban.pattern.finditer(file.code)
                ]
        faults += _empty_catches(file)
        faults += _using_namespaces(file)
    return faults
