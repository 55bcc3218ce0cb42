"""Which metrics there are, read from the places that make them, and which ones a PromQL expression asks for."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("services", "payments", "shipping", "discounts")

# What other programs export: the node exporter, haproxy, Prometheus itself.
FOREIGN = {
    "up",
    "ALERTS",
    "haproxy_backend_active_servers",
    "node_filesystem_avail_bytes",
    "node_filesystem_size_bytes",
    "node_textfile_mtime_seconds",
}

_CALL = re.compile(r'metrics_?\s*(?:\.|->)\s*(count|observe|gauge)\(\s*(?:"(\w+)"|(k\w+))')
_OVERFLOW = re.compile(r'MetricCell\{MetricKind::k(\w+), "(\w+)"')
_PROCESS = re.compile(r'\bfamily\("(\w+)"')
_BOOKS = re.compile(r"'(kassa_books_\w+)")
_SUFFIX = {"count": "_total", "Counter": "_total", "observe": "_seconds", "Duration": "_seconds"}

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_ASIDE = re.compile(r"\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)")
_NAME = re.compile(r"(?<![\w.$])[a-zA-Z_:][\w:]*(?!\s*\(|[\w:])")
_WORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "offset", "bool"}


def exported(kind, name):
    """As services/platform/obs/metrics.cpp makes it."""
    full = name if name.startswith("kassa_") else "kassa_" + name
    suffix = _SUFFIX.get(kind, "")
    return full if full.endswith(suffix) else full + suffix


def _constant(text, name):
    found = re.search(r"string_view\s+" + name + r'\s*=\s*"(\w+)"', text)
    if not found:
        raise ValueError(f"the metric {name} is no constant of its own file")
    return found.group(1)


def _calls(text):
    return {exported(kind, name or _constant(text, constant)) for kind, name, constant in _CALL.findall(text)}


def of_kassad(root=ROOT):
    names = set()
    for folder in PRODUCT:
        for file in (root / folder).rglob("*.cpp"):
            names |= _calls(file.read_text(encoding="utf-8"))
    obs = root / "services/platform/obs"
    table = (obs / "metric_table.cpp").read_text(encoding="utf-8")
    names |= {exported(kind, name) for kind, name in _OVERFLOW.findall(table)}
    return names | set(_PROCESS.findall((obs / "process_metrics.cpp").read_text(encoding="utf-8")))


def of_books(root=ROOT):
    return {name for file in (root / "infra/books").glob("*.sql") for name in _BOOKS.findall(file.read_text("utf-8"))}


def asked_by(expression):
    """The names in a PromQL expression, without what a histogram adds to its own."""
    plain = _ASIDE.sub(" ", _TEXT.sub('""', expression))
    names = {name for name in _NAME.findall(plain) if name not in _WORDS}
    return {re.sub(r"_seconds_(?:bucket|sum|count)$", "_seconds", name) for name in names}
