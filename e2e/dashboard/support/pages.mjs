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
    { name: "credentials", address: at("credentials") },
    { name: "app-settings", address: at("app-settings") },
    { name: "app-delete", address: at("app-settings/delete") },
  ];
}
