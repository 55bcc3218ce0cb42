// Every peer with the same face: prepare(rules) gives a function from a cart's facts to the ids of matching rules.
// A rule is {id, terms: [{attribute, op, value}]}; all of its terms must hold. "has": the list holds the value.
import Module, { createRequire } from "node:module";

import { parse } from "@marcbachmann/cel-js";
import { ZenEngine } from "@gorules/zen-engine";
import { LogicEngine } from "json-logic-engine";
import { Engine } from "json-rules-engine";

const require = createRequire(import.meta.url);

/** "line.sku" as a path, for engines that read one. */
export function nested(facts) {
  const out = {};
  for (const [name, value] of Object.entries(facts)) {
    const [scope, key] = name.split(".");
    out[scope] ??= {};
    out[scope][key] = value;
  }
  return out;
}

function byHand(rules) {
  const test = {
    has: (held, value) => held.has(value),
    eq: (held, value) => held === value,
    gte: (held, value) => held >= value,
  };
  return (facts) => {
    const sets = {};
    for (const [name, value] of Object.entries(facts)) sets[name] = Array.isArray(value) ? new Set(value) : value;
    const ids = [];
    for (const rule of rules) {
      let holds = true;
      for (const { attribute, op, value } of rule.terms) {
        if (test[op](sets[attribute], value)) continue;
        holds = false;
        break;
      }
      if (holds) ids.push(rule.id);
    }
    return ids;
  };
}

function celJs(rules) {
  const text = JSON.stringify;
  const expression = {
    has: (attribute, value) => `${text(value)} in ${attribute}`,
    eq: (attribute, value) => `${attribute} == ${text(value)}`,
    gte: (attribute, value) => `${attribute} >= ${value}.0`,
  };
  const parsed = rules.map(({ id, terms }) => ({
    id,
    holds: parse(terms.map(({ attribute, op, value }) => expression[op](attribute, value)).join(" && ")),
  }));
  return (facts) => {
    const context = nested(facts);
    return parsed.filter(({ holds }) => holds(context)).map(({ id }) => id);
  };
}

function jsonLogicEngine(rules) {
  const engine = new LogicEngine();
  const logic = {
    has: (attribute, value) => ({ in: [value, { var: attribute }] }),
    eq: (attribute, value) => ({ "===": [{ var: attribute }, value] }),
    gte: (attribute, value) => ({ ">=": [{ var: attribute }, value] }),
  };
  const built = rules.map(({ id, terms }) => ({
    id,
    holds: engine.build({ and: terms.map(({ attribute, op, value }) => logic[op](attribute, value)) }),
  }));
  return (facts) => {
    const context = nested(facts);
    return built.filter(({ holds }) => holds(context)).map(({ id }) => id);
  };
}

function jsonRulesEngine(rules) {
  const operators = { has: "contains", eq: "equal", gte: "greaterThanInclusive" };
  const engine = new Engine(
    rules.map(({ id, terms }) => ({
      conditions: {
        all: terms.map(({ attribute, op, value }) => ({ fact: attribute, operator: operators[op], value })),
      },
      event: { type: "match", params: { id } },
    })),
  );
  return async (facts) => (await engine.run(facts)).events.map(({ params }) => params.id);
}

/** One decision table with a row for each rule, which collects. */
function zen(rules) {
  const attributes = [...new Set(rules.flatMap(({ terms }) => terms.map(({ attribute }) => attribute)))];
  const inputs = attributes.map((field, i) => ({ id: `in${i}`, name: field, field }));
  const cell = {
    has: (value) => `contains($, ${JSON.stringify(value)})`,
    eq: (value) => JSON.stringify(value),
    gte: (value) => `>= ${value}`,
  };
  const rows = rules.map(({ id, terms }, i) => {
    const row = { _id: `r${i}`, out: JSON.stringify(id) };
    for (const { id: column } of inputs) row[column] = "";
    for (const { attribute, op, value } of terms) row[`in${attributes.indexOf(attribute)}`] = cell[op](value);
    return row;
  });
  const table = { hitPolicy: "collect", inputs, outputs: [{ id: "out", name: "id", field: "id" }], rules: rows };
  const content = {
    nodes: [
      { id: "a", name: "a", type: "inputNode" },
      { id: "b", name: "b", type: "decisionTableNode", content: table },
      { id: "c", name: "c", type: "outputNode" },
    ],
    edges: [
      { id: "ab", sourceId: "a", targetId: "b", type: "edge" },
      { id: "bc", sourceId: "b", targetId: "c", type: "edge" },
    ],
  };
  const decision = new ZenEngine().createDecision(content);
  return async (facts) => {
    const { result } = await decision.evaluate(nested(facts));
    return (Array.isArray(result) ? result : []).map(({ id }) => id);
  };
}

/** Medusa's own check of a promotion's rules, in memory: its framework module is only a door to its utils. */
function medusa(rules) {
  const load = Module._load;
  Module._load = function (name, ...rest) {
    return load.call(this, name === "@medusajs/framework/utils" ? "@medusajs/utils" : name, ...rest);
  };
  const file = "@medusajs/promotion/dist/utils/validations/promotion-rule.js";
  const { areRulesValidForContext } = require(file);
  Module._load = load;
  const operators = { has: "in", eq: "eq", gte: "gte" };
  const kept = rules.map(({ id, terms }) => ({
    id,
    rules: terms.map(({ attribute, op, value }) => ({
      attribute,
      operator: operators[op],
      values: [{ value: String(value) }],
    })),
  }));
  return (facts) => {
    const context = nested(facts);
    return kept.filter((promotion) => areRulesValidForContext(promotion.rules, context)).map(({ id }) => id);
  };
}

/** `target`: how many times as long as Kassa it takes at least, at 10,000 rules. */
export const engines = [
  { name: "a loop by hand with Sets", prepare: byHand, target: 500 },
  { name: "@marcbachmann/cel-js, parsed", prepare: celJs, target: 3_000 },
  { name: "@medusajs/promotion, its rule check", prepare: medusa, target: 5_000 },
  { name: "json-logic-engine, compiled", prepare: jsonLogicEngine },
  { name: "@gorules/zen-engine, one table", prepare: zen, target: 20_000 },
  { name: "json-rules-engine", prepare: jsonRulesEngine, target: 100_000 },
];
