// Fallback compilation of a WebAssembly response that streaming refuses. A body that is not
// WebAssembly is reported as an error.

/** Compiles `response`, whose status or MIME type streaming does not accept. */
export async function compile(response) {
  const { url, ok, status, headers } = response;
  const type = headers.get('content-type');
  const bytes = await response.arrayBuffer();
  const isWasm = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength))) === '\0asm';
  if (!ok || !isWasm) {
    const answer = ok ? `something else than WebAssembly (${type})` : status;
    throw Object.assign(new Error(`${url} answered ${answer}.`), { code: 'NETWORK' });
  }
  if (type !== 'application/wasm') {
    console.warn(`[chataibot] ${url} came as ${type}; it starts faster with the header Content-Type: application/wasm`);
  }
  return WebAssembly.compile(bytes);
}
