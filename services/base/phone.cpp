#include "services/base/phone.hpp"

#include <algorithm>

namespace kassa {
namespace {

constexpr std::size_t kSearchedDigitsMin = 4;
constexpr std::size_t kSearchedDigitsMax = 20;

/// ITU-T E.164 calling codes. Letters stand in pairs with digits between, so a country is found by its letters.
constexpr std::string_view kCallingCodes =
    "AD376 AE971 AF93 AG1 AI1 AL355 AM374 AO244 AQ672 AR54 AS1 AT43 AU61 AW297 AX358 AZ994 BA387 BB1 BD880 BE32 "
    "BF226 BG359 BH973 BI257 BJ229 BL590 BM1 BN673 BO591 BQ599 BR55 BS1 BT975 BW267 BY375 BZ501 CA1 CC61 CD243 "
    "CF236 CG242 CH41 CI225 CK682 CL56 CM237 CN86 CO57 CR506 CU53 CV238 CW599 CX61 CY357 CZ420 DE49 DJ253 DK45 "
    "DM1 DO1 DZ213 EC593 EE372 EG20 EH212 ER291 ES34 ET251 FI358 FJ679 FK500 FM691 FO298 FR33 GA241 GB44 GD1 "
    "GE995 GF594 GG44 GH233 GI350 GL299 GM220 GN224 GP590 GQ240 GR30 GS500 GT502 GU1 GW245 GY592 HK852 HN504 "
    "HR385 HT509 HU36 ID62 IE353 IL972 IM44 IN91 IO246 IQ964 IR98 IS354 IT39 JE44 JM1 JO962 JP81 KE254 KG996 "
    "KH855 KI686 KM269 KN1 KP850 KR82 KW965 KY1 KZ7 LA856 LB961 LC1 LI423 LK94 LR231 LS266 LT370 LU352 LV371 "
    "LY218 MA212 MC377 MD373 ME382 MF590 MG261 MH692 MK389 ML223 MM95 MN976 MO853 MP1 MQ596 MR222 MS1 MT356 MU230 "
    "MV960 MW265 MX52 MY60 MZ258 NA264 NC687 NE227 NF672 NG234 NI505 NL31 NO47 NP977 NR674 NU683 NZ64 OM968 PA507 "
    "PE51 PF689 PG675 PH63 PK92 PL48 PM508 PN64 PR1 PS970 PT351 PW680 PY595 QA974 RE262 RO40 RS381 RU7 RW250 "
    "SA966 SB677 SC248 SD249 SE46 SG65 SH290 SI386 SJ47 SK421 SL232 SM378 SN221 SO252 SR597 SS211 ST239 SV503 SX1 "
    "SY963 SZ268 TC1 TD235 TF262 TG228 TH66 TJ992 TK690 TL670 TM993 TN216 TO676 TR90 TT1 TV688 TW886 TZ255 UA380 "
    "UG256 UM1 US1 UY598 UZ998 VA39 VC1 VE58 VG1 VI1 VN84 VU678 WF681 WS685 YE967 YT262 ZA27 ZM260 ZW263 ";

std::string_view calling_code(std::string_view country) {
  if (country.size() != 2 || std::ranges::any_of(country, [](char c) { return c < 'A' || c > 'Z'; })) return {};
  const auto at = kCallingCodes.find(country);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = kCallingCodes.substr(at + 2);
  return rest.substr(0, rest.find(' '));
}

bool is_one_of(std::string_view country, std::string_view list) { return list.find(country) != std::string_view::npos; }

/// Digits as they are dialled within the country, without what only callers from within dial first.
std::string_view without_trunk(std::string_view digits, std::string_view country, std::string_view code) {
  // There the first 0 is a part of the number.
  if (is_one_of(country, "IT SM VA CI CG GA BJ")) return digits;
  if (code == "1") return digits.size() == 11 && digits.starts_with('1') ? digits.substr(1) : digits;
  if (code == "7") return digits.size() == 11 && digits.starts_with('8') ? digits.substr(1) : digits;
  if (country == "HU" && digits.starts_with("06")) return digits.substr(2);
  if (country == "BY" && digits.size() == 11 && digits.starts_with("80")) return digits.substr(2);
  return digits.starts_with('0') ? digits.substr(1) : digits;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '#' || c == ';' || c == ',') break;
  }
  return digits;
}

}  // namespace

std::string normal_phone(std::string_view text, std::string_view country) {
  const std::string_view shown = text.substr(std::min(text.find_first_not_of(" \t("), text.size()));
  const bool plus = shown.starts_with('+');
  std::string digits;
  const auto zero = shown.find("(0)");
  if (plus && zero != std::string_view::npos) {
    digits = digits_of(std::string(shown.substr(0, zero)).append(shown.substr(zero + 3)));
  } else {
    digits = digits_of(shown);
  }
  const std::string_view code = calling_code(country);
  const std::string_view outward = code == "1" ? "011" : "00";
  std::string whole;
  if (!plus && digits.starts_with(outward)) {
    whole = digits.substr(outward.size());
  } else if (plus || code.empty()) {
    whole = digits;
  } else {
    whole = std::string(code).append(without_trunk(digits, country, code));
  }
  const bool sane = digits.size() >= kSearchedDigitsMin && whole.size() <= kSearchedDigitsMax;
  return sane ? whole : std::string{};
}

}  // namespace kassa
