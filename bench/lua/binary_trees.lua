-- Many small trees built, walked and thrown away: allocation, and memory that is given back.

local function build(depth)
    if depth == 0 then
        return {left = nil, right = nil}
    end
    return {left = build(depth - 1), right = build(depth - 1)}
end

local function count(node)
    if node.left == nil then
        return 1
    end
    return 1 + count(node.left) + count(node.right)
end

local function main()
    local deepest = 16
    local kept = build(deepest)
    local total = count(build(deepest + 1))
    for depth = 4, deepest, 4 do
        local nodes = 0
        for _ = 1, 1 << deepest - depth do
            nodes = nodes + count(build(depth))
        end
        total = total + nodes * depth
    end
    print("binary_trees " .. total .. " " .. count(kept))
end

main()
