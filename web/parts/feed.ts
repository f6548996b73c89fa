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

/** Put a fragment of newer events on top and mark them as new. Answers how many there are. */
export function prepend(feed: HTMLElement, fragment: DocumentFragment): number {
  const items = fragment.querySelectorAll<HTMLElement>("[data-event]");
  for (const item of items) item.classList.add("event--new");
  feed.prepend(fragment);
  settle(feed);
  return items.length;
}
