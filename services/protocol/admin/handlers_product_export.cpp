#include "services/base/limits.hpp"
#include "services/catalog/product_export.hpp"
#include "services/protocol/admin/answers.hpp"
#include "services/protocol/admin/handlers.hpp"
#include "services/protocol/admin/paging.hpp"
#include "services/protocol/admin/reading.hpp"

namespace kassa::protocol {

namespace asio = boost::asio;

asio::awaitable<http::Response> export_products(const AdminServices& services, const AdminCaller& caller,
                                                const http::Request& request) {
  constexpr std::string_view kList = "product_export";
  if (const auto refused = refuse_limit(request); !refused) co_return admin_failure(refused.error());
  const auto page = read_page(request, kList, {"etags"});
  if (!page) co_return admin_failure(page.error());
  const auto etags = read_filter(request, "etags", {"true", "false"});
  if (!etags) co_return admin_failure(etags.error());
  const bool with_etags = etags.value() == "true";
  http::Response response(200, "");
  response.content_type = "application/x-ndjson";
  std::string after = page.value().after;
  std::size_t lines = 0;
  while (true) {
    const auto found =
        co_await catalog::export_products(services.store, caller.store, after, kExportRowsAtOnce, with_etags);
    if (!found) co_return admin_failure(found.error());
    for (const catalog::ProductLine& line : found.value().lines) {
      const bool full =
          lines == kExportLinesMax || response.body.size() + line.text.size() >= limits::kImportBodyBytesMax;
      if (full && lines > 0) {
        response.headers.emplace_back("Next-Cursor", cursor_of(kList, after));
        co_return response;
      }
      response.body.append(line.text).append("\n");
      after = line.id;
      ++lines;
    }
    if (!found.value().more) co_return response;
    after = found.value().last;
  }
}

}  // namespace kassa::protocol
