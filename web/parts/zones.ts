/**
 * Time zones. A hidden field with `data-zone` gets that of the device. A field with `data-zones` offers all of them, which are fetched
 * when it is first used, since few who open its page change it.
 */

type Zone = [name: string, shown: string];

let fetched: Promise<Zone[]> | null = null;

function all(): Promise<Zone[]> {
  fetched ??= fetch("/time-zones/list", { headers: { "X-Unattended": "yes" } }).then((response) => (response.ok ? response.json() : []));
  return fetched;
}

async function offer(field: HTMLInputElement): Promise<void> {
  const list = field.list;
  const zones = await all();
  if (!list || list.childElementCount) return;
  list.append(...zones.map(([name, shown]) => Object.assign(document.createElement("option"), { value: name, label: shown })));
}

async function say(field: HTMLInputElement): Promise<void> {
  const words = field.closest(".field")?.querySelector("[data-zone-now]");
  const found = (await all()).find(([name]) => name === field.value);
  if (words) words.textContent = found?.[1] ?? field.value;
}

export function zones(root: ParentNode): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of root.querySelectorAll<HTMLInputElement>("input[data-zone]")) {
    if (zone && !field.value) field.value = zone;
  }
  for (const field of root.querySelectorAll<HTMLInputElement>("input[data-zones]")) {
    field.addEventListener("focus", () => {
      // What is chosen would else be all that the browser finds in the list. What is being typed stays as it is.
      if (field.value === field.defaultValue) field.select();
      offer(field).catch(() => undefined);
    });
    field.addEventListener("change", () => void say(field).catch(() => undefined));
  }
}
