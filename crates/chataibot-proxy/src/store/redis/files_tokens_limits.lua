-- Files, retention, renewal secrets, signing keys, shared limits, and the detection of lost logs.

local function get_file(id) return get_hash(key('file', id)) end

local function file_answer(file)
  return { url = file.url, name = file.name, mime_type = file.mime_type, size = tonumber(file.size) }
end

function op.record_file()
  local new = args.new
  local used = tonumber(get(key('files', new.site)) or 0)
  if used + new.size > args.total then return false end
  if call('EXISTS', key('conversation', new.conversation)) == 0 then return false end
  call('HSET', key('file', new.id), 'site', new.site, 'conversation', new.conversation, 'url', new.url,
    'name', new.name, 'mime_type', new.mime_type, 'size', new.size)
  call('HSET', key('links', new.conversation), new.url, new.id)
  call('INCRBY', key('files', new.site), new.size)
  call('ZADD', key('unsent'), args.now, new.id)
  return true
end

function op.total_file_bytes() return tonumber(get(key('files', args.site)) or 0) end

function op.file()
  local file = get_file(args.id)
  return file and file.conversation and file_answer(file) or nil
end

function op.issued_files()
  local files = {}
  for i, link in ipairs(args.links) do
    local id = get_field(key('links', args.conversation), link)
    if not id then return nil end
    files[i] = file_answer(get_file(id))
  end
  return files
end

function op.mark_files_sent()
  local links = call('HGETALL', key('links', args.conversation))
  for i = 1, #links, 2 do
    if string.find(args.text, links[i], 1, true) then call('ZREM', key('unsent'), links[i + 1]) end
  end
end

