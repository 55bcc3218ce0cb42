"""Decisions are numbered and linked from their index; the changelog keeps its sections."""

import re
from collections import Counter

from source import Fault

FOLDER = "docs/decisions/"
INDEX = FOLDER + "README.md"
NAME = re.compile(r"^(\d{4})-[a-z0-9-]+\.md$")
CHANGELOG = "CHANGELOG.md"
CHANGE_KINDS = {"Added", "Changed", "Fixed", "Removed", "Deprecated", "Security"}
VERSION = re.compile(r"^(?:Unreleased|\d+\.\d+\.\d+ - \d{4}-\d{2}-\d{2})$")


def _decisions(repo):
    return {
        path: path[len(FOLDER) :]
        for path in repo.files
        if path.startswith(FOLDER) and path.endswith(".md") and path != INDEX
    }


def _check_decisions(repo):
    decisions = _decisions(repo)
    index = repo.files[INDEX].text if INDEX in repo.files else ""
    numbers = Counter(name[:4] for name in decisions.values())
    for path, name in decisions.items():
        if not NAME.match(name):
            yield Fault(path, 1, "docs", "a decision is called NNNN-words-in-kebab-case.md")
        if f"({name})" not in index:
            yield Fault(path, 1, "docs", f"not linked from {INDEX}")
        if numbers[name[:4]] > 1:
            yield Fault(path, 1, "docs", f"the number {name[:4]} is taken twice")


def _check_changelog(repo):
    if CHANGELOG not in repo.files:
        yield Fault(CHANGELOG, 1, "docs", "there is no changelog")
        return
    lines = repo.files[CHANGELOG].lines
    versions = [line[3:].strip() for line in lines if line.startswith("## ")]
    if not versions or versions[0] != "Unreleased":
        yield Fault(CHANGELOG, 1, "docs", 'the first section is "## Unreleased"')
    for number, line in enumerate(lines, 1):
        if line.startswith("## ") and not VERSION.match(line[3:].strip()):
            yield Fault(CHANGELOG, number, "docs", 'a version is "## 1.2.3 - 2026-01-31"')
        if line.startswith("### ") and line[4:].strip() not in CHANGE_KINDS:
            yield Fault(CHANGELOG, number, "docs", f"a section is one of {', '.join(sorted(CHANGE_KINDS))}")


def check(repo):
    return [*_check_decisions(repo), *_check_changelog(repo)]
