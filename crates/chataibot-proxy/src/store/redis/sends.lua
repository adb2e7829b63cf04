-- The state of each message a visitor sends. The rules are those of `sqlite/sends.rs`, and one
-- more: the instance that forwards a message owns it, and while that instance is alive no other one
-- settles it.

local settle, release, claim_by_visitor, bind

local function get_send(send_id) return get_hash(key('send', send_id)) end

-- Keeps the index of unbound starts: the platform may know them, but we have no platform id. An
-- event may turn out to belong to one.
local function index_unbound_start(send_id, send)
  if send.start ~= '1' then return end
  local all, own = key('unbound', send.site), key('unbound', send.site, send.visitor)
  local may_be = send.state == 'sending' or send.state == 'unknown'
  if may_be and not get_field(key('conversation', send.conversation), 'platform') then
    call('ZADD', all, send.forwarded, send_id)
    call('ZADD', own, id_number(send_id), send_id)
  else
    call('ZREM', all, send_id)
    call('ZREM', own, send_id)
  end
end

-- Records which instance is forwarding the message, if any.
local function record_owner(send_id, send)
  local conversation_key = key('conversation', send.conversation)
  if send.state == 'sending' then
    call('HSET', key('send', send_id), 'owner', args.instance, 'nonce', args.nonce)
    call('HSET', key('flights'), send_id, args.instance)
    call('HSET', conversation_key, 'flying', send_id)
  else
    call('HDEL', key('flights'), send_id)
    if get_field(conversation_key, 'flying') == send_id then call('HDEL', conversation_key, 'flying') end
  end
end

-- Records and logs a state, unless it is so already.
local function set_state(send_id, send, state)
  if send.state == state then return end
  send.state = state
  call('HSET', key('send', send_id), 'state', state)
  record_owner(send_id, send)
  index_unbound_start(send_id, send)
  if state == 'refused' then call('ZREM', key('unechoed', send.conversation), send_id) end
  append_delivery(send.conversation, send.key, state)
end

local function to_record(send)
  local refusal = send.refused_code and { status = tonumber(send.refused_status), code = send.refused_code }
  local alias = get_field(key('conversation', send.conversation), 'alias')
  return { alias = alias, state = send.state, answer = send.answer, refusal = refusal }
end

-- Whether an instance still takes care of the message. A live one that has not settled it for too
-- long has forgotten it.
local function has_live_owner(send)
  if send.owner == args.instance then return true end
  return is_alive(send.owner) and tonumber(send.forwarded) + args.max_in_flight >= args.now
end

