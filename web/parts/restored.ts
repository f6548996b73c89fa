/**
 * What was typed into short fields, or chosen, is there again after a reload and after Back, in the same tab. Browsers do this only for
 * pages that they may store. Passwords and codes are never stored. A form with a long text has a draft besides: see drafts.ts.
 */

const PREFIX = "phoenix.typed:";
// Written to tell the other tabs of this browser, which hold their own.
const SIGNED_OUT = "phoenix.signed-out";
const SECRET = '[type="password"], [autocomplete="one-time-code"], [name="code"]';
const OTHER = '[type="hidden"], [type="file"], [type="submit"], [type="button"]';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** By the field's name, what it holds; of a box, whether it is ticked. */
export type Typed = Record<string, string | boolean>;

function keyOfPage(): string {
  return `${PREFIX}${document.body.dataset["reader"] ?? ""}:${location.pathname}`;
}

function read(): Typed {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(keyOfPage()) ?? "{}");
    return typeof found === "object" && found !== null ? (found as Typed) : {};
  } catch {
    return {};
  }
}

function write(typed: Typed): void {
  try {
    if (Object.keys(typed).length > 0) sessionStorage.setItem(keyOfPage(), JSON.stringify(typed));
    else sessionStorage.removeItem(keyOfPage());
  } catch {
    // No room, or not allowed: it is still in the form.
  }
}

function isBox(field: Field): field is HTMLInputElement {
  return field.type === "checkbox" || field.type === "radio";
}

/** The name of a field within its form; of a box, with its value, as several can have one name. */
export function fieldName(field: Field): string {
  return [field.name, isBox(field) ? field.value : ""].join("\n");
}

function nameOf(form: HTMLFormElement, field: Field): string {
  return `${form.getAttribute("action") ?? ""}\n${fieldName(field)}`;
}

export function isKept(field: Element): field is Field {
  const types = [HTMLInputElement, HTMLSelectElement, HTMLTextAreaElement];
  if (!types.some((type) => field instanceof type) || !(field as Field).name) return false;
  return (field as Field).form?.method === "post" && !field.matches(SECRET) && !field.matches(OTHER);
}

/** What is stored of the tab: of long texts there are drafts. */
function isShort(field: Element): field is Field {
  return isKept(field) && !(field instanceof HTMLTextAreaElement);
}

export function held(field: Field): string | boolean {
  return isBox(field) ? field.checked : field.value;
}

export function set(field: Field, kept: string | boolean | undefined): void {
  if (isBox(field)) {
    if (typeof kept === "boolean") field.checked = kept;
  } else if (typeof kept === "string") {
    field.value = kept;
  }
}

export function versionOf(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>('input[name="version"]');
}

export function isAsServed(field: Field): boolean {
  if (isBox(field)) return field.checked === field.defaultChecked;
  if (!(field instanceof HTMLSelectElement)) return field.value === field.defaultValue;
  const served = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return field.value === (served?.value ?? "");
}

function note(form: HTMLFormElement): void {
  const typed = read();
  const fields = [...form.elements].filter(isShort);
  for (const field of fields) {
    if (isAsServed(field)) delete typed[nameOf(form, field)];
    else typed[nameOf(form, field)] = held(field);
  }
  const version = versionOf(form);
  // Of what is edited, when this was typed: what others saved since then is shown before it is overwritten.
  if (version) typed[nameOf(form, version)] = version.value;
  if (version && fields.every(isAsServed)) delete typed[nameOf(form, version)];
  write(typed);
}

function restore(form: HTMLFormElement, typed: Typed): void {
  for (const field of [...form.elements].filter(isShort)) set(field, typed[nameOf(form, field)]);
  const version = versionOf(form);
  const kept = version ? typed[nameOf(form, version)] : undefined;
  if (version && typeof kept === "string") version.value = kept;
}

/** What was in this form has been sent, or is not wanted. On signing out, what is stored of every page goes. */
export function forgetTyped(form: HTMLFormElement, everywhere: boolean): void {
  const typed = read();
  for (const field of form.elements) if (isShort(field)) delete typed[nameOf(form, field)];
  const version = versionOf(form);
  if (version) delete typed[nameOf(form, version)];
  write(typed);
  if (!everywhere) return;
  forgetOthers("");
  try {
    localStorage.setItem(SIGNED_OUT, String(Date.now()));
    localStorage.removeItem(SIGNED_OUT);
  } catch {
    // Not allowed: the next page of a tab forgets what is not its reader's.
  }
}

/** What belongs to anyone but this person goes, from this tab. */
function forgetOthers(reader: string): void {
  const own = `${PREFIX}${reader}:`;
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith(PREFIX) && !(reader && key.startsWith(own))) sessionStorage.removeItem(key);
}

export function restored(): void {
  const reader = document.body.dataset["reader"];
  if (reader) forgetOthers(reader);
  window.addEventListener("storage", (event) => {
    if (event.key === SIGNED_OUT) forgetOthers("");
  });
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (navigation?.type === "reload" || navigation?.type === "back_forward") {
    const typed = read();
    for (const form of document.querySelectorAll<HTMLFormElement>('form[method="post"]')) restore(form, typed);
  }
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => {
      if (event.target instanceof Element && isShort(event.target) && event.target.form) note(event.target.form);
    });
  }
}
