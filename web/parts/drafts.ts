/**
 * What is typed into a long text stays in this browser until it is sent: after a crash, a closed tab or a battery that died. It belongs
 * to the person and the page, is forgotten after a week and on signing out, and can be thrown away. Leaving the page asks first.
 */

import { forgetTyped } from "./restored";

const PREFIX = "phoenix.draft:";
const KEEP_MS = 7 * 24 * 60 * 60_000;
// So little is typed again quickly.
const WORTH_ASKING = 20;

interface Draft {
  text: string;
  at: number;
  /** Of what is edited, when this was typed: what others saved since then is shown before it is overwritten. */
  version: string;
}

let sent = false;

function keyOf(field: HTMLTextAreaElement): string {
  return `${PREFIX}${document.body.dataset["reader"] ?? ""}:${location.pathname}:${field.name}`;
}

function read(key: string): Draft | null {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<Draft> | null;
    if (!found || typeof found.text !== "string" || typeof found.at !== "number") return null;
    return { text: found.text, at: found.at, version: typeof found.version === "string" ? found.version : "" };
  } catch {
    return null;
  }
}

function versionIn(field: HTMLTextAreaElement): HTMLInputElement | null {
  return field.form?.querySelector<HTMLInputElement>('input[name="version"]') ?? null;
}

function write(key: string, text: string, version = ""): void {
  try {
    if (text) localStorage.setItem(key, JSON.stringify({ text, at: Date.now(), version } satisfies Draft));
    else localStorage.removeItem(key);
  } catch {
    // No room, or not allowed: the text is still in the form.
  }
}

function forget(matches: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && matches(key)) localStorage.removeItem(key);
  } catch {
    // Not allowed: then there are none.
  }
}

function isOld(key: string): boolean {
  const draft = read(key);
  return !draft || Date.now() - draft.at > KEEP_MS;
}

function long(root: ParentNode): HTMLTextAreaElement[] {
  return [...root.querySelectorAll<HTMLTextAreaElement>('form[method="post"] textarea[name]')];
}

function offer(field: HTMLTextAreaElement, key: string): void {
  const draft = read(key);
  const template = document.querySelector<HTMLTemplateElement>("template[data-draft]");
  const note = template?.content.firstElementChild?.cloneNode(true);
  if (!draft || draft.text === field.value || !(note instanceof HTMLElement)) return;
  const [before, version] = [field.value, versionIn(field)];
  const latest = version?.value ?? "";
  field.value = draft.text;
  if (version && draft.version) version.value = draft.version;
  note.querySelector("button")?.addEventListener("click", () => {
    field.value = before;
    if (version) version.value = latest;
    write(key, "");
    note.remove();
    field.focus();
  });
  field.after(note);
}

export function drafts(root: ParentNode): void {
  for (const field of long(root)) {
    const key = keyOf(field);
    // What the server gave back, as after a refusal, is newer than what was kept.
    if (field.value === "" || field.closest("form")?.querySelector('[name="version"]')) offer(field, key);
    field.addEventListener("input", () => write(key, field.value === field.defaultValue ? "" : field.value, versionIn(field)?.value));
  }
}

function isHalfWritten(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(
    'form[method="post"] textarea, form[method="post"] input[type="text"]',
  );
  return [...fields].some((field) => field.value !== field.defaultValue && field.value.length >= WORTH_ASKING);
}

/** What was in this form has been saved. */
export function forgetDrafts(form: HTMLFormElement): void {
  sent = true;
  for (const field of form.querySelectorAll<HTMLTextAreaElement>("textarea[name]")) write(keyOf(field), "");
  const signsOut = form.getAttribute("action") === document.body.dataset["signOut"];
  forgetTyped(form, signsOut);
  // On a shared machine the next person is not to find them.
  if (signsOut) forget(() => true);
}

export function draftsOnce(): void {
  forget(isOld);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-discards]") : null;
    const form = document.getElementById(link?.getAttribute("data-discards") ?? "");
    if (form instanceof HTMLFormElement) forgetDrafts(form);
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sent && isHalfWritten()) event.preventDefault();
  });
}
