#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>

#include "services/base/json.hpp"
#include "services/base/text.hpp"
#include "tests/support/fakes.hpp"

namespace kassa {
namespace {

RC_GTEST_PROP(CodecProperty, round_trips, (const std::string& text)) {
  const auto bytes = as_bytes(text);
  const Bytes expected(bytes.begin(), bytes.end());
  RC_ASSERT(from_hex(to_hex(bytes)) == expected);
  RC_ASSERT(from_base64(to_base64(bytes)) == expected);
  RC_ASSERT(from_base64url(to_base64url(bytes)) == expected);
  RC_ASSERT(to_base32(bytes).size() == (bytes.size() * 8 + 4) / 5);
}

RC_GTEST_PROP(CodecProperty, every_accepted_spelling_is_the_written_one, ()) {
  const auto digit = rc::gen::element('A', 'Q', 'g', 'w', '8', '/', '+', '=');
  const auto text = *rc::gen::container<std::string>(digit);
  if (const auto bytes = from_base64(text)) RC_ASSERT(to_base64(*bytes) == text);
  if (const auto bytes = from_base64url(text)) RC_ASSERT(to_base64url(*bytes) == text);
}

RC_GTEST_PROP(TimeProperty, round_trips, ()) {
  const auto time = from_millis(*rc::gen::inRange<std::int64_t>(-62167219200000, 253402300800000));
  RC_ASSERT(from_rfc3339(to_rfc3339(time)) == time);
}

RC_GTEST_PROP(JsonNumberProperty, finite_doubles_round_trip, (std::uint64_t bits)) {
  const auto number = std::bit_cast<double>(bits);
  RC_PRE(std::isfinite(number));
  const std::string text = canonical_json(number);
  const json::value value = parse_json(text).value();
  RC_ASSERT(value.to_number<double>() == number);
  // Seventeen digits name every double, too, but hardly ever in the shortest way.
  char longest[40];
  std::snprintf(longest, sizeof longest, "%.17g", number);
  RC_ASSERT(canonical_json(parse_json(longest).value()) == text);
}

/// Builds a random document; seeds take the place of a generator, because recursive generators are slow to
/// build.
class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  json::value value(int depth) {
    switch (random_.below(depth > 0 ? 9 : 7)) {
      case 0: return nullptr;
      case 1: return random_.below(2) == 0;
      case 2: return static_cast<std::int64_t>(random_.next() >> random_.below(64));
      case 3: return -static_cast<std::int64_t>(random_.next() >> (1 + random_.below(63)));
      case 4: return number();
      case 5: return json::string(text());
      case 6: return random_.next();
      case 7: {
        json::array array;
        for (auto i = random_.below(6); i > 0; --i) array.push_back(value(depth - 1));
        return array;
      }
      default: {
        json::object object;
        for (auto i = random_.below(24); i > 0; --i) object[text()] = value(depth - 1);
        return object;
      }
    }
  }

 private:
  double number() {
    const auto any = std::bit_cast<double>(random_.next());
    return std::isfinite(any) ? any : static_cast<double>(random_.below(1'000'000)) / 64;
  }

  std::string text() {
    static constexpr std::array<std::string_view, 14> kParts{"a",
                                                             "b",
                                                             "Z",
                                                             "0",
                                                             "\"",
                                                             "\\",
                                                             "\n",
                                                             "\x1f",
                                                             "/",
                                                             "\xc3\xa9",
                                                             "\xe2\x82\xac",
                                                             "\xee\x80\x80",
                                                             "\xef\xbf\xbf",
                                                             "\xf0\x9f\x98\x80"};
    std::string result;
    for (auto i = random_.below(5); i > 0; --i) result += kParts[random_.below(kParts.size())];
    return result;
  }

  SeededRandom random_;
};

RC_GTEST_PROP(CanonicalJsonProperty, parsing_and_writing_again_changes_nothing, (std::uint64_t seed)) {
  const json::value value = RandomJson{seed}.value(4);
  const std::string canonical = canonical_json(value);
  RC_ASSERT(is_utf8(canonical));
  RC_ASSERT(canonical_json(parse_json(canonical).value()) == canonical);
  // Any other spelling of the value has the same canonical form.
  RC_ASSERT(canonical_json(parse_json(json::serialize(value)).value()) == canonical);
}

RC_GTEST_PROP(ParseJsonProperty, survives_damaged_documents, (std::uint64_t seed)) {
  SeededRandom random{seed};
  std::string text = json::serialize(RandomJson{seed}.value(3));
  for (auto i = 1 + random.below(4); i > 0 && !text.empty(); --i) {
    const auto at = random.below(text.size());
    if (random.below(2) == 0) {
      text[at] = static_cast<char>(random.next() & 0xff);
    } else {
      text.erase(at, 1 + random.below(4));
    }
  }
  const auto value = parse_json(text);
  if (!value) {
    RC_ASSERT(value.error().code == Errc::kMalformedJson);
  } else {
    RC_ASSERT(parse_json(canonical_json(value.value())).has_value());
  }
}

}  // namespace
}  // namespace kassa
