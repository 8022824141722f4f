// Language and library, with print alone.
class Shape { constructor(name) { this.name = name; } area() { return 0; } toString() { return `${this.name}: ${this.area()}`; } }
class Box extends Shape { constructor(w, h) { super("box"); Object.assign(this, { w, h }); } area() { return this.w * this.h; } }
print(new Box(3, 4), new Shape("none"));
function* primes() { const seen = []; for (let n = 2; ; n++) if (seen.every(p => n % p)) { seen.push(n); yield n; } }
const few = []; for (const p of primes()) { if (p > 200) break; few.push(p); }
print(few.join(","));
print(JSON.stringify({ a: [1, 2.5, null, true, "\u20ac"], b: { c: new Date(0).toISOString() } }));
print("The quick brown fox".replace(/(\w+) (\w+)/g, "$2 $1"), "x1y22z333".match(/\d+/g).join("|"));
print([3, 1, 10, 2].sort().join(), [3, 1, 10, 2].sort((a, b) => a - b).join());
print(2n ** 200n, (-7n) / 2n, BigInt.asUintN(64, -1n));
print(0.1 + 0.2, 1e21, 1 / 3, -0, NaN, 5e-324, (123.456).toFixed(2), (255).toString(16));
const map = new Map([[1, "one"], ["two", 2]]); map.set(NaN, "n"); print([...map.entries()].join(";"), map.get(NaN));
try { null.x; } catch (e) { print(e instanceof TypeError, e.message); }
const typed = new Float64Array([1, 2, 3]); print(new Uint8Array(typed.buffer).join(" "));
Promise.resolve(1).then(v => print("never printed: nobody runs jobs", v));
let hash = 0; for (let i = 0; i < 200000; i++) hash = (Math.imul(hash, 31) + (i ^ (hash >>> 3))) | 0; print(hash);
print([..."naïve"].reverse().join(""), "abc".padStart(6, "*"), "ﬁ".normalize("NFKD"));
undefinedFunction();
