"""Words that no file may hold: markers of unfinished work, one machine's paths, registries' hosts."""

import re

from source import Fault

# The rules and their bad examples have to spell these words.
EXEMPT = ("tests/tidy/",)
WORDS = (
    (re.compile(r"\b(?:TODO|FIXME|HACK)\b|\bXXX\s*[:(]"), "unfinished work; do it, or open an issue"),
    (
        re.compile(r"(?<![\w.~/-])/(?:(?:work|home|Users)/[\w.]|work(?![\w/-]))"),
        "an absolute path of one machine",
    ),
    (
        re.compile(
            r"https?://[\w.-]*(?:registry|artifact|pkg\.dev|pypi|pythonhosted|crates\.io|npmjs|maven|"
            r"proxy\.golang|deb\.debian|snapshot\.debian)[\w.-]*"
        ),
        "a package registry's host; the package manager knows it",
    ),
)


def check(repo):
    return [
        Fault(file.path, file.line_of(match.start()), "words", f"{match.group()}: {why}")
        for file in repo.files.values()
        if not file.path.startswith(EXEMPT)
        for pattern, why in WORDS
        for match in pattern.finditer(file.text)
    ]
