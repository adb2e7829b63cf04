-- The state of each message a visitor sends. The rules are those of `sqlite/sends.rs`, and one
-- more: the instance that forwards a message owns it, and while that instance is alive no other one
-- settles it.

local settle, release, claim, bind

local function send_of(sid) return record(key('send', sid)) end

-- Keeps the index of unbound starts: the platform may know them, but we have no platform id. An
-- event may turn out to belong to one.
local function note_unbound(sid, send)
  if send.start ~= '1' then return end
  local all, own = key('unbound', send.site), key('unbound', send.site, send.visitor)
  local may_be = send.state == 'sending' or send.state == 'unknown'
  if may_be and not field(key('conversation', send.conversation), 'platform') then
    call('ZADD', all, send.forwarded, sid)
    call('ZADD', own, number_of(sid), sid)
  else
    call('ZREM', all, sid)
    call('ZREM', own, sid)
  end
end

-- Records which instance is forwarding the message, if any.
local function note_flight(sid, send)
  local c = key('conversation', send.conversation)
  if send.state == 'sending' then
    call('HSET', key('send', sid), 'owner', A.instance, 'nonce', A.nonce)
    call('HSET', key('flights'), sid, A.instance)
    call('HSET', c, 'flying', sid)
  else
    call('HDEL', key('flights'), sid)
    if field(c, 'flying') == sid then call('HDEL', c, 'flying') end
  end
end

-- Records and logs a state, unless it is so already.
local function set_state(sid, send, state)
  if send.state == state then return end
  send.state = state
  call('HSET', key('send', sid), 'state', state)
  note_flight(sid, send)
  note_unbound(sid, send)
  if state == 'refused' then call('ZREM', key('unechoed', send.conversation), sid) end
  append_delivery(send.conversation, send.key, state)
end

local function told_of(send)
  return {
    alias = field(key('conversation', send.conversation), 'alias'),
    state = send.state, answer = send.answer, status = tonumber(send.refused_status), code = send.refused_code,
  }
end

-- Whether an instance still takes care of the message. A live one that has not settled it for too
-- long has forgotten it.
local function is_carried(send)
  return send.owner == A.instance or (alive(send.owner) and tonumber(send.forwarded) + A.longest >= A.now)
end

