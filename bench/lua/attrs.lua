-- Attribute access: instance, inherited and class attributes, accessors, and attributes changed in loops.

local Base = {kind = 3}
Base.__index = Base

local function init_base(self)
    self.a = 1
    self.b = 2
    self.c = 3
    return self
end

local function new_base()
    return init_base(setmetatable({}, Base))
end

local Derived = setmetatable({scale = 2}, Base)
Derived.__index = Derived

local function new_derived()
    local self = init_base(setmetatable({}, Derived))
    self.d = 4
    self.next = nil
    return self
end

function Derived:double()
    return self.d * self.scale
end

local function plain(thing, rounds)
    for _ = 1, rounds do
        thing.a = thing.a + 1
        thing.b = thing.a + thing.c
        thing.c = thing.b & 1023
        thing.d = thing.c + thing.kind
    end
    return thing.a + thing.b + thing.c + thing.d
end

local function slotted(thing, rounds)
    for _ = 1, rounds do
        thing.x = thing.x + thing.y
        thing.y = thing.x & 255
    end
    return thing.x + thing.y
end

local function walk(head, rounds)
    local total = 0
    for _ = 1, rounds do
        local node = head
        while node ~= nil do
            total = total + node.d
            node = node.next
        end
    end
    return total
end

local function mixed(things, rounds)
    local total = 0
    for _ = 1, rounds do
        for _, thing in ipairs(things) do
            total = total + thing.a + thing.kind
        end
    end
    return total
end

local function properties(thing, rounds)
    local total = 0
    for i = 0, rounds - 1 do
        thing.d = i & 7
        total = total + thing:double()
    end
    return total
end

local function by_name(thing, rounds)
    local names = {"a", "b", "c"}
    local total = 0
    for i = 0, rounds - 1 do
        local name = names[i % 3 + 1]
        thing[name] = thing[name] + 1
        total = total + (thing["missing"] or 1)
    end
    return total + thing.a + thing.b + thing.c
end

local function main()
    local checksum = plain(new_derived(), 1600000)
    checksum = checksum + slotted({x = 1, y = 2}, 2000000)
    local head = nil
    for i = 0, 999 do
        local node = new_derived()
        node.d = i
        node.next = head
        head = node
    end
    checksum = checksum + walk(head, 2500)
    checksum = checksum + mixed({new_base(), new_derived(), new_base(), new_derived()}, 500000)
    checksum = checksum + properties(new_derived(), 1300000)
    checksum = checksum + by_name(new_derived(), 700000)
    print("attrs " .. checksum)
end

main()
