//! How a member shows themselves to others: name, zone, hours.

/// How a member enters or a device is introduced: the profile that goes with it.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// Name shown to others.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly hours, `Mon-Fri 09:00-18:00`; `None` keeps the default.
    pub hours: Option<String>,
    /// Check-in times, `09:00,13:00,16:00`; `None` keeps the default.
    pub checkins: Option<String>,
    /// Days off, `2026-12-24` or `2026-12-24..2026-12-31`.
    pub off: Vec<String>,
}

/// Changes to one's own profile; `None` leaves a part as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// Name.
    pub name: Option<String>,
    /// IANA zone.
    pub zone: Option<String>,
    /// Weekly hours.
    pub hours: Option<String>,
    /// Check-in times.
    pub checkins: Option<String>,
    /// Days off to add.
    pub off: Vec<String>,
    /// Contents of an iCalendar file whose whole days take the place of all holidays; empty for none.
    pub holidays: Option<String>,
}
