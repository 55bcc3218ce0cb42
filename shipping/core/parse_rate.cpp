#include <algorithm>

#include "services/base/limits.hpp"
#include "shipping/core/parse.hpp"

namespace kassa::shipping {
namespace {

class RateParser {
 public:
  RateParser(const json::object& object, const Path& path, Problems& problems)
      : problems_(problems), reader_(object, path, problems) {}

  Rate parse() {
    refuse_other_members(reader_, {"id", "title", "free_title", "description", "carrier", "by", "amounts", "bands",
                                   "free_over", "days", "only_for", "free_for"});
    reader_.require("id");
    reader_.require("title");
    rate_.id = reader_.text("id", limits::kIdBytesMax).value_or("");
    rate_.title = reader_.text("title", limits::kTextBytesMax).value_or("");
    rate_.free_title = reader_.text("free_title", limits::kTextBytesMax).value_or("");
    rate_.description = reader_.text("description", limits::kTextBytesMax).value_or("");
    rate_.carrier = reader_.text("carrier", limits::kTextBytesMax).value_or("");
    prices();
    free_over();
    days();
    rate_.only_for = goods("only_for");
    rate_.free_for = goods("free_for");
    return std::move(rate_);
  }

 private:
  void prices() {
    reader_.require("by");
    const auto by = reader_.text("by", limits::kIdBytesMax);
    if (!by) return;
    if (*by == "flat") return flat();
    if (*by == "weight") {
      rate_.by = RateBy::kWeight;
    } else if (*by == "price") {
      rate_.by = RateBy::kPrice;
    } else if (*by == "count") {
      rate_.by = RateBy::kCount;
    } else {
      return reader_.fault("by", "unknown_value", "There is no such measure.", "Use flat, weight, price or count.");
    }
    if (reader_.has("amounts"))
      reader_.fault("amounts", "unknown_member", "Only a flat rate has amounts.", "Use bands.");
    banded();
  }

  std::optional<Currency> currency(std::string_view code, const Path& path) {
    const auto found = Currency::from_code(code);
    if (!found) {
      fault(problems_, path, "currency_unknown", "This is not an ISO 4217 currency.",
            "Use a code such as \"EUR\", in capitals.");
    }
    return found;
  }

  /// The members of an object keyed by currency.
  template <class Visit>
  void each_currency(std::string_view key, Visit visit) {
    const json::object* const object = reader_.object(key);
    if (object == nullptr) return;
    const Path path = reader_.path_of(key);
    if (object->empty())
      reader_.fault(key, "currency_missing", "This names no currency.", "Write it as {\"EUR\": ..}.");
    for (const auto& member : *object) {
      const Path here = ObjectReader(*object, path, problems_).path_of(member.key());
      const auto code = currency(member.key(), here);
      visit(code.value_or(Currency{}), member.value(), here);
    }
  }

  void flat() {
    if (reader_.has("bands")) reader_.fault("bands", "unknown_member", "A flat rate has no bands.", "Use amounts.");
    reader_.require("amounts");
    each_currency("amounts", [this](Currency code, const json::value& value, const Path& path) {
      const auto amount = read_count(value, path, limits::kUnitPriceMinorMax, problems_);
      if (amount) rate_.prices.push_back(BandList{code, {Band{0, std::nullopt, *amount}}});
    });
  }

  void banded() {
    reader_.require("bands");
    each_currency("bands", [this](Currency code, const json::value& value, const Path& path) {
      const json::array* const list = value.if_array();
      if (list == nullptr) return fault(problems_, path, "type_mismatch", "This must be an array of bands.");
      if (list->empty()) return fault(problems_, path, "empty_value_set", "There is no band.");
      if (list->size() > kBandsMax)
        return fault(problems_, path, "too_many", "There are too many bands.", "Use at most 200.");
      BandList made{code, {}};
      for (std::size_t i = 0; i < list->size(); ++i) made.bands.push_back(band((*list)[i], below(path, i)));
      for (std::size_t i = 1; i < made.bands.size(); ++i) compare(made.bands[i - 1], made.bands[i], below(path, i));
      rate_.prices.push_back(std::move(made));
    });
  }

