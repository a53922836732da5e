// Texts that strangers could put wherever a program or a seller may put a text. Each must come out as text.

import { appOf, Program, seller } from "./program.mjs";

/** What no text may do to a page: what it would leave behind if markup was believed. */
export const OWNED = "owned";

/** The first ones are short enough for every field. */
export const TEXTS = {
  markup: `<img src=x onerror=document.title='owned'>`,
  closing: `</td></table></dialog><h1>owned</h1>`,
  quotes: `" ' \` onmouseover=alert(1) x="`,
  template: "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7}",
  arabic: "\u0645\u0631\u062D\u0628\u0627 \u05E9\u05DC\u05D5\u05DD abc 123",
  emoji: "\u{1F468}\u200D\u{1F469}\u200D\u{1F467} \u{1F600} e\u0301\u0301\u0301\u0301\u0301\u0301",
  formula: `=HYPERLINK("http://example.org","x")`,
  address: "../../../etc/passwd?a=b&c=d#e%00%2f",
  wide: "W".repeat(48),
  // Some fields refuse these.
  script: `<script>document.title='owned'</script><svg onload="document.title='owned'"><style>*{display:none}</style>`,
  turned: "\u202Egnp.exe\u202C",
  controls: "a\u0000b\u0007c\u001B[31md\r\ne",
  long: "W".repeat(10_000),
};

/** Puts each text into every field that end users and sellers can fill; tells which of them were taken where. */
export async function plant(server) {
  const { base, demo } = server;
  const taken = {};
  const note = (field, name, reply) => (taken[field] ??= []).push(`${name}: ${reply.success ? "taken" : reply.message}`);
  const keys = [...demo.licenses];
  for (const [name, text] of Object.entries(TEXTS)) {
    const sell = async (field, type, fields) => note(field, name, await seller(base, demo.seller_key, type, fields));
    const agent = name === "controls" ? undefined : Buffer.from(text.slice(0, 2000)).toString("latin1");
    const program = await new Program(base, appOf(demo), { agent }).init();
    note("user, HWID", name, await program.register(text, text, keys.pop(), text.repeat(20).slice(0, 12_000)));
    note("refused name", name, await (await new Program(base, appOf(demo)).init()).login(text, "wrong", text));
    note("refused key", name, await (await new Program(base, appOf(demo)).init()).license(text));
    note("log line", name, await program.ask("log", { pcuser: text, message: text }));
    note("user variable", name, await program.ask("setvar", { var: text, data: text }));
    await sell("note", "add", { expiry: 9, note: text });
    await sell("key", "add", { expiry: 9, mask: text });
    await sell("subscription", "addsub", { name: text, level: 3 });
    await sell("user", "adduser", { user: `${text} `, sub: "default", expiry: 9 });
    await sell("ban", "banuser", { user: text, reason: text });
    await sell("blacklist", "black", { hwid: text, reason: text });
    await sell("variable", "addvar", { name: text, data: text, authed: 0 });
    await sell("channel", "addchannel", { name: text });
    await sell("type", text, {});
    await sell("account", "addAccount", { role: "Manager", user: text, pass: "correct horse", email: `${name}@example.org` });
  }
  return taken;
}
