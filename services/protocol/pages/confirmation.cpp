#include "services/protocol/pages/confirmation.hpp"

#include "services/base/json_writer.hpp"
#include "services/protocol/pages/order_document.hpp"

namespace kassa::protocol {
namespace {

constexpr std::size_t kUsualLetterBytes = 8'192;

Language language_of(const webhooks::Message& message) {
  const auto body = parse_json(message.body);
  if (!body || !body.value().is_object()) return Language::kEnglish;
  const json::value* const tag = body.value().get_object().if_contains("language");
  if (tag == nullptr || !tag->is_string()) return Language::kEnglish;
  return language_from(std::string_view(tag->get_string())).value_or(Language::kEnglish);
}

std::string event_of(const webhooks::Message& message, const Letter& letter) {
  JsonWriter json(kUsualLetterBytes);
  json.begin_object();
  json.member("type", "order.confirmation_due");
  json.member("order_id", message.order.value);
  json.optional_member("label", letter.label);
  json.member("language", tag_of(letter.language));
  json.optional_member("to", letter.to);
  json.member("subject", letter.subject);
  json.member("text", letter.text);
  json.member("html", letter.html);
  json.member("order_url", letter.url);
  json.end_object();
  return json.text();
}

}  // namespace

webhooks::asio::awaitable<Result<Letter>> LetterWriter::write(const webhooks::Message& message) {
  KASSA_CO_TRY(const auto snapshot, co_await snapshots_.get(message.store));
  KASSA_CO_TRY(const auto order, co_await orders_.get(message.store, message.order));
  const ports::OrderRecord& record = order.record;
  Letter letter;
  letter.language = language_of(message);
  letter.shop = snapshot->settings.name;
  letter.to = record.email;
  letter.url = links_.order_url(snapshot->settings, message.store, record.audience.owner, record.id);
  if (order.number) letter.label = "#" + std::to_string(*order.number);
  const Document document = order_letter(order, Shop{letter.shop, {}}, letter.url, letter.language);
  letter.subject = document.title;
  letter.text = to_plain_text(document);
  letter.html = to_html(document);
  co_return letter;
}

webhooks::asio::awaitable<Result<ports::HttpRequest>> ConfirmationWebhook::build_request(
    const webhooks::Message& message) {
  KASSA_CO_TRY(const auto letter, co_await letters_.write(message));
  webhooks::Message told = message;
  told.body = event_of(message, letter);
  co_return co_await envelope_.build_request(told);
}

}  // namespace kassa::protocol
