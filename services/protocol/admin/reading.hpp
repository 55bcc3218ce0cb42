#pragma once
// What is left behind when somebody reads what people gave of themselves: an audit row, kept before the answer goes
// out. It says who read how much by which filters, never what for or whose.

#include <boost/asio/awaitable.hpp>
#include <string>
#include <utility>

#include "services/http/message.hpp"
#include "services/protocol/admin/caller.hpp"
#include "services/protocol/admin/services.hpp"

namespace kassa::protocol {

struct Reading {
  std::string action;   ///< "orders.exported"
  std::string subject;  ///< An id, or "" for many.
  std::string query;    ///< Of the request; its names are kept.
  std::int64_t rows{1};

  Reading(std::string action_, std::string subject_, const http::Request& request, std::size_t rows_)
      : action(std::move(action_)),
        subject(std::move(subject_)),
        query(request.query),
        rows(static_cast<std::int64_t>(rows_)) {}
};

[[nodiscard]] boost::asio::awaitable<Result<void>> note_reading(const AdminServices& services,
                                                                const AdminCaller& caller, Reading reading);

/// Lines of JSON, until an answer is full: what exports of orders and of customers are made of.
inline constexpr std::size_t kExportLinesMax = 1'000;
inline constexpr std::int64_t kExportRowsAtOnce = 100;

}  // namespace kassa::protocol
