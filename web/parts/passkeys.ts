/**
 * Passkeys (WebAuthn Level 3). A button with `data-passkey` asks the server what to ask, asks the browser, puts the answer into the hidden
 * fields of its form and sends the form. What went wrong is said in place; the words come from the page, where they are translated.
 */

interface Offer {
  challenge: string;
  options: unknown;
}

interface Said extends Partial<Offer> {
  code?: string;
  detail?: string;
}

/** Something to say to the person, in words from the server. */
class RequestError extends Error {}

// An offer is good for five minutes; one that waits in the list of addresses is replaced before.
const RENEW_MS = 4 * 60_000;

const pending = new Map<HTMLFormElement, AbortController>();

function bytes(text: string): ArrayBuffer {
  const decoded = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const buffer = new ArrayBuffer(decoded.length);
  const view = new Uint8Array(buffer);
  for (let index = 0; index < decoded.length; index += 1) view[index] = decoded.charCodeAt(index);
  return buffer;
}

function text(buffer: ArrayBuffer): string {
  const encoded = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return encoded.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function described(list: PublicKeyCredentialDescriptorJSON[] | undefined): PublicKeyCredentialDescriptor[] {
  return (list ?? []).map((known) => ({
    id: bytes(known.id),
    type: "public-key",
    ...(known.transports ? { transports: known.transports as AuthenticatorTransport[] } : {}),
  }));
}

// WebKit before 18.4 and others do not read the JSON by themselves yet.
function creation(options: PublicKeyCredentialCreationOptionsJSON): PublicKeyCredentialCreationOptions {
  if ("parseCreationOptionsFromJSON" in PublicKeyCredential) return PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const { challenge, user, excludeCredentials, extensions: _none, ...rest } = options;
  const read = { challenge: bytes(challenge), user: { ...user, id: bytes(user.id) }, excludeCredentials: described(excludeCredentials) };
  return { ...rest, ...read } as PublicKeyCredentialCreationOptions;
}

function request(options: PublicKeyCredentialRequestOptionsJSON): PublicKeyCredentialRequestOptions {
  if ("parseRequestOptionsFromJSON" in PublicKeyCredential) return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const { challenge, allowCredentials, extensions: _none, ...rest } = options;
  return { ...rest, challenge: bytes(challenge), allowCredentials: described(allowCredentials) } as PublicKeyCredentialRequestOptions;
}

function answered(credential: PublicKeyCredential): unknown {
  try {
    return credential.toJSON();
  } catch {
    // Not there, or, with some password managers, not working.
  }
  const { id, type, response } = credential;
  const plain: Record<string, unknown> = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    plain["attestationObject"] = text(response.attestationObject);
    plain["transports"] = response.getTransports();
  } else if (response instanceof AuthenticatorAssertionResponse) {
    plain["authenticatorData"] = text(response.authenticatorData);
    plain["signature"] = text(response.signature);
    if (response.userHandle) plain["userHandle"] = text(response.userHandle);
  }
  return { id, rawId: id, type, response: plain };
}

/** What the server wants asked. Raises RequestError with its words; goes to where a fresh proof is asked for first. */
async function offered(button: HTMLButtonElement): Promise<Offer> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content;
  if (token) headers["X-CSRF-Token"] = token;
  const { challenge } = button.dataset;
  const body = JSON.stringify(challenge ? { challenge } : {});
  const answer = await fetch(button.dataset["options"] ?? "", { method: "POST", headers, body });
  const said = (await answer.json()) as Said;
  if (answer.ok && said.challenge) return { challenge: said.challenge, options: said.options };
  const here = encodeURIComponent(location.pathname);
  if (said.code === "reauthentication_required") location.assign(`/confirm?next=${here}`);
  else if (said.code === "not_logged_in") location.assign(`/sign-in?next=${here}`);
  throw new RequestError(said.detail ?? "");
}

