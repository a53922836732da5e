//! What was measured of the tables, for people.

use comfy_table::Table;

use super::Tables;
use crate::grid::{mib, table};

/// One database as a table.
pub fn shown(measured: &Tables) -> Table {
    let mut table = table(&["what", "first ms", "median ms", "slowest ms", "MiB more"]);
    let ms = |value: f64| format!("{value:.1}");
    let none = String::new;
    for page in &measured.pages {
        let times = [page.first_ms, page.median_ms, page.slowest_ms].map(ms);
        let [first, median, slowest] = times;
        table.add_row([page.address.to_owned(), first, median, slowest, none()]);
    }
    table.add_row(["all of these".into(), none(), none(), none(), mib(measured.page_memory_bytes)]);
    let palette = &measured.palette;
    let name = format!("palette, slowest for `{}`", palette.slowest_text);
    table.add_row([name, none(), ms(palette.median_ms), ms(palette.slowest_ms), none()]);
    let crowd = format!("palette, {} at once ({} refused)", palette.people, palette.crowd_refused);
    table.add_row([crowd, none(), ms(palette.crowd_median_ms), ms(palette.crowd_slowest_ms), none()]);
    table.add_row(["init alone".into(), none(), ms(palette.init_alone_ms), none(), none()]);
    let meanwhile = [palette.init_meanwhile_ms, palette.init_slowest_ms].map(ms);
    let [median, slowest] = meanwhile;
    table.add_row(["init meanwhile".into(), none(), median, slowest, none()]);
    for file in &measured.files {
        let name = format!("file of all {}, {} MiB", file.of, mib(file.bytes));
        table.add_row([name, ms(file.first_byte_ms), none(), ms(file.total_ms), mib(file.memory_bytes)]);
    }
    for work in &measured.work {
        let name = format!("{} ({} rows)", work.what, work.rows);
        table.add_row([name, ms(work.reply_ms), none(), ms(work.done_ms), none()]);
    }
    table
}
