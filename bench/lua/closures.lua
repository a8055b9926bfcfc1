-- Closures: counters with shared cells, functions composed from functions, currying and memoisation.

local function counter(step)
    local count = 0

    local function bump()
        count = count + step
        return count
    end

    local function reset()
        count = 0
    end

    return bump, reset
end

local function compose(first, second)
    return function(x) return second(first(x)) end
end

local function adder(n)
    return function(x) return x + n end
end

local function curried(a)
    return function(b)
        return function(c)
            return a * b + c
        end
    end
end

local function memoised(f)
    local known = {}

    return function(n)
        if known[n] == nil then
            known[n] = f(n)
        end
        return known[n]
    end
end

local function main()
    local checksum = 0
    for step = 1, 10 do
        local bump, reset = counter(step)
        for i = 0, 239999 do
            checksum = checksum + bump()
            if i % 1000 == 0 then
                reset()
            end
        end
    end
    local chain = adder(1)
    for n = 2, 11 do
        chain = compose(chain, adder(n))
    end
    for i = 0, 319999 do
        checksum = checksum + chain(i)
    end
    for a = 0, 59 do
        local with_a = curried(a)
        for b = 0, 59 do
            local with_b = with_a(b)
            for c = 0, 199 do
                checksum = checksum + with_b(c)
            end
        end
    end
    local fibonacci
    fibonacci = memoised(function(n) return n < 2 and n or fibonacci(n - 1) + fibonacci(n - 2) end)
    for i = 0, 899999 do
        checksum = checksum + fibonacci(i % 50)
    end
    print("closures " .. checksum)
end

main()
