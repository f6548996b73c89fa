/** The choice between light, dark and the system's theme: three buttons in the account menu. `theme.ts` beside this folder applies it on load. */

const KEY = "phoenix.theme";
const CHOICES = ["light", "dark", "system"] as const;
type Choice = (typeof CHOICES)[number];

function kept(): Choice {
  const value = document.documentElement.dataset["theme"];
  return value === "light" || value === "dark" ? value : "system";
}

function keep(choice: Choice): void {
  const root = document.documentElement;
  if (choice === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = choice;
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // The choice then lasts until the page is left.
  }
}

export function themes(): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>("[data-theme-choice]");
  const show = (): void => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["themeChoice"] === kept()));
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const choice = CHOICES.find((name) => name === button.dataset["themeChoice"]);
      if (choice) keep(choice);
      show();
    });
  }
  for (const group of document.querySelectorAll<HTMLElement>("[data-themes]")) group.hidden = false;
  show();
}
