// Writes rendered answers into a folder, one file each; validate.mjs holds them against the published JSON
// schemas. The file's name up to the first dot names the schema.

#include <filesystem>
#include <fstream>
#include <iostream>

#include "services/protocol/ucp/errors.hpp"
#include "services/protocol/ucp/profile_document.hpp"
#include "services/protocol/ucp/render.hpp"
#include "tests/conformance/ucp/samples.hpp"

namespace {

using kassa::ports::BusinessErrors;

void write(const std::filesystem::path& folder, const std::string& name, std::string_view text) {
  std::ofstream(folder / name, std::ios::binary) << text;
}

void write_checkout(const std::filesystem::path& folder, const std::string& name,
                    const kassa::samples::Sample& sample) {
  const auto rendering = kassa::samples::rendering(BusinessErrors::kInBand);
  const auto answer = kassa::protocol::render_checkout(rendering, kassa::checkout::Operation::kGet, sample.view(),
                                                       kassa::samples::links());
  write(folder, "checkout." + name + ".json", *answer.body);
}

void write_checkouts(const std::filesystem::path& folder) {
  using kassa::checkout::State;
  using kassa::checkout::Verdict;
  write_checkout(folder, "fresh", kassa::samples::fresh());
  write_checkout(folder, "full", kassa::samples::full());
  write_checkout(folder, "completing", kassa::samples::in_state(State::kCompleting, Verdict::kUnknown));
  write_checkout(folder, "needs_buyer", kassa::samples::in_state(State::kNeedsBuyer, Verdict::kNeedsBuyer));
  write_checkout(folder, "completed", kassa::samples::in_state(State::kCompleted, Verdict::kCompleted));
  write_checkout(folder, "canceled", kassa::samples::in_state(State::kCanceled));
  write_checkout(folder, "declined", kassa::samples::in_state(State::kOpen, Verdict::kDeclined));
  write_checkout(folder, "price_changed", kassa::samples::in_state(State::kOpen, Verdict::kPriceChanged));
  write_checkout(folder, "out_of_stock", kassa::samples::in_state(State::kOpen, Verdict::kOutOfStock));
  write_checkout(folder, "limit_reached", kassa::samples::in_state(State::kOpen, Verdict::kLimitReached));
  auto two = kassa::samples::full();
  kassa::samples::add(two.quote, kassa::checkout::ComponentKind::kFulfillment, "Express", 1500);
  kassa::samples::add(two.quote, kassa::checkout::ComponentKind::kFee, "Gift wrap", 200);
  write_checkout(folder, "two_packages", two);
}

void write_carts(const std::filesystem::path& folder) {
  for (auto [name, sample] : {std::pair("fresh", kassa::samples::fresh()), std::pair("full", kassa::samples::full())}) {
    sample.session.kind = kassa::checkout::Kind::kCart;
    const auto answer =
        kassa::protocol::render_checkout(kassa::samples::rendering(BusinessErrors::kInBand),
                                         kassa::checkout::Operation::kGet, sample.view(), kassa::samples::links());
    write(folder, "cart." + std::string(name) + ".json", *answer.body);
  }
}

void write_errors(const std::filesystem::path& folder) {
  kassa::protocol::Posture posture;
  for (const kassa::Errc code : {kassa::Errc::kNotFound, kassa::Errc::kOutOfStock, kassa::Errc::kItemUnavailable,
                                 kassa::Errc::kPaymentDeclined, kassa::Errc::kCapabilitiesIncompatible}) {
    const auto answer = kassa::protocol::render_error(kassa::Error(code, "a \"detail\""), posture);
    write(folder, "error_response." + std::string(kassa::describe(code).slug) + ".json", answer.body);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: ucp_samples FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  write_checkouts(folder);
  write_carts(folder);
  write_errors(folder);
  write(folder, "profile.store.json",
        kassa::protocol::profile_document(kassa::samples::snapshot(), "https://shop.example"));
}
