use claviger_domain::AppSettings;
use serde_json::{Value, json};

use super::{changing::apply, *};

/// Names of all fields, with dots.
fn fields(value: &Value, prefix: &str, names: &mut Vec<String>) {
    for (name, value) in value.as_object().unwrap() {
        let name = format!("{prefix}{name}");
        if value.is_object() {
            fields(value, &format!("{name}."), names);
        } else {
            names.push(name);
        }
    }
}

fn set(name: &str, text: &str) -> Result<AppSettings, String> {
    let change = parse(name, text, Rule::parse).map_err(|error| error.to_string())?;
    let (rule, value) = change;
    Ok(apply("{}", vec![(rule.name, value)]).unwrap())
}

fn refusal(name: &str, text: &str) -> String {
    set(name, text).unwrap_err()
}

#[test]
fn every_field_has_a_rule() {
    let mut names = Vec::new();
    fields(&serde_json::to_value(AppSettings::default()).unwrap(), "", &mut names);
    let mut rules: Vec<&str> = SETTINGS.iter().map(|rule| rule.name).collect();
    names.sort_unstable();
    rules.sort_unstable();
    assert_eq!(names, rules);
}

#[test]
fn every_default_fits_its_rule() {
    let defaults = serde_json::to_value(AppSettings::default()).unwrap();
    for rule in SETTINGS {
        let value = defaults.pointer(&format!("/{}", rule.name.replace('.', "/"))).unwrap();
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        assert_eq!(rule.parse(&text).as_ref(), Ok(value), "{}", rule.name);
    }
}

#[test]
fn changes_what_is_named_and_nothing_else() {
    let defaults = AppSettings::default();
    assert_eq!(set("hwidCheck", "false").unwrap(), AppSettings { hwid_check: false, ..defaults.clone() });
    assert_eq!(set("version", "2.0").unwrap(), AppSettings { version: "2.0".into(), ..defaults.clone() });
    assert!(set("api.v1_0", "true").unwrap().api.v1_0);
    assert_eq!(set("messages.loggedIn", "Welcome, é=!").unwrap().messages.logged_in, "Welcome, é=!");
    assert_eq!(set("minHwid", "0").unwrap().min_hwid, 0);
    let url = "https://example.com/x?y=z";
    assert_eq!(set("download", url).unwrap().download.as_deref(), Some(url));
    assert_eq!(set("webhook", url).unwrap().webhook.as_deref(), Some(url));
    assert_eq!(set("download", "").unwrap().download, None);
    let kept = apply(r#"{"version":"9","download":"x"}"#, vec![("paused", json!(true))]).unwrap();
    assert_eq!((kept.version.as_str(), kept.download.as_deref(), kept.paused), ("9", Some("x"), true));
}

#[test]
fn lists_are_json_or_separated_by_commas() {
    let (one, two) = ("0123456789abcdef0123456789abcdef", "ffffffffffffffffffffffffffffffff");
    let upper = two.to_uppercase();
    for text in [format!("{one},{upper}"), format!(" {one} , {two},"), format!("[\"{one}\",\"{upper}\"]")] {
        assert_eq!(set("hashes", &text).unwrap().hashes, [one, two], "{text}");
    }
    assert_eq!(set("hashes", &format!("{two},{upper}")).unwrap().hashes, [two]);
    assert!(set("hashes", "").unwrap().hashes.is_empty());
    assert!(set("hashes", "[]").unwrap().hashes.is_empty());
    let networks = set("sellerApiWhitelist", "10.0.0.0/8,2001:db8::1").unwrap().seller_api_whitelist;
    assert_eq!(networks, ["10.0.0.0/8", "2001:db8::1"]);
}

#[test]
fn refuses_unfit_values() {
    let long = "x".repeat(101);
    let many = "10.0.0.1,".repeat(1001);
    for (name, text, reason) in [
        ("hwidCheck", "yes", "hwidCheck: `yes` is neither true nor false"),
        ("enabled", "", "enabled: `` is neither true nor false"),
        ("sessionSeconds", "0", "sessionSeconds: `0` is no number from 1 to 604800"),
        ("sessionSeconds", "604801", "sessionSeconds: `604801` is no number from 1 to 604800"),
        ("minHwid", "-1", "minHwid: `-1` is no number from 0 to 500"),
        ("minUsername", "71", "minUsername: `71` is no number from 1 to 70"),
        ("logsKept", "1.5", "logsKept: `1.5` is no number from 1 to 10000000"),
        ("version", "1.2.34", "version: it has at most 5 bytes; this text has 6"),
        ("version", "", "version: it must not be empty"),
        ("download", "ftp://x/", "download: the address begins with http:// or https://, and names a host"),
        ("download", "x", "download: the address begins with http:// or https://, and names a host"),
        ("webhook", "https://", "webhook: the address begins with http:// or https://, and names a host"),
        ("hashes", "abc", "hashes: `abc` is no MD5 hash: write 32 hexadecimal digits"),
        ("hashes", "[1]", "hashes: it is no JSON list of texts"),
        ("sellerApiWhitelist", "x", "write one such as 10.0.0.1 or 10.0.0.0/8"),
        ("sellerApiWhitelist", &many, "sellerApiWhitelist: it has at most 1000 entries; this list has 1001"),
        ("licenseMask", "", "licenseMask: a license mask must not be empty"),
        ("licenseMask", &long, "licenseMask: a license key has at most 70 bytes"),
        ("messages.keyUsed", &long, "messages.keyUsed: it has at most 100 bytes; this text has 101"),
        ("messages.loggedIn", "Initialized", "programs in C++ take `Initialized` for an attack"),
    ] {
        let refusal = refusal(name, text);
        assert!(refusal.contains(reason), "{name}={text}: {refusal}");
    }
    let at_limit = format!("https://example.com/{}", "x".repeat(100));
    assert_eq!(set("download", &at_limit).unwrap().download.as_deref(), Some(at_limit.as_str()));
    assert_eq!(
        refusal("download", &format!("{at_limit}x")),
        "download: the address has at most 120 bytes; this one has 121"
    );
}

#[test]
fn names_what_may_be_meant() {
    for (name, advice) in [
        ("hwidcheck", "there is no setting `hwidcheck`; is it hwidCheck?"),
        ("loggedIn", "there is no setting `loggedIn`; is it messages.loggedIn?"),
        ("api.v1_4", "there is no setting `api.v1_4`; is it api.v1_0 or api.v1_1 or api.v1_2?"),
        ("messages", "there is no setting `messages`; `claviger app settings OWNER/APP` shows them all"),
        ("zzz", "there is no setting `zzz`; `claviger app settings OWNER/APP` shows them all"),
    ] {
        assert_eq!(refusal(name, "true"), advice);
    }
}

#[test]
fn damaged_settings_are_not_overwritten() {
    for text in ["", "{", r#"{"version":1}"#] {
        let error = apply(text, vec![("paused", json!(true))]).unwrap_err();
        assert!(broken(&error).to_string().starts_with("the stored settings of the application are damaged"));
    }
}
