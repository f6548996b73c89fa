/** Whether a field holds something else than what the page was served with. */

export function isChanged(field: Element): boolean {
  if (field instanceof HTMLSelectElement)
    return ![...field.options].every((option) => option.selected === option.defaultSelected) && field.value !== shownFirst(field);
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (!(field instanceof HTMLInputElement) || field.type === "hidden") return false;
  return field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

/** What a list shows before anyone has chosen: the option that is marked, or the first. */
function shownFirst(field: HTMLSelectElement): string {
  const options = [...field.options];
  return (options.find((option) => option.defaultSelected) ?? options[0])?.value ?? "";
}
