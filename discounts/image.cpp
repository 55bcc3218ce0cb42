#include "discounts/image.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <map>

#include "discounts/image_parts.hpp"
#include "discounts/rule_set.hpp"

namespace kassa::discounts {
namespace {

constexpr std::uint32_t kFormat = 1;  ///< One more whenever what an image holds, or what it means, changes.
constexpr std::size_t kAlign = 64;
constexpr std::string_view kMagic = "KASSARUL";

struct Extent {
  std::uint64_t at{};
  std::uint64_t bytes{};
};

/// The checksum is of all that follows it.
struct ImageHead {
  std::array<char, 8> magic{};
  std::uint64_t checksum{};
  std::uint64_t bytes{};
  std::uint64_t dialect{};
  std::uint64_t parts{};
};
constexpr std::size_t kChecked = offsetof(ImageHead, bytes);

std::uint64_t folded_product(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

/// Four lanes, so that a hundred megabytes take some hundredths of a second.
std::uint64_t checksum_of(std::string_view bytes) noexcept {
  constexpr std::array<std::uint64_t, 4> kFactors{0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL, 0x8ebc6af09c88c6e3ULL,
                                                  0x589965cc75374cc3ULL};
  constexpr std::size_t kStep = sizeof(std::uint64_t) * kFactors.size();
  std::array<std::uint64_t, 4> lanes = kFactors;
  const std::size_t whole = bytes.size() - bytes.size() % kStep;
  for (std::size_t at = 0; at < whole; at += kStep) {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), bytes.data() + at, kStep);
    for (std::size_t k = 0; k < lanes.size(); ++k) lanes[k] = folded_product(lanes[k] ^ words[k], kFactors[k]);
  }
  std::uint64_t sum = hash_text(bytes.substr(whole), bytes.size());
  for (const std::uint64_t lane : lanes) sum = folded_product(sum ^ lane, kFactors[0]);
  return sum;
}

/// What decides how the same bytes are understood.
std::uint64_t dialect_of(const Registry& registry, const RuleSetup& setup, std::string_view edition) {
  ImageWriter words;
  words.number(kFormat);
  words.text(edition);
  for (std::size_t i = 0; i < kAttributes; ++i) words.text(registry.row_of(static_cast<Attribute>(i)).name);
  for (const AttributeRow& row : registry.own()) {
    words.text(row.name);
    words.word(row.type);
  }
  for (const Policy policy : setup.policies) words.word(policy);
  for (const std::size_t size : ImageParts::sizes()) words.count(size);
  return hash_text(words.bytes(), 0);
}

/// Currencies are rows of a table, which another build may have in another order.
void write_currencies(const Segment& segment, ImageWriter& out) {
  std::map<std::uint16_t, Currency> used;
  ImageParts::each_currency(segment, [&](Currency currency) {
    if (currency != Currency{}) used.emplace(std::bit_cast<std::uint16_t>(currency), currency);
  });
  out.count(used.size());
  for (const auto& [row, currency] : used) {
    out.number(row);
    out.text(currency.code());
  }
}

bool same_currencies(ImageReader& in) {
  bool same = true;
  for (std::size_t rest = in.count(); rest > 0; --rest) {
    const std::int64_t row = in.number();
    const auto currency = Currency::from_code(in.text());
    same = same && currency && std::bit_cast<std::uint16_t>(*currency) == row;
  }
  return same && in.whole();
}

std::size_t rounded(std::size_t bytes) noexcept { return (bytes + kAlign - 1) / kAlign * kAlign; }

class PartReader {
 public:
  explicit PartReader(std::string_view bytes) : bytes_(bytes) {}

  bool read_head(std::uint64_t dialect) {
    if (bytes_.size() < sizeof(ImageHead) || reinterpret_cast<std::uintptr_t>(bytes_.data()) % kAlign != 0)
      return false;
    ImageHead head;
    std::memcpy(&head, bytes_.data(), sizeof head);
    if (std::string_view(head.magic.data(), head.magic.size()) != kMagic || head.bytes != bytes_.size()) return false;
    if (head.dialect != dialect || head.parts > (bytes_.size() - sizeof(ImageHead)) / sizeof(Extent)) return false;
    if (head.checksum != checksum_of(bytes_.substr(kChecked))) return false;
    parts_ = head.parts;
    return true;
  }

