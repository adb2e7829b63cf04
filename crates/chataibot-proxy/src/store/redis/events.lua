-- The effects of the platform's events on the log, and the queue of pending events. The rules are
-- those of `sqlite/incoming.rs`, `sqlite/apply.rs` and `sqlite/pending_events.rs`; texts come as
-- digests of what is compared, made by `incoming.rs`.

local stats = {
  entries = 0, echoes = 0, reconciled = 0, redelivered = 0, foreign = 0, enqueued = 0, released = 0, dropped = 0,
}
local function count(name) stats[name] = stats[name] + 1 end

local function by_platform_id(sites, platform)
  for _, site in ipairs(sites) do
    local conversation_id = get(key('bound', site, platform))
    if conversation_id then return conversation_id end
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
    elseif call('ZCOUNT', key('unbound', site), args.recent_since, '+inf') > 0 then return true end
  end
  return false
end

-- The conversation that an event with an unknown platform id must belong to; nil while that would
-- be a guess.
local function matching_start(sites, event)
  if not event.visitor then return nil end
  local only
  for _, site in ipairs(sites) do
    for _, send_id in ipairs(call('ZRANGE', key('unbound', site, event.visitor), 0, -1)) do
      local send = get_send(send_id)
      if event.kind ~= 'visitor' or is_echoed_by(send, event) then
        if only then return nil end
        only = send
      end
    end
  end
  if only and only.state == 'unknown' then return only.conversation end
end

local function set_echoed(send_id, send)
  call('ZREM', key('unechoed', send.conversation), send_id)
  call('ZADD', key('echoed', send.conversation), args.now, send_id)
  set_state(send_id, send, 'sent')
end

local function apply_visitor_message(conversation_id, event)
  local newest_first = call('ZREVRANGE', key('unechoed', conversation_id), 0, args.max_candidates - 1)
  local by_id, by_words
  for i = #newest_first, 1, -1 do
    local send_id = newest_first[i]
    local send = get_send(send_id)
    if event.id and send.answer == event.id and not by_id then by_id = { send_id, send } end
    if not by_words and is_echoed_by(send, event) then by_words = { send_id, send } end
  end
  local found = by_id or by_words
  if found then
    count('echoes')
    if found[2].state == 'unknown' or found[2].state == 'failed' then count('reconciled') end
    return set_echoed(found[1], found[2])
  end
  -- No message awaits this echo: more likely the platform repeats one than the visitor wrote the
  -- same words elsewhere.
  for _, send_id in ipairs(call('ZRANGEBYSCORE', key('echoed', conversation_id), args.echo_since, '+inf')) do
    if is_echoed_by(get_send(send_id), event) then return count('redelivered') end
  end
  append(conversation_id, event.entry)
  count('entries')
end

-- Applies an event to the log.
local function apply(conversation_id, event)
  local logged = true
  if event.kind == 'visitor' then return apply_visitor_message(conversation_id, event)
  elseif event.kind == 'message' then append(conversation_id, event.entry)
  elseif event.kind == 'status' then logged = set_status(conversation_id, event.status)
  elseif event.kind == 'assignee' then
    logged = get_field(key('conversation', conversation_id), 'assignee') ~= event.entry
    if logged then
      call('HSET', key('conversation', conversation_id), 'assignee', event.entry)
      append(conversation_id, event.entry)
    end
  else logged = event.closed and set_status(conversation_id, 'closed') end
  if logged then count('entries') end
end

local function instance_of(delivery) return string.match(delivery, '^[^/]*') end

-- The outcome of a delivery that left a mark: 'answered' and when, 'lost', or 'open' while its
-- proxy has not reported it.
local function delivery_outcome(delivery, mark)
  local answered = string.match(mark, ' (%d+)$')
  if answered then return 'answered', tonumber(answered) end
  if call('EXISTS', key('lost', delivery)) == 1 or not is_alive(instance_of(delivery)) then return 'lost' end
  return 'open'
end

local function marked_at(mark) return tonumber(string.match(mark, '^%d+')) end

-- Whether another proxy recently got one of these events, and has not reported yet whether it
-- acknowledged it.
local function awaits_peer_ack()
  for _, event in ipairs(args.events) do
    local marks = event.id and {} or call('HGETALL', key('mark', event.digest))
    for i = 1, #marks, 2 do
      local delivery, mark = marks[i], marks[i + 1]
      local is_peers = instance_of(delivery) ~= args.instance and marked_at(mark) >= args.redelivery_since
      if is_peers and delivery_outcome(delivery, mark) == 'open' then return true end
    end
  end
  return false
end

local function is_redelivery(event)
  local mark, seen = key('mark', event.digest), false
  if event.id then
    seen = call('HSETNX', mark, 'id', args.now) == 0
    call('EXPIRE', mark, args.id_lifetime)
    return seen
  end
  local marks = call('HGETALL', mark)
  for i = 1, #marks, 2 do
    local how, answered = delivery_outcome(marks[i], marks[i + 1])
    -- An event that arrived before an identical one was acknowledged is the same event. Two
    -- identical events in one delivery are two events.
    local is_same = how ~= 'answered' or args.arrived_at < answered
    if marks[i] ~= args.delivery and marked_at(marks[i + 1]) >= args.redelivery_since and is_same then seen = true end
  end
  call('HSETNX', mark, args.delivery, args.now)
  call('SADD', key('delivery', args.delivery), event.digest)
  call('EXPIRE', mark, args.mark_lifetime)
  call('EXPIRE', key('delivery', args.delivery), args.mark_lifetime)
  return seen
end

