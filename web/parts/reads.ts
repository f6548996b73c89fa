/** Links that mark what they lead from as read. Without scripts there is a button beside them. */

const READ = "/notifications/read";

export function reads(): void {
  const follow = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-reads]") : null;
    const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
    if (!link || !token || event.button > 1) return;
    const sent = new URLSearchParams({ csrf: token, number: link.dataset["reads"] ?? "" });
    delete link.dataset["reads"];
    // The page is left while this is under way, and nothing is lost where it fails: it is still unread then.
    void fetch(READ, { method: "POST", body: sent, keepalive: true, redirect: "manual" }).catch(() => undefined);
  };
  document.addEventListener("click", follow);
  document.addEventListener("auxclick", follow);
}
