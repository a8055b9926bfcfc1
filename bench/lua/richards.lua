-- Martin Richards' operating-system simulation: a scheduler, six tasks and the packets they send each other.
-- Method calls, attribute access and small linked lists.

local IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = 0, 1, 2, 3, 4, 5
local DEVICE_PACKET, WORK_PACKET = 0, 1
local PACKET_SIZE = 4

local Packet = {}
Packet.__index = Packet

function Packet.new(link, task, kind)
    return setmetatable({link = link, task = task, kind = kind, position = 0, data = {0, 0, 0, 0}}, Packet)
end

-- Put this packet at the end of a queue and return the queue's first packet.
function Packet:append_to(queue)
    self.link = nil
    if queue == nil then
        return self
    end
    local last = queue
    while last.link ~= nil do
        last = last.link
    end
    last.link = self
    return queue
end

local Task = {}
Task.__index = Task

local function subclass()
    local class = setmetatable({}, Task)
    class.__index = class
    return class
end

function Task.init(class, scheduler, identity, priority, queue)
    return setmetatable({
        scheduler = scheduler, identity = identity, priority = priority, queue = queue,
        ready = queue ~= nil, waiting = true, held = false,
    }, class)
end

function Task:is_blocked()
    return self.held or (self.waiting and not self.ready)
end

-- Receive a packet; the more urgent of this task and the current one runs next.
function Task:check_priority(current, packet)
    if self.queue == nil then
        self.queue = packet
        self.ready = true
        if self.priority > current.priority then
            return self
        end
    else
        packet:append_to(self.queue)
    end
    return current
end

function Task:run()
    local packet = nil
    if self.waiting and self.ready then
        packet = self.queue
        self.queue = packet.link
        self.waiting = false
        self.ready = self.queue ~= nil
    end
    return self:step(packet)
end

local IdleTask = subclass()

function IdleTask.new(scheduler, identity, priority, count)
    local self = Task.init(IdleTask, scheduler, identity, priority, nil)
    self.waiting = false
    self.control = 1
    self.count = count
    return self
end

function IdleTask:step()
    self.count = self.count - 1
    if self.count == 0 then
        return self.scheduler:hold_current()
    end
    if self.control & 1 == 0 then
        self.control = self.control // 2
        return self.scheduler:release(DEVICE_A)
    end
    self.control = self.control // 2 ~ 0xD008
    return self.scheduler:release(DEVICE_B)
end

local WorkerTask = subclass()

function WorkerTask.new(scheduler, identity, priority, queue)
    local self = Task.init(WorkerTask, scheduler, identity, priority, queue)
    self.destination = HANDLER_A
    self.letter = 0
    return self
end

function WorkerTask:step(packet)
    if packet == nil then
        return self.scheduler:wait_current()
    end
    self.destination = self.destination == HANDLER_A and HANDLER_B or HANDLER_A
    packet.task = self.destination
    packet.position = 0
    for i = 1, PACKET_SIZE do
        self.letter = self.letter + 1
        if self.letter > 26 then
            self.letter = 1
        end
        packet.data[i] = 64 + self.letter
    end
    return self.scheduler:send(packet)
end

local HandlerTask = subclass()

function HandlerTask.new(scheduler, identity, priority, queue)
    return Task.init(HandlerTask, scheduler, identity, priority, queue)
end

function HandlerTask:step(packet)
    if packet ~= nil then
        if packet.kind == WORK_PACKET then
            self.work = packet:append_to(self.work)
        else
            self.devices = packet:append_to(self.devices)
        end
    end
    local work = self.work
    if work ~= nil then
        if work.position == PACKET_SIZE then
            self.work = work.link
            return self.scheduler:send(work)
        end
        local device = self.devices
        if device ~= nil then
            self.devices = device.link
            device.position = work.data[work.position + 1]
            work.position = work.position + 1
            return self.scheduler:send(device)
        end
    end
    return self.scheduler:wait_current()
end

local DeviceTask = subclass()

function DeviceTask.new(scheduler, identity, priority)
    return Task.init(DeviceTask, scheduler, identity, priority, nil)
end

function DeviceTask:step(packet)
    if packet == nil then
        if self.pending == nil then
            return self.scheduler:wait_current()
        end
        packet = self.pending
        self.pending = nil
        return self.scheduler:send(packet)
    end
    self.pending = packet
    return self.scheduler:hold_current()
end

local Scheduler = {}
Scheduler.__index = Scheduler

function Scheduler.new()
    return setmetatable({tasks = {}, order = {}, sent = 0, holds = 0}, Scheduler)
end

function Scheduler:add(task)
    self.tasks[task.identity] = task
    table.insert(self.order, 1, task)
end

function Scheduler:schedule()
    for i, task in ipairs(self.order) do
        task.next = self.order[i + 1]
    end
    self.current = self.order[1]
    while self.current ~= nil do
        if self.current:is_blocked() then
            self.current = self.current.next
        else
            self.current = self.current:run()
        end
    end
end

function Scheduler:hold_current()
    self.holds = self.holds + 1
    self.current.held = true
    return self.current.next
end

function Scheduler:wait_current()
    self.current.waiting = true
    return self.current
end

function Scheduler:release(identity)
    local task = self.tasks[identity]
    task.held = false
    return task.priority > self.current.priority and task or self.current
end

function Scheduler:send(packet)
    local task = self.tasks[packet.task]
    self.sent = self.sent + 1
    packet.link = nil
    packet.task = self.current.identity
    return task:check_priority(self.current, packet)
end

local function simulate(count)
    local scheduler = Scheduler.new()
    scheduler:add(IdleTask.new(scheduler, IDLE, 0, count))
    local queue = Packet.new(nil, WORKER, WORK_PACKET)
    queue = Packet.new(queue, WORKER, WORK_PACKET)
    scheduler:add(WorkerTask.new(scheduler, WORKER, 1000, queue))
    for _, plan in ipairs({{HANDLER_A, DEVICE_A, 2000}, {HANDLER_B, DEVICE_B, 3000}}) do
        queue = nil
        for _ = 1, 3 do
            queue = Packet.new(queue, plan[2], DEVICE_PACKET)
        end
        scheduler:add(HandlerTask.new(scheduler, plan[1], plan[3], queue))
    end
    scheduler:add(DeviceTask.new(scheduler, DEVICE_A, 4000))
    scheduler:add(DeviceTask.new(scheduler, DEVICE_B, 5000))
    scheduler:schedule()
    return scheduler.sent, scheduler.holds
end

local function main()
    local sent, holds = 0, 0
    for _ = 1, 16 do
        local sent_now, holds_now = simulate(10000)
        sent = sent + sent_now
        holds = holds + holds_now
    end
    print("richards " .. sent .. " " .. holds)
end

main()
