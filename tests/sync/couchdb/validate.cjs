/**
 * Runs CouchDB's validation function on cases: `node validate.cjs <acorn's directory>`.
 *
 * Standard input: `{"source", "calls": [[newDoc, oldDoc, userCtx, secObj], …]}`; standard output: for each call,
 * null or what was thrown. The function sees ES5's own names and nothing else: what CouchDB's engines lack must
 * not be here either.
 */
'use strict';

const vm = require('node:vm');
const acorn = require(process.argv[2]);

const ES5 = new Set([
  ...['Object', 'Function', 'Array', 'String', 'Boolean', 'Number', 'Math', 'Date', 'RegExp', 'JSON'],
  ...['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'],
  ...['NaN', 'Infinity', 'undefined', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'eval'],
  ...['decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent'],
]);

function bare() {
  const context = vm.createContext(Object.create(null));
  for (const name of vm.runInContext('Object.getOwnPropertyNames(this)', context)) {
    if (!ES5.has(name)) vm.runInContext(`delete this[${JSON.stringify(name)}]`, context);
  }
  return context;
}

function thrown(context, call) {
  context.call = JSON.stringify(call);
  return JSON.parse(
    vm.runInContext(
      '(function () { try { validate.apply(null, JSON.parse(call)); return "null"; }' +
        ' catch (refusal) { return JSON.stringify(refusal.forbidden ? refusal : { error: String(refusal) }); } })()',
      context,
    ),
  );
}

let input = '';
process.stdin.on('data', (piece) => (input += piece));
process.stdin.on('end', () => {
  const { source, calls } = JSON.parse(input);
  acorn.parse(`(${source})`, { ecmaVersion: 5 });
  const context = bare();
  vm.runInContext(`var validate = (${source});`, context);
  process.stdout.write(JSON.stringify(calls.map((call) => thrown(context, call))));
});