local function enqueue(event)
  local room = key('room', args.sites_text)
  local waiting, bytes = tonumber(get_field(room, 'count') or 0), tonumber(get_field(room, 'bytes') or 0)
  if waiting >= args.max_events or bytes + event.size > args.max_bytes then return count('dropped') end
  local pending_id = digits(call('INCR', key('count')))
  call('HSET', key('wait', pending_id), 'sites', args.sites_text, 'event', cjson.encode(event), 'size', event.size)
  call('ZADD', key('waiting', 'platform', event.conversation), pending_id, pending_id)
  if event.visitor then call('ZADD', key('waiting', 'visitor', event.visitor), pending_id, pending_id) end
  call('ZADD', key('waiting'), args.now, pending_id)
  call('HINCRBY', room, 'count', 1)
  call('HINCRBY', room, 'bytes', event.size)
  count('enqueued')
end

local function dequeue(pending_id, pending)
  local room, event = key('room', pending.sites), cjson.decode(pending.event)
  call('DEL', key('wait', pending_id))
  call('ZREM', key('waiting', 'platform', event.conversation), pending_id)
  if event.visitor then call('ZREM', key('waiting', 'visitor', event.visitor), pending_id) end
  call('ZREM', key('waiting'), pending_id)
  call('HINCRBY', room, 'bytes', -tonumber(pending.size))
  if call('HINCRBY', room, 'count', -1) <= 0 then call('DEL', room) end
  return event
end

local function is_from_webhook_of(pending, site)
  return string.find(pending.sites, ',' .. site .. ',', 1, true) ~= nil
end

-- Binds the platform's id to a conversation. If the platform continues an older conversation of the
-- same visitor under a new start, the newer one takes the id over and the older one ends.
function bind(conversation_id, platform)
  local conversation = get_hash(key('conversation', conversation_id))
  local bound = key('bound', conversation.site, platform)
  local holder = get(bound)
  if holder and holder ~= conversation_id then
    if get_field(key('conversation', holder), 'visitor') ~= conversation.visitor then return 'foreign' end
    call('HDEL', key('conversation', holder), 'platform')
    set_status(holder, 'closed')
  end
  if conversation.platform and conversation.platform ~= platform then
    call('DEL', key('bound', conversation.site, conversation.platform))
  end
  call('SET', bound, conversation_id)
  call('HSET', key('conversation', conversation_id), 'platform', platform)
  local start = conversation.start and get_send(conversation.start)
  if start then index_unbound_start(conversation.start, start) end
  return 'yes'
end

-- Releases the pending events of a conversation that was just bound, in the order in which they
-- came.
function release(conversation_id, site, platform)
  local entered = 0
  for _, pending_id in ipairs(call('ZRANGE', key('waiting', 'platform', platform), 0, -1)) do
    local pending = get_hash(key('wait', pending_id))
    if pending and is_from_webhook_of(pending, site) then
      apply(conversation_id, dequeue(pending_id, pending))
      entered = entered + 1
    end
  end
  return entered
end

local function bind_and_release(conversation_id, platform)
  local conversation = get_hash(key('conversation', conversation_id))
  bind(conversation_id, platform)
  -- The event itself confirms that the start arrived.
  local start = conversation.start and get_send(conversation.start)
  if start then set_state(conversation.start, start, 'sent') end
  return release(conversation_id, conversation.site, platform)
end

-- After a start's answer was lost: a pending event may already contain the conversation's id.
function claim_by_visitor(site, visitor)
  for _, pending_id in ipairs(call('ZRANGE', key('waiting', 'visitor', visitor), 0, -1)) do
    local pending = get_hash(key('wait', pending_id))
    if pending and is_from_webhook_of(pending, site) then
      local event = cjson.decode(pending.event)
      local conversation_id = matching_start({ site }, event)
      if conversation_id then return bind_and_release(conversation_id, event.conversation) end
    end
  end
  return 0
end

local function receive(event)
  local known = by_platform_id(args.sites, event.conversation)
  if not known and not may_be_ours(args.sites, event) then return count('foreign') end
  if is_redelivery(event) then return count('redelivered') end
  if known then return apply(known, event) end
  local conversation_id = matching_start(args.sites, event)
  if conversation_id then
    stats.released = stats.released + bind_and_release(conversation_id, event.conversation)
    count('reconciled')
    return apply(conversation_id, event)
  end
  enqueue(event)
end

function op.receive()
  if args.may_wait and awaits_peer_ack() then return nil end
  for _, event in ipairs(args.events) do receive(event) end
  return stats
end

-- The platform has its 2xx now, so an earlier, lost delivery of the same will not come again. The
-- time of the 2xx, by Redis' clock, is kept for a minute.
function op.acknowledged()
  for _, digest in ipairs(call('SMEMBERS', key('delivery', args.delivery))) do
    local mark = key('mark', digest)
    local marks = call('HGETALL', mark)
    for i = 1, #marks, 2 do
      local how, answered = delivery_outcome(marks[i], marks[i + 1])
      if marks[i] == args.delivery then
        call('HSET', mark, args.delivery, digits(marked_at(marks[i + 1])) .. ' ' .. digits(args.at))
      elseif how == 'lost' or (answered and answered < args.at - 60000000) then
        call('HDEL', mark, marks[i])
      end
    end
    if call('HLEN', mark) == 1 then call('EXPIRE', mark, 60) end
  end
  call('DEL', key('delivery', args.delivery))
end

function op.unacknowledged()
  call('SET', key('lost', args.delivery), 1, 'EX', args.mark_lifetime)
end

function op.sweep_pending_events()
  local swept = 0
  for _, pending_id in ipairs(call('ZRANGEBYSCORE', key('waiting'), '-inf', digits(args.now - args.max_wait))) do
    dequeue(pending_id, get_hash(key('wait', pending_id)))
    swept = swept + 1
  end
  return swept
end
