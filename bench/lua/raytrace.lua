-- A small ray tracer: spheres over a chequered floor, shadows, mirrors. Float objects with operators.

local Vector = {}
Vector.__index = Vector

local function vector(x, y, z)
    return setmetatable({x = x, y = y, z = z}, Vector)
end

function Vector.__add(a, b)
    return vector(a.x + b.x, a.y + b.y, a.z + b.z)
end

function Vector.__sub(a, b)
    return vector(a.x - b.x, a.y - b.y, a.z - b.z)
end

function Vector.__mul(a, factor)
    return vector(a.x * factor, a.y * factor, a.z * factor)
end

function Vector:dot(other)
    return self.x * other.x + self.y * other.y + self.z * other.z
end

function Vector:unit()
    return self * (1.0 / self:dot(self) ^ 0.5)
end

function Vector:mirrored(normal)
    return self - normal * (2.0 * self:dot(normal))
end

local Ray = {}
Ray.__index = Ray

local function ray_to(origin, direction)
    return setmetatable({origin = origin, direction = direction:unit()}, Ray)
end

function Ray:at(distance)
    return self.origin + self.direction * distance
end

local Sphere = {}
Sphere.__index = Sphere

local function sphere(centre, radius, colour, shine)
    return setmetatable({centre = centre, radius = radius, colour = colour, shine = shine}, Sphere)
end

-- Distance along the ray to this sphere, or nil.
function Sphere:hit(ray)
    local to_centre = self.centre - ray.origin
    local along = to_centre:dot(ray.direction)
    local square = self.radius * self.radius - to_centre:dot(to_centre) + along * along
    if square < 0.0 then
        return nil
    end
    local distance = along - square ^ 0.5
    return distance > 1e-6 and distance or nil
end

function Sphere:normal_at(point)
    return (point - self.centre):unit()
end

function Sphere:colour_at()
    return self.colour
end

local Floor = {}
Floor.__index = Floor

local function floor(height, first, second)
    return setmetatable({height = height, first = first, second = second, shine = 0.0}, Floor)
end

function Floor:hit(ray)
    if ray.direction.y > -1e-9 then
        return nil
    end
    local distance = (self.height - ray.origin.y) / ray.direction.y
    return distance > 1e-6 and distance or nil
end

function Floor:normal_at()
    return vector(0.0, 1.0, 0.0)
end

function Floor:colour_at(point)
    local even = (math.floor(point.x) + math.floor(point.z)) % 2 == 0
    return even and self.first or self.second
end

local SKY = vector(0.4, 0.6, 0.9)

local Scene = {}
Scene.__index = Scene

function Scene:nearest(ray)
    local best, best_distance = nil, 1e30
    for _, thing in ipairs(self.things) do
        local distance = thing:hit(ray)
        if distance ~= nil and distance < best_distance then
            best, best_distance = thing, distance
        end
    end
    return best, best_distance
end

function Scene:lit(point)
    local ray = ray_to(point, self.light - point)
    for _, thing in ipairs(self.things) do
        if thing:hit(ray) ~= nil then
            return false
        end
    end
    return true
end

function Scene:colour(ray, depth)
    local thing, distance = self:nearest(ray)
    if thing == nil then
        return SKY
    end
    local point = ray:at(distance)
    local normal = thing:normal_at(point)
    local base = thing:colour_at(point)
    local brightness = 0.2
    if self:lit(point) then
        brightness = brightness + 0.8 * math.max(0.0, (self.light - point):unit():dot(normal))
    end
    local result = base * brightness
    if thing.shine > 0.0 and depth > 0 then
        local reflected = self:colour(ray_to(point, ray.direction:mirrored(normal)), depth - 1)
        result = result * (1.0 - thing.shine) + reflected * thing.shine
    end
    return result
end

local function main()
    local things = {floor(0.0, vector(0.9, 0.9, 0.9), vector(0.1, 0.1, 0.1))}
    for i = 0, 4 do
        local centre = vector(i * 2.0 - 4.0, 1.0, 6.0 + i % 2 * 2.0)
        things[#things + 1] = sphere(centre, 1.0, vector(0.2 * i, 0.5, 1.0 - 0.2 * i), 0.1 * i)
    end
    local scene = setmetatable({things = things, light = vector(-5.0, 10.0, -3.0)}, Scene)
    local eye = vector(0.0, 2.0, -4.0)
    local width, height = 320, 260
    local total = vector(0.0, 0.0, 0.0)
    for row = 0, height - 1 do
        for column = 0, width - 1 do
            local direction = vector((column - width / 2) / width, (height / 2 - row) / width, 1.0)
            total = total + scene:colour(ray_to(eye, direction), 3)
        end
    end
    print(string.format("raytrace %.6f %.6f %.6f", total.x, total.y, total.z))
end

main()
