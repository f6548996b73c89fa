/** The address that was typed goes along to the other pages of signing in: each link with `data-carries` takes it into its query. */
export function carried(): void {
  const field = document.querySelector<HTMLInputElement>("main input[name='email']:not([type='hidden'])");
  const links = [...document.querySelectorAll<HTMLAnchorElement>("a[data-carries]")];
  if (!field || !links.length) return;
  const carry = (): void => {
    const typed = field.value.trim();
    for (const link of links) {
      const url = new URL(link.href);
      if (typed) url.searchParams.set("email", typed);
      else url.searchParams.delete("email");
      link.href = url.pathname + url.search;
    }
  };
  field.addEventListener("input", carry);
  // A browser that fills the field in by itself, or after Back, may send no event before the link is followed.
  for (const link of links) link.addEventListener("click", carry);
}
