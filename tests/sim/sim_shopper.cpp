#include "tests/sim/sim_shopper.hpp"

#include <boost/asio/detached.hpp>

namespace kassa::sim {
namespace {

using checkout::said;

constexpr const char* kTokens[] = {
    "tok_ok",        "tok_ok",          "tok_ok",      "tok_ok",         "tok_declined",
    "tok_action",    "tok_500",         "tok_strange", "tok_processing", "tok_timeout_after_charge",
    "tok_authorize", "tok_wrong_amount"};
constexpr const char* kCodes[] = {"",      "",      "TEN",     "FIVE",    "FIVE",    "ONCE",    "TWICE",   "GIFT",
                                  "MONEY", "MONEY", "PRESENT", "friend1", "friend1", "FRIEND2", "FRIEND3", "FRIEND5"};
constexpr const char* kMails[] = {"", "jane@shop.example", "john@shop.example"};
constexpr const char* kItems[] = {"mug", "rare", "rare", "card"};

/// The same request once more, at the same time.
asio::awaitable<void> repeat(World& world, Witness& witness, Request request) {
  const bool after_final = witness.final_of(request) != nullptr;
  const auto answer = co_await world.completing(request.checkout, request.key, request.token);
  witness.heard(request, after_final, answer, std::nullopt);
}

}  // namespace

asio::awaitable<void> SimShopper::live() {
  while (steps_ > 0) {
    --steps_;
    co_await step();
  }
}

asio::awaitable<void> SimShopper::step() {
  alone_ = repeats_ == 0;
  if (!alone_) shown_.reset();
  if (checkout_.empty()) co_return co_await create();
  switch (choices_.below(10)) {
    case 0: co_return co_await cancel();
    case 1:
    case 2: co_return co_await edit();
    case 3: co_return co_await look();
    case 4: {
      checkout_.clear();
      co_return;
    }
    case 5:
    case 6: {
      Request again = last_.value_or(new_request());
      if (choices_.below(4) == 0) again.token = "tok_another";
      co_return co_await pay(std::move(again), false);
    }
    default: {
      Request request = new_request();
      const bool twice = choices_.below(4) == 0;
      co_return co_await pay(std::move(request), twice);
    }
  }
}

Basket SimShopper::any_basket() {
  Basket basket;
  for (std::uint64_t lines = 1 + choices_.below(2); lines > 0; --lines) {
    basket.items.emplace_back(kItems[choices_.below(std::size(kItems))],
                              static_cast<std::int64_t>(1 + choices_.below(3)));
  }
  const std::string code = kCodes[choices_.below(std::size(kCodes))];
  if (!code.empty()) basket.codes.push_back(code);
  basket.email = kMails[choices_.below(std::size(kMails))];
  return basket;
}

Request SimShopper::new_request() {
  Request request;
  request.checkout = checkout_;
  request.key = "k" + std::to_string(++keys_);
  request.token = kTokens[choices_.below(std::size(kTokens))];
  return request;
}

/// Nothing is sure while a request is under way: if the process dies, its answer may have been given in vain.
void SimShopper::note(const Result<Answer>& answer) {
  if (!alone_ || !answer || answer.value().replayed) return;
  shown_ = std::stoll(said(answer.value(), "total"));
}

asio::awaitable<void> SimShopper::create() {
  const Basket basket = any_basket();
  shown_.reset();
  last_.reset();
  checkout::KeyUse no_key;
  const auto answer = co_await world_.process->service.create(world_.caller, std::move(no_key), basket.patch());
  if (!answer) co_return;
  checkout_ = said(answer.value(), "id");
  note(answer);
  witness_.heard_other(checkout_);
}

asio::awaitable<void> SimShopper::edit() {
  const Basket basket = any_basket();
  auto use = key_use("update", checkout_, choices_.below(2) == 0 ? "" : "u" + std::to_string(++keys_));
  const CheckoutId id{checkout_};
  const auto before = std::exchange(shown_, std::nullopt);
  const auto answer = co_await world_.process->service.update(world_.caller, id, std::move(use), basket.patch());
  if (!answer && answer.error().code != Errc::kNotFound) shown_ = before;
  note(answer);
  if (answer) witness_.heard_other(checkout_);
}

asio::awaitable<void> SimShopper::look() {
  const CheckoutId id{checkout_};
  const auto before = std::exchange(shown_, std::nullopt);
  const auto answer = co_await world_.process->service.get(world_.caller, id);
  if (!answer) shown_ = before;
  note(answer);
  if (answer) witness_.heard_other(checkout_);
}

asio::awaitable<void> SimShopper::pay(Request request, bool twice) {
  last_ = request;
  const auto before = std::exchange(shown_, std::nullopt);
  if (twice) {
    ++repeats_;
    asio::co_spawn(world_.outside.io, repeat(world_, witness_, request), [this](const std::exception_ptr& error) {
      --repeats_;
      try {
        if (error) std::rethrow_exception(error);
      } catch (const ProcessKilled&) {
        // The planned death; the next process finds out what was kept.
      } catch (const std::exception& e) {
        witness_.complain(std::string("exception: ") + e.what());
      }
    });
  }
  const bool after_final = witness_.final_of(request) != nullptr;
  const auto answer = co_await world_.completing(request.checkout, request.key, request.token);
  witness_.heard(request, after_final, answer, twice ? std::nullopt : before);
  if (twice) co_return;
  if (!answer) shown_ = before;
  note(answer);
}

asio::awaitable<void> SimShopper::cancel() {
  auto use = key_use("cancel", checkout_, "x" + std::to_string(++keys_));
  const CheckoutId id{checkout_};
  const auto answer = co_await world_.process->service.cancel(world_.caller, id, std::move(use));
  if (answer) witness_.heard_canceled(checkout_);
}

}  // namespace kassa::sim
