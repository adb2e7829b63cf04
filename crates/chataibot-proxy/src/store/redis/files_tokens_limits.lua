-- Files, retention, renewal secrets, signing keys, shared limits, and the detection of lost logs.

local function file_of(id) return record(key('file', id)) end

local function told_file(file)
  return { url = file.url, name = file.name, mime_type = file.mime_type, size = tonumber(file.size) }
end

function op.keep_file()
  local used = tonumber(get(key('files', A.site)) or 0)
  if used + A.size > A.total or call('EXISTS', key('conversation', A.conversation)) == 0 then return false end
  call('HSET', key('file', A.id), 'site', A.site, 'conversation', A.conversation, 'url', A.url, 'name', A.name,
    'mime_type', A.mime_type, 'size', A.size)
  call('HSET', key('links', A.conversation), A.url, A.id)
  call('INCRBY', key('files', A.site), A.size)
  call('ZADD', key('unsent'), A.now, A.id)
  return true
end

function op.files_bytes() return tonumber(get(key('files', A.site)) or 0) end

function op.file()
  local file = file_of(A.id)
  return file and file.conversation and told_file(file) or nil
end

function op.issued_files()
  local files = {}
  for i, link in ipairs(A.links) do
    local id = field(key('links', A.conversation), link)
    if not id then return nil end
    files[i] = told_file(file_of(id))
  end
  return files
end

function op.files_sent()
  local links = call('HGETALL', key('links', A.conversation))
  for i = 1, #links, 2 do
    if string.find(A.text, links[i], 1, true) then call('ZREM', key('unsent'), links[i + 1]) end
  end
  return {}
end

