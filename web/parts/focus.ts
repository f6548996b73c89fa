/** Where typing begins: the first field that was refused, in the page's order; on opening a page that is one form, its first field. */

const TYPED = 'input:not([type="hidden"], [type="checkbox"], [type="radio"], [type="submit"]), textarea, select';

/** Whether there is something to choose above a form. A page with comments below an entry is there to be read first. */
function standsBelow(form: HTMLFormElement): boolean {
  const above = document.querySelectorAll(".shell main :is(a, button, select, textarea, input:not([type='hidden']))");
  return [...above].some((each) => !each.closest("nav") && !!(each.compareDocumentPosition(form) & Node.DOCUMENT_POSITION_FOLLOWING));
}

/** Answers whether there was such a field. */
export function focusFirst(root: ParentNode): boolean {
  const refused = root.querySelector<HTMLElement>('[aria-invalid="true"]');
  refused?.focus();
  return refused !== null;
}

export function focus(): void {
  if (focusFirst(document)) return;
  // The row of a list to which an act led back. The browser has scrolled, or is where it was.
  if (location.hash && document.activeElement === document.body)
    document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
  if (location.hash || document.activeElement !== document.body) return;
  // On a phone the keyboard would cover the page before it was read.
  if (window.matchMedia("(pointer: coarse)").matches) return;
  const forms = [...document.querySelectorAll<HTMLFormElement>('main form[method="post"]')].filter((form) => form.querySelector(TYPED));
  const [form] = forms;
  if (form && forms.length === 1 && !standsBelow(form)) form.querySelector<HTMLElement>(TYPED)?.focus({ preventScroll: true });
}
