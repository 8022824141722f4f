-- pcall, xpcall, error objects and levels, assert, runtime errors of every kind, stack overflow, deep recursion
print(pcall(error, "msg")) print(pcall(error, "msg", 0)) print(pcall(error)) print(select(2, pcall(error, {code = 7})).code)
local function f(x) if x > 3 then error("too big: " .. x) end return f(x + 1) + 1 end
print(pcall(f, 1))
print(xpcall(function() return 1 + nil end, function(m) return "handled: " .. m end))
print(pcall(function() local t = nil; t.x = 1 end)) print(pcall(function() return #5 end)) print(pcall(function() return {} < {} end))
print(pcall(function() return "a" + 1 end)) print(pcall(function() undefinedfunction() end)) print(pcall(function() return ("x")() end))
print(pcall(function() return {} .. "x" end)) print(pcall(function() local a; a.b.c = 1 end)) print(pcall(next, {}, "nokey"))
print(pcall(assert, false, "asserted")) print(pcall(assert, nil)) print(assert(1, 2, 3)) print(pcall(setmetatable, 1, {}))
local function inf() return 1 + inf() end
local ok, m = pcall(inf)
print(ok, (m:gsub("\n.*", "")):match("stack overflow") ~= nil)
print(pcall(string.rep, "x", -1), pcall(ipairs), pcall(tostring))
local depth = 0
local function nest(n) if n == 0 then error("bottom") end local ok, e = pcall(nest, n - 1) depth = depth + 1 error(e, 0) end
print(pcall(nest, 50), depth)
local lines = {}
xpcall(function() local function a() error("trace") end local function b() a() end b() end, function(m) for l in debug.traceback(m, 1):gmatch("[^\n]+") do lines[#lines + 1] = l end end)
print(#lines > 3, lines[1], lines[2])
print((loadstring or load)("x ="), (loadstring or load)("for"), (loadstring or load)("x = 'abc"))
local E = setmetatable({}, {__tostring = function() return "custom error" end})
print(select(2, pcall(error, E)) == E, tostring(select(2, pcall(error, E))))
for i = 1, 2000 do local ok = pcall(function() if i % 3 == 0 then error(i) elseif i % 3 == 1 then local x = nil + i end end) if not ok then depth = depth + 1 end end
print(depth)
local gc = 0
do local mt = {__gc = function() gc = gc + 1 end} if newproxy then for i = 1, 10 do getmetatable(newproxy(true)).__gc = mt.__gc end else for i = 1, 10 do setmetatable({}, mt) end end end
collectgarbage() collectgarbage()
print(gc)
error("the script ends with this")
