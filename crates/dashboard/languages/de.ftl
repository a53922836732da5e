# Das Kundenportal auf Deutsch.

# Um jede Seite
skip = Zum Inhalt springen
language = Sprache
help = Hilfe
terms = Nutzungsbedingungen
sign-out = Abmelden
signed-in-as = Angemeldet als { $name }
back = Zurück
cancel = Abbrechen

# Anmelden
sign-in = Anmelden
by-password = Mit Name und Passwort
by-key = Mit einem Lizenzschlüssel
name = Name
password = Passwort
license-key = Lizenzschlüssel
key-hint = Für Konten, die durch einen Lizenzschlüssel entstanden sind. Geben Sie den Schlüssel zuerst im Programm ein; dadurch entsteht das Konto.
forgotten = Passwort vergessen?
code = Code
code-hint = Sechs Ziffern aus Ihrer Authenticator-App.
one-more-step = Noch ein Schritt
begin-again = Von vorn beginnen

# Was bei der Anmeldung schiefging
wrong-password = Name oder Passwort ist falsch.
wrong-key = Dieser Lizenzschlüssel ist falsch oder wurde noch nicht im Programm benutzt.
wrong-code = Dieser Code ist falsch oder wurde schon benutzt.
expired-form = Diese Seite ist zu alt oder wurde schon abgeschickt. Beginnen Sie von vorn.
too-many-tries = Es gab zu viele Fehlversuche. Warten Sie { $seconds ->
    [one] { $seconds } Sekunde
   *[other] { $seconds } Sekunden
} und versuchen Sie es dann noch einmal.
banned = Dieses Konto ist gesperrt.
banned-why = Dieses Konto ist gesperrt: { $reason }
key-banned = Dieser Lizenzschlüssel ist gesperrt.
blacklisted = Von hier aus dürfen Sie sich nicht anmelden. Fragen Sie den Anbieter.
paused = { $brand } ist zurzeit angehalten. Niemand kann sich anmelden, bis der Anbieter es fortsetzt.
busy = Der Server ist ausgelastet. Versuchen Sie es gleich noch einmal.

# Übersicht
home = Ihr Konto
subscriptions = Abonnements
no-subscriptions = Sie haben kein Abonnement.
without-end = ohne Ende
ended = abgelaufen
time-left = noch { $time }
paused-left = angehalten, noch { $time }
paused-forever = angehalten, ohne Ende
days = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
hours = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
minutes = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}

# Einlösen
redeem = Lizenz einlösen
redeem-hint = Die Lizenz wird verbraucht und ihre Zeit Ihrem Abonnement gutgeschrieben.
redeem-it = Einlösen
said-redeemed = Die Lizenz ist eingelöst.
redeem-unknown = Diesen Lizenzschlüssel gibt es nicht.
redeem-used = Dieser Lizenzschlüssel wurde schon benutzt.
redeem-no-level = Der Anbieter hat kein Abonnement zu dieser Lizenz. Fragen Sie den Anbieter.
redeem-no-time = Diese Lizenz ist nichts wert.

# Geräte
devices = Geräte
devices-hint = Das Programm läuft nur auf diesen Geräten. Einen freien Platz bekommt das nächste Gerät, das sich anmeldet.
no-devices = Kein Gerät ist gebunden. Das nächste, das sich anmeldet, wird es.
free-device = Dieses Gerät freigeben
free-devices = Alle Geräte freigeben
free-wait = Sie können Geräte wieder freigeben: { $time }.
free-ask = Dieses Gerät freigeben?
free-ask-all = { $count ->
    [one] Ihr Gerät freigeben?
   *[other] Alle { $count } Geräte freigeben?
}
free-what = Laufende Programme werden abgemeldet. Das nächste Gerät, das sich anmeldet, wird an Ihr Konto gebunden.
free-then = Danach müssen Sie { $time } warten, bevor Sie wieder ein Gerät freigeben können.
said-freed = { $count ->
    [one] Das Gerät ist freigegeben.
   *[other] { $count } Geräte sind freigegeben.
}
no-such-device = Dieses Gerät ist nicht mehr gebunden.

# Sitzungen
sessions = Laufende Programme
no-sessions = Kein Programm läuft.
sessions-newest = Das sind die neuesten; es können mehr sein.
session-from = Von { $address }
session-until = angemeldet längstens bis { $time }
end-session = Beenden
end-session-label = Sitzung von { $address } beenden
end-sessions = Alle beenden
said-ended = { $count ->
    [one] Die Sitzung ist beendet.
   *[other] { $count } Sitzungen sind beendet.
}
no-such-session = Diese Sitzung ist schon beendet.
browsers = Browser
this-browser = dieser Browser
browser-seen = zuletzt gesehen { $time }
unknown-browser = unbekannter Browser
sign-out-others = Die anderen abmelden
said-signed-out-others = { $count ->
    [0] Kein anderer Browser war angemeldet.
    [one] Ein anderer Browser ist abgemeldet.
   *[other] { $count } andere Browser sind abgemeldet.
}
said-signed-out = Sie sind abgemeldet.

