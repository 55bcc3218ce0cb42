#include "services/protocol/ucp/rendering.hpp"

#include <algorithm>

#include "services/base/ensure.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kInBandWord = "in_band";
constexpr std::string_view kHttpWord = "http_4xx";
constexpr std::string_view kLiveWord = "live";
constexpr std::string_view kTestWord = "test";

std::string_view next_part(std::string_view& text) noexcept {
  const auto end = std::min(text.find('/'), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

}  // namespace

std::string to_text(const Rendering& rendering) {
  const bool in_band = rendering.posture == ports::BusinessErrors::kInBand;
  std::string text;
  text.reserve(80);
  text.append("ucp/").append(rendering.version).append("/").append(in_band ? kInBandWord : kHttpWord).append("/");
  text += to_text(rendering.capabilities);
  if (rendering.offer != Offer::kAll) text.append("/").append(rendering.offer == Offer::kReal ? kLiveWord : kTestWord);
  return text;
}

Rendering rendering_from(std::string_view text) {
  ensure(next_part(text) == "ucp", "a rendering text of another protocol");
  Rendering rendering;
  rendering.version = next_part(text);
  const std::string_view posture = next_part(text);
  ensure(posture == kInBandWord || posture == kHttpWord, "a rendering text with an unknown posture");
  rendering.posture = posture == kInBandWord ? ports::BusinessErrors::kInBand : ports::BusinessErrors::kHttp4xx;
  const auto capabilities = capabilities_from(next_part(text));
  ensure(capabilities.has_value(), "a rendering text with an unknown capability");
  rendering.capabilities = *capabilities;
  ensure(text.empty() || text == kLiveWord || text == kTestWord, "a rendering text with an unknown end");
  if (!text.empty()) rendering.offer = text == kLiveWord ? Offer::kReal : Offer::kSandbox;
  return rendering;
}

}  // namespace kassa::protocol
