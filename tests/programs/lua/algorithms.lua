-- larger algorithms: n-queens, sieve, matrix product, Mandelbrot, life, LZW, big numbers, JSON, a small interpreter, heap sort
local floor = math.floor
local function queens(n) local cols, d1, d2, count = {}, {}, {}, 0
  local function place(r) if r > n then count = count + 1 return end
    for c = 1, n do if not cols[c] and not d1[r + c] and not d2[r - c + n] then cols[c], d1[r + c], d2[r - c + n] = true, true, true place(r + 1) cols[c], d1[r + c], d2[r - c + n] = nil, nil, nil end end end
  place(1) return count end
print(queens(7))
local function sieve(n) local p, c = {}, 0 for i = 2, n do p[i] = true end for i = 2, n do if p[i] then c = c + 1 for j = i * i, n, i do p[j] = false end end end return c end
print(sieve(20000))
local function mul(a, b, n) local r = {} for i = 1, n do local row, ai = {}, a[i] for j = 1, n do local s = 0 for k = 1, n do s = s + ai[k] * b[k][j] end row[j] = s end r[i] = row end return r end
local m = {} for i = 1, 25 do m[i] = {} for j = 1, 25 do m[i][j] = (i * j) % 10 - 4 end end
local p = mul(mul(m, m, 25), m, 25) print(p[1][1], p[25][25], p[13][7])
for y = -1, 1, 0.25 do local row = {} for x = -2, 0.6, 0.07 do local cr, ci, n = x, y, 0 while n < 30 and cr * cr + ci * ci < 4 do cr, ci, n = cr * cr - ci * ci + x, 2 * cr * ci + y, n + 1 end row[#row + 1] = (" .:-=+*#%@"):sub(floor(n / 3.1) + 1, floor(n / 3.1) + 1) end print(table.concat(row)) end
local function life(g, w, h) local r = {} for y = 0, h - 1 do for x = 0, w - 1 do local c = 0 for dy = -1, 1 do for dx = -1, 1 do if (dx ~= 0 or dy ~= 0) and g[((y + dy) % h) * w + (x + dx) % w] then c = c + 1 end end end r[y * w + x] = c == 3 or (c == 2 and g[y * w + x]) or nil end end return r end
local g = {} for _, k in ipairs{1, 22, 40, 41, 42} do g[k] = true end
for _ = 1, 40 do g = life(g, 20, 20) end
local keys = {} for k in pairs(g) do keys[#keys + 1] = k end table.sort(keys) print(table.concat(keys, " "))
local function lzw(s) local d, n = {}, 256 for i = 0, 255 do d[string.char(i)] = i end local w, out = "", {} for c in s:gmatch(".") do if d[w .. c] then w = w .. c else out[#out + 1] = d[w] d[w .. c] = n n = n + 1 w = c end end out[#out + 1] = d[w] return out end
local z = lzw(("TOBEORNOTTOBEORTOBEORNOT"):rep(20)) print(#z, z[#z], z[10])
local function bigfact(n) local d = {1} for k = 2, n do local c = 0 for i = 1, #d do local v = d[i] * k + c d[i] = v % 10 c = floor(v / 10) end while c > 0 do d[#d + 1] = c % 10 c = floor(c / 10) end end local r = {} for i = #d, 1, -1 do r[#r + 1] = string.format("%d", d[i]) end return table.concat(r) end
print(bigfact(100))
local function json(s) local pos = 1
  local function ws() pos = s:find("%S", pos) or #s + 1 end
  local value
  local function str() local q = s:find('"', pos + 1) local r = s:sub(pos + 1, q - 1) pos = q + 1 return r end
  function value() ws() local c = s:sub(pos, pos)
    if c == "{" then local t = {} pos = pos + 1 ws() while s:sub(pos, pos) ~= "}" do local k = str() ws() pos = pos + 1 t[k] = value() ws() if s:sub(pos, pos) == "," then pos = pos + 1 ws() end end pos = pos + 1 return t
    elseif c == "[" then local t = {} pos = pos + 1 ws() while s:sub(pos, pos) ~= "]" do t[#t + 1] = value() ws() if s:sub(pos, pos) == "," then pos = pos + 1 end ws() end pos = pos + 1 return t
    elseif c == '"' then return str() else local w = s:match("^[%w%.%-+]+", pos) pos = pos + #w if w == "true" then return true elseif w == "false" then return false elseif w == "null" then return nil end return tonumber(w) end end
  return value() end
local doc = json('{"name": "svm", "list": [1, 2.5, -3e2, [true, false]], "nested": {"a": {"b": "c"}}}')
print(doc.name, doc.list[3], doc.list[4][1], doc.nested.a.b)
local function run(src) local st, pc, prog = {}, 1, {} for w in src:gmatch("%S+") do prog[#prog + 1] = w end
  local ops = {["+"] = function(a, b) return a + b end, ["-"] = function(a, b) return a - b end, ["*"] = function(a, b) return a * b end}
  while pc <= #prog do local w = prog[pc] if ops[w] then local b = table.remove(st) st[#st] = ops[w](st[#st], b) elseif w == "dup" then st[#st + 1] = st[#st] elseif w == "swap" then st[#st], st[#st - 1] = st[#st - 1], st[#st] elseif w == "jnz" then if table.remove(st) ~= 0 then pc = tonumber(prog[pc + 1]) - 1 else pc = pc + 1 end else st[#st + 1] = tonumber(w) end pc = pc + 1 end return st[#st] end
print(string.format("%.0f", run("1 10 swap 2 * swap 1 - dup jnz 3 +")))
local function heapsort(a) local function sift(i, n) while true do local c = 2 * i if c > n then return end if c < n and a[c] < a[c + 1] then c = c + 1 end if a[i] >= a[c] then return end a[i], a[c] = a[c], a[i] i = c end end for i = floor(#a / 2), 1, -1 do sift(i, #a) end for n = #a, 2, -1 do a[1], a[n] = a[n], a[1] sift(1, n - 1) end end
local arr, seed = {}, 7 for i = 1, 2000 do seed = (seed * 1103515245 + 12345) % 2147483648 arr[i] = seed end heapsort(arr)
local sorted = true for i = 2, #arr do sorted = sorted and arr[i - 1] <= arr[i] end print(sorted, string.format("%.0f %.0f", arr[1], arr[2000]))
