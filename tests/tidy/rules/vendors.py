"""Third-party libraries that only services/platform may know, and the ceiling on files that include Beast."""

from source import Fault

BEAST_FILES_MAX = 12
PRODUCT = ("services", "discounts", "payments", "shipping")
HOME = "services/platform"
# Library -> prefixes of its headers.
VENDORS = {
    "Beast": ("boost/beast",),
    "OpenSSL": ("openssl/", "boost/asio/ssl"),
    "libsodium": ("sodium",),
    "SQLite": ("sqlite3",),
    "spdlog": ("spdlog/",),
    "Prometheus": ("prometheus/",),
    "hiredis": ("hiredis/",),
    "libpq": ("libpq-fe", "postgresql/"),
    "libcurl": ("curl/",),
    "libidn2": ("idn2",),
    "libunistring": ("unicase", "unictype", "uninorm"),
}
# Hashing, the normal form of an e-mail and folding for a search are pure functions that are needed everywhere.
EXCEPTIONS = {
    ("services/base/hash.cpp", "libsodium"),
    ("services/base/text_codec.cpp", "libsodium"),
    ("services/base/email.cpp", "libidn2"),
    ("services/base/email.cpp", "libunistring"),
    ("services/base/fold.cpp", "libunistring"),
}


def _vendor_of(target):
    return next((name for name, prefixes in VENDORS.items() if target.startswith(prefixes)), None)


def check(repo):
    faults, beast_files = [], []
    for file in repo.cpp:
        vendors = [(line, _vendor_of(target)) for line, target, _ in file.includes]
        if any(vendor == "Beast" for _, vendor in vendors):
            beast_files.append(file.path)
        if not file.under(*PRODUCT) or file.under(HOME):
            continue
        faults += [
            Fault(file.path, line, "vendors", f"only {HOME} may include {vendor}")
            for line, vendor in vendors
            if vendor and (file.path, vendor) not in EXCEPTIONS
        ]
    if len(beast_files) > BEAST_FILES_MAX:
        faults.append(
            Fault(
                beast_files[-1],
                1,
                "vendors",
                f"{len(beast_files)} files include Beast, at most {BEAST_FILES_MAX} may: "
                + ", ".join(beast_files),
            )
        )
    return faults
