/**
 * Forms are sent without leaving the page, so that nothing that was typed is lost to a network that is gone, to Escape or to a failure.
 * What comes back leads on, or takes the place of the page's main part, as after sending it without scripts. Every form can be sent
 * again: the server does the same thing only once.
 */

import htmx from "htmx.org";

import { isChanged } from "./changed";
import { forgetDrafts, leaveUnasked } from "./drafts";
import { focusFirst } from "./focus";
import { firstMissing, sayAt } from "./required";

type Begin = (root: ParentNode) => void;

interface Sending {
  form: HTMLFormElement;
  button: HTMLElement | null;
  action: string;
  /** The name and value of the button, for forms with several. */
  chosen: [string, string] | null;
  stop: AbortController;
}

const BUSY_MS = 300;
const PATIENCE_MS = 30_000;

const sendings = new Map<HTMLFormElement, Sending>();

function words(name: string): string {
  return document.body.dataset[name] ?? "";
}

/** Beside the button, and read aloud. Nothing takes it away again. */
function say(form: HTMLFormElement, sentence: string): void {
  let place = form.querySelector<HTMLElement>("[data-sending]");
  if (!place && sentence) {
    place = document.createElement("p");
    place.dataset["sending"] = "";
    place.className = "field__error sending";
    place.setAttribute("role", "alert");
    (form.querySelector(".card__foot") ?? form).append(place);
  }
  if (!place) return;
  place.textContent = sentence;
  place.hidden = !sentence;
  if (sentence) place.scrollIntoView({ block: "nearest" });
}

function busy(sending: Sending): () => void {
  const timer = window.setTimeout(() => sending.button?.setAttribute("aria-busy", "true"), BUSY_MS);
  return () => {
    window.clearTimeout(timer);
    sending.button?.removeAttribute("aria-busy");
  };
}

function online(): Promise<void> {
  return new Promise((resolve) => window.addEventListener("online", () => resolve(), { once: true }));
}

function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
}

async function post(sending: Sending): Promise<Response> {
  const { form, action, chosen, stop } = sending;
  const data = new FormData(form);
  if (chosen) data.append(...chosen);
  // Files are for forms that say so; all others are sent as a browser would.
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams([...data].map(([name, value]) => [name, String(value)]));
  const timer = window.setTimeout(() => stop.abort(new DOMException("", "TimeoutError")), PATIENCE_MS);
  try {
    return await fetch(action, { method: "POST", body, headers: { "HX-Request": "true" }, signal: stop.signal });
  } finally {
    window.clearTimeout(timer);
  }
}

/** Sent as soon as there is a network: what is in the form by then. */
async function answerTo(sending: Sending): Promise<Response> {
  for (;;) {
    if (!navigator.onLine) {
      say(sending.form, words("offline"));
      await Promise.race([online(), stopped(sending.stop.signal)]);
    }
    say(sending.form, "");
    try {
      return await post(sending);
    } catch (error) {
      if (navigator.onLine || sending.stop.signal.aborted) throw error;
    }
  }
}

function goTo(target: string): void {
  const to = new URL(target, location.href);
  const same = to.pathname === location.pathname && to.search === location.search;
  if (same && to.hash) {
    // Only the place in the page differs, so the browser would not load it.
    history.replaceState(null, "", to);
    location.reload();
  } else {
    location.assign(to);
  }
}

async function save(response: Response, disposition: string): Promise<void> {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = /filename="([^"]+)"/.exec(disposition)?.[1] ?? "";
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Whether someone typed something into it, or chose something. */
function isWritten(form: HTMLFormElement): boolean {
  return [...form.elements].some(isChanged);
}

/**
 * The page that came back takes the place of this one's main part. Its address stays, so that loading it again sends nothing.
 * A page about an error that does not give back what was typed takes no form away: what it says is said beside the button.
 */
function replace(form: HTMLFormElement, html: string, begin: Begin): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  const [main, before] = [page.querySelector("main"), document.querySelector("main")];
  if (!main || !before) throw new TypeError("The response is not a page of Phoenix.");
  const [reader, mine] = [page.body.dataset["reader"], document.body.dataset["reader"]];
  if (reader && mine && reader !== mine) {
    // Someone else has signed in, and nothing around the form is theirs. What was refused for that is refused again, as a whole page.
    leaveUnasked();
    form.submit();
    return;
  }
  const fault = main.querySelector(".fault");
  if (fault && !fault.querySelector(".typed") && isWritten(form)) {
    const said = [...fault.querySelectorAll(":scope > h1, :scope > h1 + p")].map((part) => (part.textContent ?? "").trim());
    say(form, said.map((sentence) => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`)).join(" "));
    return;
  }
  document.title = page.title;
  const token = page.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  if (token && meta) meta.content = token;
  const after = document.importNode(main, true);
  before.replaceWith(after);
  htmx.process(after);
  begin(after);
  window.scrollTo(0, 0);
  if (!focusFirst(after)) after.focus();
}

async function take(sending: Sending, response: Response, begin: Begin): Promise<void> {
  const target = response.headers.get("HX-Redirect") ?? (response.redirected ? response.url : "");
  const disposition = response.headers.get("Content-Disposition") ?? "";
  if (target) {
    forgetDrafts(sending.form);
    goTo(target);
  } else if (disposition.startsWith("attachment")) {
    await save(response, disposition);
  } else {
    replace(sending.form, await response.text(), begin);
  }
}

async function send(sending: Sending, begin: Begin): Promise<void> {
  const { form } = sending;
  sendings.set(form, sending);
  // A live part is not replaced around it.
  form.dataset["sent"] = "";
  const done = busy(sending);
  try {
    await take(sending, await answerTo(sending), begin);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    say(form, words(name === "TimeoutError" ? "unanswered" : name === "AbortError" ? "stopped" : "unsent"));
  } finally {
    done();
    sendings.delete(form);
    delete form.dataset["sent"];
    delete form.dataset["answered"];
  }
}

function submitted(event: SubmitEvent, begin: Begin): void {
  const { target: form, submitter } = event;
  if (!(form instanceof HTMLFormElement) || event.defaultPrevented || form.method !== "post") return;
  event.preventDefault();
  if (sendings.has(form)) return;
  const button = submitter instanceof HTMLElement ? submitter : null;
  const missing = button?.hasAttribute("formnovalidate") ? null : firstMissing(form);
  if (missing) {
    sayAt(missing);
    return;
  }
  const action = button?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  const chosen = submitter instanceof HTMLButtonElement && submitter.name ? ([submitter.name, submitter.value] as [string, string]) : null;
  void send({ form, button, action, chosen, stop: new AbortController() }, begin);
}

export function forms(begin: Begin): void {
  document.addEventListener("submit", (event) => submitted(event, begin));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const { stop } of sendings.values()) stop.abort();
  });
}
