#include "services/protocol/pages/checkout_document.hpp"

#include <algorithm>

#include "services/protocol/message_text.hpp"
#include "services/protocol/pages/wording.hpp"
#include "services/protocol/text/format.hpp"

namespace kassa::protocol {
namespace {

using checkout::State;

constexpr int kReloadSeconds = 5;

class CheckoutWriter {
 public:
  CheckoutWriter(const checkout::View& view, const Links& links, Language language)
      : view_(view), session_(view.session), links_(links), language_(language) {}

  [[nodiscard]] Document begin(DocumentSection first) const {
    const std::string title = say(Phrase::kCheckoutTitle, language_, {{"shop", view_.snapshot.settings.name}});
    Document page{language_, title, {std::move(first)}};
    if (is_being_paid()) page.reload_seconds = kReloadSeconds;
    return page;
  }

  /// How it stands, and where to go on.
  [[nodiscard]] DocumentSection state() const {
    DocumentSection section;
    switch (session_.state) {
      case State::kOpen: add_open(section); break;
      case State::kNeedsBuyer: add_confirmation(section); break;
      case State::kCompleting: section.paragraphs.push_back(text(Phrase::kPaymentChecked)); break;
      case State::kCompleted: add_bought(section, Phrase::kThankYou); break;
      case State::kCanceled: section.paragraphs.push_back(text(Phrase::kCheckoutCanceled)); break;
    }
    const std::string email = masked_email(session_.buyer.email);
    if (!email.empty()) section.rows.push_back({text(Phrase::kEmail), email});
    return section;
  }

  /// How the payment ended.
  [[nodiscard]] DocumentSection outcome() const {
    DocumentSection section;
    switch (session_.state) {
      case State::kCompleted: add_bought(section, Phrase::kPaymentMade); break;
      case State::kNeedsBuyer:
        section.paragraphs.push_back(text(Phrase::kPaymentChecked));
        add_confirmation(section);
        break;
      case State::kCompleting: section.paragraphs.push_back(text(Phrase::kPaymentChecked)); break;
      case State::kCanceled: section.paragraphs.push_back(text(Phrase::kCheckoutCanceled)); break;
      case State::kOpen:
        section.paragraphs.push_back(text(Phrase::kPaymentDeclined));
        section.links.push_back({text(Phrase::kTryAgain), links_.continue_url(view_.snapshot.settings, session_)});
        break;
    }
    return section;
  }

  [[nodiscard]] DocumentSection items() const {
    DocumentSection section;
    section.heading = text(Phrase::kItems);
    for (const checkout::QuoteLine& line : view_.quote.lines) {
      section.rows.push_back({counted(line.quantity, line.title), money(line.subtotal)});
    }
    return section;
  }

  [[nodiscard]] DocumentSection sums() const {
    DocumentSection section;
    for (const checkout::Component& part : view_.quote.components) {
      const Phrase word = phrase_of_component(to_text(part.kind));
      section.rows.push_back({text(word), money(part.amount), part.label});
    }
    section.rows.push_back({text(Phrase::kTotal), money(view_.quote.total)});
    return section;
  }

  /// The store's own: terms, privacy.
  [[nodiscard]] DocumentSection store_links() const {
    DocumentSection section;
    for (const ports::StoreLink& link : view_.snapshot.settings.links) {
      section.links.push_back({link.title.empty() ? link.url : link.title, link.url});
    }
    return section;
  }

 private:
  [[nodiscard]] std::string text(Phrase phrase) const { return std::string(text_of(phrase, language_)); }
  [[nodiscard]] std::string money(std::int64_t minor) const {
    return money_text(Money{minor, view_.quote.currency}, language_);
  }
  [[nodiscard]] bool is_being_paid() const noexcept {
    return session_.state == State::kCompleting || session_.state == State::kNeedsBuyer;
  }

  void add_open(DocumentSection& section) const {
    section.paragraphs.push_back(text(view_.quote.ready ? Phrase::kCheckoutReady : Phrase::kCheckoutIncomplete));
    for (const checkout::Message& message : view_.quote.messages) {
      if (message.level == checkout::Level::kInfo) continue;
      section.paragraphs.push_back(message_text(message, language_));
    }
  }
  void add_confirmation(DocumentSection& section) const {
    section.paragraphs.push_back(text(Phrase::kConfirmPayment));
    section.links.push_back({text(Phrase::kConfirmPaymentLink), session_.action_url});
  }
  void add_bought(DocumentSection& section, Phrase thanks) const {
    section.paragraphs.push_back(text(thanks));
    section.links.push_back({text(Phrase::kSeeOrder), links_.order_url(view_.snapshot.settings, session_.store,
                                                                       session_.owner, session_.order)});
  }

  const checkout::View& view_;
  const checkout::Session& session_;
  const Links& links_;
  Language language_;
};

Document short_page(Language language, Phrase title, Phrase paragraph) {
  DocumentSection only;
  only.paragraphs.push_back(say(paragraph, language));
  return {language, say(title, language), {std::move(only)}};
}

}  // namespace

Document checkout_page(const checkout::View& view, const Links& links, Language language) {
  const CheckoutWriter write(view, links, language);
  Document page = write.begin(write.state());
  page.sections.push_back(write.items());
  page.sections.push_back(write.sums());
  page.sections.push_back(write.store_links());
  return page;
}

Document return_page(const checkout::View& view, const Links& links, Language language) {
  const CheckoutWriter write(view, links, language);
  Document page = write.begin(write.outcome());
  page.sections.push_back(write.sums());
  return page;
}

Document invalid_link_page(Language language) {
  return short_page(language, Phrase::kLinkInvalid, Phrase::kLinkInvalidWhy);
}

Document unavailable_page(Language language) {
  Document page = short_page(language, Phrase::kPageAway, Phrase::kPageAway);
  page.sections.clear();
  page.reload_seconds = kReloadSeconds;
  return page;
}

}  // namespace kassa::protocol
