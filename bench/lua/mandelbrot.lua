-- The Mandelbrot set on a grid: a tight float loop with a data-dependent end.

local function escape_time(cx, cy, limit)
    local x, y = 0.0, 0.0
    for step = 0, limit - 1 do
        local xx = x * x
        local yy = y * y
        if xx + yy > 4.0 then
            return step
        end
        y = 2.0 * x * y + cy
        x = xx - yy + cx
    end
    return limit
end

local function main()
    local size = 400
    local total, inside = 0, 0
    for row = 0, size - 1 do
        local cy = 2.0 * row / size - 1.0
        for column = 0, size - 1 do
            local steps = escape_time(2.5 * column / size - 2.0, cy, 150)
            total = total + steps
            if steps == 150 then
                inside = inside + 1
            end
        end
    end
    print("mandelbrot " .. total .. " " .. inside)
end

main()
