#include "services/platform/server/receiving.hpp"

#include <algorithm>

#include "services/base/limits.hpp"
#include "services/platform/server/request_head.hpp"
#include "services/platform/server/server.hpp"

namespace kassa::platform {
namespace {

// A declared length is a claim: memory for it is taken as its bytes arrive.
constexpr std::size_t kBodyStepBytes = 64 * 1024;
constexpr std::size_t kChunkStepBytes = 4 * 1024;
constexpr std::size_t kRequestLineSlack = 32;

}  // namespace

bool Receiver::wants_head() {
  if (refusal_ != nullptr || head_bytes_ != 0) return false;
  head_bytes_ = input_.find_head();
  const std::string_view pending = input_.pending();
  if (head_bytes_ == 0 && hopeless_head(pending, judged_)) refuse(refusals::kMalformed);
  judged_ = pending.size();
  if (head_bytes_ > limits::kHeaderBytesMax || (head_bytes_ == 0 && pending.size() >= limits::kHeaderBytesMax)) {
    const bool endless_target = pending.find('\r') > limits::kTargetBytesMax + kRequestLineSlack;
    refuse(endless_target ? refusals::kTargetTooLong : refusals::kHeadTooLong);
  }
  return head_bytes_ == 0 && refusal_ == nullptr;
}

std::span<char> Receiver::room_for_head() { return input_.room(0); }

void Receiver::received(std::size_t size) {
  input_.commit(size);
  if (in_body_) take_body();
}

void Receiver::begin() {
  request_.method = http::Method::kGet;
  request_.path = {};
  request_.query = {};
  request_.headers.clear();
  request_.params.clear();
  request_.body = {};
  body_bytes_ = 0;
  body_complete_ = true;
  request_bytes_ = head_bytes_;
  if (refusal_ != nullptr) return;
  const std::string_view head = input_.pending().substr(0, head_bytes_);
  refusal_ = check_head(head, framing_);
  if (refusal_ == nullptr) refusal_ = parse_head(head, request_);
}

void Receiver::admit_body() {
  if (refusal_ != nullptr || framing_.body == Framing::Body::kNone) return;
  const std::size_t bytes_max = dispatcher_.body_bytes_max(request_);
  if (framing_.body == Framing::Body::kLength && framing_.length > bytes_max) return refuse(refusals::kBodyTooLong);
  decoder_ = ChunkedDecoder(bytes_max);
  in_body_ = true;
  body_complete_ = false;
  take_body();
}

std::span<char> Receiver::room_for_body() {
  const std::string_view before = input_.pending();
  std::size_t step = kChunkStepBytes;
  if (framing_.body == Framing::Body::kLength) {
    step = std::min(static_cast<std::size_t>(framing_.length) - body_bytes_, kBodyStepBytes);
  }
  const std::span<char> room = input_.room(before.size() + step);
  if (input_.pending().data() != before.data()) rebase(request_, before, input_.pending().data());
  return room;
}

void Receiver::take_body() {
  if (framing_.body == Framing::Body::kChunked) {
    take_chunks();
  } else {
    const auto length = static_cast<std::size_t>(framing_.length);
    body_bytes_ = std::min(input_.pending().size() - head_bytes_, length);
    body_complete_ = body_bytes_ == length;
    request_bytes_ = head_bytes_ + body_bytes_;
  }
  if (!body_complete_) return;
  in_body_ = false;
  request_.body = input_.pending().substr(head_bytes_, body_bytes_);
}

void Receiver::take_chunks() {
  const std::size_t raw_from = head_bytes_ + body_bytes_;
  std::size_t consumed = 0;
  char* const decoded_end = input_.data() + raw_from;
  const auto status = decoder_.feed(input_.pending().substr(raw_from), decoded_end, consumed, body_bytes_);
  request_bytes_ = raw_from + consumed;
  switch (status) {
    case ChunkedDecoder::Status::kNeedMore: return input_.truncate(head_bytes_ + body_bytes_);
    case ChunkedDecoder::Status::kDone: body_complete_ = true; return;
    case ChunkedDecoder::Status::kMalformed: return refuse(refusals::kMalformed);
    case ChunkedDecoder::Status::kTooLong: return refuse(refusals::kBodyTooLong);
  }
}

void Receiver::finish() {
  if (refusal_ == nullptr) input_.consume(request_bytes_);
  head_bytes_ = 0;
  judged_ = 0;
  in_body_ = false;
}

}  // namespace kassa::platform
