/** A time lies over the link of its row so that its tooltip shows; it leads on like the rest of the row. */
export function targets(): void {
  document.addEventListener("click", (event) => {
    const time = event.target instanceof Element ? event.target.closest("time[title]") : null;
    const row = time?.closest(".table tr, .line, .event__card, .event:not(:has(.event__card))");
    if (!time || time.closest("a, button") || !row || window.getSelection()?.toString()) return;
    row.querySelector<HTMLElement>(".title-link")?.click();
  });
}
