"""Examples for the g++ 12 coroutine rule."""

from rules import awaits

from examples import bad, good


def _body(code):
    return {"services/checkout/a.cpp": f"asio::awaitable<void> run(Gateway& gateway) {{\n  {code}\n}}\n"}


BAD = (
    (
        "an aggregate as argument",
        "co_await gateway.fetch(PaymentId{text});",
        "PaymentId{...} is a brace-built",
    ),
    ("an aggregate with designators", "auto r = co_await send(HttpRequest{.url = url});", "HttpRequest{...}"),
    (
        "a qualified template type",
        "co_await send(std::vector<std::string>{a});",
        "std::vector<std::string>{...}",
    ),
    ("a braced argument without a type", "co_await send({url, body});", "brace-built"),
    ("an aggregate before the co_await", "use(Key{a}, co_await load(b));", "Key{...}"),
    ("an aggregate after the co_await", "EXPECT_EQ(co_await load(a), Row{1});", "Row{...}"),
    ("an aggregate around the co_await", "use(Row{co_await load(a)});", "Row{...}"),
    ("an aggregate in a macro", "BOOST_OUTCOME_CO_TRY(auto reply, co_await send(Order{a}));", "Order{...}"),
    ("an aggregate in a condition", "if (auto r = co_await send(Order{a})) { use(r); }", "Order{...}"),
    ("an aggregate in a loop's condition", "while (co_await send(Order{a})) { use(r); }", "Order{...}"),
    (
        "an aggregate over several lines",
        "co_await send(\n      a,\n      Order{b});",
        ":4: [awaits] Order{...}",
    ),
    (
        "a capturing lambda",
        "co_await co_spawn(io, [self]() -> asio::awaitable<void> { co_return; }, use);",
        "[self]",
    ),
    ("a lambda that captures by reference", "co_await with([&] { return 1; });", "[&]"),
    ("a lambda that captures by value", "co_await with([=](int a) { return a; }, b);", "[=]"),
    ("a lambda before the co_await", "use([x] { return x; }, co_await load(a));", "[x]"),
    ("an aggregate in a returned await", "co_return co_await send(Order{a});", "Order{...}"),
    ("an aggregate in one branch", "auto r = ready ? co_await load(a) : Row{};", "Row{...}"),
    ("an await as the second arm", "auto r = ready ? known() : co_await load(a);", "?:"),
    ("an await as the first arm", "auto r = stale ? co_await load(a) : known();", "?:"),
    ("an await deep inside an arm", "auto r = ready ? known() : keep(b, co_await load(a));", "?:"),
    (
        "an await inside a detached lambda",
        "co_spawn(io, [&]() -> asio::awaitable<void> { co_await f(A{b}); }, use);",
        "A{...}",
    ),
)

GOOD = (
    ("a choice on the line above", "auto key = ready ? a : b;\n  auto r = co_await load(key);"),
    ("a choice as the awaited argument", "auto r = co_await load(ready ? a : b);"),
    ("a named object", "PaymentId id{text};\n  auto r = co_await gateway.fetch(std::move(id));"),
    ("a return after the await", "co_await load(a); return Foo{1, 2};"),
    ("the block of a condition", "if (auto r = co_await load(a)) {\n    use(Foo{1});\n  }"),
    (
        "the block of a condition with another test",
        "if (auto r = co_await load(a); !r) co_return Error{r.error()};",
    ),
    ("the block of a loop", "while (!(co_await done())) {\n    use([x] { return x; });\n  }"),
    ("a range", "for (const auto& row : co_await rows()) { use(Foo{row}); }"),
    ("a block before the await", "if (a) {\n    use(Foo{1});\n  }\n  co_await load(a);"),
    ("an aggregate in the statement before", "use(Foo{1});\n  co_await load(a);"),
    ("a lambda without captures", "co_await with([](int a) { return a; });"),
    ("a declared variable", "Row row{co_await load(a)};"),
    ("a class built with parentheses", 'co_await send(std::string("a"), Id("b"));'),
    ("an index and an attribute", "[[maybe_unused]] auto r = co_await load(keys[0], table[a][b]);"),
    ("a structured binding", "const auto& [a, b] = co_await load(c);"),
    ("a detached lambda", "co_spawn(io, [&]() -> asio::awaitable<void> { co_await load(a); }, use);"),
    (
        "a named lambda",
        "auto work = [&]() -> asio::awaitable<int> { co_return co_await load(a); };\n  co_await work();",
    ),
    ("words in a comment", "co_await load(a);  // Not Foo{1}, and no [&] either."),
    (
        "a case",
        "switch (kind) {\n    case Kind::kOne: co_await load(a); break;\n    default: use(Foo{1});\n  }",
    ),
    ("an else branch", "if (a) use(Foo{1});\n  else co_await load(a);"),
    ("brackets that do not match", "} ) ] co_await load(a) ) ]; ( ["),
    ("an empty block before", "for (auto& x : list) {}\n  co_await load(a);"),
)

EXAMPLES = [
    *[bad(awaits, name, _body(code), fault) for name, code, fault in BAD],
    *[good(awaits, name, _body(code)) for name, code in GOOD],
]
