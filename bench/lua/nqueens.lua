-- All ways to place n queens on a board, by backtracking over lists of flags.

local function place(row, n, columns, rising, falling, board, found)
    if row == n then
        local score = 0
        for i = 1, n do
            score = score + i * board[i]
        end
        found[#found + 1] = score
        return
    end
    for column = 0, n - 1 do
        if not (columns[column + 1] or rising[row + column + 1] or falling[row - column + n + 1]) then
            columns[column + 1], rising[row + column + 1], falling[row - column + n + 1] = true, true, true
            board[row + 1] = column
            place(row + 1, n, columns, rising, falling, board, found)
            columns[column + 1], rising[row + column + 1], falling[row - column + n + 1] = false, false, false
        end
    end
end

local function flags(count)
    local list = {}
    for i = 1, count do
        list[i] = false
    end
    return list
end

local function main()
    local n = 12
    local found = {}
    place(0, n, flags(n), flags(2 * n), flags(2 * n + 1), {}, found)
    local total, most = 0, 0
    for _, score in ipairs(found) do
        total = total + score
        most = math.max(most, score)
    end
    print("nqueens " .. #found .. " " .. total .. " " .. most)
end

main()
