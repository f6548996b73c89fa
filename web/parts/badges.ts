/** The numbers at the top of every page, such as how many notifications are unread, as the sockets say them. */

/** What is behind a number that is higher is not counted. */
const MOST = 99;

interface Count {
  count: number;
}

/** The events that the badges of this page wait for. */
export function badgeEvents(): Set<string> {
  return new Set([...document.querySelectorAll<HTMLElement>("[data-badge]")].map((badge) => badge.dataset["badge"] ?? ""));
}

export function showCount(event: string, { count }: Count): void {
  const said = count > MOST ? `${MOST}+` : `${count}`;
  for (const badge of document.querySelectorAll(`[data-badge="${CSS.escape(event)}"]`)) {
    const number = badge.querySelector<HTMLElement>("[data-number]");
    const words = badge.querySelector<HTMLElement>("[data-words]");
    if (!number || !words) continue;
    number.hidden = count === 0;
    number.textContent = said;
    const name = words.dataset["name"] ?? "";
    words.textContent = count ? `${name}, ${(words.dataset["words"] ?? "").replace("{count}", said)}` : name;
  }
}
