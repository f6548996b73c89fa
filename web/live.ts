/** The script of pages that are live: one socket, and what each page does with what it hears. Loaded only where the page asks for it. */

import { io } from "socket.io-client";

// What both need then stands in that bundle, not in a third one.
import "./app";
import { liveCards } from "./parts/live-cards";
import { liveFeed } from "./parts/live-feed";

interface Happening {
  organisation?: string;
}

const { body } = document;
const here = body.dataset["organisation"] ?? "";

// Only the websocket transport: it needs no sticky sessions. The session cookie logs it in.
const socket = io(body.dataset["live"] || location.origin, { transports: ["websocket"], withCredentials: true });

const listeners = [liveFeed(), liveCards()].filter((listener) => listener !== null);
const tell = (): void => {
  for (const listener of listeners) listener();
};

function state(alive: boolean): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-live-state]")) {
    badge.hidden = false;
    badge.querySelector(".dot")?.classList.toggle("dot--good", alive);
    badge.querySelector(".dot")?.classList.toggle("dot--warn", !alive);
    const words = badge.querySelector("[data-on]");
    if (words instanceof HTMLElement) words.textContent = (alive ? words.dataset["on"] : words.dataset["off"]) ?? "";
  }
}

let connectedBefore = false;
socket.on("connect", () => {
  state(true);
  // Whatever happened while the socket was away is fetched the same way as what happens now.
  if (connectedBefore) tell();
  connectedBefore = true;
});
socket.on("disconnect", () => state(false));
socket.on("connect_error", () => state(false));
socket.on("feed", (item: Happening) => {
  if (!item.organisation || !here || item.organisation === here) tell();
});
socket.on("reload", tell);
// The session goes on. If its tokens were replaced the server closes this socket, and a new one has the new cookie.
let expired = false;
socket.on("token_expired", () => {
  expired = true;
});
socket.on("disconnect", () => {
  if (!expired) return;
  expired = false;
  socket.disconnect().connect();
});
socket.on("session_ended", () => {
  socket.disconnect();
  location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
});
