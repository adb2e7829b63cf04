-- The base of every operation: keys, the epoch, appending to a log. KEYS[1] is the prefix of all
-- keys, ARGV[1] the arguments as JSON. `redis.rs` joins the parts to one script; Redis runs it
-- atomically, so no client ever sees half of an operation.

-- An argument that is not given comes as null.
local function without_nulls(object)
  for name, value in pairs(object) do
    if value == cjson.null then object[name] = nil
    elseif type(value) == 'table' then without_nulls(value) end
  end
  return object
end

local prefix, args = KEYS[1] .. ':', without_nulls(cjson.decode(ARGV[1]))
local call = redis.call
local op = {}

-- A number as digits, however large.
local function digits(number) return string.format('%.0f', number) end

local function key(...) return prefix .. table.concat({ ... }, ':') end
local function get(name) return call('GET', name) or nil end
local function get_field(name, field) return call('HGET', name, field) or nil end

-- A list of names, each followed by its value, as a table.
local function to_table(flat)
  local found = {}
  for i = 1, #flat, 2 do found[flat[i]] = flat[i + 1] end
  return found
end

-- A hash as a table; nil if it does not exist.
local function get_hash(name)
  local flat = call('HGETALL', name)
  if #flat > 0 then return to_table(flat) end
end

-- A Redis without an epoch is empty: new, or flushed. Its cursors must not continue those of the
-- lost data.
local epoch = get(key('epoch'))
if not epoch then
  epoch = digits(args.new_epoch)
  call('SET', key('epoch'), epoch)
end

-- Ids are never reused, even after a flush: they begin with the epoch.
local function new_id() return epoch .. '-' .. digits(call('INCR', key('count'))) end
local function id_number(id) return tonumber(string.match(id, '%d+$')) end

-- Just after an outage of Redis no instance could have sent a heartbeat, so none counts as dead.
local function is_alive(instance) return not args.failover_allowed or call('EXISTS', key('alive', instance)) == 1 end

-- An index of what belongs to a visitor, for erasure: 'c:' and a conversation, 'f:' and a token
-- family, 'u:' and the user they are.
local function add_to_visitor(visitor, what) call('SADD', key('visitor', visitor), what) end
local function remove_from_visitor(visitor, what) call('SREM', key('visitor', visitor), what) end

-- The oldest members of a sorted set that is to be swept.
local function outdated(set, before)
  return call('ZRANGEBYSCORE', set, '-inf', '(' .. digits(before), 'LIMIT', 0, args.limit)
end

-- Notifies every instance by the bus.
local function announce(name, value, ...)
  call('XADD', key('bus'), 'MAXLEN', '~', args.bus_length, '*', name, value, ...)
end

-- Appends an entry to a log, and announces it on the bus. The clocks of two instances differ, but a
-- log's times never go back.
local function append(conversation_id, event)
  local conversation_key = key('conversation', conversation_id)
  local seq = tonumber(get_field(conversation_key, 'seq')) + 1
  local at = math.max(args.now, tonumber(get_field(conversation_key, 'at')))
  -- First, because only this can fail: Redis refuses an id that is not greater than the stream's
  -- last.
  call('XADD', key('log', conversation_id), seq .. '-0', 'at', at, 'event', event)
  call('HSET', conversation_key, 'seq', seq, 'at', at)
  call('ZADD', key('age', get_field(conversation_key, 'site')), at, conversation_id)
  announce('entry', conversation_id, 'seq', seq)
  return seq
end

local function append_delivery(conversation_id, client_message_id, state)
  local id = cjson.encode(client_message_id)
  return append(conversation_id, '{"delivery":{"client_message_id":' .. id .. ',"state":"' .. state .. '"}}')
end

-- Logs that a conversation was closed or reopened, unless it is so already.
local function set_status(conversation_id, status)
  local conversation_key, ended = key('conversation', conversation_id), status == 'closed' and '1' or '0'
  if get_field(conversation_key, 'ended') == ended then return false end
  call('HSET', conversation_key, 'ended', ended)
  append(conversation_id, '{"status":"' .. status .. '"}')
  return true
end

-- The conversation with this alias, if it belongs to this visitor on this site.
local function owned_conversation()
  local conversation_id = get(key('alias', args.alias))
  local conversation = conversation_id and get_hash(key('conversation', conversation_id))
  if conversation and conversation.site == args.site and conversation.visitor == args.visitor then
    return conversation_id, conversation
  end
end

function op.owned_conversation()
  local conversation_id, conversation = owned_conversation()
  if not conversation_id then return nil end
  return { id = conversation_id, platform_id = conversation.platform, has_ended = conversation.ended == '1' }
end

local function entry_seq(entry) return tonumber(string.match(entry[1], '^%d+')) end
local function stream_id(seq) return digits(seq) .. '-0' end

-- At most `limit` entries in the form of the answer, and whether there was one more.
local function to_page(entries, limit, backwards)
  local more, rest = #entries > limit, {}
  local count = math.min(#entries, limit)
  for i = 1, count do
    local entry = entries[backwards and count + 1 - i or i]
    rest[#rest + 1] = digits(entry_seq(entry))
    rest[#rest + 1] = entry[2][2]
    rest[#rest + 1] = entry[2][4]
  end
  return more, rest
end

local function entries_before(log, seq, limit)
  if seq == 0 then return false, {} end
  local from = seq and stream_id(seq - 1) or '+'
  return to_page(call('XREVRANGE', log, from, '-', 'COUNT', limit + 1), limit, true)
end

local function log_bounds(log)
  local first, last = call('XRANGE', log, '-', '+', 'COUNT', 1)[1], call('XREVRANGE', log, '+', '-', 'COUNT', 1)[1]
  return first and entry_seq(first) or 1, last and entry_seq(last) or 0
end

-- The rule of `reset_reason` in `log.rs`.
local function reset_reason(seq, first, last)
  if digits(args.epoch) ~= epoch then return 'epoch' end
  if seq > last then return 'future' end
  if seq + 1 < first then return 'gap' end
end

function op.read_after()
  local log = key('log', args.conversation)
  local reset = args.seq and reset_reason(args.seq, log_bounds(log))
  if args.last and (reset or not args.seq) then
    local earlier, rest = entries_before(log, nil, args.last)
    return { reset = reset, more = false, earlier = earlier }, rest
  end
  local from = stream_id((reset and 0 or args.seq or 0) + 1)
  local more, rest = to_page(call('XRANGE', log, from, '+', 'COUNT', args.limit + 1), args.limit, false)
  return { reset = reset, more = more }, rest
end

function op.read_before()
  local log = key('log', args.conversation)
  local _, last = log_bounds(log)
  local reset = reset_reason(args.seq - 1, 0, last)
  local earlier, rest = entries_before(log, not reset and args.seq or nil, args.limit)
  return { reset = reset, more = false, earlier = earlier }, rest
end