  /// The next part; nullopt when there is none, or it does not lie within the bytes.
  std::optional<std::string_view> next() {
    if (read_ == parts_) return std::nullopt;
    Extent part;
    std::memcpy(&part, bytes_.data() + sizeof(ImageHead) + read_++ * sizeof(Extent), sizeof part);
    if (part.at > bytes_.size() || part.bytes > bytes_.size() - part.at || part.at % kAlign != 0) return std::nullopt;
    return bytes_.substr(part.at, part.bytes);
  }

  template <class T>
  void operator()(Pack<T>& pack) {
    const auto part = next();
    sound_ = sound_ && part && part->size() % sizeof(T) == 0;
    if (sound_) pack.borrow({reinterpret_cast<const T*>(part->data()), part->size() / sizeof(T)});
  }
  [[nodiscard]] bool sound() const noexcept { return sound_ && read_ == parts_; }

 private:
  std::string_view bytes_;
  std::size_t parts_{};
  std::size_t read_{};
  bool sound_{true};
};

}  // namespace

std::string image_of(const RuleSet& rules, std::string_view edition) {
  const Segment& segment = *rules.base;
  ImageWriter loose;
  write_currencies(segment, loose);
  ImageParts::write_loose(segment, loose);
  std::vector<std::string>
      copies;  // Of arrays whose elements have gaps: what was in memory there is nobody's business.
  std::vector<std::string_view> parts{loose.bytes()};
  copies.reserve(ImageParts::kGapped);
  ImageParts::each_array(segment, [&](const auto& pack) {
    if (const auto clean = ImageParts::without_gaps(pack)) {
      parts.emplace_back(copies.emplace_back(std::move(*clean)));
    } else {
      parts.emplace_back(reinterpret_cast<const char*>(pack.data()), pack.bytes());
    }
  });
  ImageHead head;
  std::ranges::copy(kMagic, head.magic.begin());
  head.dialect = dialect_of(*rules.registry, rules.setup, edition);
  head.parts = parts.size();
  std::size_t size = rounded(sizeof(ImageHead) + parts.size() * sizeof(Extent));
  for (const std::string_view part : parts) size += rounded(part.size());
  head.bytes = size;
  std::string out(size, '\0');
  std::size_t at = rounded(sizeof(ImageHead) + parts.size() * sizeof(Extent));
  for (std::size_t k = 0; k < parts.size(); ++k) {
    const Extent part{at, parts[k].size()};
    std::memcpy(out.data() + sizeof(ImageHead) + k * sizeof(Extent), &part, sizeof part);
    if (!parts[k].empty()) std::memcpy(out.data() + at, parts[k].data(), parts[k].size());
    at += rounded(parts[k].size());
  }
  std::memcpy(out.data(), &head, sizeof head);
  head.checksum = checksum_of(std::string_view(out).substr(kChecked));
  std::memcpy(out.data(), &head, sizeof head);
  return out;
}

bool shares_base(const RuleSet& a, const RuleSet& b) noexcept { return a.base == b.base; }

RuleSetPtr open_image(std::span<const std::byte> bytes, std::shared_ptr<const void> keeper, const RuleSetup& setup,
                      std::string_view edition) {
  std::vector<Problem> problems;
  auto registry = std::make_shared<Registry>();
  registry->add(setup.attributes, problems);
  PartReader reader({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  if (!problems.empty() || !reader.read_head(dialect_of(*registry, setup, edition))) return nullptr;
  const auto loose = reader.next();
  if (!loose) return nullptr;
  ImageReader in(*loose);
  auto segment = std::make_shared<Segment>();
  if (!same_currencies(in) || !ImageParts::read_loose(in, *segment)) return nullptr;
  ImageParts::each_array(*segment, reader);
  if (!reader.sound() || !ImageParts::fits(*segment)) return nullptr;
  segment->keeper = std::move(keeper);
  return assemble(std::move(segment), std::move(registry), setup);
}

}  // namespace kassa::discounts
