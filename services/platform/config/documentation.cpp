#include "services/platform/config/settings.hpp"

namespace kassa::platform {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Configuration

This page is generated from the table in `services/platform/config/settings.cpp`; a test holds it against the
code.

`kassad` takes each setting from the first place that has it: the command line, then the environment, then the
TOML file named by `--config`, then the default. All problems are told at once, one line each, and the exit
code is 2. Settings of a store (currencies, discounts, shipping, gateways, protocol posture) are not here:
they belong to the store and are changed through the merchant API.

A variable `KASSA_...` that names no setting is refused when it looks like one that does ("did you mean"), and warned
of otherwise; variables that container platforms set for a service called kassa are left alone.

```
kassad init   --data DIR --store S [--name N] [--currency C] [--live] [--json]
kassad init   --data DIR --store S --new-keys [--json]
kassad import --data DIR --store S [--new] FOLDER
kassad import-discounts --from shopify|medusa|commercetools FILE
kassad serve  --data DIR [--https ADDR:PORT] [--http ADDR:PORT] [--admin ADDR:PORT] [--config FILE] ...
kassad --version
```

A file holds the keys at its top level:

```toml
data = "/var/lib/kassa"
https = "0.0.0.0:8443"
tls_certificate = "/etc/kassa/tls/fullchain.pem"
tls_key = "/etc/kassa/tls/key.pem"
public_url = "https://checkout.example.com"
threads = 4
```
)";

void append_row(std::string& page, const Setting& setting) {
  const auto source = [&](unsigned bit, const std::string& text) {
    return (setting.sources & bit) != 0 ? "`" + text + "`" : std::string{"-"};
  };
  page += "| " + source(kFromFile, std::string(setting.key));
  page += " | " + source(kFromEnvironment, variable_of(setting));
  page += " | " + source(kFromFlag, flag_of(setting));
  page += " | " + (setting.initial.empty() ? std::string{"-"} : std::string(setting.initial));
  page += " | " + std::string(setting.meaning) + " Must be " + std::string(setting.allowed) + ". |\n";
}

void append_table(std::string& page, std::string_view title, unsigned command) {
  page += "\n## " + std::string(title) +
          "\n\n| file | environment | command line | default | meaning |\n|---|---|---|---|---|\n";
  for (const auto& setting : settings()) {
    if ((setting.commands & command) != 0) append_row(page, setting);
  }
}

}  // namespace

std::string settings_documentation() {
  std::string page{kIntroduction};
  append_table(page, "kassad serve", kForServe);
  append_table(page, "kassad init", kForInit);
  append_table(page, "kassad import", kForImport);
  append_table(page, "kassad import-discounts", kForImportDiscounts);
  return page;
}

}  // namespace kassa::platform
