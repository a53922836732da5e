//! Tables of the dashboard, as a browser without script reads them.

use super::{App, Browser, Reply, Server, form};

/// Names of the rows of a page, in their order.
pub fn names(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.text());
    let rows = reply.text().split("aria-label=\"Select ").skip(2);
    rows.map(|row| row.split('"').next().expect("a name").to_owned()).collect()
}

/// Where a link of a page leads, by what is in its tag.
pub fn link(reply: &Reply, mark: &str) -> Option<String> {
    let (before, _) = reply.text().split_once(mark)?;
    let (_, href) = before.rsplit_once("href=\"").expect("a link");
    Some(href.split('"').next().expect("its end").replace("&#38;", "&"))
}

/// Posts a form, and returns the page that it leads to.
pub fn done(browser: &Browser, address: &str, fields: &[(&str, &str)]) -> Reply {
    let reply = browser.post(address, fields);
    assert_eq!(reply.status, 303, "{fields:?}: {}", reply.text());
    browser.get(reply.header("location").expect("where to go"))
}

/// Insists on what a page says was done.
pub fn says(page: &Reply, words: &str) {
    let saying = format!("<p class=\"saying\" role=\"status\">{words}</p>");
    assert!(page.text().contains(&saying), "{words}: {}", page.text());
}

/// Adds a row for each number up to `count`, with these columns as SQL over the number `i` and the application.
pub fn fill(server: &Server, app: &App, table: &str, count: usize, columns: &[(&str, &str)]) {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let values: Vec<&str> = columns.iter().map(|(_, value)| *value).collect();
    server.execute(&format!(
        "INSERT INTO {table} (app, {}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         SELECT apps.id, {} FROM n, apps WHERE apps.name = '{}'",
        names.join(", "),
        values.join(", "),
        app.name
    ));
    server.execute(&format!(
        "INSERT INTO counters (app, name, value) SELECT id, '{table}', {} FROM apps WHERE name = '{}'
         ON CONFLICT (app, name) DO UPDATE SET value = excluded.value",
        count + 1000,
        app.name
    ));
}

/// Makes an account of the application's team.
pub fn add_account(app: &App, role: &str, name: &str, perms: &str) {
    let email = format!("{name}@x.example");
    let fields = [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", perms)];
    let reply = app.seller(&format!("type=addAccount&{}", form(&fields)));
    assert_eq!(reply.json()["success"], true, "{reply:?}");
}
