-- Float loops: series, Newton's method, numerical integration, a logistic map, mixed arithmetic.

local function leibniz(terms)
    local total, sign = 0.0, 1.0
    for k = 0, terms - 1 do
        total = total + sign / (2 * k + 1)
        sign = -sign
    end
    return 4.0 * total
end

local function roots(limit)
    local total = 0.0
    for n = 1, limit - 1 do
        local guess = n * 0.5 + 0.5
        local step = 1.0
        while step > 1e-9 or step < -1e-9 do
            step = (guess * guess - n) / (2.0 * guess)
            guess = guess - step
        end
        total = total + guess
    end
    return total
end

local function simpson(pieces)
    local low, high = 0.0, 3.0
    local width = (high - low) / pieces
    local total = 0.0
    local x = low
    for _ = 1, pieces do
        local middle = x + width / 2
        local last = x + width
        total = total
            + ((x * x * x - x) + 4.0 * (middle * middle * middle - middle) + (last * last * last - last))
        x = last
    end
    return total * width / 6
end

local function logistic(rounds)
    local x, above = 0.1, 0
    for _ = 1, rounds do
        x = 3.5699 * x * (1.0 - x)
        if x > 0.5 then
            above = above + 1
        end
    end
    return above
end

print(string.format("loop_float %.9f %.6f %.9f %d", leibniz(3600000), roots(60000), simpson(1000000),
                    logistic(3600000)))
