/** Days end while a page is open: at midnight in the reader's zone the headings of a feed are what they are from then on. */

function today(zone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date());
}

/** Call `turn` whenever a new day has begun. A clock that was asleep is looked at when the page is seen again. */
export function atMidnight(zone: string, turn: () => void): void {
  let day = today(zone);
  const look = (): void => {
    const now = today(zone);
    if (now === day) return;
    day = now;
    for (const heading of document.querySelectorAll<HTMLElement>("[data-tomorrow]")) {
      const first = heading.dataset["tomorrow"];
      heading.textContent = first ?? heading.textContent;
      heading.dataset["tomorrow"] = heading.dataset["later"] ?? "";
    }
    turn();
  };
  window.setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
}
