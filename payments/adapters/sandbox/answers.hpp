#pragma once
// The sandbox gateway's wire: reads the requests that reach it and writes its answers. Pure, no book.

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "payments/adapters/sandbox/book.hpp"
#include "payments/adapters/sandbox/script.hpp"
#include "services/ports/http_client.hpp"

namespace kassa::payments::sandbox {

/// A new charge with everything decided, the lost or false answers of its script included; nothing is booked
/// yet. Its credential token is left behind here. kInvalidRequest: a key or a member is missing or wrong, or
/// no such script.
struct NewCharge {
  BookedCharge charge;
  Script script;
};
[[nodiscard]] Result<NewCharge> read_new_charge(const ports::HttpRequest& request, std::string_view action_base,
                                                Instant now);

[[nodiscard]] Result<BookedRefund> read_new_refund(const ports::HttpRequest& request, std::string_view charge_id,
                                                   Instant now);

/// The charge as it stands, which is what a look-up tells.
[[nodiscard]] boost::json::object render_charge(const BookedCharge& charge, std::string_view action_base);

[[nodiscard]] ports::HttpReply list_answer(std::span<const BookedCharge> charges, std::string_view action_base);
[[nodiscard]] ports::HttpReply refund_answer(const BookedRefund& refund);
[[nodiscard]] ports::HttpReply error_answer(int status, std::string_view code, std::string_view message);

/// An answer as it leaves the gateway: the outcome follows from the status.
[[nodiscard]] ports::HttpReply answer(int status, std::string body);
/// What a caller has whose answer was lost on the way.
[[nodiscard]] ports::HttpReply lost_answer(std::string_view error);

}  // namespace kassa::payments::sandbox
