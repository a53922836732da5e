//! What is kept when the server stops and starts again.

use crate::support::{HWID, Info, Server, VERSIONS, assert_json, assert_logged_in};

/// Sessions, users, licenses and keys are there after a restart; what was killed is not.
pub fn survives(mut server: Server) {
    let before = server.demo.clone();
    let live = VERSIONS.map(|version| server.app.init(version));
    let signed_in = VERSIONS.map(|version| server.app.init(version));
    for (n, session) in signed_in.iter().enumerate() {
        session.license(server.license(n));
    }
    let killed = server.app.init("1.3");
    server.app.kill(&killed.id);
    let logged_out = server.app.init("1.3");
    logged_out.call("logout", &[]);
    let other = server.create_app("other");
    let key = other.add_license("expiry=1");
    let all_killed = other.init("1.2");
    other.seller("type=killall");
    let after_all = other.init("1.2");
    let list = server.app.seller("type=fetchallsessions").text().to_owned();
    let stats = server.app.seller("type=stats").text().to_owned();
    let details = server.app.seller("type=appdetails").text().to_owned();

    for _ in 0..2 {
        server = server.restart();
        let address = &server.app.address;
        for session in &live {
            session.at(address).is_unvalidated();
        }
        for session in &signed_in {
            session.at(address).is_validated();
        }
        killed.at(address).is_dead();
        logged_out.at(address).is_dead();
        all_killed.at(address).is_dead();
        after_all.at(address).is_unvalidated();
        assert_json(&server.app.seller("type=fetchallsessions"), 200, &list);
        assert_json(&server.app.seller("type=stats"), 200, &stats);
        assert_json(&server.app.seller("type=appdetails"), 200, &details);
        assert_eq!(other.at(address).session_ids(), [after_all.id.as_str()]);
        assert_eq!(other.at(address).seller(&format!("type=verify&key={key}")).status, 200);
        assert_eq!(before.licenses, server.demo.licenses);
    }

    let session = server.app.init("1.3");
    let key = server.license(0);
    let reply = session.call("license", &[("key", key), ("hwid", HWID)]);
    assert_logged_in(&session, &reply, Info { username: key, key, hwid: Some(HWID) });
    // New sessions sort behind the old ones.
    assert_eq!(server.app.session_ids().last(), Some(&session.id));
}

#[test]
fn on_sqlite() {
    survives(Server::start());
}
