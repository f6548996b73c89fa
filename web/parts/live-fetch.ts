/** What a live page asks for by itself, and why it may have to stop. */

const LONGEST_MS = 10_000;

export type Why = "signed-out" | "removed" | "gone";

/** The page can go on no longer. */
export class AwayError extends Error {
  constructor(readonly why: Why) {
    super(why);
  }
}

/** Throws AwayError if the session has ended: a page then leads to sign-in, and a fragment is refused. */
export async function fetchLive(address: string | URL, headers: Record<string, string> = {}): Promise<Response> {
  const sent = { Accept: "text/html", "X-Unattended": "yes", ...headers };
  const response = await fetch(address, { headers: sent, redirect: "manual", signal: AbortSignal.timeout(LONGEST_MS) });
  if (response.type === "opaqueredirect" || response.status === 401) throw new AwayError("signed-out");
  if (response.status >= 500 || response.status === 429) throw new Error(`the page answered ${response.status}`);
  return response;
}
