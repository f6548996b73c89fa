/**
 * Push notifications in this browser. The button asks the browser for permission and a subscription, and gives it to the server; turning
 * off is a form, which works without scripts. What is said stands in the page, where it is translated.
 */

const WORKER = "/push-worker.js";
const SUBSCRIPTIONS = "/api/v2/push_subscriptions";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(decoded, (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer | null): string {
  const encoded = btoa(String.fromCharCode(...new Uint8Array(buffer ?? new ArrayBuffer(0))));
  return encoded.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function say(part: HTMLElement, what: string): void {
  for (const sentence of part.querySelectorAll<HTMLElement>("[data-push-says]")) sentence.hidden = sentence.dataset["pushSays"] !== what;
}

/** A subscription to the key of this server: one to another key is of no use to it. */
async function subscribed(key: string): Promise<PushSubscription> {
  await navigator.serviceWorker.register(WORKER, { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const there = await pushManager.getSubscription();
  if (there && text(there.options.applicationServerKey) === key) return there;
  await there?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

async function turnOn(key: string): Promise<void> {
  const made = await subscribed(key);
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) headers["X-CSRF-Token"] = token;
  const body = JSON.stringify({ endpoint: made.endpoint, p256dh: text(made.getKey("p256dh")), auth: text(made.getKey("auth")) });
  const answer = await fetch(SUBSCRIPTIONS, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(String(answer.status));
}

async function pressed(part: HTMLElement, button: HTMLButtonElement): Promise<void> {
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  say(part, "");
  try {
    if ((await Notification.requestPermission()) !== "granted") {
      say(part, "blocked");
      return;
    }
    await turnOn(part.dataset["push"] ?? "");
    location.reload();
  } catch {
    say(part, "failed");
  } finally {
    button.removeAttribute("aria-busy");
  }
}

async function subscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function begin(part: HTMLElement, button: HTMLButtonElement): Promise<void> {
  if (Notification.permission === "denied") {
    say(part, "blocked");
    return;
  }
  // Turned on before, but the browser knows nothing of it any more: someone cleared its data, say.
  const isOn = "pushIsOn" in part.dataset && (await subscription()) !== null;
  button.hidden = isOn;
}

export function push(root: ParentNode): void {
  const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  for (const part of root.querySelectorAll<HTMLElement>("[data-push]")) {
    const button = part.querySelector<HTMLButtonElement>("[data-push-on]");
    if (!button) continue;
    if (!able) {
      say(part, "unable");
      continue;
    }
    button.addEventListener("click", () => void pressed(part, button));
    part.querySelector("[data-push-off]")?.addEventListener("submit", () => void subscription().then((there) => there?.unsubscribe()));
    void begin(part, button);
  }
}
