"""The g++ 12 coroutine rules: name it before you await it, and branch around an await, not inside it.

g++ 12.2 destroys some temporaries of a co_await full expression twice: aggregates built with braces,
and lambdas that own what they capture. So neither may stand inside such an expression. An object named on the
line above (and moved in) is fine, and so is a lambda without captures. The full expression reaches back to
where its statement or condition starts, and forward to the semicolon or to the parenthesis that closes the
condition. A co_await in one arm of `a ? b : c` is as bad: the result of the other arm is destroyed by both.
"""

from source import Fault
from tokens import Tokens

CURE = "inside a co_await expression (g++ 12 destroys it twice); name it on the line above and std::move it"
BRANCH = "a ?: around co_await (g++ 12 destroys the other arm's value twice); use if"
# What may follow a braced value inside an expression.
_JOINS = {",", ")", ".", "->", "?", ":", "|", "&", "+", "-", "*", "/", "<", ">", "=", "]", "}"}


def _is_boundary(tokens, brace):
    """The expression ends at this enclosing {: it opens a block, or initialises a variable declared here."""
    return tokens.opens_block(brace) or tokens.is_lambda_body(brace) or tokens.declares(brace)


def _is_value(tokens, closing):
    """The } at `closing` ends a braced value or a lambda of the same expression, not a block before it."""
    opener = tokens.partner(closing)
    if tokens.is_lambda_body(opener):
        return tokens[closing + 1] in _JOINS or tokens[closing + 1] == "("
    return tokens[closing + 1] in _JOINS and not tokens.opens_block(opener)


def _first(tokens, index):
    """The first token of the full expression that holds the co_await at `index`."""
    index -= 1
    while index >= 0:
        token = tokens[index]
        if token == ";" or tokens.opens_condition(index):
            break
        if token == "{" and _is_boundary(tokens, index):
            break
        if token == "}" and not _is_value(tokens, index):
            break
        if token in (")", "]", "}"):
            index = min(index, tokens.partner(index))
        index -= 1
    return index + 1


def _end(tokens, index):
    """One past the last token of that full expression."""
    while index < len(tokens):
        token = tokens[index]
        if token == ";":
            break
        if token == ")" and tokens.opens_condition(tokens.partner(index)):
            break
        if token == "}" and _is_boundary(tokens, tokens.partner(index)):
            break
        if token in ("(", "[", "{"):
            index = tokens.partner(index)
        index += 1
    return index


def _findings(tokens, index, end):
    """(token, words) for each forbidden temporary up to `end`; bodies of lambdas are expressions apart."""
    while index < end:
        if tokens.opens_lambda(index):
            captures = "".join(tokens.text[index + 1 : tokens.partner(index)])
            if captures:
                yield index, f"the lambda [{captures}] captures"
            index = max(index, tokens.partner(tokens.lambda_body(index)))
        elif tokens[index] == "{":
            yield index, f"{tokens.name_before(index)}{{...}} is a brace-built temporary"
        index += 1


def _is_arm(tokens, index):
    """The co_await at `index` stands in an arm of a ?: of its own full expression."""
    depth = index
    first = _first(tokens, index)
    while depth > first:
        depth -= 1
        if tokens[depth] in (")", "]", "}"):
            depth = min(depth, tokens.partner(depth))
        elif tokens[depth] == "?":
            return True
    return False


def check(repo):
    faults = {}
    for file in repo.cpp:
        if "co_await" not in file.bare:
            continue
        tokens = Tokens(file.bare)
        for index, token in enumerate(tokens.text):
            if token == "co_await":
                if _is_arm(tokens, index):
                    line = file.line_of(tokens.offset[index])
                    faults[file.path, index] = Fault(file.path, line, "awaits", BRANCH)
                for place, words in _findings(tokens, _first(tokens, index), _end(tokens, index)):
                    line = file.line_of(tokens.offset[place])
                    faults[file.path, place] = Fault(file.path, line, "awaits", f"{words} {CURE}")
    return list(faults.values())
