#include "services/protocol/links.hpp"

#include "services/base/hash.hpp"
#include "services/base/text.hpp"
#include "services/checkout/session.hpp"
#include "services/protocol/principal.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kEndBytes = 5;               // Seconds since 1970, as good as for ever.
constexpr std::size_t kHeadBytes = kEndBytes + 2;  // The end, the mode, the length of the store's name.
constexpr std::size_t kTokenBytesMax = 1024;

std::string fill(std::string_view pattern, std::string_view variable, std::string_view value) {
  std::string out;
  out.reserve(pattern.size() + value.size());
  for (;;) {
    const auto at = pattern.find(variable);
    out += pattern.substr(0, at);
    if (at == std::string_view::npos) return out;
    out += value;
    pattern.remove_prefix(at + variable.size());
  }
}

std::int64_t seconds_of_link(Instant at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

std::string payload_of(const LinkTarget& target) {
  std::string out;
  out.reserve(kHeadBytes + target.store.value.size() + target.id.size() + kTagBytes);
  const auto end = static_cast<std::uint64_t>(seconds_of_link(target.expires_at));
  for (std::size_t i = kEndBytes; i-- > 0;) out += static_cast<char>((end >> (8 * i)) & 0xff);
  out += target.live ? 'l' : 't';
  out += static_cast<char>(target.store.value.size());
  return out.append(target.store.value).append(target.id);
}

/// The kind stands in the hash alone: a link says by its path what it is for.
std::string tag_for(const ports::SecretBox& box, LinkKind kind, std::string_view payload) {
  const Digest digest = box.blind(std::string("link|") + static_cast<char>(kind), payload);
  return std::string(as_text(digest).substr(0, kTagBytes));
}

/// What proves a payload also hides it, as in SIV mode: whoever reads a link learns no id. The same again shows it.
std::string masked(const ports::SecretBox& box, std::string_view tag, std::string text) {
  for (std::size_t from = 0; from < text.size(); from += Digest{}.size()) {
    const Digest pad = box.blind("link_mask", std::string(tag) + std::to_string(from));
    for (std::size_t i = 0; i < pad.size() && from + i < text.size(); ++i) {
      text[from + i] = static_cast<char>(static_cast<std::byte>(text[from + i]) ^ pad[i]);
    }
  }
  return text;
}

LinkTarget read_payload(LinkKind kind, std::string_view payload) {
  LinkTarget target;
  target.kind = kind;
  std::uint64_t end = 0;
  for (const char c : payload.substr(0, kEndBytes)) end = (end << 8) | static_cast<unsigned char>(c);
  target.expires_at = Instant{} + std::chrono::seconds{end};
  target.live = payload[kEndBytes] == 'l';
  const std::size_t store_bytes = static_cast<unsigned char>(payload[kEndBytes + 1]);
  payload.remove_prefix(kHeadBytes);
  target.store = StoreId{payload.substr(0, store_bytes)};
  target.id = payload.substr(std::min(store_bytes, payload.size()));
  return target;
}

/// When an id was made: it begins with the time. 1970 for one of somebody else's making.
Instant made_at(std::string_view id) {
  constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  constexpr std::size_t kTimeDigits = 10;
  id.remove_prefix(std::min(id.find('_'), id.size() - 1) + 1);
  if (id.size() < kTimeDigits) return Instant{};
  std::int64_t millis = 0;
  for (const char c : id.substr(0, kTimeDigits)) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return Instant{};
    millis = millis * 32 + static_cast<std::int64_t>(digit);
  }
  return from_millis(millis);
}

}  // namespace

std::string Links::token_of(const LinkTarget& target) const {
  std::string payload = payload_of(target);
  std::string bytes = tag_for(*box_, target.kind, payload);
  bytes += masked(*box_, bytes, std::move(payload));
  return to_base64url(as_bytes(bytes));
}

std::optional<LinkTarget> Links::open(LinkKind kind, std::string_view token, Instant now) const {
  if (token.size() > kTokenBytesMax) return std::nullopt;
  const auto bytes = from_base64url(token);
  if (!bytes || bytes->size() < kHeadBytes + kTagBytes) return std::nullopt;
  const std::string_view tag = as_text(*bytes).substr(0, kTagBytes);
  const std::string payload = masked(*box_, tag, std::string(as_text(*bytes).substr(kTagBytes)));
  if (!equal_secrets(tag, tag_for(*box_, kind, payload))) return std::nullopt;
  LinkTarget target = read_payload(kind, payload);
  if (target.expires_at <= now) return std::nullopt;
  return target;
}

std::string Links::page_of(const LinkTarget& target) const {
  std::string out = public_url_;
  out.append("/").append(1, static_cast<char>(target.kind)).append("/");
  return out.append(token_of(target));
}

std::string Links::checkout_page(LinkKind kind, const checkout::Session& session) const {
  LinkTarget target{kind, session.store, is_live(session.owner), session.id.value,
                    session.created_at + kCheckoutLinkLife};
  return page_of(target);
}

std::string Links::continue_url(const ports::StoreSettings& settings, const checkout::Session& session) const {
  if (settings.continue_url.empty()) return checkout_page(LinkKind::kCheckout, session);
  return fill(settings.continue_url, "{checkout_id}", session.id.value);
}

std::string Links::order_url(const ports::StoreSettings& settings, const StoreId& store, std::string_view owner,
                             const OrderId& order) const {
  if (!settings.order_url.empty()) return fill(settings.order_url, "{order_id}", order.value);
  LinkTarget target{LinkKind::kOrder, store, is_live(owner), order.value, made_at(order.value) + kOrderLinkLife};
  return page_of(target);
}

}  // namespace kassa::protocol
