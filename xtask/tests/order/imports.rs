//! Which file of a crate imports what is written in which other.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use crate::source::{Use, code, paths, uses};

/// From each file to the files that hold what it imports; paths within `src`.
pub type Arrows = BTreeMap<String, BTreeSet<String>>;

/// A file of a crate, as a module.
struct Module {
    file: String,
    uses: Vec<Use>,
    code: String,
}

/// The modules of a crate by their paths.
struct Tree(HashMap<Vec<String>, Module>);

/// The arrows between the files below `src`, tests left out.
pub fn arrows(src: &Path) -> Arrows {
    let tree = Tree::read(src);
    let mut arrows = Arrows::new();
    for (place, module) in &tree.0 {
        let imported = module
            .uses
            .iter()
            .filter(|import| !import.public)
            .map(|import| tree.find(place, &import.path, 0));
        let named = paths(&module.code).into_iter().map(|path| tree.find_known(place, &path));
        for found in imported.chain(named).flatten() {
            let target = &tree.0[&found].file;
            if *target != module.file {
                arrows.entry(module.file.clone()).or_default().insert(target.clone());
            }
        }
    }
    arrows
}

/// The crates of the workspace that the files below `src` import, without their prefix; tests left out.
pub fn crates_used(src: &Path) -> BTreeSet<String> {
    let tree = Tree::read(src);
    let mut used = BTreeSet::new();
    for module in tree.0.values() {
        let imported = module.uses.iter().map(|import| import.path[0].clone());
        let named = paths(&module.code).into_iter().map(|path| path[0].clone());
        let ours = imported.chain(named).filter_map(|name| match name.strip_prefix("claviger_") {
            Some(rest) => Some(rest.to_owned()),
            None => (name == "xtask").then_some(name),
        });
        used.extend(ours);
    }
    used
}

impl Tree {
    fn read(src: &Path) -> Self {
        let mut tree = Self(HashMap::new());
        let start = ["lib.rs", "main.rs"].into_iter().find(|name| src.join(name).exists());
        tree.add(src, start.expect("a crate has a lib.rs or a main.rs"), &[]);
        tree
    }

    /// Adds a module and those that it declares.
    fn add(&mut self, src: &Path, file: &str, place: &[String]) {
        let text = fs::read_to_string(src.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (uses, code) = uses(&code(&text));
        for name in declared(&code) {
            let below: Vec<String> = place.iter().cloned().chain([name]).collect();
            let path = below.join("/");
            let file = [format!("{path}.rs"), format!("{path}/mod.rs")]
                .into_iter()
                .find(|file| src.join(file).exists());
            // A module within a file counts as that file.
            if let Some(file) = file {
                self.add(src, &file, &below);
            }
        }
        self.0.insert(place.to_vec(), Module { file: file.to_owned(), uses, code });
    }

    /// The module that holds what the path of a `use` in the module `place` leads to; `None` for a whole module, and
    /// for something of another crate.
    fn find(&self, place: &[String], path: &[String], hops: usize) -> Option<Vec<String>> {
        assert!(hops < 20, "imports that lead in a circle: {path:?} in {place:?}");
        let (first, rest) = path.split_first()?;
        let above = |steps: usize| place[..place.len().saturating_sub(steps)].to_vec();
        match first.as_str() {
            "crate" => self.descend(Vec::new(), rest, hops),
            "self" => self.descend(place.to_vec(), rest, hops),
            "super" => {
                let more = rest.iter().take_while(|segment| *segment == "super").count();
                self.descend(above(1 + more), &rest[more..], hops)
            }
            _ => {
                let child = [place, &path[..1]].concat();
                if self.0.contains_key(&child) { self.descend(child, rest, hops) } else { None }
            }
        }
    }

    /// As [`Tree::find`], for a path in the code, which may begin with a name that a `use` makes known.
    fn find_known(&self, place: &[String], path: &[String]) -> Option<Vec<String>> {
        let import = self.0[place].uses.iter().find(|import| import.name == path[0]);
        match import {
            Some(import) => self.find(place, &[&import.path, &path[1..]].concat(), 0),
            None => self.find(place, path, 0),
        }
    }

    /// Follows a path from a module on, through what lists hand on.
    fn descend(&self, mut place: Vec<String>, path: &[String], hops: usize) -> Option<Vec<String>> {
        for (at, segment) in path.iter().enumerate() {
            place.push(segment.clone());
            if self.0.contains_key(&place) {
                continue;
            }
            place.pop();
            let handed = self.0.get(&place)?.uses.iter().find(|import| import.name == *segment);
            let Some(import) = handed else {
                let file = if at == 0 && place.is_empty() { self.macro_of(segment) } else { None };
                return Some(file.unwrap_or(place));
            };
            return self.find(&place, &[&import.path, &path[at + 1..]].concat(), hops + 1);
        }
        // A module that is imported counts by what is taken from it.
        None
    }

    /// The module whose file exports a macro of that name, which is known at the crate's root.
    fn macro_of(&self, name: &str) -> Option<Vec<String>> {
        let definition = format!("macro_rules! {name} ");
        let found = self.0.iter().find(|(_, module)| module.code.contains(&definition));
        found.map(|(place, _)| place.clone())
    }
}

/// Names of the modules that a code declares.
fn declared(code: &str) -> Vec<String> {
    let words: Vec<&str> = code.split_whitespace().collect();
    let pairs = words.windows(2).filter(|pair| pair[0] == "mod");
    pairs.filter_map(|pair| pair[1].strip_suffix(';')).map(str::to_owned).collect()
}
