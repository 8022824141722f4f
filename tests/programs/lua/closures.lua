-- closures, upvalues, recursion, varargs, tail calls, scoping
local function counter() local n = 0 return function() n = n + 1 return n end, function(v) n = v end end
local inc, set = counter()
inc() inc() set(10) print(inc(), inc())
local fs = {}
for i = 1, 5 do fs[i] = function(d) i = i + d return i end end
print(fs[1](1), fs[1](1), fs[2](10), fs[5](0))
local function compose(...) local f = {...} return function(x) for i = #f, 1, -1 do x = f[i](x) end return x end end
print(compose(function(x) return x + 1 end, function(x) return x * 2 end, math.sqrt)(49))
local function va(...) local a, b = ... return select("#", ...), a, b, (select("#", ...) > 2 and select(3, ...)) end
print(va()) print(va(nil, nil)) print(va(1, 2, 3, 4))
local function fact(n, acc) acc = acc or 1 if n <= 1 then return acc end return fact(n - 1, acc * n) end
print(fact(20.0))
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end
print(loop(100000))
local Y = function(f) return (function(x) return x(x) end)(function(x) return f(function(...) return x(x)(...) end) end) end
print(Y(function(self) return function(n) return n < 2 and n or self(n - 1) + self(n - 2) end end)(18))
local memo = setmetatable({}, {__mode = "v"})
local function fib(n) if n < 2 then return n end local v = memo[n] if v then return v end v = fib(n - 1) + fib(n - 2) memo[n] = v return v end
print(fib(80))
do local x = 1 do local x = 2 x = x + 1 end print(x) end
local t = {f = function(self, k) return self.v * k end, v = 6}
print(t:f(7), t.f({v = 1}, 2))
local env = {print = print}
local chunk = (setfenv and (function() local f = loadstring("y = 5 print(y) return y * 2") setfenv(f, env) return f end)()) or load("y = 5 print(y) return y * 2", "chunk", "t", env)
print(chunk(), env.y, y)
local acc = {}
for i = 10, 1, -3 do acc[#acc + 1] = i end
for i = 0.5, 2, 0.5 do acc[#acc + 1] = i end
print(table.concat(acc, " "))
local i = 1
while true do i = i * 2 if i > 1000 then break end end
repeat local done = i < 5 i = math.floor(i / 3) until done
print(i)
print((function(...) return select("#", ...) end)(nil, nil, nil))
print(string.dump and #string.dump(function() return 1 end) > 10)
