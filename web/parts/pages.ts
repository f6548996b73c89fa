/** What htmx needs from us: the CSRF token on what it sends, words when it fails, and order in a feed that grows. */

import { settle } from "./feed";
import { readerHere } from "./live-fetch";
import { toast } from "./toasts";

interface Swap {
  target: Element;
}

interface ConfigRequest {
  headers: Record<string, string>;
}

export function pages(): void {
  const { body } = document;
  body.addEventListener("htmx:configRequest", (event) => {
    const { headers } = (event as CustomEvent<ConfigRequest>).detail;
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    if (token) headers["X-CSRF-Token"] = token;
    Object.assign(headers, readerHere());
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    body.addEventListener(name, () => toast("bad", body.dataset["failed"] ?? ""));
  }

  // “Show older” goes when it has done its work; the reader goes on at the first event that it brought.
  let before: Element | null = null;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = (event as CustomEvent<Swap>).detail;
    before = target.matches("[data-older]") ? target.previousElementSibling : null;
  });
  body.addEventListener("htmx:afterSettle", () => {
    const feed = before?.closest<HTMLElement>("[data-feed]");
    if (!before || !feed) return;
    settle(feed);
    let next = before.nextElementSibling;
    while (next && !next.matches("[data-event]")) next = next.nextElementSibling;
    before = null;
    if (next instanceof HTMLElement) {
      next.tabIndex = -1;
      next.focus({ preventScroll: true });
    }
  });
}
