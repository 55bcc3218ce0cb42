"""No mutable state outside objects: no mutable globals, static members or static locals (a heuristic)."""

import re

from source import Fault
from structure import parse

# Test suites may share an expensive fixture through a static member.
EXEMPT = ("tests/",)
_STATIC_LOCAL = re.compile(r"(?<!\w)(?:static|thread_local)\s+(?!const\b|constexpr\b|inline\s+const)")
_CONSTANT = re.compile(r"\b(?:const|constexpr|constinit\s+const)\b")
_NO_VARIABLE = re.compile(
    r"^(?:\[\[.*?\]\]\s*)?(?:using|typedef|friend|template|extern|class|struct|enum|union|"
    r"namespace|concept|static_assert|return)\b"
)
_VARIABLE = re.compile(r"^[\w:<>,\s*&\[\]]+[\s>*&][\w:]+\s*(?:\[[^\]]*\])?\s*$")


def _is_mutable(statement):
    head = re.split(r"[={]", statement.text, maxsplit=1)[0]
    if statement.scope == "class" and not re.search(r"\b(?:static|thread_local)\b", head):
        return False
    if "(" in head or _CONSTANT.search(head) or _NO_VARIABLE.match(head):
        return False
    return _VARIABLE.match(head) is not None


def check(repo):
    faults = []
    for file in repo.cpp:
        if file.path.startswith(EXEMPT):
            continue
        structure = parse(file.bare)
        faults += [
            Fault(
                file.path,
                file.line_of(statement.start),
                "state",
                f"mutable state: {' '.join(statement.text.split())[:60]}",
            )
            for statement in structure.statements
            if _is_mutable(statement)
        ]
        for block in structure.functions:
            faults += [
                Fault(file.path, file.line_of(match.start()), "state", "mutable static local")
                for match in _STATIC_LOCAL.finditer(file.bare, block.open, block.close)
            ]
    return faults
