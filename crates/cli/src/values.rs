//! Values as people type and read them: durations, instants, zones, tickets.

use std::io::{IsTerminal, Read};
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use tern_peer::{ErrorKind, Passphrase, PeerError, Profile};
use zeroize::Zeroizing;

use crate::args::ProfileArgs;
use crate::context::Context;
use crate::failure;

/// Longest standard input or Markdown file that is read, in bytes.
const INPUT_MAX_BYTES: u64 = 64 << 20;
/// Longest duration that is accepted.
const DURATION_MAX: Duration = Duration::from_secs(3660 * 24 * 3600);

/// Reads a number of bytes: `500MB`, `20GiB`, `1.5TB`, or without a unit.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    let hint = "write it like 500MB, 20GiB or 1.5TB";
    let text = text.trim();
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let factor: f64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "kb" => 1e3,
        "mb" => 1e6,
        "gb" => 1e9,
        "tb" => 1e12,
        "kib" => 1024.0,
        "mib" => 1_048_576.0,
        "gib" => 1_073_741_824.0,
        "tib" => 1_099_511_627_776.0,
        _ => return Err(hint.into()),
    };
    let bytes = number.parse::<f64>().map_err(|_| hint.to_owned())? * factor;
    // Beyond this a number of bytes is no disk of anybody's.
    if !(0.0..=1e18).contains(&bytes) {
        return Err("that is more than any disk".into());
    }
    Ok(bytes as u64)
}

/// Reads `90s`, `30m`, `72h`, `14d`, `2w` or a sum of them (`1h30m`).
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let hint = "write it like 30s, 90m, 72h or 14d";
    let mut total = Duration::ZERO;
    let mut number = String::new();
    for c in text.trim().chars() {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        let seconds = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 24 * 3600,
            'w' => 7 * 24 * 3600,
            _ => return Err(hint.into()),
        };
        let count: u64 = number.parse().map_err(|_| hint.to_owned())?;
        let part = count.checked_mul(seconds).map(Duration::from_secs).filter(|d| *d <= DURATION_MAX);
        total += part.ok_or("that is more than ten years")?;
        number.clear();
    }
    if !number.is_empty() || total.is_zero() || total > DURATION_MAX {
        return Err(hint.into());
    }
    Ok(total)
}

/// Milliseconds since the epoch of an RFC 3339 time, with or without a zone in brackets.
pub(crate) fn instant_ms(text: &str) -> Option<i64> {
    instant(text).map(Timestamp::as_millisecond)
}

/// An RFC 3339 time, with or without a zone in brackets.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    let bare = text.split_once('[').map_or(text, |(bare, _)| bare);
    bare.trim().parse().ok()
}

/// The zone data that is bundled; the system's may be older.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// `Tue 24 Nov 2026 13:00 GMT` in `zone`; the text itself when it is no RFC 3339 time.
pub(crate) fn local_words(text: &str, zone: &TimeZone) -> String {
    match instant(text) {
        Some(at) => at.to_zoned(zone.clone()).strftime("%a %-d %b %Y %H:%M %Z").to_string(),
        None => text.to_owned(),
    }
}

/// The profile of a new member; a zone that was not given is detected, with a remark.
pub(crate) fn profile(context: &Context, args: ProfileArgs) -> Result<Profile, PeerError> {
    let zone = match args.zone {
        Some(zone) => zone,
        None => {
            let zone = iana_time_zone::get_timezone().map_err(|_| {
                failure::bad_usage(
                    "The zone of this computer cannot be found out.",
                    "Add --zone, such as --zone Europe/London.",
                )
            })?;
            context.note(&format!(
                "Zone {zone}, as this computer is set. `tern profile set --zone` changes it."
            ));
            zone
        }
    };
    Ok(Profile { name: args.name, zone, hours: args.hours, checkins: args.checkins, off: Vec::new() })
}

/// A ticket as given, or from standard input for `-`.
pub(crate) fn ticket(given: &str) -> Result<String, PeerError> {
    let text = if given == "-" { stdin_text()? } else { given.to_owned() };
    let text: String = text.split_whitespace().collect();
    if text.is_empty() {
        return Err(PeerError::new(ErrorKind::BadInput, "There is no ticket: the text is empty.")
            .safe("Nothing was changed.")
            .next("Paste the whole ticket, which begins with “tern”."));
    }
    Ok(text)
}

/// The passphrase that `TERN_PASSPHRASE_FILE` holds.
pub(crate) fn passphrase_file() -> Result<Option<Passphrase>, PeerError> {
    let Some(path) = std::env::var_os("TERN_PASSPHRASE_FILE").filter(|v| !v.is_empty()) else {
        return Ok(None);
    };
    let text = Zeroizing::new(text_file(Path::new(&path))?);
    Ok(Some(passphrase(&text)))
}

