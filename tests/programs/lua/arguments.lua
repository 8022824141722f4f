-- the script's arguments, requiring a module from its folder, loading chunks
print(#arg, arg[1], arg[2], arg[3], arg[4], ...)
for i = 1, select("#", ...) do io.write(i, "=", (select(i, ...)), ";") end print()
local f = io.open("mod.lua", "w") f:write("local M = {} function M.hi(n) return 'hi ' .. n end M.name = ... return M") f:close()
package.path = "./?.lua"
local m = require("mod")
print(m.hi("there"), m.name, require("mod") == m, package.loaded.mod == m)
f = io.open("chunk.lua", "w") f:write("return 1, ...") f:close()
print(loadfile("chunk.lua")(2, 3)) print(dofile("chunk.lua"))
print(pcall(require, "not.there") == false)
print(#package.loaded._G.arg, _VERSION:match("^Lua 5") ~= nil)
