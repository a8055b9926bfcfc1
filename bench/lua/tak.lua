-- Takeuchi's function: calls with three arguments, nested in each other.

local function tak(x, y, z)
    if y >= x then
        return z
    end
    return tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y))
end

local function main()
    local total = 0
    for z = 0, 5 do
        total = total + tak(24, 16, z + 7) * (z + 1)
    end
    print("tak " .. total)
end

main()
