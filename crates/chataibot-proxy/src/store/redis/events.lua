-- The effects of the platform's events on the log, and the queue of pending events. The rules are
-- those of `sqlite/incoming.rs`, `sqlite/apply.rs` and `sqlite/pending_events.rs`; texts come as
-- digests of what is compared, made by `incoming.rs`.

local stats = { entries = 0, echoes = 0, reconciled = 0, redelivered = 0, foreign = 0, enqueued = 0, released = 0, dropped = 0 }
local function count(name) stats[name] = stats[name] + 1 end

local function by_platform(sites, platform)
  for _, site in ipairs(sites) do
    local cid = get(key('bound', site, platform))
    if cid then return cid end
  end
end

local function is_echoed_by(send, event)
  if string.find(send.words, event.words, 1, true) then return true end
  return event.letters ~= nil and string.find(send.letters, event.letters, 1, true) ~= nil
end

-- Whether a start that is in flight, or whose answer was lost, may turn out to be this event's
-- conversation.
local function may_be_ours(sites, event)
  for _, site in ipairs(sites) do
    if event.visitor then
      if call('EXISTS', key('unbound', site, event.visitor)) == 1 then return true end
    -- Without a visitor it could be anyone's: it is worth queueing only if there is a recent start.
    elseif call('ZCOUNT', key('unbound', site), A.fresh_since, '+inf') > 0 then return true end
  end
  return false
end

-- The conversation that an event with an unknown platform id must belong to; nil while that would
-- be a guess.
local function matching_start(sites, event)
  if not event.visitor then return nil end
  local only, several
  for _, site in ipairs(sites) do
    for _, sid in ipairs(call('ZRANGE', key('unbound', site, event.visitor), 0, -1)) do
      local send = send_of(sid)
      if event.kind ~= 'visitor' or is_echoed_by(send, event) then
        several = only ~= nil
        if several then return nil end
        only = send
      end
    end
  end
  if only and only.state == 'unknown' then return only.conversation end
end

local function set_echoed(sid, send)
  call('ZREM', key('unechoed', send.conversation), sid)
  call('ZADD', key('echoed', send.conversation), A.now, sid)
  set_state(sid, send, 'sent')
end

local function apply_visitor(cid, event)
  local newest_first = call('ZREVRANGE', key('unechoed', cid), 0, A.looked_at - 1)
  local by_id, by_words
  for i = #newest_first, 1, -1 do
    local sid = newest_first[i]
    local send = send_of(sid)
    if event.id and send.answer == event.id and not by_id then by_id = { sid, send } end
    if not by_words and is_echoed_by(send, event) then by_words = { sid, send } end
  end
  local found = by_id or by_words
  if found then
    count('echoes')
    if found[2].state == 'unknown' or found[2].state == 'failed' then count('reconciled') end
    return set_echoed(found[1], found[2])
  end
  -- No message awaits this echo: more likely the platform repeats one than the visitor wrote the
  -- same words elsewhere.
  for _, sid in ipairs(call('ZRANGEBYSCORE', key('echoed', cid), A.echo_since, '+inf')) do
    if is_echoed_by(send_of(sid), event) then return count('redelivered') end
  end
  append(cid, event.entry)
  count('entries')
end

-- Applies an event to the log.
local function apply(cid, event)
  local logged = true
  if event.kind == 'visitor' then return apply_visitor(cid, event)
  elseif event.kind == 'message' then append(cid, event.entry)
  elseif event.kind == 'status' then logged = set_status(cid, event.status)
  elseif event.kind == 'assignee' then
    logged = field(key('conversation', cid), 'assignee') ~= event.entry
    if logged then
      call('HSET', key('conversation', cid), 'assignee', event.entry)
      append(cid, event.entry)
    end
  else logged = event.closed and set_status(cid, 'closed') end
  if logged then count('entries') end
end

local function instance_of(delivery) return string.match(delivery, '^[^/]*') end

-- The outcome of a delivery that left a mark: 'answered' and when, 'lost', or 'open' while its
-- proxy has not reported it.
local function fate(delivery, mark)
  local answered = string.match(mark, ' (%d+)$')
  if answered then return 'answered', tonumber(answered) end
  if call('EXISTS', key('lost', delivery)) == 1 or not alive(instance_of(delivery)) then return 'lost' end
  return 'open'
end

local function made(mark) return tonumber(string.match(mark, '^%d+')) end

-- Whether another proxy recently got one of these events, and has not reported yet whether it
-- acknowledged it.
local function is_unsure()
  for _, event in ipairs(A.events) do
    local marks = event.id and {} or call('HGETALL', key('mark', event.digest))
    for i = 1, #marks, 2 do
      local delivery, mark = marks[i], marks[i + 1]
      if instance_of(delivery) ~= A.instance and made(mark) >= A.window_since and fate(delivery, mark) == 'open' then
        return true
      end
    end
  end
  return false
end

local function is_redelivery(event)
  local mark, seen = key('mark', event.digest), false
  if event.id then
    seen = call('HSETNX', mark, 'id', A.now) == 0
    call('EXPIRE', mark, A.keep_ids)
    return seen
  end
  local marks = call('HGETALL', mark)
  for i = 1, #marks, 2 do
    local how, answered = fate(marks[i], marks[i + 1])
    -- An event that arrived before an identical one was acknowledged is the same event. Two
    -- identical events in one delivery are two events.
    local is_same = how ~= 'answered' or A.arrived < answered
    if marks[i] ~= A.delivery and made(marks[i + 1]) >= A.window_since and is_same then seen = true end
  end
  call('HSETNX', mark, A.delivery, A.now)
  call('SADD', key('delivery', A.delivery), event.digest)
  call('EXPIRE', mark, A.keep_marks)
  call('EXPIRE', key('delivery', A.delivery), A.keep_marks)
  return seen
