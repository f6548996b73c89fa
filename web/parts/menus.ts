/** Menus are `<details>`: they open without script. This closes them on Escape, on a click elsewhere, and when the focus leaves. */

function close(menu: HTMLDetailsElement, refocus: boolean): void {
  menu.open = false;
  if (refocus) menu.querySelector<HTMLElement>("summary")?.focus();
}

function open(): NodeListOf<HTMLDetailsElement> {
  return document.querySelectorAll<HTMLDetailsElement>("details.menu[open]");
}

export function menus(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) close(menu, menu.contains(document.activeElement));
  });
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) close(menu, false);
  });
  document.addEventListener("focusout", (event) => {
    // A click on plain text gives no related target; the click handler above decides then.
    if (!(event.relatedTarget instanceof Node)) return;
    for (const menu of open()) if (!menu.contains(event.relatedTarget)) close(menu, false);
  });
}
