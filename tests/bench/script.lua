-- Lua as a benchmark: calls, tables, strings, closures, in a number of units.
local units = tonumber(arg[1]) or 1
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local total = 0
for unit = 1, units do
  total = total + fib(22)
  local words = {}
  for i = 1, 6000 do
    local w = ("w%d"):format((i * 7919 + unit) % 1013)
    words[w] = (words[w] or 0) + 1
  end
  local list = {}
  for w, n in pairs(words) do list[#list + 1] = { w = w, n = n } end
  table.sort(list, function(a, b) return a.n > b.n or a.n == b.n and a.w < b.w end)
  local text = {}
  for i, e in ipairs(list) do text[i] = e.w .. "=" .. e.n end
  total = total + #table.concat(text, ",") + select(2, table.concat(text):gsub("w1%d*", ""))
  local m = {}
  for i = 1, 40 do m[i] = {} for j = 1, 40 do m[i][j] = (i * j + unit) % 10 end end
  for i = 1, 40 do for j = 1, 40 do local s = 0 for k = 1, 40 do s = s + m[i][k] * m[k][j] end total = total + s % 3 end end
end
print(string.format("%d", total))
