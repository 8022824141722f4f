-- coroutines: generators, passing values both ways, errors inside, nesting, status, wrap, producers and consumers
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end
local s = 0
for v in gen(1000) do s = s + v end
print(s)
local co = coroutine.create(function(a, b)
  print("start", a, b)
  local c = coroutine.yield(a + b)
  print("got", c)
  local d, e = coroutine.yield(c * 2)
  print("got", d, e)
  return "end", 99
end)
print(coroutine.status(co), coroutine.resume(co, 1, 2))
print(coroutine.status(co), coroutine.resume(co, 10))
print(coroutine.resume(co, "x", "y"))
print(coroutine.status(co), coroutine.resume(co))
local bad = coroutine.create(function() local x = nil; return x.field end)
print(coroutine.resume(bad))
print(coroutine.status(bad))
local function permgen(a, n)
  n = n or #a
  if n <= 1 then coroutine.yield(a) else
    for i = 1, n do a[n], a[i] = a[i], a[n] permgen(a, n - 1) a[n], a[i] = a[i], a[n] end
  end
end
local count, last = 0
for p in coroutine.wrap(function() permgen({1, 2, 3, 4, 5, 6}) end) do count = count + 1 last = table.concat(p) end
print(count, last)
local function producer() return coroutine.create(function() for _, l in ipairs{"one", "two", "three"} do coroutine.yield(l) end end) end
local function filter(p) return coroutine.create(function() local n = 1 while true do local ok, l = coroutine.resume(p) if not l then return end coroutine.yield(("%d: %s"):format(n, l)) n = n + 1 end end) end
local f = filter(producer())
while true do local ok, l = coroutine.resume(f) if not l then break end print(l) end
local deep = coroutine.wrap(function() local inner = coroutine.wrap(function() coroutine.yield("inner") error("from inner") end) coroutine.yield(inner()) local ok, e = pcall(inner) coroutine.yield(ok, e) return coroutine.running() ~= nil end)
print(deep()) print(deep()) print(deep())
local all = {}
for i = 1, 500 do all[i] = coroutine.create(function(x) while true do x = coroutine.yield(x + i) end end) end
local total = 0
for round = 1, 10 do for i = 1, 500 do local _, v = coroutine.resume(all[i], round) total = total + v end end
print(total)
print(type(select(2, pcall(coroutine.wrap(function() error({code = 5}) end)))))
print(select(2, pcall(coroutine.resume, nil)))
local function tree(t) if t then tree(t[1]) coroutine.yield(t[2]) tree(t[3]) end end
local tr = {{nil, 1, nil}, 2, {{nil, 3, nil}, 4, nil}}
local out = {}
for v in coroutine.wrap(function() tree(tr) end) do out[#out + 1] = v end
print(table.concat(out, ","))
