#include "tests/sim/remembered.hpp"

#include <algorithm>

namespace kassa::sim {
namespace {

using ports::as_int;
using ports::as_string;

constexpr std::pair<std::string_view, std::string_view> kOrderEdges[] = {
    {"draft", "held"}, {"draft", "confirmed"}, {"held", "confirmed"}};

bool may_follow(std::string_view before, std::string_view after) {
  return before == after || std::ranges::find(kOrderEdges, std::pair{before, after}) != std::end(kOrderEdges);
}

std::vector<ports::Row> rows_of(platform::SqliteStore& main, std::string_view sql) {
  return main.query_blocking(ports::Step(sql)).value();
}

}  // namespace

void Remembered::look(platform::SqliteStore& main, std::vector<std::string>& found) {
  look_at_keys(main, found);
  look_at_attempts(main, found);
  look_at_orders(main, found);
  look_at_checkouts(main, found);
}

void Remembered::look_at_keys(platform::SqliteStore& main, std::vector<std::string>& found) {
  std::map<std::string, Key> now;
  for (const ports::Row& row : rows_of(main,
                                       "SELECT scope || ' ' || idem_key, fingerprint, version, "
                                       "coalesce(sealed_answer, x''), state FROM idempotency "
                                       "WHERE scope <> 'late'")) {  // That is work, and may begin again.
    Key key;
    key.fingerprint = as_string(row[1]);
    key.version = as_int(row[2]);
    key.answer = ports::as_blob(row[3]);
    if (key.answer.empty() != (as_string(row[4]) == "running"))
      found.push_back("I11 finished without an answer: " + as_string(row[0]));
    now[as_string(row[0])] = std::move(key);
  }
  for (const auto& [name, before] : keys_) {
    const auto after = now.find(name);
    if (after == now.end()) {
      found.push_back("I11 a key is gone: " + name);
      continue;
    }
    if (after->second.fingerprint != before.fingerprint)
      found.push_back("I12 a key now stands for another request: " + name);
    if (after->second.version < before.version) found.push_back("I13 an older owner wrote a key: " + name);
    if (!before.answer.empty() && after->second.answer != before.answer)
      found.push_back("I11 a finished answer was rewritten: " + name);
  }
  keys_ = std::move(now);
}

void Remembered::look_at_attempts(platform::SqliteStore& main, std::vector<std::string>& found) {
  std::map<std::string, std::vector<std::string>> now;
  for (const ports::Row& row : rows_of(main,
                                       "SELECT attempt_id, seq || ' ' || kind || ' ' || gateway_ref || ' ' || amount "
                                       "|| ' ' || currency || ' ' || detail || ' ' || at FROM attempt_event "
                                       "ORDER BY attempt_id, seq")) {
    now[as_string(row[0])].push_back(as_string(row[1]));
  }
  for (const auto& [attempt, before] : events_) {
    const auto& after = now[attempt];
    const bool grew = after.size() >= before.size() && std::equal(before.begin(), before.end(), after.begin());
    if (!grew) found.push_back("I13 a history was rewritten: " + attempt);
  }
  events_ = std::move(now);
}

void Remembered::look_at_orders(platform::SqliteStore& main, std::vector<std::string>& found) {
  std::map<std::string, Order> now;
  for (const ports::Row& row : rows_of(main, "SELECT order_id, order_state, version FROM purchase")) {
    now[as_string(row[0])] = Order{as_string(row[1]), as_int(row[2])};
  }
  for (const auto& [name, before] : orders_) {
    const auto after = now.find(name);
    if (after == now.end()) {
      found.push_back("I3 an order is gone: " + name);
      continue;
    }
    if (!may_follow(before.state, after->second.state))
      found.push_back("I13 an order went from " + before.state + " to " + after->second.state + ": " + name);
    const bool changed = before.state != after->second.state;
    if (after->second.version < before.version + (changed ? 1 : 0))
      found.push_back("I13 an order changed without a new version: " + name);
  }
  orders_ = std::move(now);
}

void Remembered::look_at_checkouts(platform::SqliteStore& main, std::vector<std::string>& found) {
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> now;
  for (const ports::Row& row : rows_of(main, "SELECT checkout_id, epoch, n FROM checkout")) {
    now[as_string(row[0])] = {as_int(row[1]), as_int(row[2])};
  }
  for (const auto& [name, before] : checkouts_) {
    if (now[name] < before) found.push_back("I13 a checkout went back to an older version: " + name);
  }
  checkouts_ = std::move(now);
}

}  // namespace kassa::sim
