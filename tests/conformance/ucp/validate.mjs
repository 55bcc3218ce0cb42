// Holds the answers that ucp_samples wrote against the published schemas: validate.mjs SAMPLES SCHEMAS.
// The schemas refer to each other by relative file name, while their $id leaves the version out: each is known here by the
// address that its place in the folder gives it.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";

const SKIPPED = 77;
const [samples, schemas] = process.argv.slice(2);

function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(SKIPPED);
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (path.endsWith(".json")) yield path;
  }
}

async function makeAjv() {
  try {
    const { default: Ajv } = await import("ajv/dist/2020.js");
    const { default: addFormats } = await import("ajv-formats");
    // Their own annotations (ucp_request ...) are no keywords of JSON Schema.
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    return ajv;
  } catch {
    return skip("ajv is not installed; run npm ci in tests/conformance/ucp");
  }
}

const addressOf = (path) => pathToFileURL(path).href;

if (!schemas || !existsSync(schemas)) skip(`no schemas in ${schemas}`);
const ajv = await makeAjv();
for (const folder of ["schemas", "discovery"]) {
  for (const path of filesBelow(join(schemas, folder))) {
    const schema = JSON.parse(readFileSync(path, "utf8"));
    ajv.addSchema({ ...schema, $id: addressOf(path) });
  }
}

const shopping = (file) => addressOf(join(schemas, "schemas/shopping", file));
const extension = (name) => `${shopping(`${name}.json`)}#/$defs/dev.ucp.shopping.checkout`;
// A negotiated checkout is the base and all of its extensions at once.
const wanted = {
  checkout: [shopping("checkout.json"), extension("discount"), extension("fulfillment"), extension("buyer_consent")],
  cart: [shopping("cart.json"), `${shopping("discount.json")}#/$defs/dev.ucp.shopping.cart`],
  catalog_search: [`${shopping("catalog_search.json")}#/$defs/search_response`],
  catalog_lookup: [`${shopping("catalog_lookup.json")}#/$defs/lookup_response`],
  catalog_product: [`${shopping("catalog_lookup.json")}#/$defs/get_product_response`],
  error_response: [shopping("types/error_response.json")],
  order: [shopping("order.json")],
  profile: [`${addressOf(join(schemas, "discovery/profile_schema.json"))}#/$defs/business_profile`],
};

let faults = 0;
let checks = 0;
for (const path of filesBelow(samples)) {
  const name = relative(samples, path);
  const document = JSON.parse(readFileSync(path, "utf8"));
  for (const address of wanted[name.split(".")[0]] ?? skip(`no schema for ${name}`)) {
    const validate = ajv.getSchema(address);
    if (!validate) throw new Error(`no schema at ${address}`);
    checks += 1;
    if (validate(document)) continue;
    faults += 1;
    console.log(`${name} is not valid against ${relative(schemas, new URL(address).pathname)}:`);
    for (const error of validate.errors) console.log(`  ${error.instancePath || "/"} ${error.message}`);
  }
}
console.log(`${checks} checks, ${faults} faults`);
process.exit(faults === 0 && checks > 0 ? 0 : 1);
