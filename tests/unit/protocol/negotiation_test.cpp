#include "services/protocol/ucp/negotiation.hpp"

#include <gtest/gtest.h>

#include "services/base/ensure.hpp"
#include "services/protocol/ucp/rendering.hpp"

namespace kassa::protocol {
namespace {

/// A profile whose ucp.capabilities is `registry`.
ports::PlatformProfile profile(std::string_view registry, std::string version = "2026-04-08") {
  ports::PlatformProfile out;
  out.readable = true;
  out.document = json::parse(R"({"ucp":{"version":")" + version + R"(","capabilities":)" + std::string(registry) + "}}")
                     .as_object();
  out.version = std::move(version);
  return out;
}

constexpr auto kEverything = "checkout,discount,fulfillment,buyer_consent,order,cart,catalog_search,catalog_lookup";
constexpr auto kOrderOnly = R"({"dev.ucp.shopping.order":[{"version":"2026-04-08",
    "config":{"webhook_url":"http://localhost:8284/webhooks/partners/p/events/order"}}]})";

struct NegotiationCase {
  const char* name;
  ports::PlatformProfile theirs;
  bool permissive;
  std::string common;  ///< Capability words, or the slug of the refusal.
};

class Negotiations : public testing::TestWithParam<NegotiationCase> {};

TEST_P(Negotiations, end_with) {
  const auto result = negotiate(GetParam().theirs, GetParam().permissive);
  const std::string got =
      result ? to_text(result.value().capabilities) : std::string(describe(result.error().code).slug);
  EXPECT_EQ(got, GetParam().common);
}

const NegotiationCase kNegotiationCases[] = {
    {"both_offer_the_same", profile(R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08"}],
                 "dev.ucp.shopping.fulfillment":[{"version":"2026-04-08",
                   "extends":"dev.ucp.shopping.checkout"}]})"),
     false, "checkout,fulfillment"},
    {"one_of_several_versions_is_ours",
     profile(R"({"dev.ucp.shopping.checkout":[{"version":"2026-08-25"},{"version":"2026-04-08"}]})"), false,
     "checkout"},
    {"no_common_version_drops_the_capability", profile(R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08"}],
                 "dev.ucp.shopping.discount":[{"version":"2026-08-25"}]})"),
     false, "checkout"},
    {"what_we_do_not_know_is_ignored",
     profile(
         R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08"}],
                   "com.example.x":[{"version":"2026-04-08"}]})"),
     false, "checkout"},
    {"extensions_without_their_parent_go_and_nothing_is_left",
     profile(
         R"({"dev.ucp.shopping.discount":[{"version":"2026-04-08"}],
                   "dev.ucp.shopping.order":[{"version":"2026-04-08"}]})"),
     false, "capabilities_incompatible"},
    {"empty_registry", profile("{}"), false, "capabilities_incompatible"},
    {"foreign_schema_excludes_the_entry",
     profile(
         R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08",
                   "schema":"https://evil.example/c.json"}]})"),
     false, "capabilities_incompatible"},
    {"genuine_schema",
     profile(
         R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08",
                   "schema":"https://ucp.dev/2026-04-08/c.json"}]})"),
     false, "checkout"},
    {"other_protocol_version", profile("{}", "2026-08-25"), false, "version_unsupported"},
    {"registry_is_a_text", profile("\"x\""), false, "profile_malformed"},
    {"registry_of_no_arrays", profile(R"({"dev.ucp.shopping.checkout":{}})"), false, "profile_malformed"},
    {"unreadable", {}, false, "profile_malformed"},
    {"permissive_unreadable", {}, true, kEverything},
    {"permissive_order_only", profile(kOrderOnly), true, kEverything},
    {"permissive_other_version", profile("{}", "2026-01-11"), true, kEverything},
    {"permissive_malformed", profile("7"), true, kEverything},
    {"permissive_list_form", profile(R"([{"name":"dev.ucp.shopping.order","version":"2026-01-11"}])", "2026-01-11"),
     true, kEverything},
    {"permissive_with_checkout_is_an_intersection",
     profile(R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08"}]})"), true, "checkout"},
};
INSTANTIATE_TEST_SUITE_P(All, Negotiations, testing::ValuesIn(kNegotiationCases),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Negotiation, an_extension_needs_one_of_its_parents) {
  const auto both = profile(R"({"dev.ucp.shopping.cart":[{"version":"2026-04-08"}],
      "dev.ucp.shopping.discount":[{"version":"2026-04-08"}],
      "dev.ucp.shopping.fulfillment":[{"version":"2026-04-08"}]})");
  EXPECT_EQ(to_text(negotiate(both, false, Capability::kCart).value().capabilities), "discount,cart");
  EXPECT_EQ(negotiate(both, false, Capability::kCheckout).error().code, Errc::kCapabilitiesIncompatible);
}

TEST(Negotiation, finds_the_webhook_in_both_forms) {
  EXPECT_EQ(negotiate(profile(kOrderOnly), true).value().webhook_url,
            "http://localhost:8284/webhooks/partners/p/events/order");
  const auto list = profile(R"([{"name":"dev.ucp.shopping.order","config":{"webhook_url":"https://a.example/w"}}])");
  EXPECT_EQ(negotiate(list, true).value().webhook_url, "https://a.example/w");
}

TEST(Negotiation, takes_only_https_webhooks_from_a_strict_store) {
  const auto with = [](std::string_view url) {
    return profile(R"({"dev.ucp.shopping.checkout":[{"version":"2026-04-08"}],"dev.ucp.shopping.order":[
        {"version":"2026-04-08","config":{"webhook_url":")" +
                   std::string(url) + R"("}}]})");
  };
  EXPECT_EQ(negotiate(with("https://a.example/w"), false).value().webhook_url, "https://a.example/w");
  EXPECT_EQ(negotiate(with("http://a.example/w"), false).value().webhook_url, "");
  EXPECT_EQ(negotiate(with("file:///etc/passwd"), true).value().webhook_url, "");
}

TEST(Renderings, survive_the_way_through_text) {
  for (unsigned bits = 0; bits < 32; ++bits) {
    for (const auto posture : {ports::BusinessErrors::kInBand, ports::BusinessErrors::kHttp4xx}) {
      Rendering rendering;
      rendering.posture = posture;
      for (const CapabilityRow& row : kCapabilities) {
        if ((bits >> static_cast<unsigned>(row.id) & 1U) != 0) rendering.capabilities.add(row.id);
      }
      EXPECT_EQ(rendering_from(to_text(rendering)), rendering);
      for (const Offer offer : {Offer::kReal, Offer::kSandbox}) {
        rendering.offer = offer;
        EXPECT_EQ(rendering_from(to_text(rendering)), rendering);
      }
    }
  }
  for (const char* alien : {"acp/2026-04-17/x", "ucp/2026-04-08/loud/", "ucp/2026-04-08/in_band/magic", ""}) {
    EXPECT_THROW(static_cast<void>(rendering_from(alien)), InvariantBroken) << alien;
  }
}

}  // namespace
}  // namespace kassa::protocol
