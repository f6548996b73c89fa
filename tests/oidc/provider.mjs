// A real OpenID provider for tests: `node provider.mjs '{"port": 4000, "redirect_uris": [...], "in_token": false, "form_post": false}'`.
// Who signs in is the cookie `as`, one of the accounts below; `as=cancel` says no. Everything is agreed to at once.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { port, redirect_uris, in_token, form_post } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const ACCOUNTS = {
  ada: { email: "ada@example.com", email_verified: true, name: "Ada Byron" },
  bo: { email: "bo@example.com", email_verified: true, name: "Bo" },
  odd: { email: "O'Brien+oidc@exämple.com", email_verified: true, name: "Odd O'Brien" },
  unverified: { email: "ada@example.com", email_verified: false, name: "Not Ada" },
  silent: { email: "ada@example.com", name: "Not Ada either" },
  text: { email: "ada@example.com", email_verified: "true", name: "Nor this" },
  nameless: {},
};
const jwk = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const provider = new Provider(issuer, {
  clients: [{ client_id: "phoenix", client_secret: "s:e%c r+e&t", redirect_uris, grant_types: ["authorization_code"] }],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  conformIdTokenClaims: !in_token,
  cookies: { keys: ["a key for tests"] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...ACCOUNTS[id] }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  jwks: { keys: [{ ...jwk, kid: "one", use: "sig", alg: "RS256" }] },
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
});

createServer(async (request, response) => {
  // As Apple does it, for who did not ask for it.
  if (form_post && request.url.startsWith("/auth?")) request.url += "&response_mode=form_post";
  if (!request.url.startsWith("/interaction/")) return provider.callback()(request, response);
  const who = /(?:^|; )as=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "ada";
  const result = who === "cancel" ? { error: "access_denied" } : { login: { accountId: who, remember: false } };
  await provider.interactionFinished(request, response, result);
}).listen(port, "127.0.0.1", () => console.log("ready"));
