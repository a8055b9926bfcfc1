-- Sorting: four algorithms written out, then the built-in sort with and without keys.

local Random = {}
Random.__index = Random

-- A linear congruential generator, so that every interpreter draws the same numbers.
function Random:below(limit)
    self.state = (self.state * 1103515245 + 12345) % 2147483648
    return self.state * limit // 2147483648
end

local function copy(items, first, last)
    return table.move(items, first or 1, last or #items, 1, {})
end

local function insertion_sort(items)
    for i = 2, #items do
        local item = items[i]
        local j = i - 1
        while j >= 1 and items[j] > item do
            items[j + 1] = items[j]
            j = j - 1
        end
        items[j + 1] = item
    end
end

local function quicksort(items, low, high)
    while low < high do
        local pivot = items[(low + high) // 2]
        local i, j = low, high
        while i <= j do
            while items[i] < pivot do
                i = i + 1
            end
            while pivot < items[j] do
                j = j - 1
            end
            if i <= j then
                items[i], items[j] = items[j], items[i]
                i = i + 1
                j = j - 1
            end
        end
        if j - low < high - i then
            quicksort(items, low, j)
            low = i
        else
            quicksort(items, i, high)
            high = j
        end
    end
end

local function merge_sort(items)
    if #items < 2 then
        return items
    end
    local middle = #items // 2
    local left = merge_sort(copy(items, 1, middle))
    local right = merge_sort(copy(items, middle + 1))
    local result = {}
    local i, j = 1, 1
    while i <= #left and j <= #right do
        if right[j] < left[i] then
            result[#result + 1] = right[j]
            j = j + 1
        else
            result[#result + 1] = left[i]
            i = i + 1
        end
    end
    table.move(left, i, #left, #result + 1, result)
    table.move(right, j, #right, #result + 1, result)
    return result
end

local function sift_down(items, root, last)
    while true do
        local child = 2 * root
        if child > last then
            return
        end
        if child + 1 <= last and items[child] < items[child + 1] then
            child = child + 1
        end
        if items[root] >= items[child] then
            return
        end
        items[root], items[child] = items[child], items[root]
        root = child
    end
end

local function heap_sort(items)
    for root = #items // 2, 1, -1 do
        sift_down(items, root, #items)
    end
    for last = #items, 2, -1 do
        items[1], items[last] = items[last], items[1]
        sift_down(items, 1, last - 1)
    end
end

local function fold(items, first, step)
    local checksum = 0
    for i = first or 1, #items, step or 1 do
        checksum = (checksum * 31 + items[i]) % 1000000007
    end
    return checksum
end

local function same(a, b)
    for i = 1, #a do
        if a[i] ~= b[i] then
            return false
        end
    end
    return #a == #b
end

local function main()
    local random = setmetatable({state = 7}, Random)
    local numbers = {}
    for i = 1, 24000 do
        numbers[i] = random:below(1000000)
    end
    local few = copy(numbers, 1, 1000)
    insertion_sort(few)
    local checksum = fold(few)
    local quick = copy(numbers)
    quicksort(quick, 1, #quick)
    local heap = copy(numbers)
    heap_sort(heap)
    local merged = merge_sort(numbers)
    local built_in = copy(numbers)
    table.sort(built_in)
    if not (same(quick, heap) and same(quick, merged) and same(quick, built_in)) then
        error("not sorted")
    end
    checksum = checksum + fold(quick)
    for turn = 0, 19 do
        local by_last_digits = copy(numbers)
        table.sort(by_last_digits, function(a, b)
            local x, y = a % 1000, b % 1000
            return x < y or (x == y and a < b)
        end)
        checksum = checksum + fold(by_last_digits, 1, 7)
        local backwards = copy(numbers)
        table.sort(backwards, function(a, b) return a > b end)
        checksum = checksum + fold(backwards, turn % 5 + 1, 5)
        local words = {}
        for i, number in ipairs(numbers) do
            words[i] = tostring(number)
        end
        table.sort(words)
        local lengths = {}
        for i = 1, #words, 11 do
            lengths[#lengths + 1] = #words[i]
        end
        checksum = checksum + fold(lengths)
    end
    print("sort " .. checksum)
end

main()
