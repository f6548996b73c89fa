/** What must be filled in is checked before a form is sent; the words stand at the field, as the server's do. */

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function isField(element: Element): element is Field {
  return element instanceof HTMLInputElement || element instanceof HTMLSelectElement || element instanceof HTMLTextAreaElement;
}

function isMissing(field: Field): boolean {
  if (!field.required || field.disabled || field.closest("[hidden]")) return false;
  return field instanceof HTMLInputElement && field.type === "checkbox" ? !field.checked : field.value.trim() === "";
}

/** The first required field, in the page's order, that is empty. */
export function firstMissing(form: HTMLFormElement): Field | null {
  return [...form.elements].filter(isField).find(isMissing) ?? null;
}

/** Say at a field that it is required, until it is changed, and put the focus there. */
export function sayAt(field: Field): void {
  const { body } = document;
  const sentence = (field.type === "checkbox" ? body.dataset["tick"] : body.dataset["fill"]) ?? "";
  const id = `${field.id || field.name}-missing`;
  const place = document.getElementById(id) ?? document.createElement("p");
  place.id = id;
  place.className = "field__error";
  place.textContent = sentence;
  (field.closest(".field") ?? field.parentElement)?.append(place);
  const before = field.getAttribute("aria-describedby");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", before ? `${before} ${id}` : id);
  field.focus();
  const gone = (): void => {
    if (isMissing(field)) return;
    place.remove();
    field.removeAttribute("aria-invalid");
    if (before) field.setAttribute("aria-describedby", before);
    else field.removeAttribute("aria-describedby");
    field.removeEventListener("input", gone);
    field.removeEventListener("change", gone);
  };
  field.addEventListener("input", gone);
  field.addEventListener("change", gone);
}
