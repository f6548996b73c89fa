/** Text fields in which people can be mentioned: from the @ on, members whose names fit are offered below the field. */

import { fetchLive } from "./live-fetch";

const LOOK_MS = 150;
const MOST = 6;
/**
 * An @ at the start of a word, and up to three words of a name behind it, or none yet. In a script without spaces between words
 * it can follow one at once, as in actions/mentions.py. Japanese keyboards write a wide @ and a wide space.
 */
const NAME =
  /(?:^|[^\p{L}\p{N}.@＠]|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|\p{Script=Lao}|\p{Script=Myanmar}|\p{Script=Khmer}|[\u30fc\u3005])[@＠]((?:\p{L}[^\s@＠]{0,40}(?:[ \u3000][^\s@＠]{1,40}){0,2})?)$/u;

interface Person {
  id: string;
  name: string;
}

/** The name that is being typed before the caret, if any. */
function typedBefore(field: HTMLTextAreaElement): string | null {
  if (field.selectionStart !== field.selectionEnd) return null;
  return NAME.exec(field.value.slice(0, field.selectionStart))?.[1] ?? null;
}

async function find(organisation: string, words: string): Promise<Person[]> {
  const query = new URLSearchParams(words ? { q: words.replaceAll("\u3000", " "), limit: `${MOST}` } : { limit: `${MOST}` });
  const response = await fetchLive(`/api/v2/organisations/${organisation}/members?${query}`, { Accept: "application/json" });
  return response.ok ? ((await response.json()) as { items: Person[] }).items : [];
}

function offer(field: HTMLTextAreaElement): void {
  const organisation = field.dataset["mentions"] ?? "";
  const chosen = field.form?.elements.namedItem("mentioned");
  const list = document.createElement("ul");
  list.id = `${field.id}-people`;
  list.className = "menu__list menu__list--start people";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let people: Person[] = [];
  let at = 0;
  let asked = 0;

  const close = (): void => {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  };

  const mark = (): void => {
    for (const [number, option] of [...list.children].entries()) option.setAttribute("aria-selected", `${number === at}`);
    field.setAttribute("aria-activedescendant", `${list.id}-${at}`);
  };

  const take = (person: Person | undefined): void => {
    const words = typedBefore(field);
    if (!person || words === null) return;
    field.setRangeText(`${person.name} `, field.selectionStart - words.length, field.selectionStart, "end");
    if (chosen instanceof HTMLInputElement) chosen.value = [...chosen.value.split(","), person.id].filter(Boolean).join(",");
    close();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const show = (found: Person[]): void => {
    people = found;
    at = 0;
    list.replaceChildren(
      ...people.map((person, number) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${number}`;
        option.className = "menu__item";
        option.setAttribute("role", "option");
        const name = document.createElement("bdi");
        name.textContent = person.name;
        option.append(name);
        // Before the field loses the focus.
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          take(person);
        });
        return option;
      }),
    );
    list.hidden = people.length === 0;
    if (people.length) {
      mark();
      list.scrollIntoView({ block: "nearest" });
    } else close();
  };

  field.addEventListener("input", () => {
    const words = typedBefore(field);
    const mine = ++asked;
    if (words === null) {
      close();
      return;
    }
    window.setTimeout(() => {
      if (mine !== asked) return;
      void find(organisation, words)
        .catch(() => [])
        .then((found) => {
          if (mine === asked) show(found);
        });
    }, LOOK_MS);
  });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      at = (at + step + people.length) % people.length;
      mark();
    } else if (event.key === "Enter" || event.key === "Tab") take(people[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

export function mentions(root: ParentNode): void {
  for (const field of root.querySelectorAll<HTMLTextAreaElement>("textarea[data-mentions]")) offer(field);
}
