"""Ceilings on the length of files, functions and lines, and numbers on the shape of the code."""

from statistics import median

from source import Fault
from structure import parse

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 120
MEASURED = (".hpp", ".cpp", ".py", ".sh", ".ts")


def _functions(file):
    for block in parse(file.bare).functions:
        first, last = file.line_of(block.start), file.line_of(block.close)
        yield first, last - first + 1, " ".join(block.head.split())[:60]


def check(repo):
    faults = []
    for file in repo.files.values():
        if not file.path.endswith(MEASURED) and file.path not in ("dev", ".ci/run"):
            continue
        if len(file.lines) > FILE_LINES_MAX:
            faults.append(
                Fault(
                    file.path, len(file.lines), "sizes", f"{len(file.lines)} lines, at most {FILE_LINES_MAX}"
                )
            )
        faults += [
            Fault(file.path, number, "sizes", f"{len(line)} columns, at most {COLUMNS_MAX}")
            for number, line in enumerate(file.lines, 1)
            if len(line) > COLUMNS_MAX
        ]
        if file.is_cpp:
            faults += [
                Fault(
                    file.path,
                    line,
                    "sizes",
                    f"function of {length} lines, at most {FUNCTION_LINES_MAX}: {head}",
                )
                for line, length, head in _functions(file)
                if length > FUNCTION_LINES_MAX
            ]
    return faults


def _comment_share(files):
    lines = [line.strip() for file in files for line in file.lines if line.strip()]
    comments = sum(line.startswith("//") or "///<" in line for line in lines)
    return 100 * comments // max(1, len(lines))


def describe(repo):
    """Lines for the report: they inform, they never fail."""
    if not repo.cpp:
        return []
    lengths = sorted(len(file.lines) for file in repo.cpp)
    sources = [file for file in repo.cpp if not file.is_header]
    return [
        f"C++ files: {len(lengths)}, lines: {sum(lengths)}, median {median(lengths):.0f}, "
        f"95th percentile {lengths[len(lengths) * 95 // 100 - 1]}, longest {lengths[-1]}",
        f"comment lines: {_comment_share(repo.headers)} % of headers, {_comment_share(sources)} % of sources",
    ]
