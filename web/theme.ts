/* Runs before the first paint, so that a chosen theme never flashes the other one. Without a choice the system decides in CSS.
 * It also marks a browser that has passkeys, so that the room for their buttons is kept until these work. */
{
  let choice: string | null = null;
  try {
    choice = localStorage.getItem("phoenix.theme");
  } catch {
    // Storage may be shut by the browser's privacy settings; the system's theme then holds.
  }
  if (choice === "light" || choice === "dark") document.documentElement.dataset["theme"] = choice;
  if ("PublicKeyCredential" in window) document.documentElement.dataset["passkeys"] = "able";
}
