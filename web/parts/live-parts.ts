/** The parts of a page that are marked with `data-live-part`: fetched again with their page, but never while the reader is at work in one. */

import { AwayError, fetchLive } from "./live-fetch";

const AGAIN_MS = 1000;

/** Whether the reader is in this part, or has changed something in it that a new one would take away. */
function isBusy(part: Element): boolean {
  if (part.contains(document.activeElement) || part.querySelector("details[open], form[data-sent], [data-sending]:not([hidden])"))
    return true;
  if (document.querySelector("dialog[open]")) return true;
  return [...part.querySelectorAll("input, textarea, select")].some(isChanged);
}

export function isChanged(field: Element): boolean {
  if (field instanceof HTMLSelectElement)
    return ![...field.options].every((option) => option.selected === option.defaultSelected) && field.value !== shownFirst(field);
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement) || field.type === "hidden") return false;
  return field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

/** What a list shows before anyone has chosen: the option that is marked, or the first. */
function shownFirst(field: HTMLSelectElement): string {
  const options = [...field.options];
  return (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? "";
}

/** What is drawn, without the token of forms, which is another text each time. */
function drawn(part: Element): string {
  return part.outerHTML.replace(/name="csrf" value="[^"]*"/g, "");
}

export interface Live {
  /** What it follows: "organisation" or "account". */
  follows: Set<string>;
  /** Fetch what is shown again. Answers in how many milliseconds to do so again in any case, if at all. */
  refresh: () => Promise<number | undefined>;
}

export function liveParts(): Live | null {
  const parts = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-live-part][id]")];
  if (!parts().length) return null;

  const refresh = async (): Promise<number | undefined> => {
    const response = await fetchLive(location.href);
    if (!response.ok) throw new AwayError("gone");
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    document.title = fresh.title;
    const again: number[] = [];
    for (const part of parts()) {
      const next = fresh.getElementById(part.id);
      if (next?.dataset["liveEvery"]) again.push(Number(next.dataset["liveEvery"]) * 1000);
      if (next && drawn(next) === drawn(part)) continue;
      if (isBusy(part)) again.push(AGAIN_MS);
      else if (next) part.replaceWith(document.adoptNode(next));
      else part.remove();
    }
    return again.length ? Math.min(...again) : undefined;
  };
  return { follows: new Set(parts().map((part) => part.dataset["livePart"] ?? "")), refresh };
}
