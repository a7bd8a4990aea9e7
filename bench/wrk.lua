-- SPDX-License-Identifier: Apache-2.0
-- Sends the requests of a file, one after the other and from the beginning again, each thread from another place on:
--
--     wrk ... bench/wrk.lua URL -- FILE [check]
--
-- In each request one UUID of zeros, if there is one, becomes a new one, as clients make them.
--
-- The file has lines `answer STATUS TASKS ID`: an answer that is right has that status and as many tasks, and the id of
-- its first task is one of those in lines `id ID` (known), a new one (new), or any; and `request LENGTH` with that many
-- bytes behind it. With `check` every answer is looked at. Without, wrk itself counts statuses above 399, so that the
-- measured run costs the same for all: it would take wrk longer to hand an answer to this script than some systems
-- take to make it.
--
-- Prints one line, 'result' and JSON.

local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

local answers, known, seen, requests = {}, {}, {}, {}
local at = 0
wrong, example = 0, ""

local ZEROS = "00000000-0000-0000-0000-000000000000"

-- A request, or what is before and behind its UUID.
local function split(request)
  local first, last = request:find(ZEROS, 1, true)
  if first == nil then
    return request
  end
  return { request:sub(1, first - 1), request:sub(last + 1) }
end

local function seed()
  local source, value = assert(io.open("/dev/urandom", "rb")), 0
  for byte in source:read(6):gmatch(".") do
    value = value * 256 + byte:byte()
  end
  source:close()
  math.randomseed(value)
end

local function new_uuid()
  local random = math.random
  return string.format("%08x-%04x-4%03x-8%03x-%08x%04x", random(0, 0x7fffffff), random(0, 0xffff), random(0, 0xfff),
    random(0, 0xfff), random(0, 0x7fffffff), random(0, 0xffff))
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  for line in file:lines() do
    local kind, value, tasks, id = line:match("^(%w+) (%w+) ?(%w*) ?(%w*)$")
    if kind == "answer" then
      table.insert(answers, { status = tonumber(value), tasks = tonumber(tasks), id = id })
    elseif kind == "id" then
      known[value] = true
    elseif kind == "request" then
      table.insert(requests, split(file:read(tonumber(value))))
      file:read(1)
    end
  end
  file:close()
end

local function is_right(status, body)
  local first = body:match('"id": ?"(%w+)"')
  local _, tasks = body:gsub('"createdOn":', "")
  for _, answer in ipairs(answers) do
    if answer.status == status and answer.tasks == tasks and body:byte(-1) ~= nil then
      if answer.id == "any" then
        return true
      elseif answer.id == "known" then
        return first ~= nil and known[first] == true
      end
      local new = first ~= nil and not known[first] and not seen[first]
      seen[first or ""] = true
      return new
    end
  end
  return false
end

function init(args)
  seed()
  read(args[1])
  at = math.floor(#requests / 2) * number
  if args[2] == "check" then
    response = function(status, headers, body)
      if not is_right(status, body) then
        wrong = wrong + 1
        example = status .. " " .. body:sub(1, 200)
      end
    end
  end
end

function request()
  at = at % #requests + 1
  local chosen = requests[at]
  if type(chosen) == "table" then
    return chosen[1] .. new_uuid() .. chosen[2]
  end
  return chosen
end

function done(summary, latency)
  local total, example = 0, ""
  for _, thread in ipairs(threads) do
    total = total + thread:get("wrong")
    if thread:get("wrong") > 0 then
      example = thread:get("example"):gsub("[%c\"\\]", "?")
    end
  end
  local errors = summary.errors
  print(string.format(
    'result {"requests": %d, "duration_us": %d, "bytes": %d, "p50_us": %d, "p99_us": %d, ' ..
    '"wrong": %d, "example": "%s", ' ..
    '"errors": {"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}}',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99), total, example,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