  std::optional<std::int64_t> count(ObjectReader& reader, std::string_view key, std::int64_t max) {
    const json::value* const value = reader.raw().if_contains(key);
    if (value == nullptr || value->is_null()) return std::nullopt;
    return read_count(*value, reader.path_of(key), max, problems_);
  }

  Band band(const json::value& value, const Path& path) {
    Band out;
    const json::object* const object = value.if_object();
    if (object == nullptr) {
      fault(problems_, path, "type_mismatch", "A band must be an object.",
            R"(Write {"from":0,"to":1000,"amount":490}.)");
      return out;
    }
    ObjectReader reader(*object, path, problems_);
    refuse_other_members(reader, {"from", "to", "amount"});
    reader.require("amount");
    out.from = count(reader, "from", kMeasureMax).value_or(0);
    out.to = count(reader, "to", kMeasureMax);
    out.amount = count(reader, "amount", limits::kUnitPriceMinorMax).value_or(0);
    if (out.to && *out.to <= out.from) {
      reader.fault("to", "band_empty", "Nothing lies in this band.", "A band holds from <= x < to.");
    }
    return out;
  }

  void compare(const Band& lower, const Band& higher, const Path& path) {
    if (!lower.to || higher.from < *lower.to) {
      fault(problems_, path + "/from", "band_overlap", "This band overlaps the one before it.",
            "Sort bands; each starts where the last ends.");
    } else if (higher.from > *lower.to) {
      fault(problems_, path + "/from", "band_gap", "Nothing covers what lies between this band and the one before it.",
            "Start it at " + std::to_string(*lower.to) + ".");
    }
  }

  void free_over() {
    each_currency("free_over", [this](Currency code, const json::value& value, const Path& path) {
      const auto amount = read_count(value, path, kMeasureMax, problems_);
      if (amount) rate_.free_over.emplace_back(code, *amount);
      if (code != Currency{} && std::ranges::find(rate_.prices, code, &BandList::currency) == rate_.prices.end()) {
        fault(problems_, path, "currency_missing", "This rate has no price in this currency.",
              "Add one, or leave this out.");
      }
    });
  }

  void days() {
    const json::object* const object = reader_.object("days");
    if (object == nullptr) return;
    ObjectReader reader(*object, reader_.path_of("days"), problems_);
    refuse_other_members(reader, {"min", "max"});
    reader.require("max");
    const std::int64_t latest = reader.integer("max", 0, kDaysMax).value_or(kDaysMax);
    const std::int64_t earliest = reader.integer("min", 0, kDaysMax).value_or(0);
    if (earliest > latest) reader.fault("min", "window_empty", "The earliest day is after the latest.");
    rate_.days = std::pair(earliest, latest);
  }

  Goods goods(std::string_view key) {
    Goods out;
    const json::object* const object = reader_.object(key);
    if (object == nullptr) return out;
    ObjectReader reader(*object, reader_.path_of(key), problems_);
    refuse_other_members(reader, {"variants", "products", "tags"});
    if (object->empty()) reader_.fault(key, "empty_value_set", "This names no goods.", R"(Write {"tags":["bulky"]}.)");
    out.variants = read_texts(reader, "variants", kGoodsMax);
    out.products = read_texts(reader, "products", kGoodsMax);
    out.tags = read_texts(reader, "tags", kGoodsMax);
    for (auto* const list : {&out.variants, &out.products, &out.tags}) std::ranges::sort(*list);
    return out;
  }

  Problems& problems_;
  ObjectReader reader_;
  Rate rate_;
};

}  // namespace

Rate parse_rate(const json::object& object, const Path& path, Problems& problems) {
  return RateParser(object, path, problems).parse();
}

}  // namespace kassa::shipping
