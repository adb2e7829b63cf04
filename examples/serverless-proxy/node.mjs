// Runs the function behind Node's own server, as platforms do: for a test, and to try it.
// Environment: PORT.

import { createServer } from "node:http";
import { Readable } from "node:stream";
import proxy from "./proxy.mjs";

const server = createServer(async (request, response) => {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const body = request.method === "GET" || request.method === "HEAD" ? undefined : Readable.toWeb(request);
  const asked = new Request(`http://${request.headers.host}${request.url}`, {
    method: request.method,
    headers: Object.entries(request.headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one])),
    body,
    duplex: "half",
    signal: gone.signal,
  });
  const answer = await proxy.fetch(asked);
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.flushHeaders();
  try {
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  } catch (error) {
    // A reader that has left aborts its stream; any other error is logged.
    if (!gone.signal.aborted) console.error(error);
    response.destroy();
  }
});
server.listen(Number(process.env.PORT ?? 8787), "127.0.0.1", () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
