"""Bad and good examples for the rules. `fault` is a part of the expected message, None when all is well."""

from dataclasses import dataclass
from types import ModuleType


@dataclass(frozen=True)
class Example:
    rule: ModuleType
    name: str
    files: dict
    fault: str = None


def bad(rule, name, files, fault):
    return Example(rule, f"{rule.__name__} finds: {name}", files, fault)


def good(rule, name, files):
    return Example(rule, f"{rule.__name__} allows: {name}", files)
