-- Method calls: plain, inherited, to the base class, static, class and bound ones, operators.

local Shape = {made = 0}
Shape.__index = Shape

function Shape.init(self, size)
    self.size = size
    Shape.made = Shape.made + 1
    return self
end

function Shape:area()
    return self.size
end

function Shape:describe(weight)
    return self:area() * weight
end

function Shape:grow(by)
    self.size = self.size + (by or 1)
    return self
end

function Shape.clamp(value, low, high)
    return value < low and low or value > high and high or value
end

function Shape.of(class, size)
    return class.init(setmetatable({}, class), size)
end

local function subclass(base)
    local class = setmetatable({}, base)
    class.__index = class
    return class
end

local Square = subclass(Shape)

function Square:area()
    return self.size * self.size
end

local Frame = subclass(Square)

function Frame.init(self, size, border)
    Square.init(self, size)
    self.border = border
    return self
end

function Frame:area()
    return Square.area(self) - self.border
end

function Frame.of(class, size)
    return class.init(setmetatable({}, class), size, 1)
end

local Money = {}
Money.__index = function(self, index)
    return self.cents >> index & 1
end

local function money(cents)
    return setmetatable({cents = cents}, Money)
end

function Money.__add(a, b)
    return money(a.cents + b.cents)
end

function Money.__eq(a, b)
    return a.cents == b.cents
end

function Money.__lt(a, b)
    return a.cents < b.cents
end

function Money.__len()
    return 3
end

function Money.__call(self, factor)
    return self.cents * factor
end

local function main()
    local shapes = {
        Shape.of(Shape, 3),
        Shape.of(Square, 4),
        Frame.init(setmetatable({}, Frame), 5, 2),
        Shape.of(Square, 6),
    }
    local checksum = 0
    for i = 0, 239999 do
        for _, shape in ipairs(shapes) do
            checksum = checksum + shape:describe(i & 3)
        end
        checksum = checksum + Shape.clamp(i, 100, 5000)
        local first = shapes[2]
        local bound = function() return first:area() end
        checksum = checksum + bound()
        shapes[1]:grow():grow(2):grow(-3)
    end
    for i = 0, 119999 do
        checksum = checksum + Shape.of(Shape, i):area() + Frame.of(Frame, i & 31):area()
    end
    local total = money(0)
    local step = money(7)
    for i = 0, 359999 do
        total = total + step
        if total == step or total < step then
            checksum = checksum + 1
        end
        checksum = checksum + total[i & 7] + #total + step(i)
    end
    print("methods " .. checksum .. " " .. total.cents .. " " .. Shape.made)
end

main()
