//! ISO 8601 dates and date-times, compared as moments and not as text.

/// A date or date-time.
///
/// Moments of one [`Precision`] compare by their time; those with an offset are told in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00.
    pub seconds: i64,
    /// Nanoseconds of the second.
    pub nanos: u32,
    /// How it was written.
    pub precision: Precision,
}

/// How finely a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// `2024`.
    Year,
    /// `2024-06`.
    Month,
    /// `2024-06-01`.
    Day,
    /// `2024-06-01T12:00`, without an offset.
    Local,
    /// `2024-06-01T12:00Z` or with `+02:00`.
    Offset,
}

impl Moment {
    /// Reads `2024`, `2024-06`, `2024-06-01`, `2024-06-01T12:00`, with `:30`, `:30.5`, a blank for
    /// the `T`, and `Z` or `+02:00` at the end.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_ascii() {
            return None;
        }
        let (date, time) = match text.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (text, None),
        };
        let (days, precision) = parse_date(date)?;
        let Some(time) = time else {
            return Some(Self {
                seconds: days * 86_400,
                nanos: 0,
                precision,
            });
        };
        if precision != Precision::Day {
            return None;
        }
        let (clock, offset) = split_offset(time)?;
        let (seconds, nanos) = parse_clock(clock)?;
        Some(Self {
            seconds: days * 86_400 + seconds - offset.unwrap_or(0),
            nanos,
            precision: match offset {
                Some(_) => Precision::Offset,
                None => Precision::Local,
            },
        })
    }

    /// Whether this moment comes before `bound`, told apart by time alone.
    pub fn before(&self, bound: &Self) -> bool {
        (self.seconds, self.nanos) < (bound.seconds, bound.nanos)
    }
}

impl Precision {
    /// Whether moments of this precision can be held against a bound of another: a date, month or
    /// year stands for its first moment, a time needs a column that is written alike.
    pub fn accepts(self, bound: Self) -> bool {
        match bound {
            Self::Year | Self::Month | Self::Day => bound <= self,
            Self::Local | Self::Offset => bound == self,
        }
    }
}

/// `2024-06-01` of a number of days since 1970-01-01.
pub(super) fn written_date(days: i64) -> String {
    let (year, month, day) = civil_from_days(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2024-06-01T12:00:00.5Z` of a time since 1970-01-01 in `parts` of a second; the `Z` where it is
/// told in UTC.
pub(super) fn written(time: i64, parts: i64, utc: bool) -> String {
    let parts = parts.max(1);
    let (seconds, fraction) = (time.div_euclid(parts), time.rem_euclid(parts));
    let (days, clock) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut text = format!(
        "{}T{:02}:{:02}:{:02}",
        written_date(days),
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    );
    if fraction > 0 {
        let digits = parts.ilog10() as usize;
        let fraction = format!("{fraction:0digits$}");
        text.push('.');
        text.push_str(fraction.trim_end_matches('0'));
    }
    if utc {
        text.push('Z');
    }
    text
}

/// Year, month and day of a number of days since 1970-01-01 (H. Hinnant, `civil_from_days`).
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// Days since 1970-01-01 of `2024`, `2024-06` or `2024-06-01`.
fn parse_date(text: &str) -> Option<(i64, Precision)> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = parts.next().map(|p| digits(p, 2));
    let day = parts.next().map(|p| digits(p, 2));
    if parts.next().is_some() {
        return None;
    }
    let (month, day, precision) = match (month, day) {
        (None, _) => (1, 1, Precision::Year),
        (Some(month), None) => (month?, 1, Precision::Month),
        (Some(month), Some(day)) => (month?, day?, Precision::Day),
    };
    let fits = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    fits.then(|| (days_from_civil(year, month, day), precision))
}

/// Seconds and nanoseconds of `12:00`, `12:00:30` or `12:00:30.5`.
fn parse_clock(text: &str) -> Option<(i64, u32)> {
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let mut parts = whole.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = match parts.next() {
        Some(second) => digits(second, 2)?,
        None if fraction.is_some() => return None,
        None => 0,
    };
    // A leap second is the 60th.
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let nanos = match fraction {
        None => 0,
        Some(f) if f.is_empty() || !f.bytes().all(|b| b.is_ascii_digit()) => return None,
        Some(f) => format!("{f:0<9}").get(..9)?.parse().ok()?,
    };
    Some((hour * 3600 + minute * 60 + second, nanos))
}

/// A time without its offset, and the offset in seconds where there is one.
fn split_offset(text: &str) -> Option<(&str, Option<i64>)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock, Some(0)));
    }
    let Some(at) = text.rfind(['+', '-']) else {
        return Some((text, None));
    };
    let (clock, offset) = (text.get(..at)?, text.get(at..)?);
    let sign = if offset.starts_with('-') { -1 } else { 1 };
    let offset = offset.get(1..)?;
    let (hours, minutes) = match (offset.split_once(':'), offset.len()) {
        (Some((hours, minutes)), _) => (hours, minutes),
        (None, 4) => offset.split_at_checked(2)?,
        (None, _) => (offset, "00"),
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours <= 23 && minutes <= 59).then_some((clock, Some(sign * (hours * 3600 + minutes * 60))))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let all = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar (H. Hinnant, `days_from_civil`), for years from 0.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y - era * 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        Moment::parse(text).map(|m| m.seconds)
    }

    #[test]
    fn reads_what_date_prints() {
        // `date -u -d TEXT +%s`
        assert_eq!(seconds("1970-01-01"), Some(0));
        assert_eq!(seconds("2024-02-29"), Some(1_709_164_800));
        assert_eq!(seconds("1900-03-01"), Some(-2_203_891_200));
        assert_eq!(seconds("2024-06-01T12:34:56Z"), Some(1_717_245_296));
        assert_eq!(seconds("2024-06-01 12:34+02:00"), Some(1_717_238_040));
        assert_eq!(seconds("2024-06-01T12:34-0530"), Some(1_717_265_040));
        let fine = Moment::parse("2024-06-01T00:00:00.25").unwrap();
        assert_eq!(
            (fine.nanos, fine.precision),
            (250_000_000, Precision::Local)
        );
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["1970-01-01", "2024-02-29", "1900-03-01", "2100-12-31"] {
            let moment = Moment::parse(text).unwrap();
            assert_eq!(written_date(moment.seconds / 86_400), text);
        }
        assert_eq!(
            written(1_717_245_296_250, 1_000, true),
            "2024-06-01T12:34:56.25Z"
        );
        assert_eq!(written(-1, 1_000_000, false), "1969-12-31T23:59:59.999999");
        assert_eq!(written(0, 1_000_000_000, false), "1970-01-01T00:00:00");
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "24-06-01",
            "2024-13-01",
            "2023-02-29",
            "1900-02-29",
            "2024-6-1",
            "01.06.2024",
            "06/01/2024",
            "2024-06T12:00",
            "2024-06-01T25:00",
            "2024-06-01T12",
            "2024-06-01T12:00:00.",
            "1717245296",
            "2024-06-01é",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
