#include "services/catalog/csv.hpp"

#include "services/base/text.hpp"

namespace kassa::catalog {
namespace {

void note(CsvRecord& record, std::string_view fault) {
  if (record.fault.empty()) record.fault = fault;
}

void append(CsvRecord& record, std::string& field, int c) {
  if (c == 0) note(record, "nul_byte");
  if (field.size() < kCsvFieldBytesMax) {
    field.push_back(static_cast<char>(c));
  } else {
    note(record, "field_too_long");
  }
}

}  // namespace

CsvReader::CsvReader(std::istream& in) : in_(in) {
  if (peek() == 0xef && size_ >= 3 && buffer_[1] == '\xbb' && buffer_[2] == '\xbf') at_ = 3;
}

int CsvReader::peek() {
  if (at_ == size_) {
    in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
    size_ = static_cast<std::size_t>(in_.gcount());
    at_ = 0;
    if (size_ == 0) return kEnd;
  }
  return static_cast<unsigned char>(buffer_[at_]);
}

// Counts a line at LF, and at a CR that no LF follows; a CRLF counts at its LF.
int CsvReader::get() {
  const int c = peek();
  if (c == kEnd) return kEnd;
  ++at_;
  mid_line_ = true;
  if (c == '\n' || (c == '\r' && peek() != '\n')) {
    ++line_;
    mid_line_ = false;
  }
  return c;
}

bool CsvReader::next(CsvRecord& record) {
  record.fields.clear();
  record.fault = {};
  if (peek() == kEnd) return false;
  record.line = line_;
  int ended = ',';
  while (ended == ',') {
    std::string field;
    ended = read_field(record, field);
    if (!is_utf8(field)) note(record, "not_utf8");
    if (record.fields.size() < kCsvFieldsMax) {
      record.fields.push_back(std::move(field));
    } else {
      note(record, "too_many_fields");
    }
  }
  return true;
}

int CsvReader::read_field(CsvRecord& record, std::string& field) {
  const bool quoted = peek() == '"';
  if (quoted) {
    get();
    read_quoted(record, field);
  }
  for (;;) {
    const int c = get();
    if (c == kEnd || c == ',' || c == '\n') return c;
    if (c == '\r') {
      if (peek() == '\n') get();
      return '\n';
    }
    if (quoted) note(record, "text_after_quote");
    if (c == '"' && !quoted) note(record, "stray_quote");
    append(record, field, c);
  }
}

void CsvReader::read_quoted(CsvRecord& record, std::string& field) {
  for (;;) {
    const int c = get();
    if (c == kEnd) return note(record, "unterminated_quote");
    if (c == '"') {
      if (peek() != '"') return;
      get();
    }
    append(record, field, c);
  }
}

std::string csv_fault_text(std::string_view fault) {
  if (fault == "unterminated_quote") return "A quoted field begins here and never ends.";
  if (fault == "stray_quote") return "A quote inside a field: the whole field must be quoted and the quote doubled.";
  if (fault == "text_after_quote") return "Text follows the closing quote of a field.";
  if (fault == "field_too_long") return "A field holds at most 1 MiB.";
  if (fault == "too_many_fields") return "A row holds at most 1024 fields.";
  if (fault == "nul_byte") return "A field holds a NUL byte.";
  return "The row is not UTF-8 text; save the file as UTF-8.";
}

}  // namespace kassa::catalog
