/** A form is sent once: a second press while the first is on its way does nothing, and the button says that it works. */

export function forms(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || event.defaultPrevented) return;
    if (form.dataset["sent"]) {
      event.preventDefault();
      return;
    }
    if (form.method !== "post") return;
    form.dataset["sent"] = "yes";
    event.submitter?.setAttribute("aria-busy", "true");
  });
  // Coming back with the browser's back button shows the same page again, alive.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
      delete form.dataset["sent"];
      for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
    }
  });
}
