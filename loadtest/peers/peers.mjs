// The same rules and carts through Kassa and rule engines from npm: answers first, then times, in turn.
// Usage: node peers.mjs --bench BINARY [--rules N,N] [--rounds N] [--seed N]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { engines } from "./engines.mjs";

const MS_PER_CELL = 1_500;

function option(name, usual) {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? usual : process.argv[at + 1];
}

const bench = option("bench");
const counts = option("rules", "1000,10000").split(",").map(Number);
const rounds = Number(option("rounds", "5"));
const seed = option("seed", "1");
const folder = mkdtempSync(join(tmpdir(), "kassa-peers-"));

/** Rules, carts and answers, and what Kassa needs in this very minute. */
function fromKassa(rules) {
  const file = join(folder, "rules.json");
  execFileSync(bench, ["--export", file, "--rules", String(rules), "--seed", seed]);
  return JSON.parse(readFileSync(file, "utf8"));
}

/** A comparison of the generated rules, which use no others. */
function termOf({ attr, op, value }) {
  const list = attr.startsWith("line.") || attr === "customer.segments";
  if (op === "gte") return { attribute: attr, op, value: typeof value === "object" ? value.EUR : value };
  if (op === "eq" && !list) return { attribute: attr, op, value };
  const values = Array.isArray(value) ? value : [value];
  if (values.length !== 1 || !list) throw new Error(`no peer is asked for ${attr} ${op}`);
  return { attribute: attr, op: "has", value: values[0] };
}

/** Conditions of the automatic rules; codes, money and schedules are not for all peers. */
function translated(rules) {
  return rules
    .filter(({ trigger }) => trigger === "automatic")
    .map(({ id, when, target }) => ({
      id,
      terms: [...(target ? [termOf(target.where)] : []), ...(when?.all ?? []).map(termOf)],
    }));
}

const same = (a, b) => a.length === b.length && a.toSorted().every((id, i) => id === b[i]);

async function agrees(match, document) {
  for (const [i, cart] of document.carts.entries()) {
    if (!same(await match(cart), document.answers[i].toSorted())) return false;
  }
  return true;
}

/** Milliseconds for a cart, over as many carts as fit into a while. */
async function timed(match, carts) {
  const begin = performance.now();
  let made = 0;
  do {
    await match(carts[made % carts.length]);
    made += 1;
  } while (performance.now() - begin < MS_PER_CELL / rounds);
  return (performance.now() - begin) / made;
}

function summary(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], low: sorted[0], high: sorted.at(-1) };
}

const shown = (ms) => (ms < 0.1 ? ms.toFixed(4) : ms < 10 ? ms.toFixed(2) : ms.toFixed(0));

function row(name, build, { median, low, high }, kassa, target) {
  const ratio = median / kassa;
  const range = `${shown(median)} (${shown(low)}-${shown(high)})`;
  const verdict = target === undefined ? "" : `  target ${target}x: ${ratio >= target ? "met" : "SHORT"}`;
  console.log(`  ${name.padEnd(38)}${build.padStart(8)}${range.padStart(26)}${ratio.toFixed(0).padStart(10)}x${verdict}`);
}

async function compare(count) {
  const document = fromKassa(count);
  const rules = translated(document.rules);
  const kassa = [document.kassa.evaluate_ns / 1e6];
  const scan = [document.kassa.scan_ns / 1e6];
  const matched = document.answers.reduce((sum, ids) => sum + ids.length, 0) / document.answers.length;
  console.log(`${count} rules, ${rules.length} of them automatic; ${document.carts.length} carts of 20 lines, ` +
    `${matched.toFixed(1)} rules match each`);
  const ready = [];
  for (const engine of engines) {
    const begin = performance.now();
    const match = engine.prepare(rules);
    const build = performance.now() - begin;
    if (!(await agrees(match, document))) throw new Error(`${engine.name} gives other answers`);
    ready.push({ ...engine, match, build, times: [] });
  }
  console.log("  every engine finds the same rules for every cart");
  for (let round = 0; round < rounds; round += 1) {
    for (const engine of ready) engine.times.push(await timed(engine.match, document.carts));
    const again = fromKassa(count).kassa;
    kassa.push(again.evaluate_ns / 1e6);
    scan.push(again.scan_ns / 1e6);
  }
  const own = summary(kassa);
  console.log(`  ${"engine".padEnd(38)}${"build ms".padStart(8)}${"ms for a cart".padStart(26)}${"x Kassa".padStart(11)}`);
  row("Kassa: match, select and allocate", "", own, own.median);
  row("Kassa, asking every rule", "", summary(scan), own.median);
  for (const engine of ready) {
    const target = count === 10_000 ? engine.target : undefined;
    row(engine.name, engine.build.toFixed(0), summary(engine.times), own.median, target);
  }
}

try {
  console.log(`node ${process.version}; median of ${rounds} rounds in turn (lowest-highest); peers only match`);
  for (const count of counts) await compare(count);
} finally {
  rmSync(folder, { recursive: true });
}
