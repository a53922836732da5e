//! Jobs: changes of very many rows, as people watch them.

use std::thread;

use crate::support::http::try_request;
use crate::support::proxied::on_both;
use crate::support::{App, Browser, Server, eventually, form};

const JOBS: &str = "/dashboard/demo-app/jobs";

/// Makes so many unused licenses of the demo's application, past the program.
fn fill(server: &Server, count: usize) {
    server.execute(&format!(
        "INSERT INTO licenses (app, id, key, key_folded, duration, status, level, genby, gendate)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         SELECT apps.id, 1000 + i, 'many-' || i, 'many-' || i, 60, 'Not Used', '1', 'demo', 1700000000
         FROM n, apps WHERE apps.name = 'demo-app'"
    ));
    server.execute(&format!("UPDATE counters SET value = {} WHERE name = 'licenses'", 2000 + count));
}

fn add_account(app: &App, role: &str, name: &str, perms: &str) {
    let email = format!("{name}@x.example");
    let fields = [("role", role), ("user", name), ("pass", "password"), ("email", &email), ("perms", perms)];
    let reply = app.seller(&format!("type=addAccount&{}", form(&fields)));
    assert_eq!(reply.json()["success"], true, "{reply:?}");
}

/// What the command line tells of the newest job.
fn newest(server: &Server) -> Option<serde_json::Value> {
    let jobs = server.cli.json(&["job", "list", "demo/demo-app", "--json"]);
    jobs.as_array().expect("a list").first().cloned()
}

#[test]
fn a_job_is_watched_until_it_ends() {
    on_both(|server| {
        let browser = server.browser();
        assert!(browser.get(JOBS).text().contains("No jobs"));
        fill(server, 9000);
        let reply = server.app.seller("type=addtime&time=1");
        assert_eq!(reply.json()["success"], true, "{reply:?}");
        let job = eventually("the end", || newest(server).filter(|job| job["state"] == "done"));
        assert_eq!((&job["changed"], &job["share"]), (&9100.into(), &1.0.into()), "{job}");
        assert_eq!(job["by"], server.app.seller_key[server.app.seller_key.len() - 4..], "{job}");
        let list = browser.get(JOBS);
        assert!(list.text().contains("Add 1 day to unused licenses"), "{}", list.text());
        let page = browser.get(&format!("{JOBS}/{}", job["id"]));
        for part in ["value=\"1000\"", ">9,100</dd>", "Ended", ">done</span>"] {
            assert!(page.text().contains(part), "{part}: {}", page.text());
        }
        assert!(!page.text().contains("hx-trigger"), "it is not asked for any more");
        let told = server.cli.ok(&["job", "watch", "demo/demo-app", &job["id"].to_string()]);
        assert!(told.contains("100 %") && told.contains("done: Add 1 day"), "{told}");
        assert!(server.cli.fails(&["job", "watch", "demo/demo-app", "999"]).contains("no job 999"));
    });
}

#[test]
fn a_job_survives_a_crash_and_counts_right() {
    let mut server = Server::start();
    fill(&server, 60_000);
    let app = server.app.clone();
    // The reply comes late, or never.
    let target = app.seller_target("type=delalllicenses");
    let asking = thread::spawn(move || drop(try_request(&app.address, "GET", &target, &[], b"")));
    let job = eventually("some of it", || newest(&server).filter(|job| job["state"] == "under way"));
    let browser = server.browser();
    let page = browser.get(&format!("{JOBS}/{}", job["id"]));
    assert!(page.text().contains("Delete all licenses"), "{}", page.text());
    server.process.crash();
    asking.join().expect("no panic");
    server = server.crash_and_restart();
    let job = eventually("the end", || newest(&server).filter(|job| job["state"] == "done"));
    assert_eq!((&job["rows"], &job["changed"]), (&60_100.into(), &60_100.into()), "{job}");
    assert_eq!(server.app.seller("type=fetchallkeys").json()["success"], false);
}

#[test]
fn jobs_are_for_those_who_may_see_them() {
    let server = Server::start();
    fill(&server, 5000);
    server.app.seller("type=addtime&time=1");
    let id = newest(&server).expect("a job")["id"].clone();
    let (users, licenses, files) = ("2", "1", "32");
    for (name, perms, status) in [("ulla", users, 200), ("lena", licenses, 200), ("finn", files, 403)] {
        add_account(&server.app, "Manager", name, perms);
        let browser = Browser::signed_in(&server.app.address, name, "password");
        for address in [JOBS.to_owned(), format!("{JOBS}/{id}")] {
            assert_eq!(browser.get(&address).status, status, "{name} {address}");
        }
    }
    add_account(&server.app, "Reseller", "shop", "4095");
    let shop = Browser::signed_in(&server.app.address, "shop", "password");
    assert_eq!(shop.get(JOBS).status, 403);
    server.create_app("second");
    let browser = server.browser();
    for address in [
        format!("/dashboard/second/jobs/{id}"),
        format!("{JOBS}/0"),
        format!("{JOBS}/-1"),
        format!("{JOBS}/x"),
        format!("{JOBS}/99999999999999999999"),
        format!("{JOBS}/%00"),
    ] {
        assert_eq!(browser.get(&address).status, 404, "{address}");
    }
    for query in ["before=x", "before=-5", "before=99999999999999999999", "before=%00", "before=1"] {
        assert_eq!(browser.get(&format!("{JOBS}?{query}")).status, 200, "{query}");
    }
}
