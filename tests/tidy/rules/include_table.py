"""Who may include whom: the table of docs/architecture.md, read against the #include lines.

Each folder belongs to one row; a row names the rows that it may see besides itself. Use cases never see one
another, adapters and codecs never see their siblings.
"""

from source import Fault

USE_CASES = ("catalog", "checkout", "orders", "shoppers", "telemetry", "recovery", "webhooks", "admin")
ENGINES = {"discounts", "payments_core", "shipping_core"}
CORE = {"base", "ports"}

# Folder -> row; the longest matching folder wins.
FOLDERS = {
    "services/base": "base",
    "services/ports": "ports",
    "services/http": "http",
    "services/protocol": "protocol",
    "services/platform": "platform",
    "services/app": "app",
    "discounts": "discounts",
    "payments": "payments_adapters",
    "payments/core": "payments_core",
    "payments/adapters": "payments_adapters",
    "shipping": "shipping_adapters",
    "shipping/core": "shipping_core",
    "shipping/adapters": "shipping_adapters",
    "tests": "tests",
    "loadtest": "tests",
    "cmake": "tests",
    **{f"services/{name}": name for name in USE_CASES},
}

MAY_SEE = {
    "base": set(),
    "ports": {"base"},
    "discounts": {"base"},
    "payments_core": {"base"},
    "shipping_core": {"base"},
    "payments_adapters": CORE | {"payments_core"},
    "shipping_adapters": CORE | {"shipping_core"},
    "protocol": CORE | {"http"} | set(USE_CASES),
    "http": set(),
    "platform": set(CORE),
    "app": None,  # Everything.
    "tests": None,
    **{name: CORE | ENGINES for name in USE_CASES},
}

# Parts of platform that speak HTTP and may know its types.
PLATFORM_WITH_HTTP = ("services/platform/server", "services/platform/obs")
# Siblings below these folders never see each other; files directly in the folder may see all of them.
SIBLINGS = ("payments/adapters", "shipping/adapters", "services/protocol")
# One exception each: this sibling is a dialect of that one and speaks of the same resources.
DIALECTS = {"services/protocol": ("v1", "ucp")}
# Words and how they are written, in every language: all siblings may say them.
SHARED = ("services/protocol/text",)
GENERATED = "embedded/"


def row_of(path):
    """(row, folder) that a path belongs to, or (None, None)."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        folder = "/".join(parts[:length])
        if folder in FOLDERS:
            return FOLDERS[folder], folder
    return None, None


def _sibling(path, folder):
    rest = path[len(folder) + 1 :].split("/")
    return rest[0] if path.startswith(folder + "/") and len(rest) > 1 else None


def _crosses_siblings(path, target):
    if target.startswith(tuple(f"{folder}/" for folder in SHARED)):
        return False
    for folder in SIBLINGS:
        mine, theirs = _sibling(path, folder), _sibling(target, folder)
        if mine and theirs and mine != theirs and (mine, theirs) != DIALECTS.get(folder):
            return True
    return False


def _judge(file, row, target):
    their_row, _ = row_of(target)
    if their_row is None:
        return f'"{target}" is in no row of the include table; include by the full path from the root'
    allowed = MAY_SEE[row]
    if allowed is None:
        return None
    if their_row == "http" and row == "platform" and file.under(*PLATFORM_WITH_HTTP):
        return None
    if their_row != row and their_row not in allowed:
        seen = ", ".join(sorted(allowed)) or "only itself"
        return f'{row} may not include {their_row} ("{target}"); it sees {seen}'
    if _crosses_siblings(file.path, target):
        return f'"{target}" belongs to a sibling; adapters and codecs never see each other'
    return None


def check(repo):
    faults = []
    for file in repo.cpp:
        row, _ = row_of(file.path)
        if row is None:
            faults.append(Fault(file.path, 1, "include-table", "this folder has no row in the include table"))
            continue
        for line, target, quoted in file.includes:
            if not quoted or target.startswith(GENERATED):
                continue
            problem = _judge(file, row, target)
            if problem is None and target not in repo.files:
                problem = f'"{target}" does not exist'
            if problem:
                faults.append(Fault(file.path, line, "include-table", problem))
    return faults
