#pragma once
// JSON at the edge: strict reading within limits, canonical writing, and a reader that collects every fault
// at once.

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/base/result.hpp"

namespace kassa {

namespace json = boost::json;

/// Parses one document. kMalformedJson for a syntax error, duplicate member, depth over kJsonDepthMax, more
/// than kJsonMembersMax members, NUL or invalid UTF-8 in text, a lone surrogate, a number beyond double, or
/// anything but white space after the document. Whole numbers within 64 bits stay exact; the others are the
/// nearest double.
/// `memory`: where the document lives.
[[nodiscard]] Result<json::value> parse_json(std::string_view text, json::storage_ptr memory = {});

/// RFC 8785 (JCS): members sorted by UTF-16 code units, shortest number form, no white space. Integers keep
/// all their digits, also beyond 2^53 (where JCS, being bound to doubles, has no say); infinity and NaN break
/// an invariant.
[[nodiscard]] std::string canonical_json(const json::value& value);

/// One fault found in a request. `path` is a JSON Pointer.
struct Problem {
  std::string path;
  std::string code;     ///< Machine word, for instance "type_mismatch".
  std::string message;  ///< One sentence for a person.
  std::string hint{};   ///< How to mend it, may be empty.
};

/// Reads typed members of an object and notes each fault in a shared list; absent and null both read as
/// nullopt. Codes of faults: required, type_mismatch, too_long, too_many, out_of_range.
class ObjectReader {
 public:
  ObjectReader(const json::object& object, std::string path, std::vector<Problem>& problems)
      : object_(object), path_(std::move(path)), problems_(problems) {}
  /// Of what `parent` holds under `key`, or of one element of that array. Its path is put together when there is a
  /// fault; until then `parent` must stay.
  ObjectReader(const json::object& object, const ObjectReader& parent, std::string_view key)
      : object_(object), problems_(parent.problems_), parent_(&parent), key_(key) {}
  ObjectReader(const json::object& object, const ObjectReader& parent, std::string_view key, std::size_t index)
      : object_(object), problems_(parent.problems_), parent_(&parent), key_(key), index_(index) {}

  [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }
  [[nodiscard]] bool is_null(std::string_view key) const;
  std::optional<std::string> text(std::string_view key, std::size_t bytes_max);
  /// Only whole numbers written as such: 10.0 and 1e1 are faults.
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  std::optional<bool> boolean(std::string_view key);
  const json::object* object(std::string_view key);
  const json::array* array(std::string_view key, std::size_t elements_max);
  void require(std::string_view key);
  void fault(std::string_view key, std::string code, std::string message, std::string hint = {});

  [[nodiscard]] std::string path_of(std::string_view key) const;
  [[nodiscard]] const json::object& raw() const { return object_; }
  [[nodiscard]] std::vector<Problem>& problems() { return problems_; }

 private:
  [[nodiscard]] std::string path() const;

  const json::object& object_;
  std::string path_;  ///< Without a parent.
  std::vector<Problem>& problems_;
  const ObjectReader* parent_{};
  std::string_view key_;
  std::optional<std::size_t> index_;
};

}  // namespace kassa