end

local function enqueue(event)
  local room = key('room', A.sites_text)
  local waiting, bytes = tonumber(field(room, 'count') or 0), tonumber(field(room, 'bytes') or 0)
  if waiting >= A.room or bytes + event.size > A.room_bytes then return count('dropped') end
  local w = string.format('%.0f', call('INCR', key('count')))
  call('HSET', key('wait', w), 'sites', A.sites_text, 'event', cjson.encode(event), 'size', event.size)
  call('ZADD', key('waiting', 'platform', event.conversation), w, w)
  if event.visitor then call('ZADD', key('waiting', 'visitor', event.visitor), w, w) end
  call('ZADD', key('waiting'), A.now, w)
  call('HINCRBY', room, 'count', 1)
  call('HINCRBY', room, 'bytes', event.size)
  count('enqueued')
end

local function dequeue(w, waited, event)
  local room = key('room', waited.sites)
  call('DEL', key('wait', w))
  call('ZREM', key('waiting', 'platform', event.conversation), w)
  if event.visitor then call('ZREM', key('waiting', 'visitor', event.visitor), w) end
  call('ZREM', key('waiting'), w)
  call('HINCRBY', room, 'bytes', -tonumber(waited.size))
  if call('HINCRBY', room, 'count', -1) <= 0 then call('DEL', room) end
end

local function is_behind(waited, site) return string.find(waited.sites, ',' .. site .. ',', 1, true) ~= nil end

-- Binds the platform's id to a conversation. If the platform continues an older conversation of the
-- same visitor under a new start, the newer one takes the id over and the older one ends.
function bind(cid, platform)
  local c = record(key('conversation', cid))
  local bound = key('bound', c.site, platform)
  local holder = get(bound)
  if holder and holder ~= cid then
    if field(key('conversation', holder), 'visitor') ~= c.visitor then return 'foreign' end
    call('HDEL', key('conversation', holder), 'platform')
    set_status(holder, 'closed')
  end
  if c.platform and c.platform ~= platform then call('DEL', key('bound', c.site, c.platform)) end
  call('SET', bound, cid)
  call('HSET', key('conversation', cid), 'platform', platform)
  local start = c.start and send_of(c.start)
  if start then note_unbound(c.start, start) end
  return 'yes'
end

-- Releases the pending events of a conversation that was just bound, in the order in which they
-- came.
function release(cid, site, platform)
  local entered = 0
  for _, w in ipairs(call('ZRANGE', key('waiting', 'platform', platform), 0, -1)) do
    local waited = record(key('wait', w))
    if waited and is_behind(waited, site) then
      local event = cjson.decode(waited.event)
      dequeue(w, waited, event)
      apply(cid, event)
      entered = entered + 1
    end
  end
  return entered
end

local function bind_and_release(cid, platform)
  local c = record(key('conversation', cid))
  bind(cid, platform)
  -- The event itself confirms that the start arrived.
  local start = c.start and send_of(c.start)
  if start then set_state(c.start, start, 'sent') end
  return release(cid, c.site, platform)
end

-- After a start's answer was lost: a pending event may already contain the conversation's id.
function claim(site, visitor)
  for _, w in ipairs(call('ZRANGE', key('waiting', 'visitor', visitor), 0, -1)) do
    local waited = record(key('wait', w))
    if waited and is_behind(waited, site) then
      local event = cjson.decode(waited.event)
      local cid = matching_start({ site }, event)
      if cid then return bind_and_release(cid, event.conversation) end
    end
  end
  return 0
end

local function receive(event)
  local known = by_platform(A.sites, event.conversation)
  if not known and not may_be_ours(A.sites, event) then return count('foreign') end
  if is_redelivery(event) then return count('redelivered') end
  if known then return apply(known, event) end
  local cid = matching_start(A.sites, event)
  if cid then
    stats.released = stats.released + bind_and_release(cid, event.conversation)
    count('reconciled')
    return apply(cid, event)
  end
  enqueue(event)
end

function op.receive()
  if A.may_wait and is_unsure() then return { wait = true } end
  for _, event in ipairs(A.events) do receive(event) end
  return stats
end

-- The platform has its 2xx now, so an earlier, lost delivery of the same will not come again. The
-- time of the 2xx, by Redis' clock, is kept for a minute.
function op.acknowledged()
  for _, digest in ipairs(call('SMEMBERS', key('delivery', A.delivery))) do
    local mark = key('mark', digest)
    local marks = call('HGETALL', mark)
    for i = 1, #marks, 2 do
      local how, answered = fate(marks[i], marks[i + 1])
      if marks[i] == A.delivery then
        call('HSET', mark, A.delivery, string.format('%.0f %.0f', made(marks[i + 1]), A.at))
      elseif how == 'lost' or (answered and answered < A.at - 60000000) then
        call('HDEL', mark, marks[i])
      end
    end
    if call('HLEN', mark) == 1 then call('EXPIRE', mark, 60) end
  end
  call('DEL', key('delivery', A.delivery))
  return {}
end

function op.unacknowledged()
  call('SET', key('lost', A.delivery), 1, 'EX', A.keep_marks)
  return {}
end

function op.sweep_pending_events()
  local swept = 0
  for _, w in ipairs(call('ZRANGEBYSCORE', key('waiting'), '-inf', A.before)) do
    local waited = record(key('wait', w))
    dequeue(w, waited, cjson.decode(waited.event))
    swept = swept + 1
  end
  return swept
end
