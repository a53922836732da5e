// All pages of the dashboard, in the order of its side bar.

/** A page: how it is called, where it is, and whether it has plots or wants nobody to be signed in. */
export function pages({ app, users, banned }) {
  const at = (rest) => `/dashboard/${encodeURIComponent(app)}/${rest}`;
  return [
    { name: "sign-in", address: "/dashboard/-/sign-in", nobody: true },
    { name: "no-link", address: "/dashboard/-/welcome?link=none", nobody: true, status: 404 },
    { name: "nothing-here", address: "/dashboard/-/nowhere", status: 404 },
    { name: "applications", address: "/dashboard/" },
    { name: "overview", address: at(""), plots: true },
    { name: "sessions", address: at("sessions"), plots: true },
    { name: "sessions-none", address: at("sessions?user=nobody"), plots: true },
    { name: "sessions-kill", address: at("sessions/kill?user=mara") },
    { name: "sessions-activity", address: at("sessions/activity"), plots: true },
    { name: "find", address: at("find") },
    { name: "find-several", address: at("find?text=203.0.113.0/24") },
    { name: "find-close", address: at("find?text=sami") },
    { name: "why", address: at("find?text=mara") },
    { name: "why-banned", address: at("find?text=xX_Viper_Xx") },
    { name: "why-license", address: at(`find?text=${encodeURIComponent(banned)}`) },
    { name: "seller-settings", address: at("seller-settings") },
    { name: "seller-key-new", address: at("seller-settings/new") },
    { name: "seller-key", address: at("seller-settings/keys/1") },
    { name: "seller-key-rotate", address: at("seller-settings/keys/1/rotate") },
    { name: "seller-key-revoke", address: at("seller-settings/keys/1/revoke") },
    { name: "seller-logs", address: at("seller-logs") },
    { name: "audit-log", address: at("audit-log") },
    { name: "not-yet", address: at("?missing=licenses"), plots: true },
    { name: "credentials", address: at("credentials") },
    { name: "settings", address: at("settings") },
    { name: "settings-search", address: at("settings?text=session") },
    { name: "settings-none", address: at("settings?text=nosuchsetting") },
    { name: "app-settings", address: at("app-settings") },
    { name: "app-delete", address: at("app-settings/delete") },
    { name: "account", address: "/dashboard/-/account" },
    { name: "account-password", address: "/dashboard/-/account/password" },
    { name: "account-two-factor", address: "/dashboard/-/account/two-factor" },
    { name: "account-passkeys", address: "/dashboard/-/account/passkeys" },
    { name: "account-logs", address: "/dashboard/-/account-logs" },
    { name: "confirm-person", address: "/dashboard/-/confirm" },
  ];
}
