#include "services/checkout/apply_detail.hpp"

#include <algorithm>

#include "services/base/limits.hpp"

namespace kassa::checkout {
namespace {

Error too_long(std::string_view what, std::size_t most, std::string path) {
  return Error{Errc::kInvalidRequest, std::string(what) + " has at most " + std::to_string(most) + " bytes",
               std::move(path)};
}

Result<void> take_text(const Field<std::string>& field, std::size_t most, std::string_view name, std::string& target) {
  if (!field.present()) return ok();
  const std::string* const text = field.value();
  if (text != nullptr && text->size() > most) return too_long(name, most, "$." + std::string(name));
  target = text != nullptr ? *text : std::string{};
  return ok();
}

}  // namespace

Result<void> set_properties(std::span<const LineProperty> wanted, const std::string& path, Line& line) {
  if (wanted.size() > limits::kLinePropertiesMax) {
    return Error{Errc::kInvalidRequest,
                 "a line has at most " + std::to_string(limits::kLinePropertiesMax) + " properties",
                 path + ".properties"};
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const LineProperty& property = wanted[i];
    const auto place = [&] { return path + ".properties[" + std::to_string(i) + "]"; };
    if (property.name.empty()) return Error{Errc::kInvalidRequest, "a property needs a name", place() + ".name"};
    if (property.name.size() > limits::kIdBytesMax) return too_long("a name", limits::kIdBytesMax, place() + ".name");
    if (property.value.size() > limits::kTextBytesMax) {
      return too_long("a value", limits::kTextBytesMax, place() + ".value");
    }
    if (std::ranges::count(wanted.first(i), property.name, &LineProperty::name) > 0) {
      return Error{Errc::kInvalidRequest, "names of properties must be unique", place() + ".name"};
    }
  }
  line.properties = SharedList<LineProperty>({wanted.begin(), wanted.end()});
  return ok();
}

Result<void> check_property_bytes(const Session& session) {
  std::size_t sum = 0;
  for (const Line& line : session.lines) {
    for (const LineProperty& property : line.properties) sum += property.name.size() + property.value.size();
  }
  if (sum > limits::kPropertyBytesPerCheckoutMax) {
    return too_long("all properties together", limits::kPropertyBytesPerCheckoutMax, "$.line_items");
  }
  return ok();
}

bool has_detail(const Patch& patch) noexcept {
  return patch.note.present() || patch.gift_message.present() || patch.purchase_order.present() ||
         patch.age_confirmed.present();
}

Result<void> apply_detail(const Patch& patch, Session& session) {
  OrderDetail detail = detail_of(session);
  KASSA_TRY(take_text(patch.note, limits::kNoteBytesMax, "note", detail.note));
  KASSA_TRY(take_text(patch.gift_message, limits::kNoteBytesMax, "gift_message", detail.gift_message));
  KASSA_TRY(take_text(patch.purchase_order, limits::kIdBytesMax, "purchase_order", detail.purchase_order));
  if (patch.age_confirmed.present()) {
    detail.age_confirmed = patch.age_confirmed.value() != nullptr && *patch.age_confirmed.value();
  }
  session.detail = detail == OrderDetail{} ? nullptr : std::make_shared<const OrderDetail>(std::move(detail));
  return ok();
}

}  // namespace kassa::checkout
