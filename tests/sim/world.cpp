#include "tests/sim/world.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "services/base/ensure.hpp"
#include "services/checkout/completion.hpp"

namespace kassa::sim {
namespace {

namespace fs = std::filesystem;

platform::SodiumSecretBox test_box() {
  std::array<std::byte, 32> key{};
  key.fill(std::byte{9});
  return platform::SodiumSecretBox(std::span<const std::byte, 32>(key));
}

/// Names and texts, in the order of their numbers.
std::map<std::string, std::string> migrations_of(const std::string& folder) {
  std::map<std::string, std::string> out;
  for (const auto& file : fs::directory_iterator(fs::path(KASSA_MIGRATIONS) / folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    ensure(in.good(), "the migration can be read");
    out[file.path().stem().string()] = {std::istreambuf_iterator<char>(in), {}};
  }
  ensure(!out.empty(), "the migrations are there");
  return out;
}

std::unique_ptr<platform::SqliteStore> open_store(Outside& outside, const std::string& name,
                                                  const std::string& folder) {
  platform::SqliteOptions options;
  options.file = outside.folder.path() / (name + ".db");
  options.reader_threads = 1;
  options.cache_kibibytes = 512;
  auto store = std::make_unique<platform::SqliteStore>(options, outside.failpoints, outside.log, outside.metrics,
                                                       [] { ADD_FAILURE() << "a store failed"; });
  const auto texts = migrations_of(folder);
  const std::vector<std::pair<std::string_view, std::string_view>> migrations(texts.begin(), texts.end());
  const auto opened = store->open(migrations);
  if (!opened) throw std::runtime_error(opened.error().detail);
  return store;
}

checkout::Env environment(Outside& outside, Process& process) {
  return {process.main,       process.sessions, process.snapshots, process.persons,
          outside.box,        process.gateways, process.stock,     process.shoppers,
          process.renderers,  process.numbers,  outside.clock,     outside.random,
          process.failpoints, outside.log,      outside.metrics,   [] {}};
}

}  // namespace

SimFolder::SimFolder() {
  const fs::path memory = "/dev/shm";
  std::error_code none;
  const fs::path base =
      fs::is_directory(memory, none) && ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path();
  std::string pattern = (base / "kassa-sim-XXXXXX").string();
  ensure(::mkdtemp(pattern.data()) != nullptr, "mkdtemp");
  path_ = pattern;
}

SimFolder::~SimFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Outside::Outside(std::optional<std::uint64_t> seed) : random(seed.value_or(1)), turns(seed), box(test_box()) {
  book_file = open_store(*this, "sandbox", "sandbox");
  book = std::make_unique<SimStore>(*book_file, turns, nullptr);
  bank = std::make_unique<payments::sandbox::SandboxBank>(*book, clock, dead_end, "https://shop.example");
  wire = std::make_unique<Wire>(*bank);
}

Process::Process(Outside& outside)
    : failpoints(fate),
      main_file(open_store(outside, "kassa", "main")),
      keys_file(open_store(outside, "keys", "keys")),
      main(*main_file, outside.turns, &fate),
      keys(*keys_file, outside.turns, &fate),
      edits(outside.edits, fate),
      cache(outside.clock),
      persons(keys, outside.box, outside.clock, outside.random, [] {}),
      sessions({main, cache, persons, outside.box, edits, outside.clock, outside.log}),
      snapshots(outside.merchant, main, stock),
      numbers(main, outside.clock, [] {}),
      gateways(*outside.wire, outside.clock, outside.metrics),
      service(environment(outside, *this)),
      completer(environment(outside, *this)) {
  renderers.add(renderer);
  outside.wire->attach(fate);
}

checkout::Patch Basket::patch() const {
  checkout::Patch patch;
  std::vector<checkout::LinePatch> lines;
  for (const auto& [item, quantity] : items) {
    checkout::LinePatch line;
    line.item = item;
    line.quantity = quantity;
    lines.push_back(std::move(line));
  }
  patch.lines.set(std::move(lines));
  patch.codes.set(codes);
  checkout::Buyer buyer;
  buyer.email = email;
  patch.buyer.set(std::move(buyer));
  checkout::DeliveryPatch delivery;
  checkout::DestinationPatch destination;
  destination.id = "home";
  destination.address = checkout::address("DE");
  delivery.destinations.set({std::move(destination)});
  delivery.selected.set("home");
  std::vector<checkout::DeliveryPatch::Group> groups(1);
  groups[0].option.set("std");
  delivery.groups.set(std::move(groups));
  patch.deliveries.set({std::move(delivery)});
  return patch;
}

checkout::KeyUse key_use(const std::string& operation, const std::string& id, std::string key,
                         std::string fingerprint) {
  checkout::KeyUse use;
  use.scope = "ucp:agent " + operation + " " + id;
  use.key = std::move(key);
  use.fingerprint = std::move(fingerprint);
  return use;
}

checkout::CompleteCommand complete_command(const std::string& id, std::string key, std::string token) {
  checkout::CompleteCommand command;
  command.id = CheckoutId{id};
  command.key = key_use("complete", id, std::move(key), token);
  checkout::PaymentChoice payment;
  payment.instrument.id = "instr_1";
  payment.instrument.handler_id = "card";
  payment.instrument.type = "card";
  payment.token = std::move(token);
  command.payment = std::move(payment);
  return command;
}

World::World(std::optional<std::uint64_t> seed) : outside(seed) {
  caller.store = kShop;
  caller.principal = "ucp:agent";
  caller.rendering = "plain/1";
  caller.platform.profile_url = "https://agent.example/profile";
  caller.platform.webhook_url = "https://agent.example/orders";
  process = std::make_unique<Process>(outside);
  const auto seeded = process->main_file->commit_blocking(outside.merchant.rows());
  ensure(seeded && seeded.value().applied, "the shop's rows");
}

void World::restart_politely() {
  flush();
  process.reset();
  process = std::make_unique<Process>(outside);
  ensure(run(process->completer.lapse_all()).has_value(), "leases of the dead end");
}

void World::kill_and_restart() {
  process->fate.die();
  outside.wire->let_go();
  outside.io.restart();
  outside.io.run();
  process.reset();
  process = std::make_unique<Process>(outside);
  ensure(run(process->completer.lapse_all()).has_value(), "leases of the dead end");
}

void World::reboot() {
  outside.edits.clear();
  kill_and_restart();
}

void World::run_until(const std::function<bool()>& done) {
  outside.io.restart();
  while (!done()) ensure(outside.io.run_one() > 0, "something is left to do");
}

std::string World::create(const Basket& basket) {
  const auto answer = run(process->service.create(caller, {}, basket.patch()));
  ensure(answer.has_value(), "a checkout can be made");
  return checkout::said(answer.value(), "id");
}

Result<Answer> World::update(const std::string& id, const Basket& basket, std::string key) {
  const auto use = key_use("update", id, std::move(key));
  return run(process->service.update(caller, CheckoutId{id}, use, basket.patch()));
}

Result<Answer> World::get(const std::string& id) { return run(process->service.get(caller, CheckoutId{id})); }

Result<Answer> World::complete(const std::string& id, std::string key, std::string token) {
  return run(completing(id, std::move(key), std::move(token)));
}

asio::awaitable<Result<Answer>> World::changing(std::string id, Basket basket) {
  Process& serving = *process;
  auto use = key_use("update", id, {});
  auto patch = basket.patch();
  CheckoutId checkout{std::move(id)};
  auto answer = co_await serving.service.update(caller, std::move(checkout), std::move(use), std::move(patch));
  co_return answer;
}

asio::awaitable<Result<Answer>> World::completing(std::string id, std::string key, std::string token) {
  auto command = complete_command(id, std::move(key), std::move(token));
  Process& serving = *process;
  auto answer = co_await serving.service.complete(caller, std::move(command));
  serving.fate.check();  // The dead do not answer.
  co_return answer;
}

Result<Answer> World::cancel(const std::string& id, std::string key) {
  const auto use = key_use("cancel", id, std::move(key));
  return run(process->service.cancel(caller, CheckoutId{id}, use));
}

std::size_t World::tick() { return run(process->completer.resume_lapsed()).value(); }
std::size_t World::expire() { return run(process->completer.expire_reservations()).value(); }
std::size_t World::flush() { return run(process->sessions.flush()).value(); }

void World::approve(bool ok) {
  const auto charges = run(outside.bank->charges());
  for (const auto& charge : charges.value()) {
    ensure(run(outside.bank->approve(charge.charge_id, ok)).has_value(), "the charge is known");
  }
}

std::int64_t World::number(std::string_view sql) {
  return ports::as_int(process->main_file->query_blocking(ports::Step(sql)).value().at(0).at(0));
}

std::string World::text(std::string_view sql) {
  const auto rows = process->main_file->query_blocking(ports::Step(sql)).value();
  return rows.empty() ? std::string{} : ports::as_string(rows.at(0).at(0));
}

std::int64_t World::booked(std::string_view sql) {
  return ports::as_int(outside.book_file->query_blocking(ports::Step(sql)).value().at(0).at(0));
}

std::vector<std::string> World::violations(bool quiet, const std::vector<Acknowledged>& acknowledged) {
  const Oracle oracle(*process->main_file, *process->keys_file, *outside.book_file, outside.box);
  auto found = oracle.check(quiet, acknowledged);
  remembered.look(*process->main_file, found);
  return found;
}

}  // namespace kassa::sim
