"""No dead files: every source is compiled, every header is included and has #pragma once.

CMake is read just far enough for our own files: set, foreach, globs, and functions that take a DIR.
"""

import posixpath
import re

from source import Fault

_COMMENT = re.compile(r"#[^\n]*")
_FOREACH = re.compile(r"foreach\s*\(\s*(\w+)\s+([^)]*)\)(.*?)endforeach\s*\([^)]*\)", re.DOTALL)
_SET = re.compile(r"^\s*set\s*\(\s*(\w+)\s+([^)]*)\)", re.MULTILINE)
_COMMAND = re.compile(r"(\w+)\s*\(([^()]*)\)")
_PRAGMA = re.compile(r"^#pragma once$", re.MULTILINE)


def _unroll(text):
    """Repeats the body of each foreach over a plain list."""

    def repeat(match):
        name, items, body = match.groups()
        return "\n".join(body.replace("${" + name + "}", item) for item in items.split() if item != "IN")

    return _FOREACH.sub(repeat, text)


def _expand(file):
    """The text with its variables replaced; paths start at the root of the repository, as "/..."."""
    folder = "/" + posixpath.dirname(file.path)
    values = {
        "CMAKE_CURRENT_SOURCE_DIR": folder.rstrip("/"),
        "CMAKE_SOURCE_DIR": "",
        "PROJECT_SOURCE_DIR": "",
    }
    text = _unroll(_COMMENT.sub("", file.text))
    for name, value in _SET.findall(text):
        values[name] = re.sub(r"\$\{(\w+)\}", lambda m: values.get(m.group(1), m.group()), value).strip()
    return folder, re.sub(r"\$\{(\w+)\}", lambda m: values.get(m.group(1), m.group()), text)


def _path(folder, word):
    return posixpath.normpath(posixpath.join(folder, word.strip('"'))).lstrip("/")


def _reach(repo):
    """(compiled folders, files named by their path, folders added with add_subdirectory)."""
    folders, named, added = set(), set(), {"CMakeLists.txt"}
    for file in repo.files.values():
        if not file.path.endswith(("CMakeLists.txt", ".cmake")):
            continue
        folder, text = _expand(file)
        for command, inside in _COMMAND.findall(text):
            words = inside.split()
            if command == "add_subdirectory" and words:
                added.add(_path(folder, words[0]) + "/CMakeLists.txt")
            if command.startswith("kassa_") and "DIR" not in words:
                folders.add(_path(folder, "."))
            for before, word in zip(["", *words], words):
                if before == "DIR":
                    folders.add(_path(folder, word))
                elif word.strip('"').endswith("*.cpp"):
                    folders.add(posixpath.dirname(_path(folder, word)))
                elif word.strip('"').endswith((".cpp", ".hpp")):
                    named.add(_path(folder, word))
    return folders, named, added


def check(repo):
    folders, named, added = _reach(repo)
    included = {target for file in repo.cpp for _, target, quoted in file.includes if quoted}
    faults = []
    for file in repo.cpp:
        if file.is_header and not _PRAGMA.search(file.text):
            faults.append(Fault(file.path, 1, "reach", "a header starts with #pragma once"))
        if file.is_header and file.path not in included | named:
            faults.append(Fault(file.path, 1, "reach", "nobody includes this header"))
        if not file.is_header and file.path not in named and posixpath.dirname(file.path) not in folders:
            faults.append(Fault(file.path, 1, "reach", "no CMakeLists.txt compiles this file"))
    faults += [
        Fault(path, 1, "reach", "no add_subdirectory leads here")
        for path in repo.files
        if path.endswith("CMakeLists.txt") and path not in added
    ]
    return faults
