//! Pasted lists: one a line, each read for itself, and what is wrong told by the number of the line.

/// Problems that are told at most.
const TOLD: usize = 20;

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineProblem {
    /// Counted from 1.
    pub line: usize,
    pub told: String,
}

/// Reads each line that is not blank; else what is wrong with the first lines that cannot be read.
///
/// # Errors
/// When a line cannot be read, there are more than `most`, or none.
pub(crate) fn read_lines<T>(
    text: &str,
    most: usize,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<Vec<T>, Vec<LineProblem>> {
    let filled = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    let lines: Vec<(usize, &str)> = filled.filter(|(_, line)| !line.is_empty()).collect();
    let problem = |line, told: String| LineProblem { line, told };
    if lines.is_empty() {
        return Err(vec![problem(1, "there is nothing: write one a line".into())]);
    }
    if let Some((line, _)) = lines.get(most) {
        return Err(vec![problem(
            *line,
            format!("at most {most} are taken at once; send the rest after these"),
        )]);
    }
    let (mut values, mut problems) = (Vec::with_capacity(lines.len()), Vec::new());
    for (line, text) in lines {
        match read(text) {
            Ok(value) => values.push(value),
            Err(told) => problems.push(problem(line, told)),
        }
    }
    if problems.is_empty() {
        return Ok(values);
    }
    problems.truncate(TOLD);
    Err(problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_one_by_one() {
        let number = |text: &str| text.parse::<u8>().map_err(|_| format!("`{text}` is no number"));
        assert_eq!(read_lines(" 1\r\n\n2 \n", 2, number), Ok(vec![1, 2]));
        let problems = read_lines("1\n\nx\n300", 9, number).unwrap_err();
        assert_eq!(problems.iter().map(|problem| problem.line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(problems[0].told, "`x` is no number");
        assert_eq!(read_lines("1\n2\n\n3", 2, number).unwrap_err()[0].line, 4);
        assert_eq!(read_lines(" \n", 2, number).unwrap_err().len(), 1);
        let many = "x\n".repeat(50);
        assert_eq!(read_lines(&many, 90, number).unwrap_err().len(), TOLD);
    }
}
