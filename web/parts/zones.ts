/** The device's time zone, filled in where the page asks for one and nothing was chosen yet. */

export function zones(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  for (const field of document.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-zone]")) {
    if (field.value && field.dataset["zone"] !== "replace") continue;
    if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === zone)) continue;
    field.value = zone;
  }
}
