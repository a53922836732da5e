use super::*;

const NAME: &str = r#"Load"er \ 'x' {secret} #{y} $z"#;

fn facts(secret: Option<&'static str>) -> Facts<'static> {
    Facts {
        name: NAME,
        owner_id: "E3j6GYXgzL",
        version: "1.0",
        secret,
        public_key: "00ff",
        public_url: "https://keys.example.com",
        api: ApiVersions { v1_0: false, v1_1: false, v1_2: true, v1_3: true },
    }
}

fn of(language: &str, secret: Option<&'static str>) -> Vec<Snippet> {
    let language = LANGUAGES.iter().find(|known| known.id == language).unwrap();
    language.snippets(&facts(secret))
}

#[test]
fn each_language_names_the_application() {
    for (language, expected) in [
        (
            "csharp",
            "public static api KeyAuthApp = new api(\n    name: \"Load\\\"er \\\\ 'x' {secret} #{y} $z\",\n    \
             ownerid: \"E3j6GYXgzL\",\n    version: \"1.0\"\n);",
        ),
        (
            "python",
            "keyauthapp = api(\n    name = \"Load\\\"er \\\\ 'x' {secret} #{y} $z\",\n    ownerid = \"E3j6GYXgzL\",\n    \
             version = \"1.0\",\n    hash_to_check = getchecksum()\n)",
        ),
        ("php", "$name = 'Load\"er \\\\ \\'x\\' {secret} #{y} $z';\n$ownerid = 'E3j6GYXgzL';"),
        (
            "lua",
            "Name = \"Load\\\"er \\\\ 'x' {secret} #{y} $z\"\nOwnerid = \"E3j6GYXgzL\"\nAPPVersion = \"1.0\"",
        ),
        (
            "java",
            "KeyAuth keyAuth = new KeyAuth(\n    \"Load\\\"er \\\\ 'x' {secret} #{y} $z\",\n    \"E3j6GYXgzL\",\n    \
             \"1.0\",\n    \"https://keys.example.com/api/1.2/\"\n);\nkeyAuth.init();",
        ),
    ] {
        assert_eq!(of(language, Some("top"))[0].lines, expected, "{language}");
    }
}

#[test]
fn the_secret_stands_only_where_it_is_shown() {
    for language in &LANGUAGES {
        for (hidden, shown) in of(language.id, None).iter().zip(&of(language.id, Some("t0p"))) {
            assert!(!hidden.lines.contains("t0p"));
            assert_eq!(shown.lines.contains("t0p"), shown.has_secret, "{}", language.id);
            assert_eq!(hidden.lines.contains(NO_SECRET), hidden.has_secret, "{}", language.id);
        }
    }
    assert!(of("rust", None)[0].has_secret);
}

#[test]
fn each_sdk_learns_the_address_and_the_key() {
    for language in &LANGUAGES {
        for snippet in of(language.id, None) {
            let address = format!("https://keys.example.com/api/{}/", snippet.api);
            let swapped = snippet.swaps.iter().any(|swap| swap.new == address);
            assert!(swapped != snippet.lines.contains(&address), "{} {}", language.id, snippet.sdk);
            let key = snippet.swaps.iter().any(|swap| swap.new == "00ff");
            assert_eq!(key, snippet.api == "1.3", "{} {}", language.id, snippet.sdk);
            assert!(!snippet.lines.contains("{name}") && !snippet.lines.contains("{address}"));
        }
    }
    let swap = &of("csharp", None)[0].swaps[0];
    assert_eq!((swap.file, swap.old.as_str()), ("KeyAuth.cs", "https://keyauth.win/api/1.3/"));
}

#[test]
fn what_the_application_answers_comes_first() {
    let apis = |language| -> Vec<_> {
        of(language, None).iter().map(|snippet| (snippet.api, snippet.answered)).collect()
    };
    assert_eq!(apis("csharp"), [("1.3", true), ("1.2", true)]);
    assert_eq!(apis("vb"), [("1.0", false)]);
    let old = Facts { api: ApiVersions { v1_1: true, v1_2: false, v1_3: false, v1_0: false }, ..facts(None) };
    let go = LANGUAGES.iter().find(|language| language.id == "go").unwrap().snippets(&old);
    assert_eq!((go[0].api, go[0].answered, go[1].api), ("1.1", true, "1.3"));
}

#[test]
fn an_older_name_stays_in_its_line() {
    let broken = Facts { name: "a\nb\r\"", ..facts(None) };
    for language in &LANGUAGES {
        let (lines, clean) = (language.snippets(&broken), of(language.id, None));
        let count = |snippet: &Snippet| snippet.lines.lines().count();
        assert_eq!(count(&lines[0]), count(&clean[0]), "{}", language.id);
    }
}
