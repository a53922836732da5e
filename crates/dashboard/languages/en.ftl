# The customers' panel, in English. Every language has every message, with the same variables.

# Around every page
skip = Skip to the content
language = Language
help = Help
terms = Terms of use
sign-out = Sign out
signed-in-as = Signed in as { $name }
back = Back
cancel = Cancel

# Signing in
sign-in = Sign in
by-password = With name and password
by-key = With a license key
name = Name
password = Password
license-key = License key
key-hint = For accounts that a license key has made. Use the key in the program first; it makes the account.
forgotten = Forgot your password?
code = Code
code-hint = Six digits from your authenticator app.
one-more-step = One more step
begin-again = Begin again

# What went wrong at the sign-in
wrong-password = Name or password is wrong.
wrong-key = This license key is wrong, or was not used in the program yet.
wrong-code = This code is wrong or was used before.
expired-form = This page is too old or was sent before. Begin again.
too-many-tries = There were too many failed attempts. Wait { $seconds ->
    [one] { $seconds } second
   *[other] { $seconds } seconds
}, then try again.
banned = This account is banned.
banned-why = This account is banned: { $reason }
key-banned = This license key is banned.
blacklisted = You may not sign in from here. Ask the vendor.
paused = { $brand } is paused at the moment. Nobody can sign in until the vendor lets it go on.
busy = The server is busy. Try again in a moment.

# Home
home = Your account
subscriptions = Subscriptions
no-subscriptions = You have no subscription.
without-end = without end
ended = ended
time-left = { $time } left
paused-left = paused, { $time } left
paused-forever = paused, without end
days = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
hours = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}

# Redeeming
redeem = Redeem a license
redeem-hint = The license is used up, and its time is added to your subscription.
redeem-it = Redeem
said-redeemed = The license is redeemed.
redeem-unknown = There is no such license key.
redeem-used = This license key was used before.
redeem-no-level = The vendor has no subscription for this license. Ask the vendor.
redeem-no-time = This license is worth nothing.

# Devices
devices = Devices
devices-hint = The program runs on these devices only. A free place is taken by the next device that signs in.
no-devices = No device is bound. The next one that signs in is.
free-device = Free this device
free-devices = Free all devices
free-wait = You can free devices again { $time }.
free-ask = Free this device?
free-ask-all = { $count ->
    [one] Free your device?
   *[other] Free all { $count } devices?
}
free-what = Running programs are signed out. The next device that signs in is bound to your account.
free-then = After that you have to wait { $time } before you can free a device again.
said-freed = { $count ->
    [one] The device is free.
   *[other] { $count } devices are free.
}
no-such-device = This device is not bound any more.

# Sessions
sessions = Running programs
no-sessions = No program is running.
sessions-newest = These are the newest ones; there may be more.
session-from = From { $address }
session-until = signed in until { $time } at the latest
end-session = End
end-session-label = End the session from { $address }
end-sessions = End all
said-ended = { $count ->
    [one] The session has ended.
   *[other] { $count } sessions have ended.
}
no-such-session = This session has ended already.
browsers = Browsers
this-browser = this browser
browser-seen = last seen { $time }
unknown-browser = unknown browser
sign-out-others = Sign out the others
said-signed-out-others = { $count ->
    [0] No other browser was signed in.
    [one] One other browser is signed out.
   *[other] { $count } other browsers are signed out.
}
said-signed-out = You are signed out.

# Account
account = Sign-in and security
change-password = Change password
old-password = Password so far
new-password = New password
new-password-hint = At least { $least } characters. Programs and other browsers have to sign in again.
password-too-short = A password has at least { $least } characters.
password-too-long = A password has at most { $most } bytes.
password-leaked = This password is known from a data breach. Take another one.
old-password-wrong = This is not your password.
said-password = Your password is changed.

# Faults
not-offered = Nothing here
not-offered-words = There is no such page, or the vendor does not offer it. Ask the vendor whether the address is right.
no-page = Nothing here
no-page-words = There is no such page. Go back, or begin at your account.
foreign-form = Nothing was changed
foreign-form-words = This form was made for another sign-in. Go back, load the page anew and try again.
too-large = This is too much
too-large-words = More was sent than is read at once. Nothing was changed.
unusable = This cannot be done
unusable-words = What was sent cannot be used. Nothing was changed.
is-busy = The server is busy
is-busy-words = Try again in a moment, and look whether what you sent was done.
failed = Something failed on this server
failed-words = It was written to the server's log. Try again in a moment.

# E-mail address
email = E-mail address
set-email = Set e-mail address
email-known = An e-mail address is set. Only a trace of it is kept, so it cannot be shown here.
email-unknown = No e-mail address is set.
email-hint = If you forget your password, you get a link by mail. Leave this empty to remove the address.
email-wrong = This is no e-mail address.
said-email = The e-mail address is set.
said-email-removed = The e-mail address is removed.

# Forgotten password
forgot-words = Enter your name and the e-mail address of your account. If they belong together, you get a mail with a link to choose a new password.
send-link = Send the link
said-link-sent = If name and address belong together, the mail is on its way.
forgot-failed = No mail can be sent at the moment. Try again later.

# Two-factor sign-in
two-factor = Two-factor sign-in
two-factor-is-on = It is on: a code is asked for after the password or key.
two-factor-is-off = It is off: the password or key alone is enough.
two-factor-set-up = Set up
two-factor-scan = Scan this picture with your authenticator app, or type the key into it. Then enter the code that it shows.
two-factor-key = Key
two-factor-turn-on = Turn on
two-factor-to-turn-off = Enter a code from your authenticator app to turn it off.
two-factor-turn-off = Turn off
two-factor-too-late = This took too long. Begin again.
said-two-factor-on = Two-factor sign-in is on.
said-two-factor-off = Two-factor sign-in is off.

# Downloads
downloads = Downloads
download = Download
download-label = Download { $name }

# A new password by a link
reset = Choose a new password
reset-hint = It counts from your next sign-in on. Programs that are signed in now are signed out.
new-password-again = The same again
set-password = Set the password
reset-done = Your password is set
reset-done-words = Start the program and sign in with it. You can close this page.
reset-unknown = This link does not work
reset-unknown-words = It was used already, or is older than 24 hours. Ask for another one.
password-missing = Enter a password.
passwords-differ = The two passwords differ. Enter the same one twice.
too-many-links = Too many unknown links came from your address. Try again later.
too-many-requests = Too many requests came from your address. Try again in a minute.
