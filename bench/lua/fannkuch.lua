-- Pancake flips over all permutations of a small list: list indexing, copies and swaps.

local function fannkuch(n)
    local start, counts = {}, {}
    for i = 1, n do
        start[i] = i - 1
        counts[i] = 0
    end
    local most, checksum, sign, rest = 0, 0, 1, n
    while true do
        while rest > 1 do
            counts[rest] = rest
            rest = rest - 1
        end
        local flips = 0
        local permutation = table.move(start, 1, n, 1, {})
        local first = permutation[1]
        while first > 0 do
            local low, high = 1, first + 1
            while low < high do
                permutation[low], permutation[high] = permutation[high], permutation[low]
                low = low + 1
                high = high - 1
            end
            flips = flips + 1
            first = permutation[1]
        end
        if flips > most then
            most = flips
        end
        checksum = checksum + sign * flips
        sign = -sign
        while true do
            if rest == n then
                return checksum, most
            end
            local head = start[1]
            table.move(start, 2, rest + 1, 1)
            start[rest + 1] = head
            counts[rest + 1] = counts[rest + 1] - 1
            if counts[rest + 1] > 0 then
                break
            end
            rest = rest + 1
        end
    end
end

local total = 0
for _, n in ipairs({8, 9, 9}) do
    local checksum, most = fannkuch(n)
    total = total + checksum * most
end
print("fannkuch " .. total)
