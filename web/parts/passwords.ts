/** Passwords: a button that shows what was typed, and what the server says of a new one while it is typed. */

function reveals(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-reveal]")) {
    const input = document.getElementById(button.dataset["reveal"] ?? "");
    if (!(input instanceof HTMLInputElement)) continue;
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    });
    // Sent as a password whatever it looks like now, so that no browser keeps it as plain text.
    input.form?.addEventListener("submit", () => {
      input.type = "password";
    });
  }
}

interface Check {
  acceptable?: boolean;
  detail?: string;
}

const TYPING_MS = 300;

/** What the server says of a new password, by the rules it will decide by. */
async function check(input: HTMLInputElement, signal: AbortSignal): Promise<Check> {
  const headers: Record<string, string> = { "Content-Type": "application/json", "X-Unattended": "yes" };
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) headers["X-CSRF-Token"] = token;
  const typed = (name: string): string => input.form?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? "";
  const body = JSON.stringify({ password: input.value, email: typed("email"), name: typed("name") });
  const answer = await fetch("/api/v2/password_checks", { method: "POST", headers, body, signal });
  return answer.ok ? ((await answer.json()) as Check) : {};
}

/** Length first, as NIST SP 800-63B counts it: 3 strong, 4 very strong. What the server refuses is neither. */
function level(password: string, least: number): number {
  return [...password].length < least + 12 ? 3 : 4;
}

function rate(meter: HTMLElement, input: HTMLInputElement, bars: HTMLElement, words: HTMLElement): void {
  const least = Number(meter.dataset["least"]);
  const show = (strength: number, text: string): void => {
    meter.hidden = strength === 0;
    bars.dataset["level"] = String(strength);
    if (words.textContent !== text) words.textContent = text;
  };
  let timer = 0;
  let stop = new AbortController();
  const leave = (): void => {
    window.clearTimeout(timer);
    stop.abort();
  };
  // Whoever has sent it is signed in by then, and the token of this page is no longer theirs.
  input.form?.addEventListener("submit", leave);
  const ask = async (value: string): Promise<void> => {
    const found = await check(input, stop.signal).catch((): Check => ({}));
    // Nothing is said where the server said nothing, nor of what is no longer there.
    if (input.value !== value) return;
    const strength = level(value, least);
    if (found.acceptable === undefined) show(0, "");
    else if (found.acceptable) show(strength, words.dataset[`level${strength}`] ?? "");
    else show(1, found.detail ?? "");
  };
  let rated = "";
  const look = (): void => {
    const { value } = input;
    if (value === rated) return;
    rated = value;
    leave();
    stop = new AbortController();
    if (!value) show(0, "");
    else if ([...value].length < least) show(1, words.dataset["level1"] ?? "");
    else timer = window.setTimeout(() => void ask(value), TYPING_MS);
  };
  // Some password managers only say that it has changed.
  for (const name of ["input", "change"]) input.addEventListener(name, look);
}

function strengths(root: ParentNode): void {
  for (const meter of root.querySelectorAll<HTMLElement>("[data-strength]")) {
    const input = document.getElementById(meter.dataset["strength"] ?? "");
    const bars = meter.querySelector<HTMLElement>(".strength");
    const words = meter.querySelector<HTMLElement>("[data-words]");
    if (input instanceof HTMLInputElement && bars && words) rate(meter, input, bars, words);
  }
}

export function passwords(root: ParentNode): void {
  reveals(root);
  strengths(root);
}