-- Settles as unknown what no instance takes care of any more. Returns how many messages.
local function expire_leases()
  local dead = {}
  for _, sid in ipairs(call('HKEYS', key('flights'))) do
    if not is_carried(send_of(sid)) then dead[#dead + 1] = sid end
  end
  table.sort(dead, function(a, b) return number_of(a) < number_of(b) end)
  for _, sid in ipairs(dead) do settle(sid, send_of(sid), { kind = 'unknown' }) end
  return #dead
end

-- Whether another instance is forwarding a message of this conversation. Echoes are matched by
-- order, so that message has to be settled first.
local function taken(cid)
  local sid = field(key('conversation', cid), 'flying')
  local send = sid and send_of(sid)
  if not send or send.owner == A.instance then return false end
  if is_carried(send) then return true end
  expire_leases()
  return false
end

local function forward(sid, cid, platform)
  return { begun = 'forward', send = sid, conversation = cid, platform = platform }
end

-- Writes the message's log entry and its record.
local function log_send(cid, is_start)
  local sid = fresh_id()
  local seq = append(cid, A.message)
  local send = {
    site = A.site, visitor = A.visitor, key = A.key, start = is_start and '1' or '0', conversation = cid,
    state = 'sending', forwarded = tostring(A.now),
  }
  call('HSET', key('send', sid), 'site', A.site, 'visitor', A.visitor, 'key', A.key, 'fingerprint', A.fingerprint,
    'start', send.start, 'conversation', cid, 'state', 'sending', 'forwarded', A.now, 'words', A.words, 'letters', A.letters)
  call('SET', key('key', A.site, A.visitor, A.key), sid)
  call('SADD', key('sends', cid), sid)
  call('ZADD', key('unechoed', cid), seq, sid)
  call('ZADD', key('kept'), A.now, sid)
  note_flight(sid, send)
  note_unbound(sid, send)
  return sid
end

-- Handles a known key: repeats the answer, or forwards again what definitely did not arrive.
local function again(sid, send, platform)
  if send.fingerprint ~= A.fingerprint then return { begun = 'other_body' } end
  if send.state == 'failed' then
    if taken(send.conversation) then return { begun = 'elsewhere', conversation = send.conversation } end
    send.forwarded = tostring(A.now)
    call('HSET', key('send', sid), 'forwarded', A.now)
    set_state(sid, send, 'sending')
    call('ZADD', key('unechoed', send.conversation), field(key('conversation', send.conversation), 'seq'), sid)
    call('ZADD', key('kept'), A.now, sid)
    return forward(sid, send.conversation, platform)
  end
  if send.state == 'sending' then
    if send.owner ~= A.instance and is_carried(send) then
      return { begun = 'elsewhere', conversation = send.conversation }
    end
    -- Nothing forwards it any more, and its outcome was not recorded: it is unknown.
    return { begun = 'known', record = settle(sid, send, { kind = 'unknown' }).record }
  end
  return { begun = 'known', record = told_of(send) }
end

local function known_send()
  local sid = get(key('key', A.site, A.visitor, A.key))
  return sid, sid and send_of(sid)
end

-- Whether the proxy got no answer to this very attempt and has given it up.
local function is_void() return call('EXISTS', key('void', A.nonce)) == 1 end

function op.begin_start()
  if is_void() then return { begun = 'void' } end
  local sid, send = known_send()
  if send then return again(sid, send, nil) end
  local cid = fresh_id()
  call('HSET', key('conversation', cid), 'alias', A.alias, 'site', A.site, 'visitor', A.visitor, 'at', A.now, 'seq', 0,
    'ended', '0')
  call('SET', key('alias', A.alias), cid)
  belongs(A.visitor, 'c:' .. cid)
  sid = log_send(cid, true)
  call('HSET', key('conversation', cid), 'start', sid)
  return forward(sid, cid, nil)
end

function op.begin_send()
  if is_void() then return { begun = 'void' } end
  local cid, c = owned()
  if not cid then return { begun = 'not_found' } end
  local sid, send = known_send()
  local ended = c.ended == '1'
  if send then
    -- A repeated key gets its recorded answer even after the end, but nothing is forwarded again.
    if ended and send.state == 'failed' then return { begun = 'ended' } end
    if not c.platform and send.state == 'failed' then return { begun = 'unbound' } end
    return again(sid, send, c.platform)
  end
  if ended then return { begun = 'ended' } end
  if not c.platform then return { begun = 'unbound' } end
  if taken(cid) then return { begun = 'elsewhere', conversation = cid } end
  return forward(log_send(cid, false), cid, c.platform)
end

-- The proxy got no answer to this attempt, so it forwarded nothing. If the attempt arrives only
-- now, it finds the 'void' key.
function op.roll_back()
  call('SET', key('void', A.nonce), 1, 'EX', 300)
  local sid, send = known_send()
  if send and send.nonce == A.nonce and send.state == 'sending' then set_state(sid, send, 'failed') end
  return {}
end

function settle(sid, send, outcome)
  local settled = { released = 0, foreign = false }
  if outcome.kind == 'accepted' then
    if outcome.platform and bind(send.conversation, outcome.platform) == 'foreign' then
      settled.foreign = true
      set_state(sid, send, 'unknown')
      settled.record = told_of(send)
      return settled
    end
    send.answer = outcome.answer
    if outcome.answer then call('HSET', key('send', sid), 'answer', outcome.answer)
    else call('HDEL', key('send', sid), 'answer') end
    set_state(sid, send, 'sent')
    if outcome.platform then settled.released = release(send.conversation, send.site, outcome.platform) end
  elseif send.state == 'sending' then
    if outcome.kind == 'refused' then
      send.refused_status, send.refused_code = tostring(outcome.status), outcome.code
      call('HSET', key('send', sid), 'refused_status', outcome.status, 'refused_code', outcome.code)
    end
    set_state(sid, send, outcome.kind)
    if outcome.kind == 'unknown' and send.start == '1' then
      settled.released = claim(send.site, send.visitor)
      send = send_of(sid)
    end
  end
  settled.record = told_of(send)
  return settled
end

function op.settle()
  local send = send_of(A.send)
  if not send then return { gone = true } end
  return settle(A.send, send, A.outcome)
end

function op.heartbeat()
  call('SET', key('alive', A.instance), 1, 'PX', A.lease)
  local time = call('TIME')
  return { expired = expire_leases(), time = tonumber(time[1]) * 1000000 + tonumber(time[2]) }
end

function op.leave()
  call('DEL', key('alive', A.instance))
  return {}
end
