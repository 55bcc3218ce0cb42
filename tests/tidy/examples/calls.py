"""Examples for calls, types and state that are banned in parts of the house."""

from rules import banned_calls, dangling, state

from examples import bad, good


def _in(path, code):
    return {path: code + "\n"}


CORE = "services/checkout/a.cpp"

EXAMPLES = [
    bad(
        dangling,
        "a loop over a part of a temporary",
        _in(CORE, "for (const Row& row : ask(sql).value()) use(row);"),
        "name the result",
    ),
    good(
        dangling,
        "loops over a temporary itself, over a named result and by index",
        _in(
            CORE,
            "for (const Row& row : ask(sql)) use(row);\n"
            "for (const Row& row : rows.value()) use(row);\n"
            "for (int i = 0; i < count(sql).value(); ++i) use(i);",
        ),
    ),
    *[
        bad(banned_calls, code, _in(CORE, code), why)
        for code, why in (
            ("auto t = std::chrono::system_clock::now();", "Clock port"),
            ("auto t = std::time(nullptr);", "Clock port"),
            ("int r = rand();", "Random port"),
            ("std::mt19937 random;", "Random port"),
            ("std::random_device device;", "Random port"),
            ("double price = 1;", "no floating point"),
            ("float price();", "no floating point"),
            ("auto price = std::stod(text);", "no floating point"),
            ("void f() { std::this_thread::sleep_for(delay); }", "never sleep"),
            ("void f() { usleep(5); }", "never sleep"),
            ("void f() { std::cout << 1; }", "Log port"),
            ("void f() { printf(x); }", "Log port"),
            ("void f() { std::exit(1); }", "ends the process"),
            ("void f() { abort(); }", "ends the process"),
            ("void f() { strcpy(a, b); }", "unbounded"),
            ("void f() { std::sprintf(a, b); }", "unbounded"),
            ("void f() { try { g(); } catch (...) {} }", "empty catch"),
            ("void f() { try { g(); } catch (const std::exception&) {\n} }", "empty catch"),
            ("using namespace std;", "at file level"),
            ("namespace kassa {\nusing namespace boost;\n}", "at file level"),
        )
    ],
    bad(
        banned_calls,
        "sleep in a test",
        _in("tests/unit/a_test.cpp", "void f() { sleep_for(d); }"),
        "never sleep",
    ),
    bad(
        banned_calls,
        "literals in a header",
        _in("discounts/a.hpp", "using namespace std::chrono_literals;"),
        "file level",
    ),
    good(
        banned_calls,
        "the clock's own file",
        _in("services/platform/obs/system_clock.cpp", "auto t = std::chrono::system_clock::now();"),
    ),
    good(
        banned_calls,
        "a seeded generator in tests",
        _in("tests/unit/a_test.cpp", "std::mt19937 random{seed};"),
    ),
    good(
        banned_calls,
        "floating point away from money",
        _in("services/platform/obs/a.cpp", "double seconds = 1;"),
    ),
    good(
        banned_calls,
        "waiting in the support folder",
        _in("tests/support/a.cpp", "void f() { sleep_for(d); }"),
    ),
    good(
        banned_calls,
        "output of the command line",
        _in("services/app/a.cpp", "void f() { std::cout << 1; exit(1); }"),
    ),
    good(
        banned_calls,
        "words in comments and strings",
        _in(CORE, '// A double sleep_for().\nauto s = "abort(";'),
    ),
    good(
        banned_calls,
        "members of the same name",
        _in(CORE, "void f() { task.abort(); g->exit(1); runtime(0); }"),
    ),
    good(
        banned_calls,
        "a catch that says why",
        _in(CORE, "void f() { try { g(); } catch (...) { /* Best effort. */ } }"),
    ),
    good(banned_calls, "using namespace in a function", _in(CORE, "void f() { using namespace std; g(); }")),
    good(banned_calls, "raw strings", _in(CORE, 'auto a = R"(abort(); ")"; auto b = "rand()";')),
    good(banned_calls, "digit separators", _in(CORE, "int a = 10'000; char c = 'x'; int b = 1'000;")),
    *[
        bad(state, code, _in(CORE, code), "mutable")
        for code in (
            "int counter = 0;",
            "namespace kassa {\nstd::map<int, int> cache;\n}",
            "static std::atomic<int> calls{0};",
            "int Foo::calls = 0;",
            "class A {\n public:\n  static inline int calls = 0;\n};",
            "thread_local int depth = 0;",
            "int next() {\n  static int id = 0;\n  return ++id;\n}",
        )
    ],
    good(
        state,
        "constants, functions and members",
        _in(
            CORE,
            """
namespace kassa {
using Map = std::map<int, int>;
constexpr int kLimit = 3;
const std::array<int, 2> kRows{1, 2};
inline constexpr std::string_view kName = "x";
static int helper(int a);
extern const int kOther;
enum class Kind : unsigned char { kOne, kTwo };
struct Row {
  int value{0};
  static constexpr int kMax = 3;
  static Row make();
};
int helper(int a) {
  static const auto kWords = std::to_array<int>({1, 2});
  return static_cast<int>(kWords.size()) + a;
}
}  // namespace kassa""",
        ),
    ),
    good(state, "a fixture shared by a test suite", _in("tests/e2e/a_test.cpp", "static int port = 0;")),
]
