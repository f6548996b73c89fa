/**
 * What is typed into a form with a long text stays in this browser until it is sent: after a crash, a closed tab or a battery that died.
 * The draft is the whole form. It belongs to the person, the page and the tab, so that two tabs never overwrite each other; once its tab
 * has been left, the next one that opens the form takes it over. It is forgotten after a week and on signing out, and can be discarded.
 * Leaving the page asks first.
 */

import { fieldName, forgetTyped, held, isAsServed, isKept, set, type Typed, versionOf } from "./restored";

const PREFIX = "phoenix.draft:";
const TAB = "phoenix.tab";
const KEEP_MS = 7 * 24 * 60 * 60_000;
// A tab that crashed could not say that it was left.
const SILENT_MS = 2 * 60_000;
// So little is typed again quickly.
const WORTH_ASKING = 20;

interface Draft {
  typed: Typed;
  at: number;
  /** Of what is edited, when this was typed: what others saved since then is shown before it is overwritten. */
  version: string;
  /** Whether the tab has left the page since. */
  left: boolean;
}

let sent = false;
let tab = "";

function newTab(): void {
  tab = Math.random().toString(36).slice(2);
  try {
    sessionStorage.setItem(TAB, tab);
  } catch {
    // Not allowed: then it is another tab after each page.
  }
}

function knowTab(): void {
  try {
    tab = sessionStorage.getItem(TAB) ?? "";
  } catch {
    // Not allowed.
  }
  if (!tab) newTab();
}

/** The drafts of a form begin with this, whichever tab they are from. */
function baseOf(form: HTMLFormElement): string {
  const action = new URL(form.getAttribute("action") ?? "", location.href).pathname;
  return `${PREFIX}${document.body.dataset["reader"] ?? ""}:${location.pathname}:${action} `;
}

function read(key: string): Draft | null {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "null") as Partial<Draft> | null;
    if (!found || typeof found.typed !== "object" || typeof found.at !== "number") return null;
    const version = typeof found.version === "string" ? found.version : "";
    return { typed: found.typed, at: found.at, version, left: found.left === true };
  } catch {
    return null;
  }
}

function write(key: string, draft: Draft | null): void {
  try {
    if (draft) localStorage.setItem(key, JSON.stringify(draft));
    else localStorage.removeItem(key);
  } catch {
    // No room, or not allowed: the text is still in the form.
  }
}

function keys(matches: (key: string) => boolean): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && matches(key));
  } catch {
    return [];
  }
}

function forget(matches: (key: string) => boolean): void {
  for (const key of keys(matches)) write(key, null);
}

function isOld(key: string): boolean {
  const draft = read(key);
  return !draft || Date.now() - draft.at > KEEP_MS;
}

function texts(form: HTMLFormElement): HTMLTextAreaElement[] {
  return [...form.querySelectorAll<HTMLTextAreaElement>("textarea[name]")];
}

function withTexts(root: ParentNode): HTMLFormElement[] {
  const forms = [...root.querySelectorAll<HTMLFormElement>('form[method="post"]')];
  return forms.filter((form) => texts(form).length > 0);
}

function note(form: HTMLFormElement, left = false): void {
  const typed: Typed = {};
  for (const field of [...form.elements].filter(isKept)) if (!isAsServed(field)) typed[fieldName(field)] = held(field);
  const draft = { typed, at: Date.now(), version: versionOf(form)?.value ?? "", left };
  write(baseOf(form) + tab, Object.keys(typed).length > 0 ? draft : null);
}

/** This tab's own draft, or the newest of a tab that is gone, which is then this tab's. */
function draftFor(form: HTMLFormElement): Draft | null {
  const base = baseOf(form);
  const own = read(base + tab);
  if (own) return own;
  const left = keys((key) => key.startsWith(base))
    .map((key) => ({ key, draft: read(key) }))
    .filter((one): one is { key: string; draft: Draft } => one.draft !== null)
    .filter(({ draft }) => draft.left || Date.now() - draft.at > SILENT_MS)
    .sort((one, other) => other.draft.at - one.draft.at)[0];
  if (!left) return null;
  write(base + tab, left.draft);
  write(left.key, null);
  return left.draft;
}

function offer(form: HTMLFormElement, last: HTMLTextAreaElement): void {
  const draft = draftFor(form);
  const template = document.querySelector<HTMLTemplateElement>("template[data-draft]");
  const words = template?.content.firstElementChild?.cloneNode(true);
  if (!draft || !(words instanceof HTMLElement)) return;
  const version = versionOf(form);
  const latest = version?.value ?? "";
  const changed = [...form.elements].filter(isKept).filter((field) => {
    const kept = draft.typed[fieldName(field)];
    return kept !== undefined && kept !== held(field);
  });
  if (!changed.length) return;
  const served = changed.map((field) => [field, held(field)] as const);
  for (const field of changed) set(field, draft.typed[fieldName(field)]);
  if (version && draft.version) version.value = draft.version;
  words.querySelector("button")?.addEventListener("click", () => {
    for (const [field, value] of served) set(field, value);
    if (version) version.value = latest;
    write(baseOf(form) + tab, null);
    forgetTyped(form, false);
    words.remove();
    last.focus();
  });
  last.after(words);
}

export function drafts(root: ParentNode): void {
  if (!tab) knowTab();
  for (const form of withTexts(root)) {
    const last = texts(form).at(-1);
    // What the server gave back, as after a refusal, is newer than what was kept.
    if (last && (versionOf(form) || texts(form).every((field) => field.value === ""))) offer(form, last);
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => note(form));
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
  write(baseOf(form) + tab, null);
  const signsOut = form.getAttribute("action") === document.body.dataset["signOut"];
  forgetTyped(form, signsOut);
  // On a shared machine the next person is not to find them.
  if (signsOut) forget(() => true);
}

/** What is typed stays as a draft, and on the page that comes next: leaving asks nothing. */
export function leaveUnasked(): void {
  sent = true;
}

/** A tab that was duplicated has the name of the other: the one that is overwritten takes another. */
function overwritten(event: StorageEvent): void {
  const mine = withTexts(document).filter((form) => event.key === baseOf(form) + tab);
  if (!mine.length || event.newValue === null) return;
  newTab();
  for (const form of mine) note(form);
}

export function draftsOnce(): void {
  forget(isOld);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-discards]") : null;
    const form = document.getElementById(link?.getAttribute("data-discards") ?? "");
    if (form instanceof HTMLFormElement) forgetDrafts(form);
  });
  window.addEventListener("storage", overwritten);
  window.addEventListener("beforeunload", (event) => {
    if (!sent && isHalfWritten()) event.preventDefault();
  });
  window.addEventListener("pagehide", () => {
    for (const form of withTexts(document)) if (!sent && read(baseOf(form) + tab)) note(form, true);
  });
}
