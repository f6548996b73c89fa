/** The dashboard: htmx fetches its cards again when something happened, but never while the reader is on one of them. */

export function liveCards(): (() => void) | null {
  if (!document.querySelector("[data-cards]")) return null;
  let waiting = false;
  const refresh = (): void => {
    // Asked for anew each time: a refresh replaces the element.
    const cards = document.querySelector<HTMLElement>("[data-cards]");
    if (!cards) return;
    if (cards.contains(document.activeElement)) {
      if (waiting) return;
      waiting = true;
      cards.addEventListener(
        "focusout",
        () => {
          waiting = false;
          window.setTimeout(refresh);
        },
        { once: true },
      );
      return;
    }
    document.body.dispatchEvent(new CustomEvent("phoenix:changed"));
  };
  return refresh;
}
