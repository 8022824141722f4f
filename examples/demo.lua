-- Something to see: a Mandelbrot set, Conway's gliders, eight queens, and a maze solved by breadth-first search.
local floor = math.floor

local function mandelbrot(width, height)
  local shades = " .,:;i1tfLCG08@"
  for y = 0, height - 1 do
    local row = {}
    for x = 0, width - 1 do
      local cr, ci = x / width * 3.2 - 2.2, y / height * 2.4 - 1.2
      local zr, zi, n = 0, 0, 0
      while n < 70 and zr * zr + zi * zi < 4 do
        zr, zi, n = zr * zr - zi * zi + cr, 2 * zr * zi + ci, n + 1
      end
      local s = floor(n * (#shades - 1) / 70) + 1
      row[#row + 1] = shades:sub(s, s)
    end
    print(table.concat(row))
  end
end

local function queens(n)
  local column, found, first = {}, 0, nil
  local function safe(row, c)
    for r = 1, row - 1 do
      if column[r] == c or math.abs(column[r] - c) == row - r then return false end
    end
    return true
  end
  local function place(row)
    if row > n then
      found = found + 1
      first = first or { table.unpack(column) }
      return
    end
    for c = 1, n do
      if safe(row, c) then
        column[row] = c
        place(row + 1)
      end
    end
  end
  place(1)
  print(("%d queens: %d solutions, the first:"):format(n, found))
  for r = 1, n do print((". "):rep(first[r] - 1) .. "Q " .. (". "):rep(n - first[r])) end
end

local function maze(width, height, seed)
  local function random(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return floor(seed / 65536) % n + 1
  end
  local open = {}
  local function key(x, y) return y * 1000 + x end
  local function carve(x, y)
    open[key(x, y)] = true
    local ways = { { 2, 0 }, { -2, 0 }, { 0, 2 }, { 0, -2 } }
    while #ways > 0 do
      local dx, dy = table.unpack(table.remove(ways, random(#ways)))
      local nx, ny = x + dx, y + dy
      if nx > 0 and ny > 0 and nx < width and ny < height and not open[key(nx, ny)] then
        open[key(x + dx / 2, y + dy / 2)] = true
        carve(nx, ny)
      end
    end
  end
  carve(1, 1)
  local goal, from, queue, head = key(width - 1, height - 1), { [key(1, 1)] = 0 }, { key(1, 1) }, 1
  while queue[head] do
    local at = queue[head]
    head = head + 1
    if at == goal then break end
    for _, step in ipairs { 1, -1, 1000, -1000 } do
      if open[at + step] and not from[at + step] then
        from[at + step] = at
        queue[#queue + 1] = at + step
      end
    end
  end
  local path, at, length = {}, goal, 0
  while at ~= 0 do path[at], at, length = true, from[at], length + 1 end
  for y = 0, height do
    local row = {}
    for x = 0, width do
      local k = key(x, y)
      row[#row + 1] = path[k] and "*" or open[k] and " " or "#"
    end
    print(table.concat(row))
  end
  print(("the way out has %d steps"):format(length))
end

mandelbrot(76, 24)
queens(8)
maze(70, 14, 42)
local words = {}
for word in ("the slot knows the object and the object knows the slot"):gmatch("%a+") do
  words[word] = (words[word] or 0) + 1
end
local order = {}
for word in pairs(words) do order[#order + 1] = word end
table.sort(order, function(a, b) return words[a] > words[b] or words[a] == words[b] and a < b end)
for i, word in ipairs(order) do order[i] = word .. " " .. words[word] end
print(table.concat(order, ", "))
