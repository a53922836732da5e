//! `/dashboard/{app}/customers-panel`: what a vendor sets, and what is refused.

use crate::support::panel::{Customer, turn_on};
use crate::support::people::assert_kept_apart;
use crate::support::proxied::on_both;
use crate::support::{Browser, Reply, Server, escaped};

const PAGE: &str = "/dashboard/demo-app/customers-panel";
/// The permission for settings.
const SETTINGS: i64 = 1024;
const FILES: i64 = 64;

/// A form that fits, with another value for some fields.
fn with<'a>(other: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("on", "on"),
        ("offer", "devices"),
        ("brand", "Acme"),
        ("light", "#2f5bd0"),
        ("dark", "#86a8ff"),
        ("welcome", "Hello"),
        ("support", "https://acme.example/help"),
        ("terms", ""),
        ("language", "de"),
    ];
    fields.retain(|(name, _)| !other.iter().any(|(of, _)| of == name));
    fields.extend_from_slice(other);
    fields
}

fn set(browser: &Browser, other: &[(&str, &str)]) -> Reply {
    browser.post(PAGE, &with(other))
}

/// What is said to be wrong with a field.
fn problem(reply: &Reply, field: &str) -> Option<String> {
    let (_, rest) = reply.text().split_once(&format!("id=\"{field}-problem\">"))?;
    Some(rest.split_once('<')?.0.to_owned())
}

#[test]
fn what_a_vendor_sets_is_what_customers_see() {
    on_both(|server| {
        let browser = server.browser();
        assert!(browser.get(PAGE).text().contains("It is off"));
        assert_eq!(browser.said(&set(&browser, &[])), "The panel is set, and is on.");
        let page = browser.get(PAGE);
        for kept in ["value=\"Acme\"", "value=\"#2f5bd0\"", "value=\"https://acme.example/help\"", ">Hello<"]
        {
            assert!(page.text().contains(kept), "{kept}: {}", page.text());
        }
        let sign_in = Customer::new(&server.app).get("sign-in");
        assert!(sign_in.text().contains("<html lang=\"de\" dir=\"ltr\">"), "{}", sign_in.text());
        for seen in ["Acme", "Hello", "href=\"https://acme.example/help\" rel=\"noreferrer\""] {
            assert!(sign_in.text().contains(seen), "{seen}: {}", sign_in.text());
        }
        let log = server.cli.json(&["audit", "list", &server.app.path(), "--json"]);
        let changes = log[0]["changes"].as_str().expect("changes");
        assert_eq!(log[0]["type"], "panel");
        for change in ["on: false → true", "brand:  → Acme", "language: en → de", "→ devices"] {
            assert!(changes.contains(change), "{change}: {changes}");
        }
        // The same once more is no change.
        assert_eq!(set(&browser, &[]).status, 303);
        let again = server.cli.json(&["audit", "list", &server.app.path(), "--json"]);
        assert_eq!(again.as_array().map(Vec::len), log.as_array().map(Vec::len));
    });
}

