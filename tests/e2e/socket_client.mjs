// An unmodified socket.io-client with its default options: `node socket_client.mjs URL TOKEN COUNT`. Tells what happens as lines of JSON.
import { io } from "socket.io-client";

const [, , url, token, count] = process.argv;
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
for (let number = 0; number < Number(count); number += 1) {
  const socket = io(url, { auth: { token }, forceNew: true });
  socket.on("connect", () => {
    const { engine } = socket.io;
    const upgraded = () => tell({ number, connected: engine.transport.name });
    if (engine.transport.name === "websocket") upgraded();
    else engine.once("upgrade", upgraded);
  });
  socket.on("connect_error", (error) => tell({ number, error: error.message }));
  socket.on("feed", (item) => tell({ number, feed: item.subject }));
  socket.on("disconnect", (reason) => tell({ number, disconnected: reason }));
}
