/** What a live page asks for by itself, and why it may have to stop. */

const LONGEST_MS = 10_000;
/** A page that asks for itself again asks at least this often, whatever a server says. */
const LATEST_MS = 3_600_000;

export type Why = "signed-out" | "removed" | "gone";

/** The page can go on no longer. */
export class AwayError extends Error {
  constructor(readonly why: Why) {
    super(why);
  }
}

/** The server has too much to do, or this reader asked too often: it said how long to wait. */
export class BusyError extends Error {
  constructor(
    status: number,
    readonly waitMs: number,
  ) {
    super(`the page answered ${status}`);
  }
}

/**
 * Whose page this is. The server answers no one else's: someone can have signed in, or begun to impersonate a person, in another tab, and what
 * they see and may do is not to get into this page.
 */
export function readerHere(): Record<string, string> {
  const reader = document.body.dataset["reader"];
  return reader ? { "X-Reader": reader } : {};
}

/** Throws AwayError if the session has ended, or is someone else's: a page then leads to sign-in, and a fragment is refused. */
export async function fetchLive(address: string | URL, headers: Record<string, string> = {}): Promise<Response> {
  const sent = { Accept: "text/html", "X-Unattended": "yes", ...readerHere(), ...headers };
  const response = await fetch(address, { headers: sent, redirect: "manual", signal: AbortSignal.timeout(LONGEST_MS) });
  if (response.type === "opaqueredirect" || response.status === 401) throw new AwayError("signed-out");
  if (response.status >= 500 || response.status === 429) {
    const seconds = Number(response.headers.get("Retry-After"));
    throw new BusyError(response.status, seconds > 0 ? Math.min(LATEST_MS, seconds * 1000) : 0);
  }
  return response;
}
