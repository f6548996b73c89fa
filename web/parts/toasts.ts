/** Toasts: success is shown for six seconds, longer while the toast is pointed at or focused. Errors stay until they are closed. */

const SHOWN_MS = 6000;

function place(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-toasts]");
}

function live(toast: HTMLElement): void {
  const button = toast.querySelector<HTMLButtonElement>("[data-toast-close]");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => toast.remove());
  }
  if (toast.classList.contains("toast--bad")) return;
  let timer = 0;
  const start = (): void => {
    timer = window.setTimeout(() => toast.remove(), SHOWN_MS);
  };
  const hold = (): void => window.clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, hold);
  for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

/** Show a toast made in the browser. The words come from the page, where they are translated. */
export function toast(kind: "good" | "bad", text: string): void {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-toast="${kind}"]`);
  const element = template?.content.firstElementChild?.cloneNode(true);
  const words = element instanceof HTMLElement ? element.querySelector("p") : null;
  if (!(element instanceof HTMLElement) || !words) return;
  words.textContent = text;
  place()?.append(element);
  live(element);
}

export function toasts(): void {
  const region = place();
  if (!region) return;
  // A live region speaks of what is added to it, not of what it held when the page came: so put the toasts in again.
  const given = [...region.querySelectorAll<HTMLElement>(".toast")];
  for (const element of given) element.remove();
  window.setTimeout(() => {
    region.append(...given);
    for (const element of given) live(element);
  }, 50);
}
