/** Passwords: a button that shows what was typed, and words on how strong a new one is. The server decides; this only helps. */

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

/** 0 nothing typed, 1 too short, 2 just long enough or very uniform, 3 strong, 4 very strong: length first, as NIST SP 800-63B counts it. */
export function level(password: string, least: number): number {
  const length = [...password].length;
  if (length === 0) return 0;
  if (length < least) return 1;
  const different = new Set(password.toLowerCase()).size;
  if (different < 6 || length < least + 4) return different < 4 ? 1 : 2;
  return length < least + 12 ? 3 : 4;
}

function strengths(root: ParentNode): void {
  for (const meter of root.querySelectorAll<HTMLElement>("[data-strength]")) {
    const input = document.getElementById(meter.dataset["strength"] ?? "");
    const bars = meter.querySelector<HTMLElement>(".strength");
    const words = meter.querySelector<HTMLElement>("[data-words]");
    if (!(input instanceof HTMLInputElement) || !bars || !words) continue;
    const least = Number(meter.dataset["least"]);
    input.addEventListener("input", () => {
      const strength = level(input.value, least);
      meter.hidden = strength === 0;
      bars.dataset["level"] = String(strength);
      const text = words.dataset[`level${strength}`] ?? "";
      if (words.textContent !== text) words.textContent = text;
    });
  }
}

export function passwords(root: ParentNode): void {
  reveals(root);
  strengths(root);
}
