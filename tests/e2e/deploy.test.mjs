//! Tests of the files of deploy/ with the programs that read them: nginx and Caddy with a browser
//! through them, systemd, and rules for images.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Widget, story, until } from './harness.mjs';

const run = promisify(execFile);
const DEPLOY = new URL('../../deploy/', import.meta.url).pathname;
const read = (name) => readFile(join(DEPLOY, name), 'utf8');

/** Returns why a test is skipped if a program is not installed, or nothing. */
async function without(...programs) {
  for (const program of programs) {
    const found = await run('sh', ['-c', `command -v ${program}`]).catch(() => undefined);
    if (!found) return `${program} is not installed`;
  }
}

// All of this file's awaits come before the first test: if the runner finds no test while a file
// awaits, it ends and cleans up.
const [NGINX, CADDY, SYSTEMD, PYTHON] = await Promise.all([
  without('nginx', 'openssl', 'curl'),
  without('caddy', 'curl'),
  without('systemd-analyze'),
  without('python3'),
]);
const folder = await mkdtemp(join(tmpdir(), 'chataibot-deploy-'));
after(() => rm(folder, { recursive: true, force: true }));

async function freePort() {
  const socket = createServer().listen(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/**
 * Runs a server in the foreground while `tell()` runs. The server is up when its port accepts
 * connections.
 */
async function serving(program, words, environment, address, tell) {
  const output = [];
  const child = spawn(program, words, { env: { ...process.env, ...environment } });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => output.push(bytes));
  try {
    await until(`${program} serves`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${Buffer.concat(output)}`);
      return run('curl', ['--insecure', '--silent', '--fail', `${address}/readyz`]).then(() => true, () => false);
    });
    await tell();
  } finally {
    if (child.exitCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    }
  }
}

/**
 * Has a conversation through the server at `address`: replies arrive at once on one stream, and
 * files are compressed by the proxy.
 */
async function converseThrough(world, address) {
  const page = world.host.page(
    '/behind',
    `<h1>A page</h1><script type="module" src="${address}/chataibot.js"></script><chataibot-widget></chataibot-widget>`,
  );
  const visitor = await world.visitor({ ignoreHTTPSErrors: true });
  const tab = await visitor.tab('about:blank');
  const reads = [];
  tab.on('request', (request) => /\/events(\?|$)/.test(request.url()) && reads.push(request.url()));
  const codings = new Map();
  tab.on('response', (response) => codings.set(new URL(response.url()).pathname, response.headers()['content-encoding']));
  await tab.goto(page);
  const widget = new Widget(tab);
  await widget.open();
  await widget.say('Hello');
  await widget.settles();
  await widget.isLive();
  await widget.hears(/./);
  await world.simulator.idle();
  const before = reads.length;
  for (const reply of ['one', 'two', 'three']) {
    await world.simulator.reply(reply);
    await widget.hears(new RegExp(`^${reply}$`));
  }
  assert.equal(reads.length, before, 'all came by the stream that was open');
  assert.match(codings.get('/chataibot-widget_bg.wasm'), /^(br|gzip)$/);
  // A stopping server waits for open streams, and a page complains when its stream is cut.
  await tab.close();
}

/** Writes deploy/nginx.conf with the test's ports and files. Returns its path. */
async function nginxFor(proxy, port) {
  const site = (await read('nginx.conf'))
    .replaceAll('127.0.0.1:8787', new URL(proxy).host)
    .replaceAll('listen 443', `listen 127.0.0.1:${port}`)
    .replaceAll('/etc/ssl/chat.example.com/fullchain.pem', join(folder, 'certificate.pem'))
    .replaceAll('/etc/ssl/chat.example.com/privkey.pem', join(folder, 'key.pem'));
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  await run('openssl', [...request, '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')]);
  const bodies = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
  const path = join(folder, 'nginx.conf');
  await writeFile(path, `daemon off; pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'error.log')};
    events {} http { access_log ${join(folder, 'access.log')}; ${bodies}\n${site} }`);
  return path;
}

story('a conversation goes through nginx with TLS, HTTP/2 and an unbuffered stream, and its log has no secret', async (world) => {
  const port = await freePort();
  const configuration = await nginxFor(world.proxy.address, port);
  await run('nginx', ['-t', '-p', folder, '-c', configuration]);
  const address = `https://127.0.0.1:${port}`;
  await serving('nginx', ['-p', folder, '-c', configuration], {}, address, async () => {
    await converseThrough(world, address);
    const hook = await run('curl', ['--insecure', '--silent', '--request', 'POST', '--data', '{}', '--write-out', '%{http_code}', `${address}/webhook/a-secret-word`]);
    assert.match(hook.stdout, /404$/);
  });
  const logged = (await readFile(join(folder, 'access.log'), 'utf8')) + (await readFile(join(folder, 'error.log'), 'utf8'));
  assert.match(logged, /GET \/chataibot\.js HTTP\/2\.0" 200/);
  assert.doesNotMatch(logged, /a-secret-word/);
}, { skip: NGINX });

story('a conversation goes through Caddy with an unbuffered stream', async (world) => {
  const port = await freePort();
  const environment = {
    CHATAIBOT_HOST: `http://127.0.0.1:${port}`,
    CHATAIBOT_PROXY: new URL(world.proxy.address).host,
    XDG_DATA_HOME: join(folder, 'caddy-data'),
    XDG_CONFIG_HOME: join(folder, 'caddy-config'),
  };
  const configuration = ['--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'];
  // Caddy's admin endpoint has a fixed port, which another Caddy on this machine may use.
  await writeFile(join(folder, 'Caddyfile'), (await read('Caddyfile')).replace('grace_period 5s', 'grace_period 1s\n\tadmin off'));
  await run('caddy', ['validate', ...configuration], { env: { ...process.env, ...environment } });
  const address = `http://127.0.0.1:${port}`;
  await serving('caddy', ['run', ...configuration], environment, address, () => converseThrough(world, address));
}, { skip: CADDY });

test('systemd understands the service, and it has few rights', { skip: SYSTEMD }, async () => {
  const program = join(folder, 'chataibot-proxy');
  await writeFile(program, '#!/bin/sh\n');
  await chmod(program, 0o755);
  const unit = join(folder, 'chataibot-proxy.service');
  await writeFile(unit, (await read('chataibot-proxy.service')).replaceAll('/opt/chataibot/chataibot-proxy', program));
  const { stdout, stderr } = await run('systemd-analyze', ['verify', unit]);
  assert.equal(stdout + stderr, '');
  // The exposure level ranges from 0 (safe) to 10; the threshold is in tenths.
  await run('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit]);
});

test('every option that service, image and compose file give the program is one it knows', async () => {
  const { stdout: help } = await run(process.env.CHATAIBOT_PROXY, ['--help']);
  const texts = (await Promise.all(['chataibot-proxy.service', 'Dockerfile', 'compose.yaml'].map(read))).join('\n');
  const commands = texts.split('\n').filter((line) => /^\s*(Exec\w+=|CMD )/.test(line)).join('\n');
  const options = new Set(commands.match(/(?<=[\s"])--[a-z-]+/g));
  assert.ok(options.size >= 4, 'they are found');
  for (const option of [...options, ...new Set(texts.match(/CHATAIBOT_PROXY_[A-Z_]+/g))]) assert.ok(help.includes(option), `--help knows ${option}`);
});

test('the image is pinned, small, without root and without secrets', async () => {
  const lines = (await read('Dockerfile')).replaceAll(/\\\n\s*/g, ' ').split('\n').filter((line) => line && !line.startsWith('#'));
  const all = (word) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const [base] = all('FROM');
  assert.match(base, /:(?!latest)\S+$/, 'a version of its base is named');
  const [user] = all('USER');
  assert.match(user, /^[1-9]\d*:[1-9]\d*$/, 'a number, so that an orchestrator can tell that it is not root');
  assert.ok(lines.indexOf(`USER ${user}`) > lines.findLastIndex((line) => line.startsWith('RUN ')), 'nothing runs as root after it');
  assert.deepEqual([...all('ADD'), ...all('ENV'), ...all('ARG')], [], 'copies alone, and nothing that stays in the history of the image');
  for (const command of all('RUN')) {
    assert.match(command, /--no-install-recommends/);
    assert.match(command, /rm -rf \/var\/lib\/apt\/lists/);
    assert.doesNotMatch(command, /sudo|apt |curl|wget/);
  }
  const [check] = all('HEALTHCHECK');
  for (const list of [...all('ENTRYPOINT'), ...all('CMD'), check.slice(check.indexOf('['))]) assert.ok(Array.isArray(JSON.parse(list)), 'as a list: signals reach the program and not a shell');
});

/** Returns `{services, volumes}` of the compose file, or nothing if Python lacks a YAML parser. */
async function composed() {
  const parse = 'import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))';
  const child = run('python3', ['-c', parse]);
  child.child.stdin.end(await read('compose.yaml'));
  const parsed = await child.catch((error) => (/No module named 'yaml'/.test(error.stderr) ? undefined : Promise.reject(error)));
  return parsed && JSON.parse(parsed.stdout);
}

test('image, compose file, Caddy and service name the same files, port and folders, and all that is copied is in the archive', { skip: PYTHON }, async (t) => {
  const compose = await composed();
  if (!compose) return t.skip("Python's yaml is not installed");
  const image = await read('Dockerfile');
  const all = (word) => [...image.matchAll(new RegExp(`^${word} (.*)$`, 'gm'))].map(([, rest]) => rest);
  const command = JSON.parse(all('CMD')[0]);
  const option = (name) => command[command.indexOf(name) + 1];
  const [, packed] = /const BESIDE_PROXY[^[]*\[&str; \d+\] = \[([^]*?)\];/.exec(await readFile(new URL('../../xtask/src/package/archive.rs', import.meta.url), 'utf8'));
  const archive = new Set(['chataibot-proxy', 'assets', ...[...packed.matchAll(/"([^"]+)"/g)].map(([, path]) => path.split('/').at(-1))]);
  const copied = new Map(all('COPY').map((line) => line.split(' ').filter((word) => !word.startsWith('--'))));
  for (const source of copied.keys()) assert.ok(archive.has(source), `${source} is in the archive`);
  assert.equal(copied.get('chataibot-proxy'), JSON.parse(all('ENTRYPOINT')[0])[0]);
  assert.equal(copied.get('assets'), option('--assets'));

  const [port] = all('EXPOSE');
  assert.equal(option('--listen'), `0.0.0.0:${port}`);
  assert.equal(compose.services.caddy.environment.CHATAIBOT_PROXY, `proxy-1:${port} proxy-2:${port}`);
  assert.match(await read('Caddyfile'), new RegExp(`CHATAIBOT_PROXY:127\\.0\\.0\\.1:${port}\\}`));
  assert.match(await read('nginx.conf'), new RegExp(`server 127\\.0\\.0\\.1:${port};`));

  // The image has no other program for a health check.
  const [, options, asked] = /^(.*) CMD (\[.*\])$/.exec(image.replaceAll(/\\\n\s*/g, ' ').match(/^HEALTHCHECK (.*)$/m)[1]);
  assert.deepEqual(JSON.parse(asked), [JSON.parse(all('ENTRYPOINT')[0])[0], 'health', '--listen', option('--listen')]);
  assert.match(options, /^(--(interval|timeout|start-period|retries)=\d+s? ?)+$/);
  assert.deepEqual(compose.services.caddy.depends_on, { 'proxy-1': { condition: 'service_healthy' }, 'proxy-2': { condition: 'service_healthy' } });

  const { build, volumes, stop_grace_period: patience } = compose.services['proxy-1'];
  assert.equal(join(DEPLOY, build.context, build.dockerfile), join(DEPLOY, 'Dockerfile'));
  assert.ok(volumes.includes(`./chataibot-proxy.toml:${option('--config')}:ro`));
  assert.deepEqual([all('VOLUME'), all('WORKDIR')], [['/data'], ['/data']]);
  assert.ok(volumes.includes('files:/data'), 'files of visitors are seen by both proxies');

  const example = await readFile(new URL('../../crates/chataibot-proxy/chataibot-proxy.example.toml', import.meta.url), 'utf8');
  const seconds = (name) => Number(new RegExp(`^# ${name} = (\\d+)`, 'm').exec(example)[1]);
  const end = seconds('drain_seconds') + seconds('shutdown_grace_seconds');
  const service = await read('chataibot-proxy.service');
  for (const wait of [patience, /^TimeoutStopSec=(\d+)$/m.exec(service)[1]]) assert.ok(parseInt(wait, 10) > end, `${wait} is longer than ${end} s`);
  // The folder into which deploy/README.md unpacks the proxy.
  const [, folder] = /-C (\/\S+)/.exec(await read('README.md'));
  assert.match(service, new RegExp(`^ExecStart=${folder}/chataibot-proxy .*--assets ${folder}/assets`, 'm'));
});

test('the compose file has two proxies on one Redis that keeps everything, and only Caddy is reached from outside', { skip: PYTHON }, async (t) => {
  const compose = await composed();
  if (!compose) return t.skip("Python's yaml is not installed");
  const { services, volumes } = compose;
  assert.deepEqual(Object.keys(services).filter((name) => services[name].ports), ['caddy']);
  assert.deepEqual(services['proxy-1'], services['proxy-2']);
  assert.match(services.redis.command.join(' '), /--appendonly yes --maxmemory-policy noeviction/);
  for (const { image, volumes: mounted = [] } of Object.values(services)) {
    assert.match(image, /:\d/, `${image} names a version`);
    for (const one of mounted) assert.ok(/^\.\//.test(one) || one.split(':')[0] in volumes, one);
  }
});
