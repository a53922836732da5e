//! The requests that an application's sellers made.

use crate::{
    Conn, Result, Row,
    audit::{LogFilter, Logged},
    params,
};

/// A request that a seller made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SellerRequest {
    /// Last four characters of its key; empty: an older release did not note it.
    pub hint: String,
    /// Name of its key.
    pub key_name: String,
    /// Its type; empty: it named none that there is.
    pub kind: String,
    /// From which address.
    pub ip: String,
    /// What was asked, without secrets.
    pub url: String,
    /// How it was sent: `GET` or `POST`; empty: an older release did not note it.
    pub method: String,
    /// The parameters of its body, as they would stand in a query, without secrets.
    pub fields: String,
    /// HTTP status of the reply.
    pub status: Option<i64>,
    /// Microseconds until the reply began.
    pub micros: Option<i64>,
    /// Whether it was carried out; `None`: a list, or an older release did not note it.
    pub success: Option<bool>,
    /// The message of the reply, without secrets.
    pub message: String,
    /// Number of the entry that it made in the audit log.
    pub audit: Option<i64>,
}

/// The columns of a request, as [`logged`] reads them.
const COLUMNS: &str =
    "id, time, hint, key_name, kind, ip, url, status, micros, method, fields, success, message, audit";

/// Adds a request at `now`, and drops all but the newest `kept`.
pub fn insert(conn: &mut Conn<'_>, app: i64, new: &SellerRequest, now: i64, kept: i64) -> Result<()> {
    let id = conn.next_serials(app, "seller_log", 1)?;
    conn.execute(
        "INSERT INTO seller_log (app, id, time, ip, url, hint, key_name, kind, status, micros, method, fields, success,
             message, audit)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params![
            app,
            id,
            now,
            &new.ip,
            &new.url,
            &new.hint,
            &new.key_name,
            &new.kind,
            new.status,
            new.micros,
            &new.method,
            &new.fields,
            new.success.map(i64::from),
            &new.message,
            new.audit
        ],
    )?;
    conn.execute("DELETE FROM seller_log WHERE app = $1 AND id <= $2", params![app, id - kept])?;
    Ok(())
}

/// The newest requests that a filter wants, at most `limit`, newest first.
pub fn page(
    conn: &mut Conn<'_>,
    app: i64,
    filter: &LogFilter,
    limit: i64,
) -> Result<Vec<Logged<SellerRequest>>> {
    let sql = r" FROM seller_log
        WHERE app = $1 AND id < $2 AND ($3 = '' OR hint = $3 OR key_name = $3)
          AND ($4 = '' OR LOWER(kind) = $4)
          AND ($5 = '' OR LOWER(key_name || ' ' || kind || ' ' || ip || ' ' || url) LIKE $5 ESCAPE '\'
               OR key_name || ' ' || kind || ' ' || ip || ' ' || url LIKE $6 ESCAPE '\')
        ORDER BY id DESC LIMIT $7";
    let [lower, exact] = filter.patterns();
    let (before, kind) = (filter.before.unwrap_or(i64::MAX), filter.kind.to_ascii_lowercase());
    let sql = format!("SELECT {COLUMNS}{sql}");
    let params = params![app, before, &filter.key, &kind, &lower, &exact, limit];
    conn.query(&sql, params)?.iter().map(logged).collect()
}

/// A request by number, if it is kept.
pub fn by_id(conn: &mut Conn<'_>, app: i64, id: i64) -> Result<Option<Logged<SellerRequest>>> {
    let sql = format!("SELECT {COLUMNS} FROM seller_log WHERE app = $1 AND id = $2");
    conn.query_one(&sql, params![app, id])?.as_ref().map(logged).transpose()
}

fn logged(row: &Row) -> Result<Logged<SellerRequest>> {
    let success: Option<i64> = row.get(11)?;
    let entry = SellerRequest {
        hint: row.get(2)?,
        key_name: row.get(3)?,
        kind: row.get(4)?,
        ip: row.get(5)?,
        url: row.get(6)?,
        status: row.get(7)?,
        micros: row.get(8)?,
        method: row.get(9)?,
        fields: row.get(10)?,
        success: success.map(|success| success != 0),
        message: row.get(12)?,
        audit: row.get(13)?,
    };
    Ok(Logged { id: row.get(0)?, time: row.get(1)?, entry })
}
