-- tables: array and hash parts, removal while walking, metatables, weak tables, sorting, concat, unpack
local unpack = table.unpack or unpack
local t = {}
for i = 1, 1000 do t[i] = i * i end
print(#t, t[500], t[1001])
for i = 1, 1000, 2 do t[i] = nil end
local n, s = 0, 0
for k, v in pairs(t) do n = n + 1 s = s + v t[k] = nil end
print(n, s, next(t))
for i = 1, 100 do t["k" .. i] = i t[i / 4] = i t[-i] = i end
n = 0 for _ in pairs(t) do n = n + 1 end
print(n)
local a = {5, 2, 8, 1, 9, 3}
table.sort(a) print(table.concat(a, " "))
table.sort(a, function(x, y) return x > y end) print(table.concat(a, " "))
table.insert(a, 10) table.insert(a, 1, 0) print(table.concat(a, " "), table.remove(a), table.remove(a, 1), #a)
print(unpack({1, 2, 3}, 2), select("#", unpack({}, 1, 5)), (select(2, "a", "b")))
local words = {}
for w in ([[sorting is stable only by luck so the comparison must be total and these words differ]]):gmatch("%a+") do words[#words + 1] = w end
table.sort(words, function(x, y) if #x ~= #y then return #x < #y end return x < y end)
print(table.concat(words, " "))
local big = {}
local seed = 42
local function rnd() seed = (seed * 16807) % 2147483647 return seed end
for i = 1, 5000 do big[i] = rnd() end
table.sort(big)
local ok = true
for i = 2, #big do ok = ok and big[i - 1] <= big[i] end
print(ok, big[1], big[5000])
print(pcall(table.sort, {3, 1, "x"}))
local V = {}
V.__index = V
V.__add = function(p, q) return setmetatable({x = p.x + q.x}, V) end
V.__eq = function(p, q) return p.x == q.x end
V.__lt = function(p, q) return p.x < q.x end
V.__le = function(p, q) return p.x <= q.x end
V.__call = function(self, y) return self.x * y end
V.__tostring = function(self) return "V(" .. self.x .. ")" end
V.__concat = function(p, q) return tostring(p) .. "~" .. tostring(q) end
V.__unm = function(p) return setmetatable({x = -p.x}, V) end
V.__newindex = function(self, k, v) rawset(self, k, v * 100) end
local p, q = setmetatable({x = 3}, V), setmetatable({x = 4}, V)
print(tostring(p + q), p == q, p < q, p <= q, p(5), p .. q, tostring(-p))
p.y = 2 print(p.y, rawget(p, "y"), rawequal(p, p), getmetatable(p) == V)
local default = setmetatable({}, {__index = function(_, k) return k .. "!" end})
print(default.hello, default[1], rawget(default, "hello"))
local weak = setmetatable({}, {__mode = "k"})
for i = 1, 100 do weak[{}] = i end
collectgarbage() collectgarbage()
n = 0 for _ in pairs(weak) do n = n + 1 end
print(n)
local grid = {}
for y = 1, 20 do grid[y] = {} for x = 1, 20 do grid[y][x] = (x * y) % 7 end end
local sum = 0
for y, row in ipairs(grid) do for x, v in ipairs(row) do sum = sum + v * (x - y) ^ 2 end end
print(sum)
print(#{1, 2, nil, 4} >= 2, #{n = 1}, next({}), type(next), rawlen and rawlen({1, 2}) or 2)
