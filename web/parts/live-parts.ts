/** The parts of a page that are marked with `data-live-part`: fetched again with their page, but never while the reader is at work in one. */

import { isChanged } from "./changed";
import { AwayError, fetchLive } from "./live-fetch";

const LOOK_MS = 500;
const FIELDS = "input, textarea, select";
const REACHED = `a[href], button, summary, [tabindex], ${FIELDS}`;
const AT_WORK = "details[open], form[data-sent], [data-sending]:not([hidden]), :active";

/** Whether the reader fills in this part, acts in it, or has changed something that a new one would take away. */
function isBusy(part: Element): boolean {
  const active = document.activeElement;
  if (active?.matches(FIELDS) && part.contains(active)) return true;
  if (part.querySelector(AT_WORK)) return true;
  if (document.querySelector("dialog[open]")) return true;
  return [...part.querySelectorAll(FIELDS)].some(isChanged);
}

/** What is drawn, without the token of forms, which is another text each time. */
function drawn(part: Element): string {
  return part.outerHTML.replace(/name="csrf" value="[^"]*"/g, "");
}

/** What an element leads to or does. Never its place alone: the focus would pass to the button of another row. */
function meaning(element: Element): string {
  const leads = element.id || element.getAttribute("href");
  if (leads) return leads;
  const form = element.closest("form");
  const sent = form
    ? [...form.querySelectorAll<HTMLInputElement>('input[type="hidden"]:not([name="csrf"])')].map(({ value }) => value)
    : [];
  return [element.tagName, form?.getAttribute("action"), ...sent, element.textContent].join("\n");
}

/** Put a part in the place of its former self. The focus stays on the same link or button, or else in the part. */
function put(part: Element, next: Element, begin: Begin): void {
  const active = document.activeElement;
  const alike =
    active && part.contains(active) ? [...part.querySelectorAll(REACHED)].filter((one) => meaning(one) === meaning(active)) : [];
  part.replaceWith(next);
  begin(next);
  if (!active || !(next instanceof HTMLElement) || active.isConnected || !part.contains(active)) return;
  const again = [...next.querySelectorAll<HTMLElement>(REACHED)].filter((one) => meaning(one) === meaning(active));
  const found = again[alike.indexOf(active)];
  if (!found) next.tabIndex = -1;
  (found ?? next).focus({ preventScroll: true });
}

export type Begin = (root: Element) => void;

export interface Live {
  /** What it follows: "organisation" or "account". */
  follows: Set<string>;
  /** Fetch what is shown again. Answers in how many milliseconds to do so again in any case, if at all. */
  refresh: () => Promise<number | undefined>;
}

/** `begin` looks at what has come, as at a new page. */
export function liveParts(begin: Begin): Live | null {
  const parts = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-live-part][id]")];
  if (!parts().length) return null;
  // What came for a part in which the reader was at work, put there as soon as they are not: null where it is no longer there.
  const waiting = new Map<string, Element | null>();
  // As it came: what is shown has since been changed by scripts.
  const came = new Map<string, string>();

  const settle = (): void => {
    for (const [id, next] of waiting) {
      const part = document.getElementById(id);
      if (part && isBusy(part)) continue;
      waiting.delete(id);
      if (part && next) put(part, next, begin);
      else part?.remove();
    }
    if (waiting.size) window.setTimeout(settle, LOOK_MS);
  };

  const refresh = async (): Promise<number | undefined> => {
    const response = await fetchLive(location.href);
    if (!response.ok) throw new AwayError("gone");
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    document.title = fresh.title;
    const again: number[] = [];
    const none = waiting.size === 0;
    const changed: { part: HTMLElement; next: HTMLElement | null }[] = [];
    for (const part of parts()) {
      const next = fresh.getElementById(part.id);
      if (next?.dataset["liveEvery"]) again.push(Number(next.dataset["liveEvery"]) * 1000);
      const now = next ? drawn(next) : "";
      if (now === (came.get(part.id) ?? drawn(part))) continue;
      came.set(part.id, now);
      // A part inside another one comes with it.
      if (!changed.some((outer) => outer.part.contains(part))) changed.push({ part, next });
    }
    for (const { part, next } of changed) waiting.set(part.id, next && document.adoptNode(next));
    if (none) settle();
    return again.length ? Math.min(...again) : undefined;
  };
  return { follows: new Set(parts().map((part) => part.dataset["livePart"] ?? "")), refresh };
}
