"""The repository as the tidy rules see it: files, and C++ without comments and strings.

A Repo is built from the disk, or in the self-tests from a dictionary of path -> text. Nothing here judges.
"""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

SKIPPED_AT_ROOT = {"build", "data"}
SKIPPED_FOLDERS = {"node_modules", "__pycache__", "dist"}
HIDDEN_FOLDERS_READ = {".ci"}
BINARY_SUFFIXES = {".png", ".jpg", ".gz", ".zip", ".ico", ".woff2", ".pdf", ".db"}

_TOKENS_TO_BLANK = re.compile(
    r"""//[^\n]*                                # line comment
      | /\*.*?\*/                               # block comment
      | R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"   # raw string
      | "(?:\\.|[^"\\\n])*"                     # string
      | (?<![0-9a-fA-F_])'(?:\\.|[^'\\\n])+'    # character, but no digit separator
    """,
    re.VERBOSE | re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
_NOT_NEWLINE = re.compile(r"[^\n]")
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)


def _is_ours(folder, at_root):
    if at_root and folder in SKIPPED_AT_ROOT:
        return False
    return folder not in SKIPPED_FOLDERS and (folder in HIDDEN_FOLDERS_READ or not folder.startswith("."))


@dataclass(frozen=True)
class Fault:
    """One broken rule at one place."""

    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: [{self.rule}] {self.message}"


def _blank(match):
    text = match.group(0)
    if text.startswith("/"):
        return _NOT_NEWLINE.sub(" ", text)
    quote = text[-1]
    return quote + _NOT_NEWLINE.sub(" ", text[1:-1]) + quote


class SourceFile:
    """One text file. Offsets into `text`, `code` and `bare` mean the same place."""

    def __init__(self, path, text):
        self.path = path
        self.text = text

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code(self):
        """C++ with comments and the insides of literals blanked; directives are kept."""
        return _TOKENS_TO_BLANK.sub(_blank, self.text)

    @cached_property
    def bare(self):
        """`code` with preprocessor directives blanked too."""
        return _DIRECTIVE.sub(lambda m: _NOT_NEWLINE.sub(" ", m.group(0)), self.code)

    @cached_property
    def includes(self):
        """(line, path, quoted) of every #include."""
        return [
            (self.line_of(m.start()), m.group(1) or m.group(2), m.group(1) is not None)
            for m in _INCLUDE.finditer(self.text)
        ]

    @cached_property
    def _line_starts(self):
        return [0] + [m.end() for m in re.finditer("\n", self.text)]

    def line_of(self, offset):
        starts, low, high = self._line_starts, 0, len(self._line_starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if starts[middle] <= offset else (low, middle)
        return low + 1

    @property
    def is_header(self):
        return self.path.endswith(".hpp")

    @property
    def is_cpp(self):
        return self.path.endswith((".hpp", ".cpp"))

    def under(self, *folders):
        return any(self.path.startswith(folder + "/") for folder in folders)


class Repo:
    def __init__(self, texts):
        self.files = {path: SourceFile(path, text) for path, text in sorted(texts.items())}

    @classmethod
    def from_disk(cls, root):
        texts = {}
        for folder, subfolders, names in os.walk(root):
            subfolders[:] = [name for name in subfolders if _is_ours(name, folder == str(root))]
            for name in names:
                full = os.path.join(folder, name)
                path = PurePosixPath(os.path.relpath(full, root)).as_posix()
                if PurePosixPath(name).suffix in BINARY_SUFFIXES or os.path.islink(full):
                    continue
                with open(full, encoding="utf-8", errors="replace") as file:
                    texts[path] = file.read()
        return cls(texts)

    @cached_property
    def cpp(self):
        return [file for file in self.files.values() if file.is_cpp]

    @cached_property
    def headers(self):
        return [file for file in self.cpp if file.is_header]
