/** The script of pages that are live: one socket, and what each page does with what it hears. Loaded where a page has a mark for it. */

import { badgeEvents, showCount } from "./parts/badges";
import { isChanged } from "./parts/changed";
import { atMidnight } from "./parts/live-days";
import { liveFeed } from "./parts/live-feed";
import { AwayError, BusyError, type Why } from "./parts/live-fetch";
import { type Begin, type Live, liveParts } from "./parts/live-parts";
import { LiveSocket } from "./parts/live-socket";
import { patiently } from "./parts/patience";

interface Change {
  organisation?: string;
  account?: string;
}

/** Refusals that may be none in a moment. By itself a socket tries again only where it reached nobody. */
const FOR_NOW = new Set(["unavailable", "too_many_sockets"]);
const LONGEST_MS = 60_000;

/** How long to wait before the next of so many attempts: longer each time, and not for all pages the same. */
function wait(failures: number): number {
  return Math.min(LONGEST_MS, 1000 * 2 ** failures) * (0.5 + Math.random() / 2);
}

let begin: Begin = () => undefined;

/** What looks at the elements of a page, also of a part that came. */
export function beginWith(given: Begin): void {
  begin = given;
}

const { body } = document;
const here = body.dataset["organisation"] ?? "";
const listeners: Live[] = [liveFeed(), liveParts((root) => begin(root))].filter((listener) => listener !== null);
const follows = (what: string): boolean => listeners.some((listener) => listener.follows.has(what));

const socket = new LiveSocket(body.dataset["live"] ?? "");

/** Said only while it is true: the socket is open, and what was fetched last came. */
function show(): void {
  const alive = socket.connected && !failed && navigator.onLine;
  for (const badge of document.querySelectorAll<HTMLElement>("[data-live-state]")) {
    badge.hidden = away;
    badge.querySelector(".dot")?.classList.toggle("dot--good", alive);
    badge.querySelector(".dot")?.classList.toggle("dot--warn", !alive);
    const words = badge.querySelector("[data-on]");
    if (words instanceof HTMLElement) words.textContent = (alive ? words.dataset["on"] : words.dataset["off"]) ?? "";
  }
}

/** The page can go on no longer: say why in place of what it showed, or above a form that is being filled in, and where to go on. */
function leave(why: Why): void {
  // Where only a number at its top is live, the page itself shows what was true when it was opened.
  if (away || !listeners.length) return;
  away = true;
  socket.disconnect();
  show();
  const main = document.querySelector("main");
  const template = document.querySelector<HTMLTemplateElement>(`template[data-live-away="${why}"]`);
  if (!main || !template) return;
  const told = document.importNode(template.content, true);
  const next = told.querySelector<HTMLAnchorElement>("[data-live-next]");
  if (next) next.search = `?next=${encodeURIComponent(location.pathname + location.search)}`;
  const above = main.querySelector<HTMLAnchorElement>(".breadcrumb a");
  const back = told.querySelector<HTMLAnchorElement>("[data-live-back]");
  if (above && back) {
    back.href = above.href;
    back.textContent = above.textContent;
  }
  if ([...main.querySelectorAll("input, textarea, select")].some(isChanged)) main.prepend(told);
  else main.replaceChildren(told);
}

let away = false;
let failed = false;
let failures = 0;
let refusals = 0;
let missed = false;
let due = 0;
/** Not asked before this, whatever happens: the server said so. */
let notBefore = 0;

const refresh = patiently(async () => {
  try {
    let next = Number.POSITIVE_INFINITY;
    for (const listener of listeners) next = Math.min(next, (await listener.refresh()) ?? next);
    window.clearTimeout(due);
    if (Number.isFinite(next)) due = window.setTimeout(look, next);
    failed = false;
    failures = 0;
  } catch (error) {
    failed = true;
    if (error instanceof AwayError) leave(error.why);
    // Tried again, for as long as it fails.
    else {
      const told = error instanceof BusyError ? error.waitMs * (1 + Math.random() / 4) : 0;
      notBefore = performance.now() + told;
      if (socket.connected) due = window.setTimeout(look, Math.max(told, wait(failures++)));
    }
  }
  show();
});

function look(): void {
  if (away) return;
  const early = notBefore - performance.now();
  if (document.hidden) missed = true;
  else if (early > 0) {
    window.clearTimeout(due);
    due = window.setTimeout(look, early);
  } else refresh();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !missed) return;
  missed = false;
  look();
});

let connectedBefore = false;
socket.on("connect", () => {
  refusals = 0;
  show();
  // Whatever happened while the socket was away is fetched the same way as what happens now.
  if (connectedBefore) look();
  connectedBefore = true;
});
socket.on("disconnect", show);
socket.on("connect_error", (error: Error) => {
  show();
  // Refused, and not tried again by itself: the page says why when it is asked for.
  if (error.message === "not_logged_in") look();
  else if (FOR_NOW.has(error.message)) window.setTimeout(() => away || socket.again(), wait(refusals++));
});
for (const name of ["online", "offline"]) window.addEventListener(name, show);
window.addEventListener("online", look);

for (const message of ["feed", "changed"]) {
  socket.on(message, (change: Change) => {
    if (change.account ? follows("account") : (!here || change.organisation === here) && follows("organisation")) look();
  });
}
for (const event of badgeEvents()) socket.on(event, (count: { count: number }) => showCount(event, count));
socket.on("presence", (change: Change) => {
  if (change.organisation === here && follows("presence")) look();
});
socket.on("notification", () => {
  if (follows("account")) look();
});
socket.on("reload", look);
socket.on("organisation_left", (change: Change) => {
  if (change.organisation === here && follows("organisation")) leave("removed");
});
atMidnight(body.dataset["timeZone"] || "UTC", look);

// The session goes on. If its tokens were replaced the server closes this socket, and a new one has the new cookie.
let expired = false;
socket.on("token_expired", () => {
  expired = true;
});
socket.on("disconnect", () => {
  if (!expired) return;
  expired = false;
  socket.again();
});
socket.on("session_ended", () => leave("signed-out"));
if (document.querySelector("[data-live-every]")) look();