fn passphrase(text: &str) -> Passphrase {
    Passphrase(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn hidden(prompt: &str) -> Result<Zeroizing<String>, PeerError> {
    if !std::io::stdin().is_terminal() {
        return Err(PeerError::new(
            ErrorKind::NotAllowed,
            "A passphrase is needed, and there is no terminal to ask on.",
        )
        .safe("Nothing was read or changed.")
        .next("Name a file that holds it in TERN_PASSPHRASE_FILE."));
    }
    let typed =
        rpassword::prompt_password(prompt).map_err(|e| failure::system("Asking for the passphrase", &e))?;
    Ok(Zeroizing::new(typed))
}

/// Asks for the passphrase of a locked home.
pub(crate) fn ask_passphrase() -> Result<Passphrase, PeerError> {
    Ok(passphrase(&hidden("Passphrase: ")?))
}

/// Asks for a new passphrase, twice.
pub(crate) fn ask_new_passphrase() -> Result<Passphrase, PeerError> {
    let first = hidden("New passphrase: ")?;
    if *first != *hidden("Once more: ")? {
        return Err(failure::bad_usage("The two are not the same.", "Nothing was changed; try again."));
    }
    Ok(passphrase(&first))
}

/// A text file, or standard input for `-`.
pub(crate) fn text_file(path: &Path) -> Result<String, PeerError> {
    if path.as_os_str() == "-" {
        return stdin_text();
    }
    let size = std::fs::metadata(path).map_err(|e| failure::unreadable(path, &e))?.len();
    if size > INPUT_MAX_BYTES {
        return Err(too_long(&path.display().to_string()));
    }
    std::fs::read_to_string(path).map_err(|e| failure::unreadable(path, &e))
}

/// All of standard input, as text.
pub(crate) fn stdin_text() -> Result<String, PeerError> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(INPUT_MAX_BYTES + 1).read_to_string(&mut text);
    match read {
        Ok(n) if n as u64 > INPUT_MAX_BYTES => Err(too_long("Standard input")),
        Ok(_) => Ok(text),
        Err(e) if e.kind() == std::io::ErrorKind::InvalidData => {
            Err(PeerError::new(ErrorKind::BadInput, "Standard input is not text in UTF-8.")
                .safe("Nothing was changed.")
                .next("Convert the text to UTF-8 first."))
        }
        Err(e) => Err(failure::system("Reading standard input", &e)),
    }
}

fn too_long(what: &str) -> PeerError {
    PeerError::new(ErrorKind::BadInput, format!("{what} is longer than {} MiB.", INPUT_MAX_BYTES >> 20))
        .safe("Nothing was changed.")
        .next("Split it, or attach it as a file with `tern attach`.")
}

/// Splits `field=value`.
pub(crate) fn field_value(text: &str) -> Result<(String, String), PeerError> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(failure::bad_usage(
            format!("“{text}” is not of the form field=value."),
            "Write, for example, status=doing or assignee=Aiko; an empty value clears the field.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_with_units() {
        for (text, bytes) in
            [("0", 0), ("812", 812), ("500MB", 500_000_000), ("20 GiB", 20 << 30), ("1.5kib", 1536)]
        {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MB", "-1", "1 parsec", "1e9", "1..5", "9999999TB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, seconds) in
            [("30s", 30), ("90m", 5400), ("72h", 259_200), ("14d", 1_209_600), ("1h30m", 5400)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "12", "h", "3 h", "-1h", "1y", "0s", "99999999999999999999h", "400000000h", "１h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn instants_are_rfc_3339_with_an_optional_zone() {
        let ms = instant_ms("2026-11-24T09:00:00Z");
        assert_eq!(ms, Some(1_795_510_800_000));
        assert_eq!(instant_ms("2026-11-24T18:00:00+09:00[Asia/Tokyo]"), ms);
        for text in ["", "today", "2026-11-24", "2026-13-24T09:00:00Z"] {
            assert_eq!(instant_ms(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_the_readers_zone_with_its_abbreviation() {
        let tokyo = zone("Asia/Tokyo").unwrap();
        assert_eq!(local_words("2026-11-23T04:00:00Z", &tokyo), "Mon 23 Nov 2026 13:00 JST");
        assert_eq!(local_words("2026-11-23", &tokyo), "2026-11-23");
    }

    #[test]
    fn fields_are_split_at_the_first_equals_sign() {
        assert_eq!(field_value("title=a=b").unwrap(), ("title".into(), "a=b".into()));
        assert_eq!(field_value("due=").unwrap(), ("due".into(), String::new()));
        assert_eq!(field_value("=x").unwrap_err().kind, ErrorKind::Usage);
        assert_eq!(field_value("status").unwrap_err().kind, ErrorKind::Usage);
    }
}
