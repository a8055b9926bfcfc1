-- Integer loops: while and for, nested, with arithmetic, bit operations, comparisons and branches.

local function collatz_steps(limit)
    local total = 0
    for start = 1, limit - 1 do
        local n = start
        while n ~= 1 do
            if n & 1 ~= 0 then
                n = 3 * n + 1
            else
                n = n >> 1
            end
            total = total + 1
        end
    end
    return total
end

local function gcd_sum(limit)
    local total = 0
    for a = 1, limit - 1 do
        for b = a, limit - 1 do
            local x, y = a, b
            while y ~= 0 do
                x, y = y, x % y
            end
            total = total + x
        end
    end
    return total
end

local function bit_mix(rounds)
    local state = 2463534242
    local total = 0
    for i = 0, rounds - 1 do
        state = state ~ (state << 13 & 0xFFFFFFFF)
        state = state ~ (state >> 17)
        state = state ~ (state << 5 & 0xFFFFFFFF)
        if state > 2147483648 or state < i then
            total = total + state % 97
        else
            total = total - state // 1000003
        end
    end
    return total
end

local function triangle(limit)
    local i, total = 0, 0
    while i < limit do
        local j = i
        while j > 0 do
            total = total + i - j
            j = j - 3
        end
        i = i + 1
    end
    return total
end

print("loop_int " .. collatz_steps(30000) .. " " .. gcd_sum(420) .. " " .. bit_mix(1500000) .. " "
      .. triangle(3000))
