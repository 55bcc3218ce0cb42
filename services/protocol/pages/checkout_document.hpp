#pragma once
// A checkout as whoever holds its link sees it: what is in it, what it costs, how it stands and where to go on. Nothing
// on it changes anything, and it names nobody. Pure.

#include "services/checkout/answers.hpp"
#include "services/protocol/links.hpp"
#include "services/protocol/pages/document.hpp"

namespace kassa::protocol {

/// Behind `continue_url`.
[[nodiscard]] Document checkout_page(const checkout::View& view, const Links& links, Language language);

/// For somebody who comes back from a bank's page: how the payment ended, as the Store has it.
[[nodiscard]] Document return_page(const checkout::View& view, const Links& links, Language language);

/// The same for a link that is over, wrong or somebody else's.
[[nodiscard]] Document invalid_link_page(Language language);
/// The database is away, or too much at once.
[[nodiscard]] Document unavailable_page(Language language);

}  // namespace kassa::protocol
