/** The list of a feed: each day is headed once, each event stands once, however the pieces came. */

export function settle(feed: HTMLElement): void {
  const days = new Set<string>();
  for (const heading of feed.querySelectorAll<HTMLElement>("[data-day]")) {
    const day = heading.dataset["day"] ?? "";
    if (days.has(day)) heading.remove();
    days.add(day);
  }
  const events = new Set<string>();
  for (const item of feed.querySelectorAll<HTMLElement>("[data-event]")) {
    const id = item.dataset["event"] ?? "";
    if (events.has(id)) item.remove();
    events.add(id);
  }
}

/**
 * Take out of a fragment what the feed shows already: the server gives a few events again, since one whose transaction
 * ended late may belong between them. Answers how many are left.
 */
export function onlyNew(feed: HTMLElement, fragment: DocumentFragment): number {
  const shown = new Set([...feed.querySelectorAll<HTMLElement>("[data-event]")].map((item) => item.dataset["event"]));
  for (const item of fragment.querySelectorAll<HTMLElement>("[data-event]")) if (shown.has(item.dataset["event"])) item.remove();
  for (const heading of fragment.querySelectorAll("[data-day]")) if (!heading.nextElementSibling?.matches("[data-event]")) heading.remove();
  return fragment.querySelectorAll("[data-event]").length;
}

/** Put a fragment of newer events on top and mark them as new. Answers how many there are. */
export function prepend(feed: HTMLElement, fragment: DocumentFragment): number {
  const items = fragment.querySelectorAll<HTMLElement>("[data-event]");
  for (const item of items) item.classList.add("event--new");
  feed.prepend(fragment);
  settle(feed);
  return items.length;
}