/** Ask the browser, and send the form with its answer. */
async function ask(button: HTMLButtonElement, form: HTMLFormElement, more: CredentialRequestOptions = {}): Promise<void> {
  const { challenge, options } = await offered(button);
  const credential =
    button.dataset["passkey"] === "create"
      ? await navigator.credentials.create({ publicKey: creation(options as PublicKeyCredentialCreationOptionsJSON) })
      : await navigator.credentials.get({ publicKey: request(options as PublicKeyCredentialRequestOptionsJSON), ...more });
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("", "NotAllowedError");
  for (const [name, value] of [
    ["challenge", challenge],
    ["credential", JSON.stringify(answered(credential))],
  ] as const) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
  send(button, form);
}

/** By its own button, made for this once: so that Enter in a field goes on sending the form as it stands. */
function send(button: HTMLButtonElement, form: HTMLFormElement): void {
  const sender = document.createElement("button");
  sender.type = "submit";
  sender.hidden = true;
  sender.formNoValidate = true;
  if (button.dataset["action"]) sender.formAction = button.dataset["action"];
  form.append(sender);
  form.requestSubmit(sender);
  sender.remove();
}

function words(button: HTMLButtonElement, error: unknown): string {
  if (error instanceof RequestError) return error.message;
  const name = error instanceof DOMException ? error.name : "";
  const told: Record<string, string | undefined> = {
    NotAllowedError: button.dataset["cancelled"],
    AbortError: button.dataset["cancelled"],
    InvalidStateError: button.dataset["there"],
    SecurityError: button.dataset["elsewhere"],
    NotSupportedError: button.dataset["unable"],
    ConstraintError: button.dataset["unable"],
  };
  return told[name] ?? document.body.dataset["failed"] ?? "";
}

function say(form: HTMLFormElement, sentence: string): void {
  const place = form.querySelector<HTMLElement>("[data-passkey-words]");
  const slot = place?.querySelector("span");
  if (!place || !slot) return;
  slot.textContent = sentence;
  place.hidden = !sentence;
}

async function pressed(button: HTMLButtonElement, form: HTMLFormElement): Promise<void> {
  if (button.getAttribute("aria-busy")) return;
  button.setAttribute("aria-busy", "true");
  say(form, "");
  // Only one question at a time: what waits in the list of addresses is taken back.
  pending.get(form)?.abort();
  try {
    await ask(button, form);
  } catch (error) {
    say(form, words(button, error));
    void beside(button, form);
  } finally {
    button.removeAttribute("aria-busy");
  }
}

function inView(): Promise<void> {
  return new Promise((resolve) => {
    if (!document.hidden) resolve();
    else document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}

/** Offer passkeys in the browser's own list at the address field, where it has such a list. It waits without showing anything. */
async function beside(button: HTMLButtonElement, form: HTMLFormElement): Promise<void> {
  if (!form.querySelector('[autocomplete~="webauthn"]') || !("isConditionalMediationAvailable" in PublicKeyCredential)) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable())) return;
  for (let renewing = true; renewing; ) {
    await inView();
    const stop = new AbortController();
    pending.set(form, stop);
    renewing = false;
    const timer = window.setTimeout(() => {
      renewing = true;
      stop.abort();
    }, RENEW_MS);
    try {
      await ask(button, form, { mediation: "conditional", signal: stop.signal });
    } catch {
      // Nobody asked for anything, so nothing is said; the button says it when it is pressed.
    } finally {
      window.clearTimeout(timer);
    }
  }
}

export function passkeys(root: ParentNode): void {
  const able = "PublicKeyCredential" in window;
  // A form that another has replaced waits for nothing: the browser refuses two questions at once.
  for (const [form, stop] of pending) {
    if (form.isConnected) continue;
    pending.delete(form);
    stop.abort();
  }
  if (!able) for (const note of root.querySelectorAll<HTMLElement>("[data-passkey-missing]")) note.hidden = false;
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-passkey]")) {
    const { form } = button;
    if (!form || !able) continue;
    button.hidden = false;
    const or = form.querySelector<HTMLElement>("[data-passkey-or]");
    if (or) or.hidden = false;
    button.addEventListener("click", () => void pressed(button, form));
    void beside(button, form);
  }
}
