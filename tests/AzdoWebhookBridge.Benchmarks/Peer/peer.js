// Maps events with the jq binding that Port's own backend uses. One JSON request a line, one JSON answer a line.
'use strict';

const jq = require('@port-labs/jq-node-bindings');

let rules = [];
let program = '.';

// As Port does it: the event is parsed once, then every filter is asked, and every expression of the rules that apply.
function byExpression(text) {
  const input = { body: JSON.parse(text), headers: {}, queryParams: {} };
  const results = [];
  for (const rule of rules) {
    const applies = rule.filter === '' || jq.exec(input, rule.filter) === true;
    results.push(applies ? rule.expressions.map((expression) => jq.exec(input, expression) ?? null) : null);
  }
  return results;
}

function byProgram(text) {
  return jq.exec({ body: JSON.parse(text), headers: {}, queryParams: {} }, program, { throwOnError: true });
}

function answer(request) {
  const map = request.asProgram ? byProgram : byExpression;
  switch (request.do) {
    case 'load':
      rules = request.rules;
      program = request.program;
      return { ok: true };
    case 'map':
      return { results: map(request.event) };
    default: {
      const start = process.hrtime.bigint();
      const end = start + BigInt(request.milliseconds) * 1000000n;
      let events = 0;
      let now = start;
      while (now < end) {
        for (let i = 0; i < 10; i += 1) {
          map(request.event);
        }
        events += 10;
        now = process.hrtime.bigint();
      }
      return { eventsPerSecond: events / (Number(now - start) / 1e9) };
    }
  }
}

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  let result;
  try {
    result = answer(JSON.parse(line));
  } catch (error) {
    result = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(result)}\n`);
});
