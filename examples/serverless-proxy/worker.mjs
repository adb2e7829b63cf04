// For Cloudflare Workers. All requests go to one Durable Object, since a conversation's stream and
// the webhook that feeds it must meet.

import proxy from "./proxy.mjs";

export class Proxy {
  fetch(request) {
    return proxy.fetch(request);
  }
}

export default {
  fetch: (request, { PROXY }) => PROXY.get(PROXY.idFromName("the one")).fetch(request),
};
