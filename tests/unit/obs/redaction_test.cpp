#include "services/platform/obs/redaction.hpp"

#include <gtest/gtest.h>

namespace kassa::platform {
namespace {

struct Case {
  const char* name;
  const char* field;
  const char* value;
  const char* reason;
};

const Case kCases[] = {
    {"a card number", "note", "4111111111111111", "card"},
    {"a card number in a sentence", "note", "my card is 4111 1111 1111 1111 thanks", "card"},
    {"a secret key", "key", "sk_live_0123456789abcdef", "key"},
    {"a publishable key in an address", "url", "/v1/x?key=pk_test_0123456789abcdef", "key"},
    {"a gateway's restricted key", "k", "rk_live_0123456789", "key"},
    {"a webhook secret", "k", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "key"},
    {"a bearer token in any case", "h", "bEaReR abcdef0123456789", "token"},
    {"basic credentials", "h", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "token"},
    {"a JWT", "h", "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UifQ.DtEhU3", "token"},
    {"a private key", "pem", "-----BEGIN PRIVATE KEY-----", "pem"},
    {"an e-mail address", "who", "jo@example.com", "email"},
    {"an e-mail address inside text", "who", "sent to <jo.do+x@mail.example.co.uk>.", "email"},
    {"a percent-encoded e-mail address", "url", "/find?email=jo%40example.com", "email"},
    {"an e-mail address with letters beyond ASCII", "who", "j\xC3\xB6@ex\xC3\xA4mple.com", "email"},
    {"whatever is in a field named like a secret", "Authorization", "x", "field"},
    {"whatever is in a field named like a person's", "email", "none", "field"},
    {"an order id", "order", "ord_01hx3k5p9w0123456789abcdefghjkmnpqrs", ""},
    {"a word that ends like a marker", "task", "risk_assessment_done task_0123456789", ""},
    {"a short key prefix", "kind", "sk_ or pk_live", ""},
    {"a plain sentence with basic and bearer", "text", "basic settings; the bearer was away", ""},
    {"an at sign without a domain", "text", "3 @ 4.50", ""},
    {"an at sign without a dot", "text", "root@localhost", ""},
    {"a time in milliseconds", "at", "1775649600000", ""},
    {"a long number that is no card", "n", "4111111111111112", ""},
    {"nothing", "n", "", ""},
};

TEST(Redaction, tells_what_must_not_be_written) {
  for (const auto& row : kCases) EXPECT_EQ(redaction_reason(row.field, row.value), row.reason) << row.name;
}

}  // namespace
}  // namespace kassa::platform
