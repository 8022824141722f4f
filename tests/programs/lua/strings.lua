-- string library: formatting, patterns, bytes, substitution with every kind of replacement
print(("%d %5d %-5d| %05d %x %X %o %c %s %q %g %e %.3f %10.2f %%"):format(1, 2, 3, 4, 255, 255, 8, 65, "s", "q\n\"\0z", 1.5, 12345.678, 1/3, 2.5))
print(("%s|%10s|%-10s|%.2s"):format("abc", "abc", "abc", "abc"))
print(string.format("%i %u", 3, 4), #string.format("%99.99f", 1/3))
local text = "The quick brown fox jumps over the lazy dog 1234 times, at 12:30 on 2024-02-29."
print(text:find("quick"), text:find("(%a+) (%a+)"), text:find(".", 1, true), text:find("zzz"))
print(text:match("(%d+):(%d+)"), text:match("(%d%d%d%d)-(%d%d)-(%d%d)"), text:match("^The"), text:match("()fox()"))
for w in text:gmatch("%a+") do io.write(w:sub(1, 1):upper(), w:sub(2):reverse(), " ") end
print()
print((text:gsub("%a+", string.upper, 3)), (text:gsub("o", {o = "0"})), (text:gsub("(%w+) (%w+)", "%2 %1")))
print((text:gsub("%d+", function(n) return tonumber(n) * 2 end)))
print(("x = [[a(b(c)d)e]]"):match("%b()"), ("THE (quick) fox"):gsub("%((%w+)%)", "<%1>"))
print(("key = value # comment"):match("^(%w+)%s*=%s*(%w+)%s*#?%s*(.-)%s*$"))
print(("abc"):byte(1, -1), string.char(72, 101, 108, 108, 111), ("abc"):rep(3), ("abc"):len(), ("abc"):reverse())
print(("  trim me  "):match("^%s*(.-)%s*$") .. "|", ("a,b,,c"):gsub(",", ";"))
print(("f(a,b)"):gsub("[%(%),]", function(c) return "<" .. c:byte() .. ">" end))
print(tostring(nil), tostring(true), tostring(12), tostring(1.5), tostring(-0.0), tostring(1e100), 2^53, 10 / 2)
print(tonumber("0x10"), tonumber("  12  "), tonumber("1e2"), tonumber("z", 36), tonumber("abc"), tonumber("10", 2), tonumber(""))
print("a" < "b", "a" < "B", "" < "a", "a\0b" < "a\0c", "10" + 5, "3" * "4", 10 .. 20)
local parts = {}
for i = 1, 2000 do parts[#parts + 1] = i end
local joined = table.concat(parts, ",")
print(#joined, joined:sub(-20), select(2, joined:gsub(",", "")))
local h = 5381
for i = 1, #joined do h = (h * 33 + joined:byte(i)) % 4294967296 end
print(string.format("%.0f", h))
for _, p in ipairs{"%", "[a", "(a", "%b", "a)"} do print(pcall(string.find, "aaa", p)) end
print(pcall(string.rep), pcall(string.format, "%d", "x"), pcall(string.char, 256))
print(("%5.1f|%-8d|%+d|% d|%#x"):format(3.14159, 42, 7, 7, 255))
print(string.format("%q", "tab\tnul\0end\r\n"))
