//! The license types that change, list and tell licenses (`docs/protocol/seller.md`).

use crate::support::Server;
use crate::support::vendor::{failure, success};

#[test]
fn a_license_is_noted_banned_and_deleted() {
    let server = Server::start();
    let app = &server.create_app("licenses");
    app.add_license("expiry=1&mask=KEY");
    app.walk(&[
        ("setnote&key=KEY&note=a", 200, &success("Successfully set note")),
        ("setnote&key=NO&note=a", 200, &failure("Failed to set note")),
        ("fetchnote&key=KEY", 200, r#"{"success":true,"note":"a"}"#),
        ("fetchnote&key=NO", 200, &failure("Key not found")),
        ("ban&key=KEY&reason=why", 200, &success("Successfully banned license!")),
        ("ban&key=NO&reason=why", 200, &failure("Failed to ban license!")),
        ("unban&key=KEY", 200, &success("Successfully unbanned license!")),
        ("unban&key=NO", 200, &failure("Failed to unban license!")),
        ("edit&key=KEY", 200, &failure("You must set expiry value")),
        ("edit&key=KEY&expiry=60", 200, &success("License Edit Successful")),
        ("edit&key=NO&expiry=60", 200, &failure("Key Not Found")),
        ("del&key=KEY", 200, &success("Successfully deleted license!")),
        ("del&key=KEY", 200, &failure("Failed to delete license!")),
        ("fetchallkeys", 406, &failure("No keys found")),
    ]);
}
