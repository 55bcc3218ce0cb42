#pragma once
// Answers of the admin API: JSON, entity tags, and failures as {"code","content","path"?,"problems"?}. Pure.

#include <optional>
#include <vector>

#include "services/base/json.hpp"
#include "services/http/message.hpp"

namespace kassa::protocol {

[[nodiscard]] http::Response admin_answer(int status, const json::object& body);
/// With an ETag that If-Match takes.
[[nodiscard]] http::Response admin_answer(const json::object& body, std::int64_t revision);

/// Statuses are those of the error table, but a change that lost is 412 and a state that forbids one is 409
/// "conflict".
[[nodiscard]] http::Response admin_failure(const Error& error, const std::vector<Problem>& problems = {});
[[nodiscard]] http::Response admin_failure(int status, std::string_view code, std::string_view content);

/// What a write over something that exists, or not yet, goes by.
struct Precondition {
  bool given{false};                    ///< Neither header: answer 428.
  bool absent{false};                   ///< If-None-Match: *
  bool any{false};                      ///< If-Match: *
  std::vector<std::int64_t> revisions;  ///< Of the list in If-Match, without tags that cannot be ours.

  /// If-Match names a tag that can be one of ours, or any.
  [[nodiscard]] bool can_match() const noexcept { return any || !revisions.empty(); }
  /// The one revision that is named; nullopt: the current one must be looked at.
  [[nodiscard]] std::optional<std::int64_t> only() const;
  /// The revision to write over; nullopt: the thing has moved.
  [[nodiscard]] std::optional<std::int64_t> matched(std::int64_t current) const;
};
[[nodiscard]] Precondition read_precondition(const http::Request& request);

/// The object in the body. kInvalidRequest when there is none.
[[nodiscard]] Result<json::object> read_object(const http::Request& request);

/// The `index`-th {name} of the route, percent-decoded; kNotFound for what no id of ours can be.
[[nodiscard]] Result<std::string> path_id(const http::Request& request, std::size_t index = 0);

}  // namespace kassa::protocol
