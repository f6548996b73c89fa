/**
 * The feed page: what is new is fetched as the server would draw it, by asking for what came after the newest event shown.
 * A reader at the very top sees it at once; anyone else sees a pill with the number, so that nothing moves under their eyes.
 */

import { onlyNew, prepend } from "./feed";
import { toast } from "./toasts";

/** Several things often happen at once, such as an import; they are fetched together. */
const PATIENCE_MS = 250;

export function liveFeed(): (() => void) | null {
  const feed = document.querySelector<HTMLElement>("[data-feed]");
  const place = document.querySelector<HTMLElement>("[data-pill-place]");
  const pill = place?.querySelector<HTMLButtonElement>("[data-pill]");
  const number = pill?.querySelector("span");
  const said = place?.querySelector<HTMLElement>("[data-said]");
  const address = feed?.dataset["feed"];
  if (!feed || !place || !pill || !number || !said || !address) return null;

  let held: DocumentFragment | null = null;
  let timer = 0;
  let missed = false;

  const words = (count: number): string => {
    const text = count === 1 ? pill.dataset["one"] : pill.dataset["many"];
    return (text ?? "").replace("{n}", String(count));
  };

  const insert = (): void => {
    if (!held) return;
    if (!feed.querySelector("[data-event]") || held.querySelector("[data-gap]")) {
      // Nothing was shown yet, or more happened than one piece holds: a fresh page tells it in full.
      location.reload();
      return;
    }
    said.textContent = words(prepend(feed, held));
    held = null;
    pill.hidden = true;
  };

  const fetchNew = async (quietly: boolean): Promise<void> => {
    const url = new URL(address, location.origin);
    const newest = feed.querySelector<HTMLElement>("[data-event]")?.dataset["event"];
    if (newest) url.searchParams.set("after", newest);
    const response = await fetch(url, { headers: { Accept: "text/html", "HX-Request": "true", "X-Unattended": "yes" }, redirect: "error" });
    if (!response.ok) throw new Error(`the feed answered ${response.status}`);
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    const count = onlyNew(feed, template.content);
    if (count === 0) return;
    held = template.content;
    if (quietly || window.scrollY > 0) {
      number.textContent = words(count);
      pill.hidden = false;
    } else {
      insert();
    }
  };

  const look = (quietly: boolean): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      fetchNew(quietly).catch(() => toast("bad", document.body.dataset["failed"] ?? ""));
    }, PATIENCE_MS);
  };

  pill.addEventListener("click", () => {
    insert();
    window.scrollTo({ top: 0 });
    feed.querySelector<HTMLElement>("[data-event]")?.focus({ preventScroll: true });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !missed) return;
    missed = false;
    // Someone who comes back reads on where they were: the pill tells them, nothing jumps.
    look(true);
  });

  return () => {
    if (document.hidden) missed = true;
    else look(false);
  };
}
