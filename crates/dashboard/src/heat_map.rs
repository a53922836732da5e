//! A calendar as a heat map, drawn on the server: a column for each week, a square for each day, the darker the more.

use std::fmt;

use claviger_domain::Month;

use crate::{moment::date, plots::grouped};

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Pixels from one square to the next, and of a square.
const STEP: i64 = 16;
const SIDE: i64 = 13;
/// Room left of the squares and above them.
const LEFT: i64 = 34;
const ABOVE: i64 = 18;
/// Shades beside the one for nothing.
const SHADES: i64 = 4;

/// Days with how much there is on each.
pub(crate) struct HeatMap {
    /// What it shows.
    pub title: &'static str,
    /// What is counted: one, and several.
    pub what: [&'static str; 2],
    /// Number of the first day, since 1970 in UTC.
    pub first: i64,
    /// How much there is on each day, from the first one on.
    pub days: Vec<i64>,
}

impl HeatMap {
    fn most(&self) -> i64 {
        self.days.iter().copied().max().unwrap_or(0)
    }

    /// The shade of a day: 0 for nothing, else up to [`SHADES`].
    fn shade(&self, count: i64) -> i64 {
        if count <= 0 { 0 } else { ((count * SHADES - 1) / self.most().max(1) + 1).clamp(1, SHADES) }
    }

    fn told(&self, count: i64) -> String {
        format!("{} {}", grouped(count), self.what[usize::from(count != 1)])
    }

    /// The least count of a shade.
    fn least(&self, shade: i64) -> i64 {
        (1..=self.most()).find(|&count| self.shade(count) >= shade).unwrap_or(0)
    }

    fn draw_squares(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, &count) in (0..).zip(&self.days) {
            let (x, y) = self.place(at);
            let shade = self.shade(count);
            let day = date((self.first + at) * DAY);
            write!(
                out,
                "<rect class=\"h{shade}\" x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\" rx=\"2\"><title>{day}: {}</title></rect>",
                self.told(count)
            )?;
        }
        Ok(())
    }

    /// Where the square of a day is; Monday is on top. 1970 began on a Thursday.
    fn place(&self, at: i64) -> (i64, i64) {
        let lead = (self.first + 3).rem_euclid(7);
        ((at + lead) / 7 * STEP + LEFT, (at + lead) % 7 * STEP + ABOVE)
    }

    /// The months above the columns in which they begin, and some days of the week beside the rows.
    fn draw_words(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, word) in [(0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun")] {
            write!(out, "<text x=\"0\" y=\"{}\">{word}</text>", row * STEP + ABOVE + 11)?;
        }
        let mut month = Month::of(self.first * DAY);
        for at in 0..self.days.len() as i64 {
            let of = Month::of((self.first + at) * DAY);
            if of != month {
                month = of;
                write!(out, "<text x=\"{}\" y=\"11\">{}</text>", self.place(at).0, word_of(of))?;
            }
        }
        Ok(())
    }
}

/// A month in a word.
pub(crate) fn word_of(month: Month) -> &'static str {
    const WORDS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let name = month.name();
    let number = name.split_once('-').and_then(|(_, number)| number.parse::<usize>().ok());
    number.and_then(|number| WORDS.get(number - 1).copied()).unwrap_or_default()
}

impl fmt::Display for HeatMap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sum, most) = (self.days.iter().sum(), self.most());
        let columns = self.days.len() as i64 / 7 + 2;
        let (width, height) = (LEFT + columns * STEP, ABOVE + 7 * STEP);
        write!(
            out,
            "<figure class=\"plot heat\"><figcaption><strong>{}</strong><span>{} in all, at most {} on a day</span></figcaption>",
            self.title,
            self.told(sum),
            grouped(most)
        )?;
        write!(
            out,
            "<div class=\"scrolled\" tabindex=\"0\" role=\"region\" aria-label=\"Calendar\"><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}: {} in all, at most {} on a day\">",
            self.title,
            self.told(sum),
            grouped(most)
        )?;
        self.draw_words(out)?;
        self.draw_squares(out)?;
        out.write_str("</svg></div><p class=\"shades\">")?;
        let mut shades = vec![("0".to_owned(), 0)];
        for shade in 1..=SHADES {
            let least = self.least(shade);
            if least > 0 && self.shade(least) == shade {
                shades.push((format!("from {}", grouped(least)), shade));
            }
        }
        for (word, shade) in shades {
            write!(
                out,
                "<span><svg width=\"{SIDE}\" height=\"{SIDE}\" aria-hidden=\"true\"><rect class=\"h{shade}\" width=\"{SIDE}\" height=\"{SIDE}\" rx=\"2\"/></svg> {word}</span> "
            )?;
        }
        out.write_str("</p></figure>")
    }
}

impl askama::filters::HtmlSafe for HeatMap {}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(days: Vec<i64>) -> HeatMap {
        // A Monday.
        HeatMap { title: "Ends", what: ["subscription", "subscriptions"], first: 20_605, days }
    }

    #[test]
    fn more_is_darker() {
        let map = map(vec![0, 1, 2, 3, 4, 5, 6, 7, 8]);
        let shades: Vec<i64> = map.days.iter().map(|&count| map.shade(count)).collect();
        assert_eq!(shades, [0, 1, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!([1, 2, 3, 4].map(|shade| map.least(shade)), [1, 3, 5, 7]);
    }

    #[test]
    fn few_have_few_shades() {
        assert_eq!(map(vec![0, 1]).shade(1), 4);
        assert_eq!(map(vec![0; 5]).shade(0), 0);
        assert!(map(vec![i64::MAX / 8]).shade(1) == 1);
    }

    #[test]
    fn a_square_tells_its_day() {
        let html = map(vec![0, 1, 2]).to_string();
        for part in [
            "<title>2026-06-01: 0 subscriptions</title>",
            "<title>2026-06-02: 1 subscription</title>",
            "3 subscriptions in all, at most 2 on a day",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        let year = map((0..366).collect()).to_string();
        assert_eq!(year.matches("<title>").count(), 366);
        assert!(year.contains(">Jul</text>"), "{year}");
        assert!(map(Vec::new()).to_string().contains("0 subscriptions in all"));
    }
}