-- Settles as unknown what no instance takes care of any more. Returns how many messages.
local function expire_leases()
  local dead = {}
  for _, send_id in ipairs(call('HKEYS', key('flights'))) do
    if not has_live_owner(get_send(send_id)) then dead[#dead + 1] = send_id end
  end
  table.sort(dead, function(a, b) return id_number(a) < id_number(b) end)
  for _, send_id in ipairs(dead) do settle(send_id, get_send(send_id), { kind = 'unknown' }) end
  return #dead
end

-- Whether another instance is forwarding a message of this conversation. Echoes are matched by
-- order, so that message has to be settled first.
local function is_owned_by_peer(conversation_id)
  local send_id = get_field(key('conversation', conversation_id), 'flying')
  local send = send_id and get_send(send_id)
  if not send or send.owner == args.instance then return false end
  if has_live_owner(send) then return true end
  expire_leases()
  return false
end

local function forward_outcome(send_id, conversation_id, platform)
  return { forward = { send = send_id, conversation = conversation_id, platform_id = platform } }
end

-- Writes the message's log entry and its record.
local function record_send(conversation_id, is_start)
  local send_id = new_id()
  local seq = append(conversation_id, args.message)
  local send = {
    site = args.site, visitor = args.visitor, key = args.key, start = is_start and '1' or '0',
    conversation = conversation_id, state = 'sending', forwarded = tostring(args.now),
  }
  call('HSET', key('send', send_id), 'site', args.site, 'visitor', args.visitor, 'key', args.key,
    'fingerprint', args.fingerprint, 'start', send.start, 'conversation', conversation_id, 'state', 'sending',
    'forwarded', args.now, 'words', args.words, 'letters', args.letters)
  call('SET', key('key', args.site, args.visitor, args.key), send_id)
  call('SADD', key('sends', conversation_id), send_id)
  call('ZADD', key('unechoed', conversation_id), seq, send_id)
  call('ZADD', key('kept'), args.now, send_id)
  record_owner(send_id, send)
  index_unbound_start(send_id, send)
  return send_id
end

-- Handles a known key: repeats the answer, or forwards again what definitely did not arrive.
local function repeat_send(send_id, send, platform)
  if send.fingerprint ~= args.fingerprint then return 'key_reused' end
  if send.state == 'failed' then
    if is_owned_by_peer(send.conversation) then return { owned_by_peer = send.conversation } end
    send.forwarded = tostring(args.now)
    call('HSET', key('send', send_id), 'forwarded', args.now)
    set_state(send_id, send, 'sending')
    call('ZADD', key('unechoed', send.conversation), get_field(key('conversation', send.conversation), 'seq'), send_id)
    call('ZADD', key('kept'), args.now, send_id)
    return forward_outcome(send_id, send.conversation, platform)
  end
  if send.state == 'sending' then
    if send.owner ~= args.instance and has_live_owner(send) then
      return { owned_by_peer = send.conversation }
    end
    -- Nothing forwards it any more, and its outcome was not recorded: it is unknown.
    return { known = settle(send_id, send, { kind = 'unknown' }).record }
  end
  return { known = to_record(send) }
end

local function send_by_key()
  local send_id = get(key('key', args.site, args.visitor, args.key))
  return send_id, send_id and get_send(send_id)
end

-- Whether the proxy got no answer to this very attempt and has given it up.
local function is_rolled_back() return call('EXISTS', key('void', args.nonce)) == 1 end

function op.begin_start()
  if is_rolled_back() then return nil end
  local send_id, send = send_by_key()
  if send then return repeat_send(send_id, send, nil) end
  local conversation_id = new_id()
  call('HSET', key('conversation', conversation_id), 'alias', args.alias, 'site', args.site, 'visitor', args.visitor,
    'at', args.now, 'seq', 0, 'ended', '0')
  call('SET', key('alias', args.alias), conversation_id)
  add_to_visitor(args.visitor, 'c:' .. conversation_id)
  send_id = record_send(conversation_id, true)
  call('HSET', key('conversation', conversation_id), 'start', send_id)
  return forward_outcome(send_id, conversation_id, nil)
end

function op.begin_send()
  if is_rolled_back() then return nil end
  local conversation_id, conversation = owned_conversation()
  if not conversation_id then return 'not_found' end
  local send_id, send = send_by_key()
  local ended = conversation.ended == '1'
  if send then
    -- A repeated key gets its recorded answer even after the end, but nothing is forwarded again.
    if ended and send.state == 'failed' then return 'ended' end
    if not conversation.platform and send.state == 'failed' then return 'not_yet_bound' end
    return repeat_send(send_id, send, conversation.platform)
  end
  if ended then return 'ended' end
  if not conversation.platform then return 'not_yet_bound' end
  if is_owned_by_peer(conversation_id) then return { owned_by_peer = conversation_id } end
  return forward_outcome(record_send(conversation_id, false), conversation_id, conversation.platform)
end

-- The proxy got no answer to this attempt, so it forwarded nothing. If the attempt arrives only
-- now, it finds the 'void' key.
function op.roll_back()
  call('SET', key('void', args.nonce), 1, 'EX', 300)
  local send_id, send = send_by_key()
  if send and send.nonce == args.nonce and send.state == 'sending' then set_state(send_id, send, 'failed') end
end

function settle(send_id, send, outcome)
  local settled = { released = 0, is_foreign = false }
  if outcome.kind == 'accepted' then
    if outcome.platform_id and bind(send.conversation, outcome.platform_id) == 'foreign' then
      settled.is_foreign = true
      set_state(send_id, send, 'unknown')
      settled.record = to_record(send)
      return settled
    end
    send.answer = outcome.answer
    if outcome.answer then call('HSET', key('send', send_id), 'answer', outcome.answer)
    else call('HDEL', key('send', send_id), 'answer') end
    set_state(send_id, send, 'sent')
    if outcome.platform_id then settled.released = release(send.conversation, send.site, outcome.platform_id) end
  elseif send.state == 'sending' then
    if outcome.kind == 'refused' then
      send.refused_status, send.refused_code = tostring(outcome.status), outcome.code
      call('HSET', key('send', send_id), 'refused_status', outcome.status, 'refused_code', outcome.code)
    end
    set_state(send_id, send, outcome.kind)
    if outcome.kind == 'unknown' and send.start == '1' then
      settled.released = claim_by_visitor(send.site, send.visitor)
      send = get_send(send_id)
    end
  end
  settled.record = to_record(send)
  return settled
end

function op.settle()
  local send = get_send(args.send)
  if not send then return nil end
  return settle(args.send, send, args.outcome)
end

function op.heartbeat()
  call('SET', key('alive', args.instance), 1, 'PX', args.lease)
  local time = call('TIME')
  return { expired = expire_leases(), time = tonumber(time[1]) * 1000000 + tonumber(time[2]) }
end

function op.leave()
  call('DEL', key('alive', args.instance))
end
