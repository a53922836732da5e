//! Rust's text without what is no code, and the paths in it.

/// The text without comments, strings, and modules of tests.
pub fn code(text: &str) -> String {
    let bare = strip(text);
    let mut code = String::new();
    let mut rest = bare.as_str();
    while let Some(start) = rest.find("#[cfg(test)]") {
        code.push_str(&rest[..start]);
        rest = after_item(&rest[start + "#[cfg(test)]".len()..]);
    }
    code + rest
}

/// What comes after the item that a text begins with.
fn after_item(text: &str) -> &str {
    let mut depth = 0;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return &text[at + 1..],
            _ => continue,
        }
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

/// The text without comments and strings.
fn strip(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::new();
    let mut at = 0;
    while at < chars.len() {
        let next = chars.get(at + 1).copied().unwrap_or_default();
        match chars[at] {
            '/' if next == '/' => at = find(&chars, at, &['\n']),
            '/' if next == '*' => at = find(&chars, at, &['*', '/']) + 2,
            '"' => at = end_of_string(&chars, at),
            'r' if is_raw(&chars, at) => at = end_of_raw(&chars, at),
            '\'' if next == '\\' => at = find(&chars, at + 3, &['\'']) + 1,
            '\'' if chars.get(at + 2) == Some(&'\'') => at += 3,
            other => {
                code.push(other);
                at += 1;
            }
        }
    }
    code
}

fn find(chars: &[char], from: usize, wanted: &[char]) -> usize {
    (from..chars.len()).find(|&at| chars[at..].starts_with(wanted)).unwrap_or(chars.len())
}

fn end_of_string(chars: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn is_raw(chars: &[char], at: usize) -> bool {
    let begins_word = at == 0 || !is_word(chars[at - 1]) || chars[at - 1] == 'b';
    let after = chars[at + 1..].iter().find(|&&character| character != '#');
    begins_word && after == Some(&'"') && matches!(chars.get(at + 1), Some('#' | '"'))
}

fn end_of_raw(chars: &[char], start: usize) -> usize {
    let hashes = chars[start + 1..].iter().take_while(|&&character| character == '#').count();
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    find(chars, start + 2 + hashes, &end) + end.len()
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// A name that a `use` makes known.
#[derive(Debug, PartialEq, Eq)]
pub struct Use {
    /// The path as it is written.
    pub path: Vec<String>,
    /// The name by which the file knows it.
    pub name: String,
    /// Whether others may use it from here.
    pub public: bool,
}

/// The uses in a code, and the code without them.
pub fn uses(code: &str) -> (Vec<Use>, String) {
    let (mut uses, mut rest) = (Vec::new(), String::new());
    for statement in code.split_inclusive(';') {
        let Some(start) = find_word(statement, "use") else {
            rest.push_str(statement);
            continue;
        };
        let (before, tree) = (&statement[..start], &statement[start + "use".len()..]);
        let words = before.trim_end();
        let public =
            words.ends_with("pub") || words.rsplit_once("pub(").is_some_and(|(_, of)| of.ends_with(')'));
        rest.push_str(before);
        expand(tree.trim_end_matches(';'), &[], public, &mut uses);
    }
    (uses, rest)
}

/// Where a word begins that stands alone.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let alone = |at: usize| {
        let (before, after) = (text[..at].chars().next_back(), text[at + word.len()..].chars().next());
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    };
    text.match_indices(word).map(|(at, _)| at).find(|&at| alone(at))
}

fn expand(tree: &str, above: &[String], public: bool, uses: &mut Vec<Use>) {
    let tree = tree.trim();
    if let Some((head, inner)) = tree.split_once('{') {
        let mut path = above.to_vec();
        path.extend(segments(head));
        let inner = inner.trim_end().strip_suffix('}').unwrap_or(inner);
        for part in split_outside_braces(inner) {
            expand(part, &path, public, uses);
        }
        return;
    }
    let (written, alias) =
        tree.split_once(" as ").map_or((tree, None), |(path, name)| (path, Some(name.trim())));
    let mut path = above.to_vec();
    path.extend(segments(written).filter(|segment| segment != "self" || above.is_empty()));
    if let Some(last) = path.last().cloned() {
        uses.push(Use { name: alias.map_or(last, str::to_owned), path, public });
    }
}

fn segments(path: &str) -> impl Iterator<Item = String> {
    path.split("::").map(|segment| segment.trim().to_owned()).filter(|segment| !segment.is_empty())
}

fn split_outside_braces(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The paths of at least two segments in a code, and single words followed by `!`, which may be macros.
pub fn paths(code: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(is_word) {
        rest = &rest[start..];
        let end = path_end(rest);
        let path: Vec<String> = segments(&rest[..end]).collect();
        if path.len() > 1 || rest[end..].starts_with('!') {
            paths.push(path);
        }
        rest = &rest[end..];
    }
    paths
}

/// Where the path ends that a text begins with.
fn path_end(text: &str) -> usize {
    let mut end = text.find(|character| !is_word(character)).unwrap_or(text.len());
    while let Some(next) = text[end..].strip_prefix("::")
        && next.starts_with(is_word)
    {
        end += 2 + next.find(|character| !is_word(character)).unwrap_or(next.len());
    }
    end
}