# Konto
account = Anmeldung und Sicherheit
change-password = Passwort ändern
old-password = Bisheriges Passwort
new-password = Neues Passwort
new-password-hint = Mindestens { $least } Zeichen. Programme und andere Browser müssen sich neu anmelden.
password-too-short = Ein Passwort hat mindestens { $least } Zeichen.
password-too-long = Ein Passwort hat höchstens { $most } Bytes.
password-leaked = Dieses Passwort ist aus einem Datenleck bekannt. Nehmen Sie ein anderes.
old-password-wrong = Das ist nicht Ihr Passwort.
said-password = Ihr Passwort ist geändert.

# Fehler
not-offered = Hier ist nichts
not-offered-words = Diese Seite gibt es nicht, oder der Anbieter bietet sie nicht an. Fragen Sie den Anbieter, ob die Adresse stimmt.
no-page = Hier ist nichts
no-page-words = Diese Seite gibt es nicht. Gehen Sie zurück, oder beginnen Sie bei Ihrem Konto.
foreign-form = Nichts wurde geändert
foreign-form-words = Dieses Formular gehört zu einer anderen Anmeldung. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
too-large = Das ist zu viel
too-large-words = Es wurde mehr gesendet, als auf einmal gelesen wird. Nichts wurde geändert.
unusable = Das geht nicht
unusable-words = Was gesendet wurde, ist nicht brauchbar. Nichts wurde geändert.
is-busy = Der Server ist ausgelastet
is-busy-words = Versuchen Sie es gleich noch einmal, und sehen Sie nach, ob es schon geschehen ist.
failed = Auf diesem Server ist etwas fehlgeschlagen
failed-words = Es steht im Protokoll des Servers. Versuchen Sie es gleich noch einmal.

# E-Mail-Adresse
email = E-Mail-Adresse
set-email = E-Mail-Adresse festlegen
email-known = Eine E-Mail-Adresse ist festgelegt. Nur eine Spur davon wird aufbewahrt, darum kann sie hier nicht angezeigt werden.
email-unknown = Keine E-Mail-Adresse ist festgelegt.
email-hint = Wenn Sie Ihr Passwort vergessen, bekommen Sie einen Link per Mail. Lassen Sie das Feld leer, um die Adresse zu entfernen.
email-wrong = Das ist keine E-Mail-Adresse.
said-email = Die E-Mail-Adresse ist festgelegt.
said-email-removed = Die E-Mail-Adresse ist entfernt.

# Passwort vergessen
forgot-words = Geben Sie Ihren Namen und die E-Mail-Adresse Ihres Kontos ein. Wenn sie zusammengehören, bekommen Sie eine Mail mit einem Link, unter dem Sie ein neues Passwort wählen.
send-link = Link senden
said-link-sent = Wenn Name und Adresse zusammengehören, ist die Mail unterwegs.
forgot-failed = Zurzeit kann keine Mail gesendet werden. Versuchen Sie es später noch einmal.

# Anmeldung in zwei Schritten
two-factor = Anmeldung in zwei Schritten
two-factor-is-on = Sie ist eingeschaltet: Nach dem Passwort oder Schlüssel wird ein Code verlangt.
two-factor-is-off = Sie ist ausgeschaltet: Das Passwort oder der Schlüssel allein genügt.
two-factor-set-up = Einrichten
two-factor-scan = Scannen Sie dieses Bild mit Ihrer Authenticator-App, oder geben Sie den Schlüssel dort ein. Geben Sie dann den Code ein, den sie anzeigt.
two-factor-key = Schlüssel
two-factor-turn-on = Einschalten
two-factor-to-turn-off = Geben Sie einen Code aus Ihrer Authenticator-App ein, um sie auszuschalten.
two-factor-turn-off = Ausschalten
two-factor-too-late = Das hat zu lange gedauert. Beginnen Sie von vorn.
said-two-factor-on = Die Anmeldung in zwei Schritten ist eingeschaltet.
said-two-factor-off = Die Anmeldung in zwei Schritten ist ausgeschaltet.

# Downloads
downloads = Downloads
download = Herunterladen
download-label = { $name } herunterladen

# A new password by a link
reset = Neues Passwort wählen
reset-hint = Es gilt ab Ihrer nächsten Anmeldung. Programme, die jetzt angemeldet sind, werden abgemeldet.
new-password-again = Noch einmal dasselbe
set-password = Passwort setzen
reset-done = Ihr Passwort ist gesetzt
reset-done-words = Starten Sie das Programm und melden Sie sich damit an. Sie können diese Seite schließen.
reset-unknown = Dieser Link funktioniert nicht
reset-unknown-words = Er wurde schon benutzt oder ist älter als 24 Stunden. Fordern Sie einen neuen an.
password-missing = Geben Sie ein Passwort ein.
passwords-differ = Die beiden Passwörter unterscheiden sich. Geben Sie zweimal dasselbe ein.
too-many-links = Von Ihrer Adresse kamen zu viele unbekannte Links. Versuchen Sie es später noch einmal.
too-many-requests = Von Ihrer Adresse kamen zu viele Anfragen. Versuchen Sie es in einer Minute noch einmal.
