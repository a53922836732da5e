//! Names that somebody may have meant.

/// Names that are offered at most.
const OFFERED: usize = 3;

/// The names nearest to a misspelled one, nearest first; none when all are far away.
pub(super) fn near(wrong: &str, names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let wrong = wrong.to_lowercase();
    let mut rated: Vec<(usize, &'static str)> = names
        .map(|name| (distance(&wrong, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .collect();
    rated.sort_unstable();
    let nearest = rated.first().map_or(0, |(distance, _)| *distance);
    // Beside a name that all but fits, those further away are noise.
    rated.retain(|(distance, _)| *distance <= nearest + 1);
    rated.into_iter().map(|(_, name)| name).take(OFFERED).collect()
}

/// How far apart the names are, with or without what stands before the dot.
fn distance(wrong: &str, name: &str) -> usize {
    let name = name.to_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    edits(wrong, &name).min(edits(wrong, last))
}

/// Letters to be inserted, removed or replaced to make one text of the other.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[row.len() - 1]
}
