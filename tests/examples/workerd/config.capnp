# The serverless proxy in the runtime of Cloudflare Workers, as examples/serverless-proxy/wrangler.toml describes it.

using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .w), (name = "internet", network = (allow = ["public", "private", "local"])) ],
  sockets = [ (name = "http", address = "127.0.0.1:8787", http = (), service = "main") ]
);
const w :Workerd.Worker = (
  modules = [
    (name = "serverless-proxy/worker.mjs", esModule = embed "serverless-proxy/worker.mjs"),
    (name = "serverless-proxy/proxy.mjs", esModule = embed "serverless-proxy/proxy.mjs"),
    (name = "own-proxy/proxy.mjs", esModule = embed "own-proxy/proxy.mjs"),
  ],
  compatibilityDate = "2025-09-01",
  compatibilityFlags = ["nodejs_compat"],
  bindings = [ (name = "PROXY", durableObjectNamespace = "Proxy"), (name = "PLATFORM_URL", text = "http://127.0.0.1:8788/api/v1") ],
  durableObjectNamespaces = [ (className = "Proxy", uniqueKey = "x") ],
  durableObjectStorage = (inMemory = void)
);
