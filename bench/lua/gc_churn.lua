-- Garbage: cycles made and dropped beside a large live structure, so that the collector has to work.

local Node = {}
Node.__index = Node

local function new_node(name)
    return setmetatable({name = name, links = {}, parent = nil}, Node)
end

function Node:add(child)
    child.parent = self
    self.links[#self.links + 1] = child
    return child
end

local function ring(size)
    local first = new_node(0)
    local previous = first
    for i = 1, size - 1 do
        local node = new_node(i)
        previous.links[1] = node
        previous = node
    end
    previous.links[1] = first
    return first
end

local function tree(depth)
    local root = new_node(depth)
    if depth > 0 then
        for _ = 1, 3 do
            root:add(tree(depth - 1))
        end
    end
    return root
end

local function count(node)
    local total = 1
    for _, child in ipairs(node.links) do
        total = total + count(child)
    end
    return total
end

local function main()
    local live = {}
    for i = 1, 12 do
        live[i] = tree(6)
    end
    local table = {}
    local size = 0
    for i = 0, 19999 do
        table[i] = {i, {i, tostring(i)}}
        size = size + 1
    end
    local checksum = 0
    for turn = 0, 5999 do
        local node = ring(20)
        for _ = 1, turn % 20 do
            node = node.links[1]
        end
        checksum = checksum + node.name
        checksum = checksum + count(tree(3))
        local cell = {turn, {turn = turn}}
        cell[3] = cell
        if turn % 10 == 0 then
            live[turn // 10 % 12 + 1] = tree(6)
        end
    end
    for _, root in ipairs(live) do
        checksum = checksum + count(root)
    end
    print("gc_churn " .. checksum + size)
end

main()
