/** Buttons that copy what is shown once: `data-copy` names the element, `data-copied` is what the button says then. */
export function copies(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    // Browsers give the clipboard only to secure pages.
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", () => void copy(button));
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const from = document.getElementById(button.dataset["copy"] ?? "");
  if (!from) return;
  const items = [...from.querySelectorAll("li")];
  // biome-ignore lint/performance/useDomNodeTextContent: only what is seen is copied
  const text = items.length ? items.map((item) => item.innerText.trim()).join("\n") : from.innerText.trim();
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = button.dataset["copied"] ?? "";
  } catch {
    // Refused by the browser: the text is there to be marked and copied by hand.
    getSelection()?.selectAllChildren(from);
  }
}
