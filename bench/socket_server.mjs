// The same server as socket_server.py, on Node's socket.io: `node bench/socket_server.mjs PORT`.
import { createInterface } from "node:readline";
import { Server } from "socket.io";

const io = new Server(Number(process.argv[2]), { perMessageDeflate: false, httpCompression: false, serveClient: false });
let joined = 0;
io.on("connection", (socket) => {
  if (joined < 1000) socket.join("room");
  joined += 1;
});
io.httpServer.on("listening", () => console.log("ready"));
createInterface({ input: process.stdin }).on("line", (line) => {
  const [room, text] = line.split(" ");
  (room === "all" ? io : io.to(room)).emit("tick", text);
});
