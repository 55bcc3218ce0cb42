#include "services/checkout/session_codec.hpp"

#include "services/base/ensure.hpp"
#include "services/checkout/freeze.hpp"

namespace kassa::checkout {
namespace {

namespace asio = ports::asio;

constexpr char kFormat = 1;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kPersonBytesMax = 255;

std::string seal_name(const StoreId& store, const CheckoutId& id) { return "session|" + store.value + "|" + id.value; }

void put_text(std::string& out, std::string_view text) {
  for (std::size_t shift = 0; shift < 8 * kLengthBytes; shift += 8) {
    out += static_cast<char>((text.size() >> shift) & 0xffU);
  }
  out += text;
}

void put_whole(std::string& out, std::int64_t number) { put_text(out, std::to_string(number)); }

/// Reads what put_text wrote. The bytes were sealed: a wrong length is a fault of ours.
class TextReader {
 public:
  explicit TextReader(std::string_view rest) : rest_(rest) {}
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  std::string_view text() {
    ensure(rest_.size() >= kLengthBytes, "an encoded session is cut short");
    std::size_t size = 0;
    for (std::size_t i = kLengthBytes; i-- > 0;) size = size << 8 | static_cast<unsigned char>(rest_[i]);
    ensure(rest_.size() - kLengthBytes >= size, "an encoded session is cut short");
    const std::string_view out = rest_.substr(kLengthBytes, size);
    rest_.remove_prefix(kLengthBytes + size);
    return out;
  }
  std::int64_t whole() { return std::stoll(std::string(text())); }

 private:
  std::string_view rest_;
};

std::string plain_text(const Session& session) {
  std::string out;
  put_text(out, encode_frozen(session, session.quote.get()));
  for (const auto& answer : session.answers) {
    put_text(out, answer->scope_and_key);
    put_text(out, answer->fingerprint);
    put_whole(out, answer->status);
    put_whole(out, to_millis(answer->at));
    put_whole(out, answer->journaled ? 1 : 0);
    put_text(out, *answer->body);
  }
  return out;
}

std::shared_ptr<Session> session_from(std::string_view plain) {
  TextReader in(plain);
  Thawed thawed = decode_frozen(in.text());
  auto session = std::make_shared<Session>(std::move(thawed.session));
  session->quote = thawed.quote;
  session->rendered = std::make_shared<RenderCache>(thawed.quote);
  while (!in.at_end()) {
    auto answer = std::make_shared<StoredAnswer>();
    answer->scope_and_key = in.text();
    answer->fingerprint = in.text();
    answer->status = static_cast<int>(in.whole());
    answer->at = from_millis(in.whole());
    answer->journaled = in.whole() != 0;
    answer->body = std::make_shared<const std::string>(in.text());
    session->answers.push_back(std::move(answer));
  }
  return session;
}

}  // namespace

asio::awaitable<Result<Bytes>> SealedSessionCodec::encode(std::shared_ptr<const ports::SessionValue> value) {
  const auto session = std::static_pointer_cast<const Session>(std::move(value));
  std::vector<PersonId> persons{session->person};
  KASSA_CO_TRY(co_await persons_.settle(session->store, std::move(persons)));
  KASSA_CO_TRY(auto key, co_await persons_.key_of(session->store, session->person));
  const std::string& person = session->person.value;
  ensure(person.size() <= kPersonBytesMax, "a person's id is too long");
  const Bytes sealed = box_.seal_for(key, seal_name(session->store, session->id), plain_text(*session));
  std::string head{kFormat, static_cast<char>(person.size())};
  head += person;
  const auto plain = as_bytes(head);
  Bytes out(plain.begin(), plain.end());
  out.insert(out.end(), sealed.begin(), sealed.end());
  co_return out;
}

asio::awaitable<Result<std::shared_ptr<const ports::SessionValue>>> SealedSessionCodec::decode(StoreId store,
                                                                                               CheckoutId id,
                                                                                               Bytes bytes) {
  const std::string_view text = as_text(bytes);
  const std::size_t size = text.size() < 2 ? 0 : static_cast<unsigned char>(text[1]);
  if (text.size() < 2 + size || text[0] != kFormat) {
    co_return Error{Errc::kSealBroken, "a session in the cache has another format"};
  }
  const PersonId person{text.substr(2, size)};
  KASSA_CO_TRY(auto key, co_await persons_.key_of(store, person));
  const auto sealed = std::span<const std::byte>(bytes).subspan(2 + size);
  KASSA_CO_TRY(auto plain, box_.open_for(key, seal_name(store, id), sealed));
  auto session = session_from(plain);
  session->store = std::move(store);
  co_return std::shared_ptr<const ports::SessionValue>(std::move(session));
}

}  // namespace kassa::checkout
