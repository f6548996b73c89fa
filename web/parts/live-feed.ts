/**
 * The feed page: what is new is fetched as the server would draw it, by asking for what came after the newest event shown.
 * A reader at the very top sees it at once; anyone else sees a pill with the number, so that nothing moves under their eyes.
 */

import { onlyNew, prepend } from "./feed";
import { AwayError, fetchLive } from "./live-fetch";
import type { Live } from "./live-parts";

export function liveFeed(): Live | null {
  const feed = document.querySelector<HTMLElement>("[data-live-feed]");
  const place = document.querySelector<HTMLElement>("[data-pill-place]");
  const pill = place?.querySelector<HTMLButtonElement>("[data-pill]");
  const number = pill?.querySelector("span");
  const said = place?.querySelector<HTMLElement>("[data-said]");
  const address = feed?.dataset["feed"];
  if (!feed || !place || !pill || !number || !said || !address) return null;

  let held: DocumentFragment | null = null;
  let quietly = false;

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

  /** What was deleted goes from the events that were shown before, title and link alike. */
  const forget = (fragment: DocumentFragment): void => {
    for (const { dataset } of fragment.querySelectorAll<HTMLElement>("[data-gone]")) {
      for (const item of feed.querySelectorAll<HTMLElement>("[data-event]"))
        if (dataset["subject"] && item.dataset["subject"] === dataset["subject"]) item.remove();
    }
    for (const heading of feed.querySelectorAll("[data-day]")) if (!heading.nextElementSibling?.matches("[data-event]")) heading.remove();
  };

  const refresh = async (): Promise<undefined> => {
    const url = new URL(address, location.origin);
    const newest = feed.querySelector<HTMLElement>("[data-event]")?.dataset["event"];
    if (newest) url.searchParams.set("after", newest);
    const response = await fetchLive(url, { "HX-Request": "true" });
    if (!response.ok) throw new AwayError("gone");
    const template = document.createElement("template");
    template.innerHTML = await response.text();
    const count = onlyNew(feed, template.content);
    if (count === 0) return;
    forget(template.content);
    held = template.content;
    if (quietly || window.scrollY > 0) {
      number.textContent = words(count);
      pill.hidden = false;
    } else {
      insert();
    }
    quietly = false;
  };

  pill.addEventListener("click", () => {
    insert();
    window.scrollTo({ top: 0 });
    feed.querySelector<HTMLElement>("[data-event]")?.focus({ preventScroll: true });
  });
  document.addEventListener("visibilitychange", () => {
    // Someone who comes back reads on where they were: the pill tells them, nothing jumps.
    if (document.hidden) quietly = true;
  });
  return { follows: new Set(["organisation"]), refresh };
}
