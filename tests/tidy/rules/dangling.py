"""A range-for keeps only the outermost temporary of its range alive (until C++23): looping over `call().value()` reads
what was destroyed before the first round. Name the result on the line above."""

from source import Fault
from tokens import Tokens

WHY = "loops over what a temporary owns; name the result on the line above"


def _colon(tokens, opener):
    """The : of a range-for whose ( is at `opener`; -1 for another kind of loop."""
    index, end = opener + 1, tokens.partner(opener)
    while index < end:
        if tokens[index] == ":":
            return index
        index = tokens.partner(index) + 1 if tokens[index] in ("(", "[", "{") else index + 1
    return -1


def _borrows(tokens, begin, end):
    return any(
        tokens[index] == ")" and tokens[index + 1] == "." and tokens[index + 2] == "value"
        for index in range(begin, end)
    )


def check(repo):
    faults = []
    for file in repo.cpp:
        tokens = Tokens(file.bare)
        for index, token in enumerate(tokens.text):
            if token != "for" or tokens[index + 1] != "(":
                continue
            colon = _colon(tokens, index + 1)
            if colon >= 0 and _borrows(tokens, colon, tokens.partner(index + 1)):
                faults.append(Fault(file.path, file.line_of(tokens.offset[index]), "dangling", WHY))
    return faults
