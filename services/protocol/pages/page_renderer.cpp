#include "services/protocol/pages/page_renderer.hpp"

#include "services/base/ensure.hpp"
#include "services/protocol/pages/checkout_document.hpp"
#include "services/protocol/principal.hpp"

namespace kassa::protocol {
namespace {

constexpr std::string_view kPagePrefix = "page/";
constexpr std::string_view kOwnLanguage = "-";

struct PageWish {
  LinkKind kind{LinkKind::kCheckout};
  std::optional<Language> language;
  bool live{false};
};

PageWish wish_from(std::string_view text) {
  ensure(text.starts_with(kPagePrefix), "a rendering text of another protocol");
  text.remove_prefix(kPagePrefix.size());
  const auto slash = text.find('/', 2);
  ensure(slash != std::string_view::npos, "a page has a kind, a language and a mode");
  PageWish wish;
  wish.kind = text[0] == static_cast<char>(LinkKind::kReturn) ? LinkKind::kReturn : LinkKind::kCheckout;
  wish.language = language_from(text.substr(2, slash - 2));
  wish.live = text.substr(slash + 1) == "live";
  return wish;
}

checkout::Answer page_answer(int status, const Document& document) {
  checkout::Answer answer;
  answer.status = status;
  answer.body = std::make_shared<const std::string>(to_html(document));
  return answer;
}

}  // namespace

std::string page_rendering_text(LinkKind kind, std::optional<Language> language, bool live) {
  std::string out(kPagePrefix);
  out.append(1, static_cast<char>(kind)).append("/");
  return out.append(language ? tag_of(*language) : kOwnLanguage).append(live ? "/live" : "/test");
}

checkout::Answer PageRenderer::render(std::string_view rendering, checkout::Operation,
                                      const checkout::View& view) const {
  const PageWish wish = wish_from(rendering);
  const auto own = language_from(view.session.context.language);
  const Language language = wish.language.value_or(own.value_or(Language::kEnglish));
  if (is_live(view.session.owner) != wish.live) return page_answer(404, invalid_link_page(language));
  const auto page = wish.kind == LinkKind::kReturn ? &return_page : &checkout_page;
  return page_answer(200, page(view, links_, language));
}

std::string PageRenderer::order_event(const ports::OrderRecord&, const checkout::Snapshot&) const {
  ensure(false, "nobody buys with a page");
  return {};
}

}  // namespace kassa::protocol
