/**
 * The service worker: it shows what is pushed, and opens its page when someone clicks on it. It fetches and caches nothing, so that
 * every page comes from the server, as without it.
 */

interface Pushed {
  title?: string;
  text?: string;
  link?: string;
  tag?: string;
  language?: string;
}

interface PushEvent extends Event {
  readonly data: { json(): unknown } | null;
  waitUntil(work: Promise<unknown>): void;
}

interface NotificationEvent extends Event {
  readonly notification: Notification;
  waitUntil(work: Promise<unknown>): void;
}

interface Window_ {
  readonly url: string;
  focus(): Promise<Window_>;
}

interface Scope extends EventTarget {
  readonly location: Location;
  readonly registration: ServiceWorkerRegistration;
  readonly clients: { matchAll(options: { type: "window" }): Promise<Window_[]>; openWindow(url: string): Promise<unknown> };
}

const scope = self as unknown as Scope;
const INBOX = "/notifications";

/** What was pushed. A browser requires that something is shown for every push, whatever it says. */
function read(event: PushEvent): Pushed {
  try {
    return (event.data?.json() ?? {}) as Pushed;
  } catch {
    return {};
  }
}

/** A page of ours: nothing that is pushed leads to another site. */
function ours(link: unknown): string {
  try {
    const url = new URL(typeof link === "string" ? link : INBOX, scope.location.origin);
    if (url.origin === scope.location.origin) return url.href;
  } catch {
    // Not an address at all.
  }
  return new URL(INBOX, scope.location.origin).href;
}

/** In a window that shows the page already, else in a new one: what someone is writing elsewhere stays there. */
async function open(target: string): Promise<void> {
  const windows = await scope.clients.matchAll({ type: "window" });
  const shown = windows.find((window) => window.url === target);
  await (shown ? shown.focus() : scope.clients.openWindow(target));
}

scope.addEventListener("push", (event) => {
  const pushed = read(event as PushEvent);
  const options: NotificationOptions = {
    body: pushed.text ?? "",
    tag: pushed.tag ?? "",
    lang: pushed.language ?? "",
    dir: "auto",
    data: ours(pushed.link),
  };
  (event as PushEvent).waitUntil(scope.registration.showNotification(pushed.title || scope.location.host, options));
});

scope.addEventListener("notificationclick", (event) => {
  const { notification } = event as NotificationEvent;
  notification.close();
  (event as NotificationEvent).waitUntil(open(ours(notification.data)));
});
