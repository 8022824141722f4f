-- math, number formatting and parsing, integer division and bit operations (5.3 and later), goto (5.2 and later)
print(math.floor(-2.5), math.ceil(-2.5), math.abs(-3), math.max(3, 9, -1), math.min(3, 9, -1), math.huge, -math.huge)
print(string.format("%.14g %.14g %.14g %.14g", math.sin(1), math.cos(1), math.exp(1), math.log(10)), math.sqrt(2), math.fmod(7, 3), math.fmod(-7, 3))
print(7 % 3, -7 % 3, 7 % -3, -7 % -3, 5.5 % 2, -5.5 % 2, 2 ^ 10, 2 ^ 0.5, 1e15, 1e16, 123456789012, 0.1, 1 / 3)
print(math.pi, math.modf(3.7), math.modf(-3.7), 3 == 3.0, 1e308 * 10, -1e308 * 10, 0 / 0 ~= 0 / 0)
print(tonumber("1e1"), tonumber("0x1p4"), tonumber("inf"), tonumber("1 2"), 0xff, 1e-3, .5, 3.)
math.randomseed(42)
local r = math.random() print(r >= 0 and r < 1, math.random(10) <= 10, math.random(5, 6) >= 5, pcall(math.random, 2, 1))
local s = 0
for i = 1, 100000 do s = s + 1 / i end
print(string.format("%.10f", s))
local function gcd(a, b) while b ~= 0 do a, b = b, a % b end return a end
print(gcd(1071, 462), gcd(2 ^ 40, 2 ^ 20 * 3))
if math.type then
  local code = [[
    print(7 // 2, -7 // 2, 7.5 // 2, 7 / 2, 3 | 5, 6 & 3, 6 ~ 3, ~0, 1 << 62, 1 << 63, 1 << 64, -1 >> 60, 2^31 | 0)
    print(math.maxinteger, math.mininteger, math.maxinteger + 1 == math.mininteger, math.mininteger // -1, math.tointeger(3.0), math.tointeger(3.5))
    print(math.type(1), math.type(1.0), math.type("1"), 1 == 1.0, math.ult(1, -1), 5 // 0.0, -5 % math.huge, pcall(function() return 1 // 0 end))
    print(pcall(function() return 1 % 0 end)) print(pcall(function() return 1.5 | 1 end)) print("10" + 1, "0x10" + 0, 10 // "3")
    print(string.format("%d %x", -1, -1), 9007199254740993, 2^53 + 1, 1e15 // 1, 3 % -math.huge)
    for i = 1, 3 do for j = 1, 3 do if j == 2 then goto continue end io.write(i, ":", j, " ") ::continue:: end end print()
    do local i = 1 ::top:: if i <= 5 then io.write(i, " ") i = i + 1 goto top end print() end
    print(string.pack("<i4d s1", 7, 2.5, "abc"):byte(1, -1)) print(string.unpack("<i4d s1", string.pack("<i4d s1", 7, 2.5, "abc"))) print(string.packsize("i8 d"))
    print(utf8.char(228, 8364, 128512), utf8.len("äö€"), utf8.codepoint("€", 1)) for p, c in utf8.codes("aä€") do io.write(p, "=", c, " ") end print()
    local t <close> = setmetatable({}, {__close = function() print("closed") end})
    local c <const> = 5 print(c, table.move({1, 2, 3}, 1, 3, 2)[3], table.unpack({1, 2, 3}, -1, 1), select(-1, 1, 2, 3))
  ]]
  assert(load(code))()
end
