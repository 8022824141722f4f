-- io and os: files, lines, seek, modes, temporary files, rename and remove, dates, environment, standard streams
local name = "data.txt"
local f = assert(io.open(name, "w"))
for i = 1, 100 do f:write("line ", i, " ", i * 1.5, "\n") end
print(f:seek("cur"), f:seek("set", 5), f:write("XXXX") ~= nil, io.type(f)) f:close() print(io.type(f), io.type(42))
local n = 0
for l in io.lines(name) do n = n + #l end
print(n)
f = assert(io.open(name, "r+"))
print(f:read("*l")) print(f:read("*n")) print(f:read(10)) print(f:read(0)) print(#f:read("*a")) print(f:read("*l"), f:read("*a"), f:read(1))
print(f:seek("end"), f:seek("set", 0)) f:write("first") f:flush() f:seek("set", 0) print(f:read("*l")) f:close()
f = io.open(name, "a") f:write("tail") f:close()
f = io.open(name, "rb") print(f:seek("end", -4), f:read(4)) f:close()
print(io.open("nope/nope.txt")) print(pcall(io.lines, "missing.txt")) print(pcall(f.read, f))
f = io.open("numbers.txt", "w") f:write("1 2.5 -3e2 0x10 abc") f:close()
f = io.open("numbers.txt") print(f:read("*n", "*n", "*n", "*n")) print(f:read("*n")) f:close()
print(os.rename("numbers.txt", "renamed.txt")) print(os.remove("renamed.txt")) print(os.remove("renamed.txt"))
f = io.tmpfile() f:write("temporary\n", 12, "\n") f:seek("set") print(f:read("*a")) f:close()
io.output("out.txt") io.write("through the default output", "\n") io.close() io.output(io.stdout)
io.input("out.txt") print(io.read()) io.close(io.input()) io.input(io.stdin)
print(os.date("!%Y-%m-%d %H:%M:%S", 0), os.date("!%A %B %j %p %y", 1e9), os.time{year = 2024, month = 2, day = 29, hour = 12})
local d = os.date("!*t", 1234567890) print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst)
print(os.getenv("HOME"), os.getenv("NO_SUCH_VARIABLE"), type(os.clock()), type(os.time()), os.difftime(10, 5))
print(os.setlocale("C"), os.setlocale(nil) ~= nil)
for l in io.lines() do io.write("[", l, "]") end print()
f = io.open("buffered.txt", "w") print(f:setvbuf("full", 1024), f:setvbuf("no"), f:setvbuf("line"))
for i = 1, 3000 do f:write(i, i % 10 == 0 and "\n" or " ") end f:close()
local sum, lines = 0, 0
for l in io.lines("buffered.txt") do lines = lines + 1 for v in l:gmatch("%d+") do sum = sum + v end end
print(lines, sum)
io.stderr:write("to stderr\n")
io.stdout:write("no newline at the end") os.exit(3)
