/** The script of every page. Each part looks for its own marks in the page and does nothing where there are none. */

import htmx from "htmx.org";

import { carried } from "./parts/carried";
import { copies } from "./parts/copies";
import { dialogs } from "./parts/dialogs";
import { drafts, draftsOnce } from "./parts/drafts";
import { focus } from "./parts/focus";
import { forms } from "./parts/forms";
import { mentions } from "./parts/mentions";
import { menus } from "./parts/menus";
import { pages } from "./parts/pages";
import { passkeys } from "./parts/passkeys";
import { passwords } from "./parts/passwords";
import { places } from "./parts/place";
import { reads } from "./parts/reads";
import { restored } from "./parts/restored";
import { targets } from "./parts/targets";
import { themes } from "./parts/theme";
import { toasts } from "./parts/toasts";
import { zones } from "./parts/zones";

// What a strict Content-Security-Policy forbids is off, so that nothing tries it: evaluated expressions, inline styles and scripts.
htmx.config.allowEval = false;
htmx.config.allowScriptTags = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;
htmx.config.timeout = 15_000;

/** What looks at the elements of a page, also of one that took the place of another. */
function begin(root: ParentNode): void {
  carried();
  copies(root);
  drafts(root);
  mentions(root);
  passkeys(root);
  passwords(root);
  // Only one page has it.
  if (root.querySelector("[data-push]")) void import("./parts/push").then(({ push }) => push(root));
  zones(root);
}

dialogs();
draftsOnce();
forms(begin);
menus();
pages();
places();
reads();
targets();
themes();
toasts();
begin(document);
restored();
focus();

if (document.querySelector("[data-live-part], [data-live-feed], [data-badge]")) {
  void import("./live").then(({ beginWith }) =>
    beginWith((root) => {
      htmx.process(root);
      begin(root);
    }),
  );
}
