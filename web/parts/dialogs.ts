/**
 * Dialogs. A link with `data-dialog="id"` leads to a page that asks the same question; with script it opens the dialog instead.
 * A form with `data-ask="id"` is sent only after its dialog was answered, and so is one in whose list an option with it is chosen; `data-about` is the name put into the question, and without
 * it what is chosen in the form's list. A form that is not filled in is sent at once, to be refused before anything is asked.
 * `showModal` keeps the focus inside, makes the rest of the page inert and gives the focus back to the opener.
 */

function dialogCalled(id: string | undefined): HTMLDialogElement | null {
  const element = id ? document.getElementById(id) : null;
  return element instanceof HTMLDialogElement ? element : null;
}

function openFrom(opener: HTMLElement, dialog: HTMLDialogElement): void {
  // A menu closes behind the dialog, so the focus is to come back to what opens the menu.
  const menu = opener.closest<HTMLDetailsElement>("details.menu");
  if (menu) {
    menu.open = false;
    menu.querySelector<HTMLElement>("summary")?.focus();
  }
  dialog.showModal();
}

/** Whether a click on the dialog element itself fell on its backdrop. */
function outside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}

function clicked(event: MouseEvent): void {
  if (!(event.target instanceof Element)) return;
  // The second half of a double click, the first of which opened the dialog: no answer, whatever is under the pointer by now.
  if (event.detail > 1 && event.target.closest("dialog")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const opener = event.target.closest<HTMLElement>("[data-dialog]");
  const dialog = dialogCalled(opener?.dataset["dialog"]);
  if (opener && dialog && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openFrom(opener, dialog);
  } else if (event.target.closest("[data-close]")) {
    event.target.closest("dialog")?.close();
  } else if (event.target instanceof HTMLDialogElement && outside(event.target, event)) {
    event.target.close();
  }
}

function ask(form: HTMLFormElement, dialog: HTMLDialogElement): void {
  const about = form.dataset["about"] ?? form.querySelector("select")?.selectedOptions[0]?.textContent ?? "";
  for (const slot of dialog.querySelectorAll("[data-about]")) slot.textContent = about;
  const confirm = dialog.querySelector<HTMLButtonElement>("[data-confirm]");
  if (confirm) {
    confirm.onclick = () => {
      form.dataset["answered"] = "yes";
      dialog.close();
      form.requestSubmit();
    };
  }
  openFrom(form, dialog);
}

export function dialogs(): void {
  // Before the buttons of a dialog hear of it.
  document.addEventListener("click", clicked, { capture: true });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.dataset["answered"]) return;
    const chosen = form.querySelector("select")?.selectedOptions[0];
    const dialog = dialogCalled(chosen?.dataset["ask"] ?? form.dataset["ask"]);
    if (!dialog || !form.checkValidity()) return;
    event.preventDefault();
    ask(form, dialog);
  });
}
