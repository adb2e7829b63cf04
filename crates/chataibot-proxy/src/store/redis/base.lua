-- The base of every operation: keys, the epoch, appending to a log. KEYS[1] is the prefix of all
-- keys, ARGV[1] the arguments as JSON. `redis.rs` joins the parts to one script; Redis runs it
-- atomically, so no client ever sees half of an operation.

local P, A = KEYS[1] .. ':', cjson.decode(ARGV[1])
local call = redis.call
local op = {}

local function key(...) return P .. table.concat({ ... }, ':') end
local function get(k) return call('GET', k) or nil end
local function field(k, name) return call('HGET', k, name) or nil end

-- A hash as a table; nil if it does not exist.
local function record(k)
  local flat = call('HGETALL', k)
  if #flat == 0 then return nil end
  local found = {}
  for i = 1, #flat, 2 do found[flat[i]] = flat[i + 1] end
  return found
end

-- A Redis without an epoch is empty: new, or flushed. Its cursors must not continue those of the
-- lost data.
local epoch = get(key('epoch'))
if not epoch then
  epoch = string.format('%.0f', A.fresh)
  call('SET', key('epoch'), epoch)
end

-- Ids are never reused, even after a flush: they begin with the epoch.
local function fresh_id() return epoch .. '-' .. string.format('%.0f', call('INCR', key('count'))) end
local function number_of(id) return tonumber(string.match(id, '%d+$')) end

-- Just after an outage of Redis no instance could have sent a heartbeat, so none counts as dead.
local function alive(instance) return not A.failover_allowed or call('EXISTS', key('alive', instance)) == 1 end

-- An index of what belongs to a visitor, for erasure: 'c:' and a conversation, 'f:' and a token
-- family, 'u:' and the user they are.
local function belongs(visitor, what) call('SADD', key('visitor', visitor), what) end
local function belonged(visitor, what) call('SREM', key('visitor', visitor), what) end

-- Notifies every instance by the bus.
local function tell(name, value, ...)
  call('XADD', key('bus'), 'MAXLEN', '~', A.bus, '*', name, value, ...)
end

-- Appends an entry to a log, and announces it on the bus. The clocks of two instances differ, but a
-- log's times never go back.
local function append(cid, event)
  local c = key('conversation', cid)
  local seq = tonumber(field(c, 'seq')) + 1
  local at = math.max(A.now, tonumber(field(c, 'at')))
  -- First, because only this can fail: Redis refuses an id that is not greater than the stream's
  -- last.
  call('XADD', key('log', cid), seq .. '-0', 'at', at, 'event', event)
  call('HSET', c, 'seq', seq, 'at', at)
  call('ZADD', key('age', field(c, 'site')), at, cid)
  tell('entry', cid, 'seq', seq)
  return seq
end

local function append_delivery(cid, client_message_id, state)
  return append(cid, '{"delivery":{"client_message_id":' .. cjson.encode(client_message_id) .. ',"state":"' .. state .. '"}}')
end

-- Logs that a conversation was closed or reopened, unless it is so already.
local function set_status(cid, status)
  local c, ended = key('conversation', cid), status == 'closed' and '1' or '0'
  if field(c, 'ended') == ended then return false end
  call('HSET', c, 'ended', ended)
  append(cid, '{"status":"' .. status .. '"}')
  return true
end

-- The conversation with this alias, if it belongs to this visitor on this site.
local function owned()
  local cid = get(key('alias', A.alias))
  local c = cid and record(key('conversation', cid))
  if c and c.site == A.site and c.visitor == A.visitor then return cid, c end
end

function op.owned()
  local cid, c = owned()
  if not cid then return {} end
  return { id = cid, platform = c.platform, ended = c.ended == '1' }
end

local function seq_of(entry) return tonumber(string.match(entry[1], '^%d+')) end
local function id_of(seq) return string.format('%.0f', seq) .. '-0' end

-- At most `limit` entries in the form of the answer, and whether there was one more.
local function told(entries, limit, backwards)
  local more, rest = #entries > limit, {}
  local count = math.min(#entries, limit)
  for i = 1, count do
    local entry = entries[backwards and count + 1 - i or i]
    rest[#rest + 1] = string.format('%.0f', seq_of(entry))
    rest[#rest + 1] = entry[2][2]
    rest[#rest + 1] = entry[2][4]
  end
  return more, rest
end

local function before(log, seq, limit)
  if seq == 0 then return false, {} end
  local from = seq and id_of(seq - 1) or '+'
  return told(call('XREVRANGE', log, from, '-', 'COUNT', limit + 1), limit, true)
end

local function ends(log)
  local first, last = call('XRANGE', log, '-', '+', 'COUNT', 1)[1], call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  return first and seq_of(first) or 1, last and seq_of(last) or 0
end

function op.read_after()
  local log, reset, seq = key('log', A.conversation), nil, 0
  if A.seq then
    local first, last = ends(log)
    if string.format('%.0f', A.epoch) ~= epoch then reset = 'epoch'
    elseif A.seq > last then reset = 'future'
    elseif A.seq + 1 < first then reset = 'gap'
    else seq = A.seq end
  end
  if A.last and (reset or not A.seq) then
    local earlier, rest = before(log, nil, A.last)
    return { reset = reset, more = false, earlier = earlier }, rest
  end
  local more, rest = told(call('XRANGE', log, id_of(seq + 1), '+', 'COUNT', A.limit + 1), A.limit, false)
  return { reset = reset, more = more }, rest
end

function op.read_before()
  local log, reset = key('log', A.conversation), nil
  local _, last = ends(log)
  if string.format('%.0f', A.epoch) ~= epoch then reset = 'epoch' elseif A.seq > last + 1 then reset = 'future' end
  local earlier, rest = before(log, not reset and A.seq or nil, A.limit)
  return { reset = reset, more = false, earlier = earlier }, rest
end
