// Much of the language in little time.
import * as std from "std";

const print = console.log;
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
print(fib(12), scriptArgs.length, scriptArgs.slice(1).join("|"));

class Shape { constructor(name) { this.name = name; } get label() { return `<${this.name}>`; } static of(...names) { return names.map((n) => new this(n)); } }
class Circle extends Shape { area(r) { return Math.PI * r ** 2; } }
print(Circle.of("a", "b").map((c) => c.label).join(), new Circle("c").area(2).toFixed(6));

const counts = new Map();
for (const word of "the cat and the dog and the bird".split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
print(JSON.stringify([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))));

function* squares(n) { for (let i = 0; i < n; i++) yield i * i; }
print([...squares(8)], [3, 1, 2].sort(), [..."h\u00e9llo"].reverse().join(""));

print("2024-05-06".replace(/(\d+)-(\d+)-(\d+)/, "$3.$2.$1"), /(?<y>\d{4})/.exec("in 1999").groups.y, "aBc".match(/[A-Z]/gi).length);
print(0.1 + 0.2, 1 / 3, 1e21, -0, NaN, parseInt("ff", 16), (255).toString(2), (1234.5678).toExponential(3), 2n ** 100n % 1000007n);
print(new Date(86400000).toISOString(), typeof Symbol.iterator, [1, [2, [3, [4]]]].flat(Infinity));

const proxy = new Proxy({}, { get: (_, key) => `got ${String(key)}` });
print(proxy.anything, Object.entries({ a: 1, b: { c: [2] } }).length, structured({ x: [1, { y: 2 }] }));
function structured(value) { return JSON.stringify(JSON.parse(JSON.stringify(value)), null, 1).replace(/\s+/g, ""); }

try { null.property; } catch (e) { print(e.name, e instanceof TypeError); }
try { (function deep() { deep(); })(); } catch (e) { print(e.name, e.message); }
const late = [];
Promise.resolve(1).then((v) => late.push(v)).finally(() => print("late", late));
(async () => { for await (const v of [Promise.resolve("x"), "y"]) print("awaited", v); })();

const bytes = new Uint8Array(new Float64Array([1.5]).buffer);
print([...bytes].join(), new DataView(bytes.buffer).getFloat64(0, true));
let hash = 0;
for (let i = 0; i < 20000; i++) hash = (hash * 31 + i) | 0;
print(hash, [...Array(300).keys()].map((i) => (i * 7919) % 3001).sort((a, b) => a - b).filter((v, i) => i % 60 === 0).join());
std.printf("%05d %s %.2f\n", 42, "std", 2.5);