function op.orphaned_files()
  local ids = call('SRANDMEMBER', key('forsaken'), A.limit)
  for _, id in ipairs(call('ZRANGEBYSCORE', key('unsent'), '-inf', '(' .. A.before, 'LIMIT', 0, A.limit)) do
    ids[#ids + 1] = id
  end
  return {}, ids
end

function op.forget_files()
  for _, id in ipairs(A.ids) do
    local file = file_of(id)
    if file then
      call('DECRBY', key('files', file.site), file.size)
      if file.conversation then call('HDEL', key('links', file.conversation), file.url) end
      call('DEL', key('file', id))
    end
    call('SREM', key('forsaken'), id)
    call('ZREM', key('unsent'), id)
  end
  return {}
end

local function delete_send(sid, send)
  call('DEL', key('send', sid))
  call('DEL', key('key', send.site, send.visitor, send.key))
  for _, set in ipairs({ key('unechoed', send.conversation), key('echoed', send.conversation), key('kept'),
    key('unbound', send.site), key('unbound', send.site, send.visitor) }) do
    call('ZREM', set, sid)
  end
  call('SREM', key('sends', send.conversation), sid)
  call('HDEL', key('flights'), sid)
end

function op.sweep_records()
  for _, sid in ipairs(call('ZRANGEBYSCORE', key('kept'), '-inf', '(' .. A.before, 'LIMIT', 0, A.limit)) do
    local send = send_of(sid)
    if send.state ~= 'sending' then delete_send(sid, send) end
  end
  return {}
end

-- Deletes a conversation with all that belongs to it, except the bytes of its files.
local function delete_conversation(cid)
  local c = record(key('conversation', cid))
  for _, sid in ipairs(call('SMEMBERS', key('sends', cid))) do delete_send(sid, send_of(sid)) end
  for _, id in ipairs(call('HVALS', key('links', cid))) do
    call('HDEL', key('file', id), 'conversation')
    call('ZREM', key('unsent'), id)
    call('SADD', key('forsaken'), id)
  end
  if c.platform then call('DEL', key('bound', c.site, c.platform)) end
  call('DEL', key('conversation', cid), key('log', cid), key('alias', c.alias), key('links', cid), key('sends', cid),
    key('unechoed', cid), key('echoed', cid))
  call('ZREM', key('age', c.site), cid)
  belonged(c.visitor, 'c:' .. cid)
  tell('deleted', cid)
end

function op.sweep_conversations()
  local old = call('ZRANGEBYSCORE', key('age', A.site), '-inf', '(' .. A.before, 'LIMIT', 0, A.limit)
  for _, cid in ipairs(old) do delete_conversation(cid) end
  return {}, old
end

local function delete_secrets(family)
  for _, hash in ipairs(call('SMEMBERS', key('secrets', family))) do call('DEL', key('renewal', hash)) end
  call('DEL', key('secrets', family))
end

-- Revokes a family, and announces it on the bus. True unless it was already revoked.
local function revoke(family)
  if field(key('family', family), 'revoked') then return false end
  call('HSET', key('family', family), 'revoked', A.now)
  call('ZADD', key('revoked'), A.now, family)
  tell('revoked', family)
  return true
end

local function begin_family(visitor)
  call('HSET', key('family', A.family), 'site', A.site, 'visitor', visitor, 'origin', A.origin, 'used', A.now)
  call('HSET', key('renewal', A.hash), 'family', A.family)
  call('SADD', key('secrets', A.family), A.hash)
  call('ZADD', key('families'), A.now, A.family)
  belongs(visitor, 'f:' .. A.family)
end

function op.begin_family()
  begin_family(A.visitor)
  return {}
end

-- The same user is the same visitor wherever they sign in. Their profile is stored with the family.
function op.sign_in()
  local user = key('user', A.user)
  local visitor = get(user) or A.visitor
  call('SET', user, visitor)
  call('ZADD', key('users'), A.now, A.user)
  belongs(visitor, 'u:' .. A.user)
  begin_family(visitor)
  call('HSET', key('family', A.family), 'user', A.user, 'person', A.person)
  return visitor
end

function op.known()
  local family = record(key('family', A.family)) or {}
  return { user = family.user, person = family.person }
end

function op.update_profile()
  if field(key('family', A.family), 'person') then call('HSET', key('family', A.family), 'person', A.person) end
  return {}
end

-- The family of a secret, or all families of its visitor on that site, without the revoked ones.
function op.families_of()
  local own = field(key('renewal', A.hash), 'family')
  local first = own and record(key('family', own))
  if not first then return {} end
  if not A.everywhere then return {}, first.revoked and {} or { own } end
  local found = {}
  for _, what in ipairs(call('SMEMBERS', key('visitor', first.visitor))) do
    local family = string.sub(what, 1, 2) == 'f:' and record(key('family', string.sub(what, 3)))
    if family and family.site == first.site and not family.revoked then found[#found + 1] = string.sub(what, 3) end
  end
  return {}, found
end

function op.end_families()
  for _, family in ipairs(A.families) do
    if call('EXISTS', key('family', family)) == 1 then
      revoke(family)
      call('HDEL', key('family', family), 'user', 'person')
    end
  end
  return {}
end

local function forget_user(user, visitor)
  call('DEL', key('user', user))
  call('ZREM', key('users'), user)
  belonged(visitor, 'u:' .. user)
end

function op.sweep_users()
  for _, user in ipairs(call('ZRANGEBYSCORE', key('users'), '-inf', '(' .. A.before, 'LIMIT', 0, A.limit)) do
    forget_user(user, get(key('user', user)))
  end
  return {}
end

function op.renew()
  local secret = record(key('renewal', A.hash))
  local family = secret and record(key('family', secret.family))
  if not family then return { refused = 'unknown' } end
  if family.revoked then return { refused = 'revoked' } end
  if family.site ~= A.site or family.origin ~= A.origin then return { refused = 'elsewhere' } end
  if tonumber(family.used) + A.lifetime < A.now then return { refused = 'expired' } end
  local told = { visitor = family.visitor, family = secret.family }
  if not secret.used then
    call('HSET', key('renewal', A.hash), 'used', A.now, 'successor', A.sealed)
    call('HSET', key('renewal', A.fresh_hash), 'family', secret.family)
    call('SADD', key('secrets', secret.family), A.fresh_hash)
  elseif tonumber(secret.used) + A.grace >= A.now then
    told.successor = secret.successor
  else
    revoke(secret.family)
    told.refused = 'reused'
    return told
  end
  local used = math.max(A.now, tonumber(family.used))
  call('HSET', key('family', secret.family), 'used', used)
  call('ZADD', key('families'), used, secret.family)
  return told
end

function op.successor() return field(key('renewal', A.hash), 'successor') end

function op.revoked_since() return {}, call('ZRANGEBYSCORE', key('revoked'), '(' .. A.since, '+inf', 'WITHSCORES') end

function op.sweep_families()
  for _, family in ipairs(call('ZRANGEBYSCORE', key('families'), '-inf', '(' .. A.before, 'LIMIT', 0, A.limit)) do
    delete_secrets(family)
    belonged(field(key('family', family), 'visitor'), 'f:' .. family)
    call('DEL', key('family', family))
    call('ZREM', key('families'), family)
    call('ZREM', key('revoked'), family)
  end
  return {}
end

-- Erases all data about one visitor.
function op.erase()
  local erased = {}
  local function note(what) erased[#erased + 1] = what end
  for _, w in ipairs(call('ZRANGE', key('waiting', 'visitor', A.visitor), 0, -1)) do
    local waited = record(key('wait', w))
    dequeue(w, waited, cjson.decode(waited.event))
  end
  for _, what in ipairs(call('SMEMBERS', key('visitor', A.visitor))) do
    local kind, id = string.sub(what, 1, 1), string.sub(what, 3)
    if kind == 'c' then
      for _, file in ipairs(call('HVALS', key('links', id))) do
        -- The sweep deletes the file's bytes, and then this record.
        call('HSET', key('file', file), 'name', '', 'url', '')
        note('file:' .. file)
      end
      delete_conversation(id)
      note('conversation:' .. id)
    elseif kind == 'u' then
      forget_user(id, A.visitor)
    else
      delete_secrets(id)
      if revoke(id) then note('family:' .. id) end
      -- The family stays, revoked and without its visitor, so that every proxy still refuses its
      -- tokens; the sweep deletes it.
      call('HDEL', key('family', id), 'user', 'person')
      call('HSET', key('family', id), 'visitor', '', 'origin', '', 'used', A.now)
      call('ZADD', key('families'), A.now, id)
    end
  end
  call('DEL', key('visitor', A.visitor))
  return {}, erased
end

-- The first instance that asks creates a key for all.
function op.signing_keys()
  local keys, newest = call('HGETALL', key('keys')), -1
  for i = 1, #keys, 2 do
    local made = tonumber(string.match(keys[i + 1], '^%d+'))
    if made < A.made_before then call('HDEL', key('keys'), keys[i]) end
    newest = math.max(newest, made)
  end
  if newest < A.fresh_since then call('HSET', key('keys'), A.kid, string.format('%.0f', A.at) .. ' ' .. A.secret) end
  return {}, call('HGETALL', key('keys'))
end

-- Counts one request against a limit that all instances share, by Redis' own clock. Returns how
-- long to wait, milliseconds.
function op.take()
  local time = call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local k, each = key('limit', A.limit, A.who), 60000 / A.per_minute
  local free = math.max(now, tonumber(get(k) or 0)) + each
  local wait = free - A.per_minute * each - now
  if wait > 0 then return math.ceil(wait) end
  call('SET', k, string.format('%.3f', free), 'PX', math.ceil(free - now))
  return 0
end

local function is_before(one, other)
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
  local seen, whole = A.seen, true
  if seen and seen ~= '0-0' and #call('XRANGE', bus, seen, seen) == 0 then
    whole = false
    local is_trimmed = first and is_before(seen, first[1])
    if not is_trimmed and epoch == string.format('%.0f', A.epoch) then
      epoch = string.format('%.0f', A.fresh)
      call('SET', key('epoch'), epoch)
    end
  end
  if seen and whole then return { from = seen, whole = true } end
  return { from = last and last[1] or '0-0', whole = whole }
end

-- The schema version of the data in this Redis, written by the first instance.
function op.version()
  call('SET', key('version'), A.known, 'NX')
  return tonumber(get(key('version')))
end

function op.check()
  call('SET', key('checked'), A.now)
  return {}
end

local result, rest = op[A.op]()
local reply = { epoch, cjson.encode(result) }
for _, each in ipairs(rest or {}) do reply[#reply + 1] = each end
return reply
