#include "loadtest/generator/requests.hpp"

#include <array>
#include <boost/json.hpp>

namespace kassa::load {
namespace {

namespace json = boost::json;

constexpr std::size_t kParseBytes = 64 * 1024;

/// A document in memory that is given back at once: the generator reads one answer at a time.
struct Scratch {
  std::array<unsigned char, kParseBytes> bytes;  // Not cleared: that would cost more than parsing.
  json::monotonic_resource memory{bytes.data(), bytes.size()};
};

const json::value* member(const json::value* of, std::string_view key) {
  const json::object* const object = of == nullptr ? nullptr : of->if_object();
  return object == nullptr ? nullptr : object->if_contains(key);
}

const json::value* first(const json::value* of) {
  const json::array* const elements = of == nullptr ? nullptr : of->if_array();
  return elements == nullptr || elements->empty() ? nullptr : elements->data();
}

std::string text(const json::value* of) {
  const json::string* const found = of == nullptr ? nullptr : of->if_string();
  return found == nullptr ? std::string() : std::string(found->data(), found->size());
}

std::int64_t total_in(const json::value* totals) {
  const json::array* const entries = totals == nullptr ? nullptr : totals->if_array();
  if (entries == nullptr) return -1;
  for (const json::value& entry : *entries) {
    const json::value* const amount = member(&entry, "amount");
    if (text(member(&entry, "type")) == "total" && amount != nullptr && amount->is_int64()) {
      return amount->get_int64();
    }
  }
  return -1;
}

}  // namespace

void Requests::lines(std::string& out, const std::vector<Line>& lines) const {
  out += "\"line_items\":[";
  for (const Line& line : lines) {
    if (out.back() != '[') out += ',';
    out += '{';
    if (!line.id.empty()) out.append("\"id\":\"").append(line.id).append("\",");
    out.append("\"item\":{\"id\":\"").append(plan_.items[line.item].id).append("\"},\"quantity\":");
    out.append(std::to_string(line.quantity)).append("}");
  }
  out += ']';
}

void Requests::option(std::string& out, const Checkout& checkout) const {
  out.append("\"fulfillment\":{\"methods\":[{\"id\":\"").append(checkout.method);
  out.append("\",\"groups\":[{\"id\":\"").append(checkout.group);
  out.append("\",\"selected_option_id\":\"").append(plan_.options[checkout.option].id).append("\"}]}]}");
}

void Requests::finish(std::string& out, std::string_view body) const {
  out.append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ").append(plan_.token).append("\r\n");
  if (!body.empty()) {
    out.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size()));
    out.append("\r\n");
  }
  out.append("\r\n").append(body);
}

void Requests::put(std::string& out, std::string_view checkout, std::string_view body) const {
  out.assign("PUT ").append(plan_.path).append("/").append(checkout);
  finish(out, body);
}

void Requests::read(std::string& out, std::string_view checkout) const {
  out.assign("GET ").append(plan_.path).append("/").append(checkout);
  finish(out, {});
}

void Requests::create(std::string& out, const std::vector<Line>& wanted, std::string_view email) const {
  std::string body("{\"buyer\":{\"email\":\"");
  body.append(email).append("\"},");
  lines(body, wanted);
  body += '}';
  out.assign("POST ").append(plan_.path);
  finish(out, body);
}

void Requests::set_address(std::string& out, const Checkout& checkout) const {
  std::string body("{\"fulfillment\":{\"methods\":[{\"type\":\"shipping\",\"destinations\":[");
  body.append(plan_.destination).append("],\"selected_destination_id\":\"");
  body.append(plan_.destination_id).append("\"}]}}");
  put(out, checkout.id, body);
}

void Requests::choose_option(std::string& out, const Checkout& checkout) const {
  std::string body("{");
  option(body, checkout);
  body += '}';
  put(out, checkout.id, body);
}

void Requests::update(std::string& out, const Checkout& checkout) const {
  std::string body("{");
  lines(body, checkout.lines);
  body += ',';
  option(body, checkout);
  body += '}';
  put(out, checkout.id, body);
}

void Requests::complete(std::string& out, std::string_view checkout, std::string_view key) const {
  out.assign("POST ").append(plan_.path).append("/").append(checkout);
  out.append("/complete HTTP/1.1\r\nHost: 127.0.0.1\r\nIdempotency-Key: ").append(key);
  out.append("\r\nAuthorization: Bearer ").append(plan_.token);
  out.append("\r\nContent-Type: application/json\r\nContent-Length: ");
  out.append(std::to_string(plan_.payment.size())).append("\r\n\r\n").append(plan_.payment);
}

std::optional<Told> read_checkout(std::string_view body) {
  Scratch scratch;
  boost::system::error_code failed;
  const json::value document = json::parse({body.data(), body.size()}, failed, &scratch.memory);
  if (failed || !document.is_object()) return std::nullopt;
  Told told;
  told.id = text(member(&document, "id"));
  told.status = text(member(&document, "status"));
  told.total = total_in(member(&document, "totals"));
  told.has_order = !text(member(member(&document, "order"), "id")).empty();
  if (const json::value* const lines = member(&document, "line_items"); lines != nullptr && lines->is_array()) {
    for (const json::value& line : lines->get_array()) told.lines.push_back(text(member(&line, "id")));
  }
  const json::value* const method = first(member(member(&document, "fulfillment"), "methods"));
  const json::value* const group = first(member(method, "groups"));
  told.method = text(member(method, "id"));
  told.group = text(member(group, "id"));
  if (const json::value* const options = member(group, "options"); options != nullptr && options->is_array()) {
    for (const json::value& option : options->get_array()) {
      told.options.push_back({text(member(&option, "id")), total_in(member(&option, "totals"))});
    }
  }
  return told;
}

}  // namespace kassa::load
