"""The scopes of a C++ file by brace matching: good for our own style, not for all of C++.

A Block is one pair of braces at namespace, class or function level with the text in front of it; what lies
inside a function or an initialiser is not divided further. A Statement is a declaration at namespace or class
level.
"""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r"[{}();]")
_SCOPE = re.compile(r"\b(?:namespace|class|struct|union)\b(?![^{]*[()])|\bextern\s*\"")
_ENUM = re.compile(r"\benum\b")
_TEMPLATE = re.compile(r"^\s*template\s*<")
# The head of a constructor up to a member that is initialised with braces: ") : member_".
_MEMBER_INITIALISER = re.compile(r"\)\s*(?:noexcept\s*)?:(?!:).*[\w>]\s*$", re.DOTALL)
_ACCESS = re.compile(r"^\s*(?:public|private|protected)\s*:(?!:)")


@dataclass
class Block:
    kind: str  # "namespace", "class", "function" or "other"
    head: str
    start: int  # first character of the head
    open: int
    close: int = -1


@dataclass
class Statement:
    scope: str  # kind of the enclosing block, "namespace" at file level
    text: str
    start: int


@dataclass
class Structure:
    blocks: list = field(default_factory=list)
    statements: list = field(default_factory=list)

    @property
    def functions(self):
        return [block for block in self.blocks if block.kind == "function"]


def _kind_of(head):
    plain = _TEMPLATE.sub("", head)
    if re.search(r"\bnamespace\b", plain) or re.search(r'\bextern\s*"', plain):
        return "namespace"
    if _ENUM.search(plain) and ")" not in plain:
        return "other"
    if _SCOPE.search(plain) and not plain.rstrip().endswith(("=", ")")):
        return "class"
    if ")" in plain and not re.search(r"(?:=|\breturn|,)\s*$", plain):
        return "function"
    if re.search(r"=\s*\[[^\]]*\]\s*$", plain):
        return "function"
    return "other"


def _matching_brace(code, offset):
    depth = 0
    for token in re.compile(r"[{}]").finditer(code, offset):
        depth += 1 if token.group() == "{" else -1
        if depth == 0:
            return token.start()
    return len(code)


def _skip_blank(code, offset):
    while offset < len(code) and code[offset].isspace():
        offset += 1
    access = _ACCESS.match(code[offset : offset + 16])
    return _skip_blank(code, offset + access.end()) if access else offset


def parse(code):
    """Divides blanked code (SourceFile.bare) into blocks and statements."""
    result, scopes, parens, start, offset = Structure(), ["namespace"], 0, 0, 0
    while (token := _TOKEN.search(code, offset)) is not None:
        offset, char = token.end(), token.group()
        if char in "()":
            parens = max(0, parens + (1 if char == "(" else -1))
        elif char == "{" and (parens > 0 or _MEMBER_INITIALISER.search(code[start : token.start()])):
            offset = _matching_brace(code, token.start()) + 1
        elif char == "{":
            head_at = _skip_blank(code, start)
            block = Block(
                _kind_of(code[head_at : token.start()]), code[head_at : token.start()], head_at, token.start()
            )
            if block.kind in ("namespace", "class"):
                scopes.append(block.kind)
                start = offset
            else:
                block.close = _matching_brace(code, token.start())
                offset = block.close + 1
                if block.kind == "function":
                    start = offset
            result.blocks.append(block)
        elif char == "}":
            if len(scopes) > 1:
                scopes.pop()
            start = offset
        elif parens == 0:
            at = _skip_blank(code, start)
            if at < token.start():
                result.statements.append(Statement(scopes[-1], code[at : token.start()], at))
            start = offset
    return result
