"""C++ code as tokens with matched brackets, enough to tell lambdas, blocks and braced temporaries apart."""

import re

_TOKEN = re.compile(r"::|->|[A-Za-z_]\w*|\d[\w.']*|\"[^\"]*\"|'[^']*'|\S")
_WORD = re.compile(r"[A-Za-z_]\w*$")
_CLOSER_OF = {"(": ")", "[": "]", "{": "}"}
_OPENER_OF = {closer: opener for opener, closer in _CLOSER_OF.items()}
_NOT_OPERANDS = {
    "return",
    "co_return",
    "co_yield",
    "co_await",
    "else",
    "do",
    "case",
    "throw",
    "new",
    "delete",
    "and",
    "or",
    "not",
}
_CONDITIONS = {"if", "while", "for", "switch", "constexpr"}


class Tokens:
    def __init__(self, code):
        matches = list(_TOKEN.finditer(code))
        self.text = [match.group() for match in matches]
        self.offset = [match.start() for match in matches]
        self._partner = {}
        stack = []
        for index, token in enumerate(self.text):
            if token in _CLOSER_OF:
                stack.append(index)
            elif token in _OPENER_OF and stack and self.text[stack[-1]] == _OPENER_OF[token]:
                self._partner[index] = stack.pop()
                self._partner[self._partner[index]] = index

    def __len__(self):
        return len(self.text)

    def __getitem__(self, index):
        return self.text[index] if 0 <= index < len(self.text) else ""

    def partner(self, index):
        """Index of the matching bracket; the end of the file when there is none."""
        return self._partner.get(index, len(self.text))

    def is_operand(self, index):
        """The token ends an operand or a type, so that a bracket after it belongs to it."""
        token = self[index]
        return token in (")", "]", ">") or (_WORD.match(token) is not None and token not in _NOT_OPERANDS)

    def opens_condition(self, index):
        """The ( of an if, while, for or switch."""
        return self[index] == "(" and self[index - 1] in _CONDITIONS

    def opens_lambda(self, index):
        """The [ of a lambda: not of an index, an attribute or a structured binding."""
        if self[index] != "[" or self.is_operand(index - 1) or "[" in (self[index - 1], self[index + 1]):
            return False
        before = index - 1
        while self[before] == "&":
            before -= 1
        return before == index - 1 or self[before] != "auto"

    def lambda_body(self, index):
        """The { of the lambda whose [ is at `index`."""
        index = self.partner(index) + 1
        while index < len(self) and self[index] not in ("{", ";"):
            index = self.partner(index) + 1 if self[index] in ("(", "[") else index + 1
        return index

    def is_lambda_body(self, brace):
        back = brace - 1
        while back >= 0 and self[back] not in (";", "{", "}"):
            if self[back] not in _OPENER_OF:
                back -= 1
                continue
            opener = self._partner.get(back, 0)
            if self.opens_lambda(opener):
                return self.lambda_body(opener) == brace
            back = opener - 1
        return False

    def opens_block(self, brace):
        """The { opens statements, not values: it follows a ) or a word like else, or holds a semicolon."""
        if self[brace - 1] in (")", "else", "do", "try", ";", "{", "}", ""):
            return self[brace - 1] != "{" or self._holds_semicolon(brace)
        return self._holds_semicolon(brace)

    def _holds_semicolon(self, brace):
        index, end = brace + 1, self.partner(brace)
        while index < end:
            if self[index] == ";":
                return True
            index = self.partner(index) + 1 if self[index] in _CLOSER_OF else index + 1
        return False

    def declares(self, brace):
        """The { initialises a variable that is declared here: `Type name{`."""
        if _WORD.match(self[brace - 1]) is None or self[brace - 1] in _NOT_OPERANDS:
            return False
        return self.is_operand(brace - 2) or self[brace - 2] in ("&", "*")

    def name_before(self, brace):
        """The type in front of a brace, for messages."""
        name, back = "", brace - 1
        while back >= 0 and self[back] not in _NOT_OPERANDS and len(name) < 60:
            if not _WORD.match(self[back]) and self[back] not in ("::", "<", ">"):
                break
            name = self[back] + name
            back -= 1
        return name
