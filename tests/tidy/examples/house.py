"""Examples for the shape of the house: who includes whom, sizes, dead files, documents, words, secrets."""

from rules import banned_words, cmake_reach, docs, include_table, migrations, secrets_scan, sizes, vendors

from examples import bad, good


def _include(path, target, **others):
    return {path: f'#include "{target}"\n', target: "", **others}


def _beast(count):
    return {f"services/platform/server/f{n}.cpp": "#include <boost/beast/core.hpp>\n" for n in range(count)}


def _decision(*linked):
    return {
        "CHANGELOG.md": "# Changelog\n\n## Unreleased\n",
        "docs/decisions/README.md": "".join(f"- [x]({name})\n" for name in linked),
    }


LONG_LAMBDA = "void f() {\n  auto g = [] {\n" + "    h();\n" * 60 + "  };\n}\n"
LONG_CONSTRUCTOR = "A::A(int x) : a_{x}, b_(x) {\n" + "  h();\n" * 60 + "}\n"
TABLE = "const int kTable[] = {\n" + "    1,\n" * 100 + "};\n"
MAIN = "infra/migrations/main"
CMAKE = "add_subdirectory(services/base)\n"

EXAMPLES = [
    bad(
        include_table,
        "base sees ports",
        _include("services/base/a.cpp", "services/ports/b.hpp"),
        "base may not",
    ),
    bad(
        include_table,
        "an engine sees ports",
        _include("discounts/a.cpp", "services/ports/b.hpp"),
        "discounts may not",
    ),
    bad(
        include_table,
        "an engine's core sees its adapters",
        _include("payments/core/a.cpp", "payments/adapters/sandbox/b.hpp"),
        "payments_core may not",
    ),
    bad(
        include_table,
        "a use case sees another",
        _include("services/orders/a.cpp", "services/checkout/b.hpp"),
        "orders may not include checkout",
    ),
    bad(
        include_table,
        "a use case sees platform",
        _include("services/orders/a.cpp", "services/platform/store/b.hpp"),
        "orders may not include platform",
    ),
    bad(
        include_table, "http sees base", _include("services/http/a.cpp", "services/base/b.hpp"), "only itself"
    ),
    bad(
        include_table,
        "the store sees http",
        _include("services/platform/store/a.cpp", "services/http/b.hpp"),
        "platform may not include http",
    ),
    bad(
        include_table,
        "an adapter sees its sibling",
        _include("payments/adapters/one/a.cpp", "payments/adapters/two/b.hpp"),
        "sibling",
    ),
    bad(
        include_table,
        "a codec sees its sibling",
        _include("services/protocol/ucp/a.cpp", "services/protocol/acp/b.hpp"),
        "sibling",
    ),
    bad(include_table, "a relative include", {"services/base/a.cpp": '#include "b.hpp"\n'}, "full path"),
    bad(
        include_table,
        "a missing header",
        {"services/base/a.cpp": '#include "services/base/b.hpp"\n'},
        "does not exist",
    ),
    bad(include_table, "a folder without a row", {"services/misc/a.cpp": ""}, "no row"),
    good(include_table, "a use case sees ports", _include("services/orders/a.cpp", "services/ports/b.hpp")),
    good(
        include_table, "a use case sees an engine", _include("services/checkout/a.cpp", "payments/core/b.hpp")
    ),
    good(
        include_table,
        "the server sees http",
        _include("services/platform/server/a.cpp", "services/http/b.hpp"),
    ),
    good(
        include_table,
        "the registry sees adapters",
        _include("payments/adapters/registry.cpp", "payments/adapters/one/b.hpp"),
    ),
    good(include_table, "the app sees all", _include("services/app/a.cpp", "services/platform/store/b.hpp")),
    good(include_table, "embedded files", {"services/app/a.cpp": '#include "embedded/migrations.hpp"\n'}),
    *[
        bad(
            vendors,
            f"{target} in a use case",
            {"services/orders/a.cpp": f"#include <{target}>\n"},
            "only services/platform",
        )
        for target in (
            "boost/beast/http.hpp",
            "openssl/evp.h",
            "boost/asio/ssl.hpp",
            "sodium.h",
            "sqlite3.h",
            "spdlog/spdlog.h",
            "prometheus/counter.h",
            "hiredis/hiredis.h",
        )
    ],
    bad(vendors, "thirteen files with Beast", _beast(13), "13 files include Beast"),
    good(vendors, "twelve files with Beast", _beast(12)),
    good(vendors, "hashing in base", {"services/base/hash.cpp": "#include <sodium.h>\n"}),
    good(vendors, "the store knows SQLite", {"services/platform/store/a.cpp": "#include <sqlite3.h>\n"}),
    bad(sizes, "a file of 501 lines", {"discounts/a.cpp": "\n" * 501}, "501 lines"),
    bad(sizes, "a line of 121 columns", {"discounts/a.cpp": "// " + "x" * 118 + "\n"}, "121 columns"),
    bad(
        sizes,
        "a function of 61 lines",
        {"discounts/a.cpp": "void f() {\n" + "  g();\n" * 59 + "}\n"},
        "61 lines",
    ),
    bad(
        sizes,
        "a member function of 61 lines",
        {
            "discounts/a.hpp": "namespace k {\nclass A {\n public:\n  int f() const {\n"
            + "g();\n" * 59
            + "}\n};\n}\n"
        },
        "61 lines",
    ),
    bad(sizes, "a lambda counts in its function", {"discounts/a.cpp": LONG_LAMBDA}, "64 lines"),
    bad(sizes, "a constructor with braced members", {"discounts/a.cpp": LONG_CONSTRUCTOR}, "62 lines"),
    good(sizes, "a function of 60 lines", {"discounts/a.cpp": "void f() {\n" + "  g();\n" * 58 + "}\n"}),
    good(sizes, "a long table", {"discounts/a.cpp": TABLE}),
    good(sizes, "braces in strings", {"discounts/a.cpp": 'void f() { g("{"); }\n' + "void h();\n" * 70}),
    bad(
        cmake_reach,
        "a source that nothing compiles",
        {"CMakeLists.txt": "", "discounts/a.cpp": ""},
        "compiles",
    ),
    bad(
        cmake_reach, "a header that nobody includes", {"discounts/a.hpp": "#pragma once\n"}, "nobody includes"
    ),
    bad(cmake_reach, "a header without a guard", {"discounts/a.hpp": "\n"}, "#pragma once"),
    bad(
        cmake_reach,
        "a CMakeLists.txt that is not added",
        {"CMakeLists.txt": "", "x/CMakeLists.txt": ""},
        "leads here",
    ),
    good(
        cmake_reach,
        "a library, its test and its header",
        {
            "CMakeLists.txt": "set(here ${CMAKE_CURRENT_SOURCE_DIR})\nforeach(name a b)\n"
            "  kassa_library(kassa_${name} DIR ${here}/${name} DEPS x)\nendforeach()\n"
            "kassa_test(unit_a DIR unit/a)\nadd_executable(tool tool/main.cpp)\n",
            "a/a.cpp": '#include "a/a.hpp"\n',
            "a/a.hpp": "#pragma once\n",
            "b/b.cpp": "",
            "unit/a/a_test.cpp": "",
            "tool/main.cpp": "",
        },
    ),
    good(
        cmake_reach,
        "a library in its own folder",
        {
            "CMakeLists.txt": CMAKE,
            "services/base/CMakeLists.txt": "kassa_library(kassa_base)\n",
            "services/base/a.cpp": "",
        },
    ),
    bad(migrations, "a gap", {f"{MAIN}/0001_a.sql": "", f"{MAIN}/0003_b.sql": ""}, "it is number 2"),
    bad(migrations, "a number taken twice", {f"{MAIN}/0001_a.sql": "", f"{MAIN}/0001_b.sql": ""}, "it is number 2"),
    bad(migrations, "a name without a number", {f"{MAIN}/a.sql": ""}, "NNNN"),
    bad(migrations, "it admits itself", {f"{MAIN}/0001_a.sql": "-- min_reader: 1\n"}, "an earlier migration"),
    good(
        migrations,
        "two databases",
        {f"{MAIN}/0001_a.sql": "", f"{MAIN}/0002_b.sql": "-- min_reader: 1\n", "infra/migrations/keys/0001_c.sql": ""},
    ),
    bad(docs, "a decision that is not linked", {**_decision(), "docs/decisions/0001-a.md": ""}, "not linked"),
    bad(docs, "a decision without a number", {**_decision("a.md"), "docs/decisions/a.md": ""}, "NNNN"),
    bad(
        docs,
        "a number taken twice",
        {
            **_decision("0001-a.md", "0001-b.md"),
            "docs/decisions/0001-a.md": "",
            "docs/decisions/0001-b.md": "",
        },
        "taken twice",
    ),
    bad(docs, "no changelog", {}, "no changelog"),
    bad(docs, "no unreleased section", {"CHANGELOG.md": "# Changelog\n"}, "Unreleased"),
    bad(docs, "a made-up section", {"CHANGELOG.md": "## Unreleased\n### Misc\n"}, "a section is one of"),
    bad(docs, "a version without a date", {"CHANGELOG.md": "## Unreleased\n## 1.0\n"}, "a version is"),
    good(
        docs,
        "a linked decision and a changelog",
        {
            **_decision("0001-a.md"),
            "docs/decisions/0001-a.md": "",
            "CHANGELOG.md": "## Unreleased\n### Added\n## 0.1.0 - 2026-01-31\n### Fixed\n",
        },
    ),
    *[
        bad(banned_words, text, {"docs/a.md": text + "\n"}, why)
        for text, why in (
            ("TODO later", "unfinished"),
            ("FIXME", "unfinished"),
            ("XXX: mend", "unfinished"),
            ("see /home/me/a.txt", "absolute path"),
            ("cd /work/main", "absolute path"),
            ("from https://registry.npm.example/x", "registry"),
        )
    ],
    good(
        banned_words,
        "the currency XXX, routes and relative paths",
        {"docs/a.md": "XXX is no currency; /work-orders; ./home/x; docs/home/a; https://www.debian.org\n"},
    ),
    *[
        bad(secrets_scan, what, {"a.txt": text}, what)
        for what, text in (
            ("a private key", "-----BEGIN EC PRIVATE KEY-----\n" + "A" * 64),
            ("a live API key", "sk_live_" + "a1" * 10),
            ("a webhook secret", "whsec_" + "a1" * 16),
            ("a cloud access key", "AKIA" + "A" * 16),
            ("a code host's token", "ghp_" + "a" * 36),
            ("a chat token", "xoxb-" + "1" * 24),
            ("a signed token", "eyJ" + "a" * 24 + ".eyJ" + "b" * 24 + "." + "c" * 24),
            ("a password in a URL", "redis://me:hunter2hunter2@host"),
            ("a password in clear", 'password = "correcthorse1"'),
        )
    ],
    good(
        secrets_scan,
        "names, test keys and URLs",
        {
            "a.txt": "sk_test_x whsec_ https://shop.example/a?b=c password: $PASSWORD\n"
            "-----BEGIN PRIVATE KEY----- sk_live_0123456789abcdef\n"
        },
    ),
]
