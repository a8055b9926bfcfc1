-- The chaos game: random contractions towards the corners of a polygon, counted on a grid.
-- Float arithmetic, methods with small objects, nested lists.

-- A linear congruential generator, so that every interpreter draws the same numbers.
local Random = {}
Random.__index = Random

function Random:below(limit)
    self.state = (self.state * 1103515245 + 12345) % 2147483648
    return self.state * limit // 2147483648
end

local Point = {}
Point.__index = Point

local function point_at(x, y)
    return setmetatable({x = x, y = y}, Point)
end

function Point:towards(other, share)
    return point_at(self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share)
end

local Grid = {}
Grid.__index = Grid

local function new_grid(size)
    local rows = {}
    for i = 0, size - 1 do
        local row = {}
        for j = 0, size - 1 do
            row[j + 1] = 0
        end
        rows[i + 1] = row
    end
    return setmetatable({size = size, rows = rows}, Grid)
end

function Grid:add(point)
    local column = math.floor(point.x * self.size) + 1
    local row = self.rows[math.floor(point.y * self.size) + 1]
    row[column] = row[column] + 1
end

function Grid:checksum()
    local total, used = 0, 0
    for i, row in ipairs(self.rows) do
        for j, count in ipairs(row) do
            if count > 0 then
                used = used + 1
                total = total + ((i - 1) * 31 + j - 1) * count
            end
        end
    end
    return used, total
end

local function main()
    local corners = {
        point_at(0.02, 0.02), point_at(0.98, 0.05), point_at(0.93, 0.95), point_at(0.5, 0.6),
        point_at(0.06, 0.9),
    }
    local random = setmetatable({state = 42}, Random)
    local grid = new_grid(128)
    local point = point_at(0.5, 0.5)
    local previous = 0
    for _ = 1, 900000 do
        local corner = random:below(5)
        if corner == previous then
            corner = (corner + 1) % 5
        end
        previous = corner
        point = point:towards(corners[corner + 1], 0.625)
        grid:add(point)
    end
    local used, total = grid:checksum()
    print("chaos " .. used .. " " .. total)
end

main()
