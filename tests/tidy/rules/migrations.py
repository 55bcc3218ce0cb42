"""A migration's number is its place among those of its database, and the programs that it admits are older ones."""

import re
from collections import defaultdict

from source import Fault

FOLDER = "infra/migrations/"
NAME = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")
MIN_READER = re.compile(r"^-- min_reader: (\d+)$", re.MULTILINE)


def check(repo):
    databases = defaultdict(list)
    for path in sorted(repo.files):
        if path.startswith(FOLDER):
            folder, _, name = path.rpartition("/")
            databases[folder].append(name)
    faults = []
    for folder, names in databases.items():
        for place, name in enumerate(names, start=1):
            path = f"{folder}/{name}"
            match = NAME.match(name)
            if not match:
                faults.append(Fault(path, 1, "migrations", "a migration is called NNNN_words_with_underlines.sql"))
            elif int(match.group(1)) != place:
                faults.append(Fault(path, 1, "migrations", f"it is number {place} of its database"))
            reader = MIN_READER.search(repo.files[path].text)
            if reader and int(reader.group(1)) >= place:
                faults.append(Fault(path, 1, "migrations", "min_reader is the number of an earlier migration"))
    return faults
