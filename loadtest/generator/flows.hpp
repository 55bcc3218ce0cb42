#pragma once
// The scenarios: read, update and the journey of a purchase. Each connection has a flow of its own; flows
// share only the plan (read-only) and, for the journeys, one counter, one random source and the list of
// opened checkouts. Single-threaded.

#include <memory>
#include <random>
#include <vector>

#include "loadtest/generator/flow.hpp"
#include "loadtest/generator/requests.hpp"

namespace kassa::load {

/// How much the generator can know about the answers.
enum class Judging : unsigned char {
  kEverything,  ///< Of Kassa: status, identity, totals.
  kStatusOnly,  ///< Of the yardstick, which always says the same.
};

/// Reads its checkouts in turn.
class ReadFlow final : public Flow {
 public:
  ReadFlow(const Plan& plan, std::vector<Checkout> checkouts, Judging judging);
  Step begin(std::string& request) override;
  Verdict judge(const Reply& reply, std::string& request, Step& step) override;

 private:
  Requests requests_;
  std::vector<Checkout> checkouts_;
  Judging judging_;
  std::size_t at_{};
};

/// Changes a quantity and the delivery option of its checkouts in turn, never twice to the same values.
class UpdateFlow final : public Flow {
 public:
  UpdateFlow(const Plan& plan, std::vector<Checkout> checkouts, Judging judging);
  Step begin(std::string& request) override;
  Verdict judge(const Reply& reply, std::string& request, Step& step) override;

 private:
  const Plan& plan_;
  Requests requests_;
  std::vector<Checkout> checkouts_;
  Judging judging_;
  std::size_t at_{};
  std::int64_t round_{};
};

/// What the journeys of one run share.
struct Journeys {
  const Plan& plan;
  bool pay{};       ///< False: checkouts are opened and kept.
  std::string tag;  ///< Tells this run's keys and mail addresses from another's.
  std::mt19937_64 random;
  std::int64_t begun{};
  std::vector<Checkout> opened;
  /// Sessions are shared: a completion may show the same totals once more, and is then asked for again.
  bool agrees_again{};
  std::uint64_t shown_again{};
};

/// create -> address -> option, and complete when the journeys pay.
class JourneyFlow final : public Flow {
 public:
  explicit JourneyFlow(Journeys& shared) : shared_(shared), requests_(shared.plan) {}
  Step begin(std::string& request) override;
  Verdict judge(const Reply& reply, std::string& request, Step& step) override;

 private:
  std::string_view created(const Told& told, std::string& request);
  std::string_view addressed(const Told& told, std::string& request);
  std::string_view chosen(const Told& told, std::string& request);
  std::string_view completed(const Told& told, std::string& request);

  Journeys& shared_;
  Requests requests_;
  Step step_{Step::kCreate};
  std::int64_t number_{};
  Checkout checkout_;
  bool again_{};  ///< The step is made once more.
};

}  // namespace kassa::load
