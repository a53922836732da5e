// An identity provider that others wrote (oidc-provider), with its own pages for signing in.

import { once } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const CLIENT = { client_id: "claviger", client_secret: "a secret with & and = in it" };
/** Its pages ask for a typeface, which nobody gets here. */
const TYPEFACES = "https://fonts.googleapis.com";

export class House {
  #server;
  #handle;
  /** The way back that is kept from happening; undefined while none is wanted, null until it comes. */
  #kept;

  /** Its address is another site than the server's, so that cookies have to be what they must be there. */
  static async open(packages) {
    const house = new House();
    const load = createRequire(path.join(packages, "package.json"));
    ({ default: house.Provider } = await import(pathToFileURL(load.resolve("oidc-provider"))));
    house.#server = http.createServer((request, response) => {
      house.#hold(response);
      house.#handle(request, response);
    });
    house.#server.listen(0, "127.0.0.1");
    await once(house.#server, "listening");
    house.issuer = `http://localhost:${house.#server.address().port}`;
    return house;
  }

  /** What makes a server ask it. */
  get settings() {
    return `outgoing_allow = ["127.0.0.0/8", "::1/128"]
[[identity_provider]]
name = "House accounts"
issuer = "${this.issuer}"
client_id = "${CLIENT.client_id}"
client_secret = "${CLIENT.client_secret}"
owner_group = "vendors"
`;
  }

  /** Serves people of a server. Who is called `unverified` never showed that the address is theirs. */
  serve(base) {
    const claims = (sub) => ({
      sub, email: `${sub}@example.org`, email_verified: sub !== "unverified", preferred_username: sub,
      groups: sub === "nina" ? ["vendors"] : [],
    });
    const provider = new this.Provider(this.issuer, {
      clients: [{
        ...CLIENT,
        redirect_uris: [`${base}/dashboard/-/provider/house-accounts/callback`],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      }],
      cookies: { keys: ["walk"] },
      claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["preferred_username"] },
      pkce: { required: () => true },
      findAccount: (_, accountId) => ({ accountId, claims: () => claims(accountId) }),
    });
    this.#handle = provider.callback();
  }

  /** Lets a visitor go there. */
  async welcome(visitor) {
    visitor.watch.letGo(this.issuer);
    visitor.watch.letGo(TYPEFACES);
    await visitor.context.route(`${TYPEFACES}/**`, (route) => route.abort());
  }

  /** Keeps what would lead back, if that is wanted. */
  #hold(response) {
    if (this.#kept === undefined) return;
    const { end } = response;
    response.end = (...rest) => {
      const address = response.getHeader("location");
      if (address && !address.startsWith(this.issuer) && !address.startsWith("/")) {
        this.#kept = address;
        response.statusCode = 200;
        response.removeHeader("location");
      }
      return end.apply(response, rest);
    };
  }

  /** As `through`, but the visitor stays; tells the way back. */
  async stopBefore(visitor, login) {
    this.#kept = null;
    await this.through(visitor, login);
    const address = this.#kept;
    this.#kept = undefined;
    return address;
  }

  /** Goes through what it asks, until it sends back. */
  async through({ page }, login) {
    while (page.url().startsWith(this.issuer) && !this.#kept) {
      const before = page.url();
      const name = page.locator("input[name=login]");
      if (await name.count()) {
        await name.fill(login);
        await page.locator("input[name=password]").fill("any");
      }
      const next = page.waitForURL((url) => url.href !== before, { waitUntil: "load" });
      await page.locator("button[type=submit]").first().click();
      await next;
    }
  }

  async close() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}
