-- The sieve of Eratosthenes with plain loops over a list of flags.

local function sieve(limit)
    local is_prime = {}
    for number = 1, limit do
        is_prime[number] = true
    end
    local number = 2
    while number * number <= limit do
        if is_prime[number] then
            local multiple = number * number
            while multiple <= limit do
                is_prime[multiple] = false
                multiple = multiple + number
            end
        end
        number = number + 1
    end
    local count, total = 0, 0
    for candidate = 2, limit do
        if is_prime[candidate] then
            count = count + 1
            total = total + candidate
        end
    end
    return count, total
end

local function main()
    local count, total = 0, 0
    for turn = 0, 15 do
        local found, added = sieve(400000 + turn * 1000)
        count = count + found
        total = total + added
    end
    print("sieve " .. count .. " " .. total)
end

main()
