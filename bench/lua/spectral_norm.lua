-- Largest singular value of an infinite matrix, by the power method: float loops over lists.

local function entry(i, j)
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)
end

local function multiply(vector, size)
    local result = {}
    for i = 0, size - 1 do
        local total = 0.0
        for j = 0, size - 1 do
            total = total + entry(i, j) * vector[j + 1]
        end
        result[i + 1] = total
    end
    return result
end

local function multiply_transposed(vector, size)
    local result = {}
    for i = 0, size - 1 do
        local total = 0.0
        for j = 0, size - 1 do
            total = total + entry(j, i) * vector[j + 1]
        end
        result[i + 1] = total
    end
    return result
end

local function main()
    local size = 320
    local u = {}
    for i = 1, size do
        u[i] = 1.0
    end
    local v = u
    for _ = 1, 10 do
        v = multiply_transposed(multiply(u, size), size)
        u = multiply_transposed(multiply(v, size), size)
    end
    local uv, vv = 0.0, 0.0
    for i = 1, size do
        uv = uv + u[i] * v[i]
        vv = vv + v[i] * v[i]
    end
    print(string.format("spectral_norm %.9f", (uv / vv) ^ 0.5))
end

main()
