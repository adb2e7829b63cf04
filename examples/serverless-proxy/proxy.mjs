// The proxy of ../own-proxy as one function from Request to Response: the form that Workers, Deno,
// Bun and Vercel take.

import { handle } from "../own-proxy/proxy.mjs";

export default {
  async fetch(request) {
    const body = chunks(request.body);
    const answer = await new Promise((resolve) => void handle(incoming(request, body), outgoing(request, resolve)));
    // Reads what a refusal left of the body: a connection with an unread body is closed, which
    // would break its next request.
    while (!(await body.next()).done);
    return answer;
  },
};

async function* chunks(body) {
  for (const reader = body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Adapts a Request to the parts of Node's request that the proxy reads. */
function incoming(request, body) {
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  return { method: request.method, url: pathname + search, headers, [Symbol.asyncIterator]: () => body, resume() {} };
}

/** Adapts Node's response to a Response: complete, or a stream from the first `write` on. */
function outgoing(request, resolve) {
  const headers = new Headers(), listeners = [];
  let status = 200, stream, isOver = false;
  const close = () => {
    isOver = true;
    for (const listener of listeners.splice(0)) listener();
  };
  // The reader is gone; some platforms report it here, others by the stream.
  request.signal?.addEventListener("abort", close);
  const bytes = (text) => new TextEncoder().encode(text);
  return {
    on: (name, listener) => name === "close" && listeners.push(listener),
    setHeader: (name, value) => headers.set(name, String(value)),
    writeHead(code, more = {}) {
      status = code;
      for (const [name, value] of Object.entries(more)) headers.set(name, value);
      return this;
    },
    write(text) {
      if (isOver) return;
      if (!stream) resolve(new Response(new ReadableStream({ start: (controller) => void (stream = controller), cancel: close }), { status, headers }));
      stream.enqueue(bytes(text));
    },
    end(text) {
      if (isOver) return;
      if (stream) {
        if (text) stream.enqueue(bytes(text));
        stream.close();
      } else resolve(new Response(text ?? null, { status, headers }));
      close();
    },
  };
}
