// An independent verifier of HTTP message signatures (RFC 9421, ES256): signature_check.mjs MESSAGE.json. Shares nothing with
// the code under test; ends with 0 when digest and signature hold, with 1 when they do not.

import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";

const message = JSON.parse(readFileSync(process.argv[2], "utf8"));
const url = new URL(message.url);
const headers = new Map(Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));

const derived = {
  "@method": message.method.toUpperCase(),
  "@authority": url.host,
  "@path": url.pathname,
  "@query": url.search || "?",
};

const input = /^sig1=(\(([^)]*)\)(.*))$/.exec(headers.get("signature-input"));
const components = input[2].split(" ").map((quoted) => JSON.parse(quoted));
const lines = components.map((name) => `"${name}": ${derived[name] ?? headers.get(name)}`);
const base = [...lines, `"@signature-params": ${input[1]}`].join("\n");

const digest = `sha-256=:${createHash("sha256").update(message.body).digest("base64")}:`;
const signature = Buffer.from(/^sig1=:(.*):$/.exec(headers.get("signature"))[1], "base64");
const key = createPublicKey({ key: message.jwk, format: "jwk" });
const holds = verify("sha256", Buffer.from(base), { key, dsaEncoding: "ieee-p1363" }, signature);

console.log(`digest ${digest === headers.get("content-digest")}, signature ${holds}`);
process.exit(holds && digest === headers.get("content-digest") ? 0 : 1);
