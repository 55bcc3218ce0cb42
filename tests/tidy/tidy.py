#!/usr/bin/env python3
"""The house rules as a test: reads the repository and fails on broken rules, so that no reviewer has to.

Usage: tests/tidy/tidy.py [ROOT]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from rules import ALL, sizes  # noqa: E402  (needs the path above)
from source import Repo  # noqa: E402


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    repo = Repo.from_disk(root)
    faults = [fault for rule in ALL for fault in rule.check(repo)]
    for fault in sorted(faults, key=lambda fault: (fault.path, fault.line)):
        print(fault)
    for line in sizes.describe(repo):
        print(line)
    print(f"tidy: {len(ALL)} rule modules, {len(repo.files)} files, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
