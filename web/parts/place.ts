/**
 * The place in a feed that grew by “Show older”: who comes back to it, or loads it again, reads on where they were. The history of the tab
 * holds which event stood where, and nothing that was shown.
 */

interface Place {
  event: string;
  top: number;
}

const MOST_PAGES = 30;
const QUIET_MS = 100;

function note(feed: HTMLElement): void {
  const first = [...feed.querySelectorAll<HTMLElement>("[data-event]")].find((event) => event.getBoundingClientRect().bottom > 0);
  const place = first && window.scrollY > 0 ? { event: first.dataset["event"], top: first.getBoundingClientRect().top } : null;
  history.replaceState({ ...history.state, place }, "");
}

function event(feed: HTMLElement, id: string): HTMLElement | undefined {
  return [...feed.querySelectorAll<HTMLElement>("[data-event]")].find((one) => one.dataset["event"] === id);
}

async function olderThan(feed: HTMLElement): Promise<boolean> {
  const more = feed.querySelector<HTMLElement>("[data-older] [hx-get]");
  if (!more) return false;
  const settled = new Promise((done) => {
    for (const name of ["htmx:afterSettle", "htmx:responseError", "htmx:sendError"])
      document.body.addEventListener(name, done, { once: true });
  });
  more.click();
  await settled;
  return true;
}

async function goBack(feed: HTMLElement, place: Place): Promise<void> {
  for (let page = 0; page < MOST_PAGES && !event(feed, place.event); page++) if (!(await olderThan(feed))) break;
  const found = event(feed, place.event);
  if (found) window.scrollBy({ top: found.getBoundingClientRect().top - place.top });
}

export function places(): void {
  const feed = document.querySelector<HTMLElement>("[data-feed]");
  if (!feed) return;
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const place = history.state?.place as Place | null | undefined;
  if (place && (navigation?.type === "back_forward" || navigation?.type === "reload")) {
    history.scrollRestoration = "manual";
    // After the other parts: htmx must know the page before it can be asked for more of it.
    window.setTimeout(() => void goBack(feed, place).then(() => watch(feed)));
  } else {
    watch(feed);
  }
}

function watch(feed: HTMLElement): void {
  let timer = 0;
  window.addEventListener("scroll", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => note(feed), QUIET_MS);
  });
  document.addEventListener("click", () => note(feed), { capture: true });
}
