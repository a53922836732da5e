//! Every library is compiled once: `cargo xtask test` builds xtask first and then all tests, and cargo compiles a
//! library again for each set of features that it is asked for with.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

/// The features of each package in the build that `selection` names, by the package's name and version.
type Features = BTreeMap<String, BTreeSet<String>>;

fn features(selection: &[&str]) -> Features {
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p}|{f}|"]).args(selection);
    let output = tree.current_dir(env!("CARGO_MANIFEST_DIR")).output().expect("cargo");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let mut features = Features::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        // What follows the second bar says only that the package was there before.
        if let Some((package, rest)) = line.split_once('|') {
            let names = rest.split('|').next().unwrap_or_default();
            features.entry(package.to_owned()).or_default().insert(names.to_owned());
        }
    }
    features
}

#[test]
fn xtask_needs_libraries_with_the_features_that_the_tests_need() {
    let all = features(&["--workspace", "--edges", "normal,build,dev"]);
    let xtask = features(&["--package", "xtask", "--edges", "normal,build"]);
    assert!(xtask.len() > 20, "found {xtask:?}");
    let doubled = all.iter().filter(|(_, sets)| sets.len() > 1);
    let doubled = doubled.map(|(package, sets)| format!("{package} in all tests: {sets:?}"));
    let differing = xtask.iter().filter(|(package, sets)| all.get(*package) != Some(sets));
    let differing =
        differing.map(|(package, sets)| format!("{package}: {sets:?}, not {:?}", all.get(package)));
    let complaints: Vec<String> = doubled.chain(differing).collect();
    assert!(
        complaints.is_empty(),
        "some libraries are compiled twice; name their features in xtask/Cargo.toml:\n{}",
        complaints.join("\n")
    );
}
