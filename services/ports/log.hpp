#pragma once
// Structured events. Fields are names and short values; personal data, tokens and secrets never go in (the sink redacts
// what looks like one and counts it).

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace kassa::ports {

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
  LogField(std::string_view name_, std::string_view value_) : name(name_), value(value_) {}
  LogField(std::string_view name_, const std::string& value_) : name(name_), value(std::string_view{value_}) {}
  LogField(std::string_view name_, const char* value_) : name(name_), value(std::string_view{value_}) {}
  LogField(std::string_view name_, std::int64_t value_) : name(name_), value(value_) {}
  LogField(std::string_view name_, int value_) : name(name_), value(std::int64_t{value_}) {}
};

class Log {
 public:
  enum class Level : unsigned char { kDebug, kInfo, kWarn, kError };
  virtual ~Log() = default;
  virtual void write(Level level, std::string_view event, std::initializer_list<LogField> fields) = 0;

  void info(std::string_view event, std::initializer_list<LogField> fields = {}) { write(Level::kInfo, event, fields); }
  void warn(std::string_view event, std::initializer_list<LogField> fields = {}) { write(Level::kWarn, event, fields); }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
    write(Level::kError, event, fields);
  }
};

}  // namespace kassa::ports
