#include "services/base/country.hpp"

#include <algorithm>
#include <array>

#include "services/base/text.hpp"

namespace kassa {
namespace {

/// ISO 3166-1 alpha-2, all 249, ascending.
constexpr std::string_view kCountries =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

constexpr std::size_t kStep = 3;  // Two letters and a space.
static_assert(kCountries.size() == 249 * kStep - 1);

struct NameRow {
  std::string_view country;
  std::string_view name;  ///< In lower case.
  std::string_view code;
};

/// What people write instead of a code, where nearly everybody does; with the codes that India has had since 2023.
constexpr auto kNames = std::to_array<NameRow>({
    {"AU", "australian capital territory", "ACT"},
    {"AU", "new south wales", "NSW"},
    {"AU", "northern territory", "NT"},
    {"AU", "queensland", "QLD"},
    {"AU", "south australia", "SA"},
    {"AU", "tasmania", "TAS"},
    {"AU", "victoria", "VIC"},
    {"AU", "western australia", "WA"},
    {"CA", "alberta", "AB"},
    {"CA", "british columbia", "BC"},
    {"CA", "manitoba", "MB"},
    {"CA", "new brunswick", "NB"},
    {"CA", "newfoundland and labrador", "NL"},
    {"CA", "northwest territories", "NT"},
    {"CA", "nova scotia", "NS"},
    {"CA", "nunavut", "NU"},
    {"CA", "ontario", "ON"},
    {"CA", "prince edward island", "PE"},
    {"CA", "quebec", "QC"},
    {"CA", "québec", "QC"},
    {"CA", "saskatchewan", "SK"},
    {"CA", "yukon", "YT"},
    {"IN", "andaman and nicobar islands", "AN"},
    {"IN", "andhra pradesh", "AP"},
    {"IN", "arunachal pradesh", "AR"},
    {"IN", "assam", "AS"},
    {"IN", "bihar", "BR"},
    {"IN", "cg", "CT"},
    {"IN", "chandigarh", "CH"},
    {"IN", "chhattisgarh", "CT"},
    {"IN", "dadra and nagar haveli and daman and diu", "DH"},
    {"IN", "delhi", "DL"},
    {"IN", "goa", "GA"},
    {"IN", "gujarat", "GJ"},
    {"IN", "haryana", "HR"},
    {"IN", "himachal pradesh", "HP"},
    {"IN", "jammu and kashmir", "JK"},
    {"IN", "jharkhand", "JH"},
    {"IN", "karnataka", "KA"},
    {"IN", "kerala", "KL"},
    {"IN", "ladakh", "LA"},
    {"IN", "lakshadweep", "LD"},
    {"IN", "madhya pradesh", "MP"},
    {"IN", "maharashtra", "MH"},
    {"IN", "manipur", "MN"},
    {"IN", "meghalaya", "ML"},
    {"IN", "mizoram", "MZ"},
    {"IN", "nagaland", "NL"},
    {"IN", "new delhi", "DL"},
    {"IN", "od", "OR"},
    {"IN", "odisha", "OR"},
    {"IN", "orissa", "OR"},
    {"IN", "pondicherry", "PY"},
    {"IN", "puducherry", "PY"},
    {"IN", "punjab", "PB"},
    {"IN", "rajasthan", "RJ"},
    {"IN", "sikkim", "SK"},
    {"IN", "tamil nadu", "TN"},
    {"IN", "telangana", "TG"},
    {"IN", "tripura", "TR"},
    {"IN", "ts", "TG"},
    {"IN", "uk", "UT"},
    {"IN", "uttar pradesh", "UP"},
    {"IN", "uttarakhand", "UT"},
    {"IN", "west bengal", "WB"},
    {"US", "alabama", "AL"},
    {"US", "alaska", "AK"},
    {"US", "american samoa", "AS"},
    {"US", "arizona", "AZ"},
    {"US", "arkansas", "AR"},
    {"US", "california", "CA"},
    {"US", "colorado", "CO"},
    {"US", "connecticut", "CT"},
    {"US", "delaware", "DE"},
    {"US", "district of columbia", "DC"},
    {"US", "florida", "FL"},
    {"US", "georgia", "GA"},
    {"US", "guam", "GU"},
    {"US", "hawaii", "HI"},
    {"US", "idaho", "ID"},
    {"US", "illinois", "IL"},
    {"US", "indiana", "IN"},
    {"US", "iowa", "IA"},
    {"US", "kansas", "KS"},
    {"US", "kentucky", "KY"},
    {"US", "louisiana", "LA"},
    {"US", "maine", "ME"},
    {"US", "maryland", "MD"},
    {"US", "massachusetts", "MA"},
    {"US", "michigan", "MI"},
    {"US", "minnesota", "MN"},
    {"US", "mississippi", "MS"},
    {"US", "missouri", "MO"},
    {"US", "montana", "MT"},
    {"US", "nebraska", "NE"},
    {"US", "nevada", "NV"},
    {"US", "new hampshire", "NH"},
    {"US", "new jersey", "NJ"},
    {"US", "new mexico", "NM"},
    {"US", "new york", "NY"},
    {"US", "north carolina", "NC"},
    {"US", "north dakota", "ND"},
    {"US", "northern mariana islands", "MP"},
    {"US", "ohio", "OH"},
    {"US", "oklahoma", "OK"},
    {"US", "oregon", "OR"},
    {"US", "pennsylvania", "PA"},
    {"US", "puerto rico", "PR"},
    {"US", "rhode island", "RI"},
    {"US", "south carolina", "SC"},
    {"US", "south dakota", "SD"},
    {"US", "tennessee", "TN"},
    {"US", "texas", "TX"},
    {"US", "u.s. virgin islands", "VI"},
    {"US", "united states minor outlying islands", "UM"},
    {"US", "us virgin islands", "VI"},
    {"US", "utah", "UT"},
    {"US", "vermont", "VT"},
    {"US", "virgin islands", "VI"},
    {"US", "virginia", "VA"},
    {"US", "washington", "WA"},
    {"US", "washington dc", "DC"},
    {"US", "washington, d.c.", "DC"},
    {"US", "west virginia", "WV"},
    {"US", "wisconsin", "WI"},
    {"US", "wyoming", "WY"},
});

constexpr bool comes_before(const NameRow& a, const NameRow& b) noexcept {
  return a.country != b.country ? a.country < b.country : a.name < b.name;
}
static_assert(std::ranges::is_sorted(kNames, comes_before));

std::string in_capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

}  // namespace

bool is_country(std::string_view code) noexcept {
  if (code.size() != 2) return false;
  std::size_t low = 0;
  std::size_t high = (kCountries.size() + 1) / kStep;
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const std::string_view found = kCountries.substr(middle * kStep, 2);
    if (found == code) return true;
    if (found < code) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return false;
}

std::string region_code(std::string_view country, std::string_view region) {
  region = trim(region);
  const bool qualified = region.size() > country.size() + 1 && region[country.size()] == '-' &&
                         equals_ignoring_case(region.substr(0, country.size()), country);
  if (qualified) region.remove_prefix(country.size() + 1);
  if (region.empty()) return {};
  const std::string name = to_lower_ascii(region);
  const NameRow wanted{country, name, {}};
  const auto* const row = std::ranges::lower_bound(kNames, wanted, comes_before);
  const bool known = row != kNames.end() && row->country == country && row->name == name;
  return known ? std::string(row->code) : in_capitals(region);
}

}  // namespace kassa
