#include "loadtest/generator/flows.hpp"

#include <algorithm>

namespace kassa::load {
namespace {

constexpr std::int64_t kQuantities = 9;
constexpr Verdict kDone{{}, true};

Verdict wrong(std::string_view why) { return {why, true}; }

std::int64_t whole_total(const Plan& plan, const Checkout& checkout) {
  return goods_total(plan, checkout.lines) + plan.options[checkout.option].amount;
}

bool names(std::string_view body, std::string_view checkout) { return body.find(checkout) != std::string_view::npos; }

}  // namespace

ReadFlow::ReadFlow(const Plan& plan, std::vector<Checkout> checkouts, Judging judging)
    : requests_(plan), checkouts_(std::move(checkouts)), judging_(judging) {}

Step ReadFlow::begin(std::string& request) {
  at_ = (at_ + 1) % checkouts_.size();
  requests_.read(request, checkouts_[at_].id);
  return Step::kRead;
}

Verdict ReadFlow::judge(const Reply& reply, std::string&, Step&) {
  if (reply.status != 200) return wrong("read: status is not 200");
  if (judging_ == Judging::kStatusOnly) return kDone;
  return names(reply.body, checkouts_[at_].id) ? kDone : wrong("read: another checkout was answered");
}

UpdateFlow::UpdateFlow(const Plan& plan, std::vector<Checkout> checkouts, Judging judging)
    : plan_(plan), requests_(plan), checkouts_(std::move(checkouts)), judging_(judging) {}

Step UpdateFlow::begin(std::string& request) {
  at_ = (at_ + 1) % checkouts_.size();
  if (at_ == 0) ++round_;
  Checkout& checkout = checkouts_[at_];
  Line& line = checkout.lines[static_cast<std::size_t>(round_) % checkout.lines.size()];
  line.quantity = line.quantity % kQuantities + 1;
  checkout.option = (checkout.option + 1) % plan_.options.size();
  requests_.update(request, checkout);
  return Step::kUpdate;
}

Verdict UpdateFlow::judge(const Reply& reply, std::string&, Step&) {
  if (reply.status != 200) return wrong("update: status is not 200");
  if (judging_ == Judging::kStatusOnly) return kDone;
  const auto told = read_checkout(reply.body);
  if (!told || told->id != checkouts_[at_].id) return wrong("update: another checkout was answered");
  return told->total == whole_total(plan_, checkouts_[at_]) ? kDone : wrong("update: wrong total");
}

Step JourneyFlow::begin(std::string& request) {
  const Plan& plan = shared_.plan;
  number_ = shared_.begun++;
  checkout_ = Checkout{};
  while (checkout_.lines.size() < plan.lines) {
    const std::size_t item = shared_.random() % plan.items.size();
    const bool taken = std::ranges::any_of(checkout_.lines, [item](const Line& line) { return line.item == item; });
    if (!taken) checkout_.lines.push_back({"", item, static_cast<std::int64_t>(shared_.random() % 3) + 1});
  }
  checkout_.option = shared_.random() % plan.options.size();
  step_ = Step::kCreate;
  requests_.create(request, checkout_.lines,
                   "shopper-" + shared_.tag + "-" + std::to_string(number_) + "@shop.example");
  return step_;
}

Verdict JourneyFlow::judge(const Reply& reply, std::string& request, Step& step) {
  if (reply.status != (step_ == Step::kCreate ? 201 : 200)) return wrong("journey: unexpected status");
  const auto told = read_checkout(reply.body);
  if (!told || (step_ != Step::kCreate && told->id != checkout_.id)) {
    return wrong("journey: another checkout was answered");
  }
  std::string_view error;
  const Step answered = step_;
  switch (answered) {
    case Step::kCreate: error = created(*told, request); break;
    case Step::kAddress: error = addressed(*told, request); break;
    case Step::kOption: error = chosen(*told, request); break;
    default: error = completed(*told, request); break;
  }
  step = step_;
  const bool goes_on = answered != step_ || again_;
  again_ = false;
  return {error, !error.empty() || !goes_on};
}

std::string_view JourneyFlow::created(const Told& told, std::string& request) {
  if (told.lines.size() != checkout_.lines.size()) return "create: lines are missing";
  if (told.total != goods_total(shared_.plan, checkout_.lines)) return "create: wrong total";
  for (std::size_t i = 0; i < told.lines.size(); ++i) checkout_.lines[i].id = told.lines[i];
  checkout_.id = told.id;
  step_ = Step::kAddress;
  requests_.set_address(request, checkout_);
  return {};
}

std::string_view JourneyFlow::addressed(const Told& told, std::string& request) {
  const DeliveryOption& wanted = shared_.plan.options[checkout_.option];
  const bool offered = std::ranges::any_of(told.options, [&](const OfferedOption& option) {
    return option.id == wanted.id && option.amount == wanted.amount;
  });
  if (!offered) return "address: the delivery option is not offered at its price";
  checkout_.method = told.method;
  checkout_.group = told.group;
  step_ = Step::kOption;
  requests_.choose_option(request, checkout_);
  return {};
}

std::string_view JourneyFlow::chosen(const Told& told, std::string& request) {
  if (told.total != whole_total(shared_.plan, checkout_)) return "option: wrong total";
  if (told.status != "ready_for_complete") return "option: not ready for complete";
  if (!shared_.pay) {
    shared_.opened.push_back(checkout_);
    return {};
  }
  step_ = Step::kComplete;
  requests_.complete(request, checkout_.id, "key-" + shared_.tag + "-" + std::to_string(number_));
  return {};
}

std::string_view JourneyFlow::completed(const Told& told, std::string& request) {
  if (shared_.agrees_again && told.status == "ready_for_complete" &&
      told.total == whole_total(shared_.plan, checkout_)) {
    const auto tries = std::to_string(++shared_.shown_again);
    requests_.complete(request, checkout_.id, "key-" + shared_.tag + "-" + std::to_string(number_) + "-" + tries);
    again_ = true;
    return {};
  }
  if (told.status != "completed") return "complete: not completed";
  if (!told.has_order) return "complete: no order";
  return told.total == whole_total(shared_.plan, checkout_) ? std::string_view() : "complete: wrong total";
}

}  // namespace kassa::load
