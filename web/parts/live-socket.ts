/** The socket of a page: opened at the address of the sockets or, where that cannot be reached, at the address of the page itself. */

import { io, type Socket } from "socket.io-client";
import { readerHere } from "./live-fetch";

/** Kept for the tab, so that its next pages do not try in vain. */
const UNREACHED = "phoenix.sockets-unreached";
const DIRECT_MS = 5000;

/** Whoever hears an event knows what it carries. */
type Hear = (...data: never[]) => void;

interface Refusal extends Error {
  type?: string;
}

export class LiveSocket {
  private readonly heard: [string, Hear][] = [];
  private socket: Socket;

  constructor(private readonly direct: string) {
    this.socket = direct && kept() !== direct ? this.openDirect() : this.openHere();
  }

  get connected(): boolean {
    return this.socket.connected;
  }

  on(event: string, hear: Hear): void {
    this.heard.push([event, hear]);
    this.socket.on(event, hear as (...data: unknown[]) => void);
  }

  disconnect(): void {
    this.socket.disconnect();
  }

  /** Connect again, also with the cookie as it is now. */
  again(): void {
    this.socket.disconnect().connect();
  }

  // The session cookie signs it in at both. A websocket needs no other permission of the page than its own address.
  private openDirect(): Socket {
    const socket = io(this.direct, { transports: ["websocket"], withCredentials: true, timeout: DIRECT_MS, auth: whose() });
    let reached = false;
    socket.on("connect", () => {
      reached = true;
    });
    socket.on("connect_error", (error: Refusal) => {
      // Not where the server answered, nor where there is no network at all.
      if (reached || (error.type !== "TransportError" && error.message !== "timeout") || !navigator.onLine) return;
      keep(this.direct);
      socket.off();
      socket.disconnect();
      this.socket = this.openHere();
      for (const [event, hear] of this.heard) this.socket.on(event, hear as (...data: unknown[]) => void);
    });
    return socket;
  }

  private openHere(): Socket {
    return io(location.origin, { transports: ["websocket", "polling"], tryAllTransports: true, withCredentials: true, auth: whose() });
  }
}

/** The socket is refused where the cookie is someone else's by now: what they are sent is not for this page. */
function whose(): Record<string, string> {
  const reader = readerHere()["X-Reader"];
  return reader ? { reader } : {};
}

function kept(): string | null {
  try {
    return sessionStorage.getItem(UNREACHED);
  } catch {
    return null;
  }
}

function keep(direct: string): void {
  try {
    sessionStorage.setItem(UNREACHED, direct);
  } catch {
    // Then the next page tries again.
  }
}
