-- Five bodies of the solar system under gravity: float arithmetic on object attributes.

local PI = 3.141592653589793
local SOLAR_MASS = 4 * PI * PI
local DAYS = 365.24

local function Body(x, y, z, vx, vy, vz, mass)
    return {
        x = x, y = y, z = z,
        vx = vx * DAYS, vy = vy * DAYS, vz = vz * DAYS,
        mass = mass * SOLAR_MASS,
    }
end

local function solar_system()
    return {
        Body(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
        Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109, 0.00166007664274403694,
             0.00769901118419740425, -0.0000690460016972063023, 0.000954791938424326609),
        Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381, -0.00276742510726411328,
             0.00499852801234917238, 0.0000230417297573763929, 0.000285885980666130812),
        Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734, 0.00296460137564761618,
             0.00237847173959480950, -0.0000296589568540237556, 0.0000436624404335156298),
        Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181, 0.00268067772490389322,
             0.00162824170038242295, -0.0000951592254519715870, 0.0000515138902046611451),
    }
end

local function stop_drift(bodies)
    local px, py, pz = 0.0, 0.0, 0.0
    for _, body in ipairs(bodies) do
        px = px + body.vx * body.mass
        py = py + body.vy * body.mass
        pz = pz + body.vz * body.mass
    end
    local sun = bodies[1]
    sun.vx = -px / SOLAR_MASS
    sun.vy = -py / SOLAR_MASS
    sun.vz = -pz / SOLAR_MASS
end

local function advance(bodies, dt)
    local count = #bodies
    for i = 1, count do
        local a = bodies[i]
        for j = i + 1, count do
            local b = bodies[j]
            local dx = a.x - b.x
            local dy = a.y - b.y
            local dz = a.z - b.z
            local square = dx * dx + dy * dy + dz * dz
            local pull = dt / (square * square ^ 0.5)
            a.vx = a.vx - dx * b.mass * pull
            a.vy = a.vy - dy * b.mass * pull
            a.vz = a.vz - dz * b.mass * pull
            b.vx = b.vx + dx * a.mass * pull
            b.vy = b.vy + dy * a.mass * pull
            b.vz = b.vz + dz * a.mass * pull
        end
    end
    for _, body in ipairs(bodies) do
        body.x = body.x + dt * body.vx
        body.y = body.y + dt * body.vy
        body.z = body.z + dt * body.vz
    end
end

local function energy(bodies)
    local total = 0.0
    for i, a in ipairs(bodies) do
        total = total + 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz)
        for j = i + 1, #bodies do
            local b = bodies[j]
            local dx = a.x - b.x
            local dy = a.y - b.y
            local dz = a.z - b.z
            total = total - a.mass * b.mass / (dx * dx + dy * dy + dz * dz) ^ 0.5
        end
    end
    return total
end

local function main()
    local bodies = solar_system()
    stop_drift(bodies)
    local before = energy(bodies)
    for _ = 1, 150000 do
        advance(bodies, 0.01)
    end
    print(string.format("nbody %.9f %.9f", before, energy(bodies)))
end

main()