#[test]
fn what_cannot_be_is_refused_beside_its_field() {
    on_both(|server| {
        let browser = server.browser();
        assert_eq!(set(&browser, &[]).status, 303);
        let before = Customer::new(&server.app).get("sign-in");
        let long = "x".repeat(5000);
        let far = format!("https://a.example/{}", "x".repeat(300));
        for (field, value, told) in [
            ("light", "#ffee55", "to 1 on the light ground"),
            ("light", "#ffffff", "take a darker one"),
            ("dark", "#000000", "take a lighter one"),
            ("light", "", "#rrggbb"),
            ("light", "#0b6b3", "#rrggbb"),
            ("light", "#0b6b3a;}", "#rrggbb"),
            ("dark", "red", "#rrggbb"),
            ("dark", "#０b6b3a", "#rrggbb"),
            ("dark", "url(//x)", "#rrggbb"),
            ("brand", &long, "at most 60 bytes"),
            ("brand", "a\nb", "one line"),
            ("brand", "a\0b", "one line"),
            ("brand", "a\u{202e}b", "one line"),
            ("welcome", &long, "at most 1000 bytes"),
            ("welcome", "a\0b", "cannot be shown"),
            ("welcome", "a\u{2066}b", "cannot be shown"),
            ("support", "http://acme.example/", "begins with https://"),
            ("support", "javascript:alert(1)", "begins with https://"),
            ("support", "//evil.example", "begins with https://"),
            ("support", "https://", "address of help"),
            ("support", "https://a b/", "address of help"),
            ("terms", "data:text/html,x", "begins with https://"),
            ("terms", "HTTPS\u{200b}://x", "begins with https://"),
            ("terms", &far, "300"),
            ("language", "tlh", "does not speak"),
            ("language", "", "does not speak"),
            ("language", "en\0", "does not speak"),
        ] {
            let reply = set(&browser, &[(field, value), ("offer", "redeem")]);
            let why = problem(&reply, field);
            assert!(
                reply.status == 422 && why.as_deref().is_some_and(|why| why.contains(told)),
                "{field} {value:?}: {} {why:?}",
                reply.status
            );
            // What was typed is there for correction, all of it.
            assert!(reply.text().contains("value=\"redeem\" checked"), "{field}");
        }
        let two = set(&browser, &[("light", "#ffffff"), ("terms", "x")]);
        assert!(problem(&two, "light").is_some() && problem(&two, "terms").is_some());
        let after = Customer::new(&server.app).get("sign-in");
        let without_token = |page: &Reply| {
            let lines = page.text().lines().filter(|line| !line.contains("name=\"token\""));
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(without_token(&before), without_token(&after), "nothing was changed");
    });
}

#[test]
fn texts_stay_texts() {
    let server = Server::start();
    let browser = server.browser();
    let (brand, welcome) = ("<b>\"&'{{ x }}", "</textarea><script>alert(1)</script>\n%00 {$x}");
    assert_eq!(set(&browser, &[("brand", brand), ("welcome", welcome)]).status, 303);
    for page in [browser.get(PAGE), Customer::new(&server.app).get("sign-in")] {
        assert!(page.text().contains(&escaped(brand)), "{}", page.text());
        assert!(page.text().contains(&escaped(welcome)), "{}", page.text());
        assert!(!page.text().contains("<script>alert") && !page.text().contains("<b>\""));
    }
    // Names that nobody offers are not taken up, nor is a field that comes twice in another value.
    assert_eq!(set(&browser, &[("offer", "everything"), ("offer", "devices")]).status, 303);
    let page = browser.get(PAGE);
    assert!(page.text().contains("value=\"devices\" checked") && !page.text().contains("everything"));
}

#[test]
fn whose_application_it_is_not_sets_nothing() {
    let server = Server::start();
    turn_on(&server, &server.app, &[], &[]);
    let fields = with(&[("brand", "Stolen")]);
    assert_kept_apart(&server, SETTINGS, &[PAGE], &[(PAGE, &fields)]);
    assert!(!Customer::new(&server.app).get("sign-in").text().contains("Stolen"));
}

#[test]
fn whoever_may_not_see_files_gives_none_away() {
    let server = Server::start();
    let posts: [(&str, &[(&str, &str)]); 1] =
        [("/dashboard/demo-app/customers-panel/file", &[("file", "1"), ("all", "on")])];
    assert_kept_apart(&server, FILES, &[], &posts);
}

const LOGO: &str = "/dashboard/demo-app/customers-panel/logo";
/// The smallest pictures that browsers take for some, and more.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\
    \xff\xc0\x00\x11\x08\x00\x01\x00\x01\x03\x01\x22\0\x02\x11\x01\x03\x11\x01";
const WEBP: &[u8] = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0";
const LOGO_MAX: usize = 256 * 1024;

/// Sends a picture as a browser without script does.
fn send(browser: &Browser, target: &str, name: &str, kind: &str, content: &[u8]) -> Reply {
    let mut body =
        format!("--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{}\r\n", browser.token())
            .into_bytes();
    let part = format!("--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n");
    body.extend(format!("{part}Content-Type: {kind}\r\n\r\n").bytes());
    body.extend(content);
    body.extend(b"\r\n--X--\r\n");
    let headers = [("Content-Type", "multipart/form-data; boundary=X"), ("Sec-Fetch-Site", "same-origin")];
    browser.send("POST", target, &headers, &body)
}

/// The picture as everybody gets it: its bytes and its type.
fn served(customer: &Customer) -> Option<(Vec<u8>, String)> {
    let reply = customer.get("logo");
    if reply.status == 404 {
        return None;
    }
    assert_eq!(reply.status, 200, "{reply:?}");
    // Nothing in it runs, whatever it is besides a picture.
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert!(
        reply
            .header("content-security-policy")
            .is_some_and(|policy| policy.starts_with("default-src 'none'"))
    );
    assert_eq!(reply.header("cross-origin-resource-policy"), Some("same-origin"));
    Some((reply.body.clone(), reply.header("content-type").expect("a type").to_owned()))
}

#[test]
fn logos_are_pictures_whatever_they_are_called() {
    on_both(|server| {
        let (app, browser) = (&server.app, server.browser());
        turn_on(server, app, &[], &[]);
        let customer = Customer::new(app);
        assert!(served(&customer).is_none() && browser.get(LOGO).status == 404);
        assert!(!customer.get("sign-in").text().contains("<img"));
        let send = |name: &str, kind: &str, content: &[u8]| send(&browser, LOGO, name, kind, content);
        // Pictures by what they begin with; what follows never counts, nor how they are called.
        let polyglot = [PNG, b"<script>alert(1)</script><?php x ?>"].concat();
        for (content, name, told, kind) in [
            (PNG, "a.png", "image/png", "image/png"),
            (JPEG, "a.html", "text/html", "image/jpeg"),
            (WEBP, "a.svg", "image/svg+xml", "image/webp"),
            (&polyglot, "a.html", "text/html", "image/png"),
        ] {
            assert_eq!(browser.said(&send(name, told, content)), "The logo is set.", "{name}");
            assert_eq!(served(&customer).expect("a logo"), (content.to_vec(), kind.to_owned()));
            let shown = browser.get(LOGO);
            assert_eq!((shown.header("content-type"), shown.body.as_slice()), (Some(kind), content));
            assert_eq!(shown.header("x-content-type-options"), Some("nosniff"));
        }
        let page = customer.get("sign-in");
        assert!(page.text().contains("<img src=\"/panel/demo/demo-app/logo?v="), "{}", page.text());
        let before = served(&customer).expect("a logo");
        let large = [PNG, &vec![0; LOGO_MAX + 1 - PNG.len()]].concat();
        let far_too_large = [PNG, &vec![0; 3 * 1024 * 1024]].concat();
        // Some hundred bytes that would take gigabytes in whoever's browser shows them.
        let vast = [&PNG[..16], &50_000_u32.to_be_bytes(), &50_000_u32.to_be_bytes(), &PNG[24..]].concat();
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        for (content, name, told) in [
            (&svg[..], "a.png", "PNG, JPEG or WebP"),
            (b"<?xml version=\"1.0\"?><svg/>", "a.svg", "PNG, JPEG or WebP"),
            (b"GIF89a/*", "a.gif", "PNG, JPEG or WebP"),
            (b"<html><script>alert(1)</script>", "a.jpg", "PNG, JPEG or WebP"),
            (&[b" ", PNG].concat(), "a.png", "PNG, JPEG or WebP"),
            (&PNG[..8], "a.png", "PNG, JPEG or WebP"),
            (b"RIFF\0\0\0\0WAVEfmt ", "a.webp", "PNG, JPEG or WebP"),
            (b"", "a.png", "PNG, JPEG or WebP"),
            (PNG, "", "Choose a picture first"),
            (&vast, "a.png", "at most 4 megapixels; this one has 50000 × 50000 pixels"),
            (&PNG[..20], "a.png", "does not tell how large it is"),
            (&large, "a.png", "at most 256 KiB"),
            (&far_too_large, "a.png", "at most 256 KiB"),
        ] {
            let reply = send(name, "image/png", content);
            let why = problem(&reply, "logo");
            assert!(
                reply.status == 422 && why.as_deref().is_some_and(|why| why.contains(told)),
                "{name} {told}: {} {why:?}",
                reply.status
            );
        }
        assert_eq!(served(&customer), Some(before), "nothing was changed");
        let whole = [PNG, &vec![0; LOGO_MAX - PNG.len()]].concat();
        assert_eq!(browser.said(&send("a.png", "image/png", &whole)), "The logo is set.");
        // A change of the rest leaves it.
        assert_eq!(set(&browser, &[]).status, 303);
        assert_eq!(served(&customer).expect("a logo").0.len(), LOGO_MAX);

        let remove = format!("{LOGO}/remove");
        let asked = browser.get(&remove);
        assert!(asked.text().contains("Remove the logo?") && served(&customer).is_some());
        assert_eq!(browser.said(&browser.post(&remove, &[])), "The logo is removed.");
        assert!(served(&customer).is_none() && browser.get(&remove).status == 404);
        assert_eq!(browser.said(&browser.post(&remove, &[])), "There is no logo.");
        let log = server.cli.json(&["audit", "list", &app.path(), "--json"]);
        assert_eq!((&log[0]["type"], &log[0]["changes"]), (&"panel-logo".into(), &"removed".into()));
        assert_eq!(log[2]["changes"], format!("set: {LOGO_MAX} bytes"));
    });
}

#[test]
fn a_logo_may_come_before_the_panel_is_set() {
    let server = Server::start();
    let browser = server.browser();
    assert_eq!(browser.said(&send(&browser, LOGO, "a.png", "image/png", PNG)), "The logo is set.");
    // The panel is off, and so is its picture.
    assert!(served(&Customer::new(&server.app)).is_none());
    assert!(browser.get(PAGE).text().contains("It is off"));
    turn_on(&server, &server.app, &[], &[]);
    assert!(served(&Customer::new(&server.app)).is_some());
}

#[test]
fn logos_of_others_stay_theirs() {
    let server = Server::start();
    let browser = server.browser();
    turn_on(&server, &server.app, &[], &[]);
    send(&browser, LOGO, "a.png", "image/png", PNG);
    let second = server.create_app("second");
    turn_on(&server, &second, &[], &[]);
    assert!(served(&Customer::new(&second)).is_none());
    let remove = format!("{LOGO}/remove");
    assert_kept_apart(&server, SETTINGS, &[LOGO, &remove], &[(&remove, &[])]);
    let other = Browser::signed_in(&server.app.address, "other", "four words that differ");
    let without = Browser::signed_in(&server.app.address, "without", "password");
    for (person, status) in [(&other, 404), (&without, 403)] {
        assert_eq!(send(person, LOGO, "a.jpg", "image/jpeg", JPEG).status, status);
    }
    // Nor by a form from elsewhere.
    let body = b"--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n\xff\xd8\xff\r\n--X--\r\n";
    let kind = ("Content-Type", "multipart/form-data; boundary=X");
    for headers in
        [&[kind][..], &[kind, ("Sec-Fetch-Site", "cross-site")], &[kind, ("Sec-Fetch-Site", "same-origin")]]
    {
        assert_eq!(browser.send("POST", LOGO, headers, body).status, 403, "{headers:?}");
    }
    assert_eq!(served(&Customer::new(&server.app)).expect("a logo"), (PNG.to_vec(), "image/png".into()));
}