function op.orphaned_files()
  local ids = call('SRANDMEMBER', key('forsaken'), args.limit)
  for _, id in ipairs(outdated(key('unsent'), args.now - args.unsent_lifetime)) do ids[#ids + 1] = id end
  return {}, ids
end

function op.delete_file_records()
  for _, id in ipairs(args.ids) do
    local file = get_file(id)
    if file then
      call('DECRBY', key('files', file.site), file.size)
      if file.conversation then call('HDEL', key('links', file.conversation), file.url) end
      call('DEL', key('file', id))
    end
    call('SREM', key('forsaken'), id)
    call('ZREM', key('unsent'), id)
  end
end

local function delete_send(send_id, send)
  call('DEL', key('send', send_id))
  call('DEL', key('key', send.site, send.visitor, send.key))
  for _, set in ipairs({ key('unechoed', send.conversation), key('echoed', send.conversation), key('kept'),
    key('unbound', send.site), key('unbound', send.site, send.visitor) }) do
    call('ZREM', set, send_id)
  end
  call('SREM', key('sends', send.conversation), send_id)
  call('HDEL', key('flights'), send_id)
end

function op.sweep_records()
  for _, send_id in ipairs(outdated(key('kept'), args.now - args.lifetime)) do
    local send = get_send(send_id)
    if send.state ~= 'sending' then delete_send(send_id, send) end
  end
end

-- Deletes a conversation with all that belongs to it, except the bytes of its files.
local function delete_conversation(conversation_id)
  local conversation = get_hash(key('conversation', conversation_id))
  for _, send_id in ipairs(call('SMEMBERS', key('sends', conversation_id))) do
    delete_send(send_id, get_send(send_id))
  end
  for _, id in ipairs(call('HVALS', key('links', conversation_id))) do
    call('HDEL', key('file', id), 'conversation')
    call('ZREM', key('unsent'), id)
    call('SADD', key('forsaken'), id)
  end
  if conversation.platform then call('DEL', key('bound', conversation.site, conversation.platform)) end
  call('DEL', key('alias', conversation.alias))
  for _, kind in ipairs({ 'conversation', 'log', 'links', 'sends', 'unechoed', 'echoed' }) do
    call('DEL', key(kind, conversation_id))
  end
  call('ZREM', key('age', conversation.site), conversation_id)
  remove_from_visitor(conversation.visitor, 'c:' .. conversation_id)
  announce('deleted', conversation_id)
end

function op.sweep_conversations()
  local old = outdated(key('age', args.site), args.now - args.days * 86400000)
  for _, conversation_id in ipairs(old) do delete_conversation(conversation_id) end
  return {}, old
end

local function delete_secrets(family)
  for _, hash in ipairs(call('SMEMBERS', key('secrets', family))) do call('DEL', key('renewal', hash)) end
  call('DEL', key('secrets', family))
end

-- Revokes a family, and announces it on the bus. True unless it was already revoked.
local function revoke(family)
  if get_field(key('family', family), 'revoked') then return false end
  call('HSET', key('family', family), 'revoked', args.now)
  call('ZADD', key('revoked'), args.now, family)
  announce('revoked', family)
  return true
end

local function insert_family(visitor)
  call('HSET', key('family', args.family), 'site', args.site, 'visitor', visitor, 'origin', args.origin,
    'used', args.now)
  call('HSET', key('renewal', args.hash), 'family', args.family)
  call('SADD', key('secrets', args.family), args.hash)
  call('ZADD', key('families'), args.now, args.family)
  add_to_visitor(visitor, 'f:' .. args.family)
end

function op.begin_family()
  insert_family(args.visitor)
end

-- The same user is the same visitor wherever they sign in. Their profile is stored with the family.
function op.sign_in()
  local user = key('user', args.user)
  local visitor = get(user) or args.visitor
  call('SET', user, visitor)
  call('ZADD', key('users'), args.now, args.user)
  add_to_visitor(visitor, 'u:' .. args.user)
  insert_family(visitor)
  call('HSET', key('family', args.family), 'user', args.user, 'person', args.person)
  return visitor
end

function op.family_field() return get_field(key('family', args.family), args.field) end

function op.update_profile()
  local family = key('family', args.family)
  if get_field(family, 'person') then call('HSET', family, 'person', args.person) end
end

-- The family of a secret, or all families of its visitor on that site, without the revoked ones.
function op.families_of()
  local own = get_field(key('renewal', args.hash), 'family')
  local first = own and get_hash(key('family', own))
  if not first then return {} end
  if not args.everywhere then return {}, first.revoked and {} or { own } end
  local found = {}
  for _, what in ipairs(call('SMEMBERS', key('visitor', first.visitor))) do
    local family = string.sub(what, 1, 2) == 'f:' and get_hash(key('family', string.sub(what, 3)))
    if family and family.site == first.site and not family.revoked then found[#found + 1] = string.sub(what, 3) end
  end
  return {}, found
end

function op.end_families()
  for _, family in ipairs(args.families) do
    if call('EXISTS', key('family', family)) == 1 then
      revoke(family)
      call('HDEL', key('family', family), 'user', 'person')
    end
  end
end

local function delete_user(user, visitor)
  call('DEL', key('user', user))
  call('ZREM', key('users'), user)
  remove_from_visitor(visitor, 'u:' .. user)
end

function op.sweep_users()
  for _, user in ipairs(outdated(key('users'), args.before)) do
    delete_user(user, get(key('user', user)))
  end
end

function op.renew()
  local secret = get_hash(key('renewal', args.hash))
  local family = secret and get_hash(key('family', secret.family))
  if not family then return { Err = 'unknown' } end
  if family.revoked then return { Err = 'revoked' } end
  if family.site ~= args.site or family.origin ~= args.origin then return { Err = 'elsewhere' } end
  if tonumber(family.used) + args.lifetime < args.now then return { Err = 'expired' } end
  local renewed = { visitor = family.visitor, family = secret.family }
  if not secret.used then
    call('HSET', key('renewal', args.hash), 'used', args.now, 'successor', args.sealed_successor)
    call('HSET', key('renewal', args.successor_hash), 'family', secret.family)
    call('SADD', key('secrets', secret.family), args.successor_hash)
  elseif tonumber(secret.used) + args.grace >= args.now then
    renewed.successor = secret.successor
  else
    revoke(secret.family)
    return { Err = { reused = secret.family } }
  end
  local used = math.max(args.now, tonumber(family.used))
  call('HSET', key('family', secret.family), 'used', used)
  call('ZADD', key('families'), used, secret.family)
  return { Ok = renewed }
end

function op.successor() return get_field(key('renewal', args.hash), 'successor') end

function op.revoked_since()
  local revoked = to_table(call('ZRANGEBYSCORE', key('revoked'), '(' .. args.since, '+inf', 'WITHSCORES'))
  for family, at in pairs(revoked) do revoked[family] = tonumber(at) end
  return revoked
end

function op.sweep_families()
  for _, family in ipairs(outdated(key('families'), args.before)) do
    delete_secrets(family)
    remove_from_visitor(get_field(key('family', family), 'visitor'), 'f:' .. family)
    call('DEL', key('family', family))
    call('ZREM', key('families'), family)
    call('ZREM', key('revoked'), family)
  end
end

-- Erases all data about one visitor.
function op.erase_visitor()
  -- A kind of which there is nothing is left out: an empty list would become an object.
  local erased = {}
  local function note(kind, id)
    erased[kind] = erased[kind] or {}
    table.insert(erased[kind], id)
  end
  for _, pending_id in ipairs(call('ZRANGE', key('waiting', 'visitor', args.visitor), 0, -1)) do
    dequeue(pending_id, get_hash(key('wait', pending_id)))
  end
  for _, what in ipairs(call('SMEMBERS', key('visitor', args.visitor))) do
    local kind, id = string.sub(what, 1, 1), string.sub(what, 3)
    if kind == 'c' then
      for _, file in ipairs(call('HVALS', key('links', id))) do
        -- The sweep deletes the file's bytes, and then this record.
        call('HSET', key('file', file), 'name', '', 'url', '')
        note('files', file)
      end
      delete_conversation(id)
      note('conversations', id)
    elseif kind == 'u' then
      delete_user(id, args.visitor)
    else
      delete_secrets(id)
      if revoke(id) then note('families', id) end
      -- The family stays, revoked and without its visitor, so that every proxy still refuses its
      -- tokens; the sweep deletes it.
      call('HDEL', key('family', id), 'user', 'person')
      call('HSET', key('family', id), 'visitor', '', 'origin', '', 'used', args.now)
      call('ZADD', key('families'), args.now, id)
    end
  end
  call('DEL', key('visitor', args.visitor))
  return erased
end

-- The first instance that asks creates a key for all.
function op.signing_keys()
  local keys, newest = call('HGETALL', key('keys')), -1
  for i = 1, #keys, 2 do
    local made = tonumber(string.match(keys[i + 1], '^%d+'))
    if made < args.delete_before then call('HDEL', key('keys'), keys[i]) end
    newest = math.max(newest, made)
  end
  if newest < args.rotate_before then
    call('HSET', key('keys'), args.kid, digits(args.at) .. ' ' .. args.secret)
  end
  return to_table(call('HGETALL', key('keys')))
end

-- Counts one request against a limit that all instances share, by Redis' own clock. Returns how
-- long to wait, milliseconds.
function op.count_request()
  local time = call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local limit, each = key('limit', args.limit, args.client), 60000 / args.per_minute
  local free = math.max(now, tonumber(get(limit) or 0)) + each
  local wait = free - args.per_minute * each - now
  if wait > 0 then return math.ceil(wait) end
  call('SET', limit, string.format('%.3f', free), 'PX', math.ceil(free - now))
  return 0
end

local function is_earlier_id(one, other)
  local a, b = { string.match(one, '(%d+)-(%d+)') }, { string.match(other, '(%d+)-(%d+)') }
  local x, y = tonumber(a[1]), tonumber(b[1])
  return x < y or (x == y and tonumber(a[2]) < tonumber(b[2]))
end

-- Checks whether Redis still has the last event this instance has seen. If not, a part of the logs
-- was lost, in a failover or a crash: numbers would be reused, so they get another epoch. What was
-- trimmed is not lost.
function op.bus_position()
  local bus = key('bus')
  local first, last = call('XRANGE', bus, '-', '+', 'COUNT', 1)[1], call('XREVRANGE', bus, '+', '-', 'COUNT', 1)[1]
  local seen, whole = args.seen, true
  if seen and seen ~= '0-0' and #call('XRANGE', bus, seen, seen) == 0 then
    whole = false
    local is_trimmed = first and is_earlier_id(seen, first[1])
    if not is_trimmed and epoch == digits(args.epoch) then
      epoch = digits(args.new_epoch)
      call('SET', key('epoch'), epoch)
    end
  end
  if seen and whole then return { from = seen, whole = true } end
  return { from = last and last[1] or '0-0', whole = whole }
end

-- The schema version of the data in this Redis, written by the first instance.
function op.version()
  call('SET', key('version'), args.known_version, 'NX')
  return tonumber(get(key('version')))
end

function op.check()
  call('SET', key('checked'), args.now)
end

local result, rest = op[args.op]()
local reply = { epoch, cjson.encode(result) }
for _, each in ipairs(rest or {}) do reply[#reply + 1] = each end
return reply
