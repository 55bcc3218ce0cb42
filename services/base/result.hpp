#pragma once
// Expected failures are values (Result); exceptions mean a bug or lost resources and end in one 500.

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/coroutine_support.hpp>
#include <boost/outcome/try.hpp>

#include "services/base/error.hpp"

namespace kassa {

namespace outcome = BOOST_OUTCOME_V2_NAMESPACE;

template <class T>
using Result = outcome::basic_result<T, Error, outcome::policy::terminate>;

/// `return ok();` for Result<void>.
inline auto ok() noexcept { return outcome::success(); }

}  // namespace kassa

/// Propagate a failure in one line: KASSA_TRY(auto x, f()); inside a coroutine:
/// KASSA_CO_TRY(auto x, co_await f(named)).
#define KASSA_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
#define KASSA_CO_TRY(...) BOOST_OUTCOME_CO_TRY(__VA_ARGS__)
