-- Generators as coroutines: pipelines, recursion, values sent in.

local yield, wrap = coroutine.yield, coroutine.wrap

local function numbers(limit)
    return wrap(function()
        local n = 0
        while n < limit do
            yield(n)
            n = n + 1
        end
    end)
end

local function only_multiples(source, divisor)
    return wrap(function()
        for n in source do
            if n % divisor == 0 then
                yield(n)
            end
        end
    end)
end

local function squares(source)
    return wrap(function()
        for n in source do
            yield(n * n)
        end
    end)
end

local function pairs_of(source)
    return wrap(function()
        local previous = nil
        for n in source do
            if previous ~= nil then
                yield(previous, n)
            end
            previous = n
        end
    end)
end

-- The keys of a balanced tree over low..high, in order.
local function in_order(low, high)
    return wrap(function()
        if low < high then
            local middle = (low + high) // 2
            for key in in_order(low, middle) do
                yield(key)
            end
            yield(middle)
            for key in in_order(middle + 1, high) do
                yield(key)
            end
        end
    end)
end

local function averager()
    return wrap(function()
        local total, count = 0, 0
        while true do
            local value = yield(count > 0 and total // count or 0)
            total = total + value
            count = count + 1
        end
    end)
end

local function main()
    local checksum = 0
    for turn = 0, 15 do
        for a, b in pairs_of(squares(only_multiples(numbers(150000), 3 + turn % 3))) do
            checksum = checksum + b - a
        end
        for key in in_order(0, 20000) do
            checksum = checksum + key
        end
        local average = averager()
        average()
        for n = 0, 59999 do
            checksum = checksum + average(n)
        end
        for n in numbers(100000) do
            if n & 1 == 1 then
                checksum = checksum + n * 2
            end
        end
    end
    print("generators " .. checksum)
end

main()
