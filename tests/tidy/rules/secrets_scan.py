"""Shapes of real secrets: private keys, live API keys, passwords written into files."""

import re

from source import Fault

EXEMPT = ("tests/tidy/",)
# Values that anyone can see to be made up, or that a standard publishes as its test vector.
HARMLESS = ("0123456789", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
SHAPES = (
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(?:\\n)?\"?\s*\"?[A-Za-z0-9+/=]{40,}"),
        "a private key",
    ),
    (re.compile(r"\b(?:sk|rk|pk)_live_[0-9A-Za-z]{16,}"), "a live API key"),
    (re.compile(r"\bwhsec_[0-9A-Za-z+/]{24,}"), "a webhook secret"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "a cloud access key"),
    (re.compile(r"\bgh[pousr]_[0-9A-Za-z]{30,}"), "a code host's token"),
    (re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{20,}"), "a chat token"),
    (re.compile(r"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}"), "a signed token"),
    (re.compile(r"://[\w.-]+:[^@/\s\"'{}$<>*]{6,}@[\w.-]+"), "a password in a URL"),
    (
        re.compile(r"""(?i)\b(?:password|passwd|api_key|secret_key)\s*[:=]\s*["'][^"'\s${}<>]{12,}["']"""),
        "a password in clear",
    ),
)


def check(repo):
    return [
        Fault(file.path, file.line_of(match.start()), "secrets", f"looks like {what}; make it at run time")
        for file in repo.files.values()
        if not file.path.startswith(EXEMPT)
        for pattern, what in SHAPES
        for match in pattern.finditer(file.text)
        if not any(harmless in match.group() for harmless in HARMLESS)
    ]
