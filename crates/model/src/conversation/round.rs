//! Questions that come again: asked of a group at a local time of each person, not at one instant. Nothing fires; what is
//! due is a function of the thread, somebody's hours and an instant, and only the latest time counts, so that nobody is
//! chased for days that have passed.

use serde::{Deserialize, Serialize};

use super::read::{Entry, MemberOf};
use super::write::{MESSAGE, TO, bounded, text};
use super::{MAX_ADDRESSED, MAX_LINE_BYTES};
use crate::crdt::Scalar;
use crate::doc::{Changes, Doc, ModelError, Stamp};
use crate::hours::{Date, HoursError, Profile, Weekly};
use crate::thread::{AT, SAYS};

const QUESTIONS: &str = "questions";
const ANSWERS: &str = "answers";
const WHEN: &str = "when";
const QUESTION: &str = "question";
const DAY: &str = "day";
const QUESTION_KEYS: [&str; 4] = [SAYS, WHEN, TO, AT];
const ANSWER_KEYS: [&str; 4] = [QUESTION, DAY, MESSAGE, AT];
/// Days back in which the latest time is looked for.
const LOOK_BACK_DAYS: usize = 32;

/// A question that comes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Stable id within the thread.
    pub id: String,
    /// Who asks.
    pub by: String,
    /// What is asked.
    pub text: String,
    /// Days and local time: `Mon-Fri 09:30`.
    pub when: String,
    /// Who is asked.
    pub to: Vec<String>,
    /// When it was made.
    pub at_ms: i64,
}

/// A message that answers one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Which question.
    pub question: String,
    /// For which day of whoever answers, `YYYY-MM-DD`.
    pub day: String,
    /// The message.
    pub message: String,
    /// Whose.
    pub by: String,
}

/// A time at which a question came to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// The day there.
    pub day: Date,
    /// The instant.
    pub at_ms: i64,
}

/// Reads `Mon-Fri 09:30` as the times of the week.
///
/// # Errors
/// [`HoursError`] for days or a time that cannot be read.
pub fn read_when(when: &str) -> Result<Weekly, HoursError> {
    if when.contains([';', ',']) && when.rfind(',') > when.find(|c: char| c.is_ascii_digit()) {
        return Err(HoursError::Time(when.chars().take(60).collect()));
    }
    format!("{}-24:00", when.trim()).parse()
}

impl Question {
    /// The latest time at or before an instant at which it came to somebody, on a day that they have not off.
    pub fn last_asked(&self, profile: &Profile, now_ms: i64) -> Option<Asked> {
        let weekly = read_when(&self.when).ok()?;
        let today = profile.zone.date(now_ms);
        let days = std::iter::successors(Some(today), |date| date.yesterday().ok()).take(LOOK_BACK_DAYS);
        let asked = days.filter(|day| !profile.is_day_off(*day)).find_map(|day| {
            let window = weekly.windows(day.weekday()).first()?;
            let at_ms = profile.zone.instant_of(day, window.start);
            (at_ms <= now_ms).then_some(Asked { day, at_ms })
        });
        asked.filter(|asked| asked.at_ms >= self.at_ms)
    }

    /// What is due for a member: the latest time, unless they answered or skipped it. `skipped` is the last day they skipped.
    pub fn due(
        &self,
        member: &str,
        profile: &Profile,
        answers: &[Answer],
        skipped: Option<&str>,
        now_ms: i64,
    ) -> Option<Asked> {
        let asked = self.last_asked(profile, now_ms).filter(|_| self.to.iter().any(|one| one == member))?;
        let day = asked.day.to_string();
        let of_it = |answer: &&Answer| answer.question == self.id && answer.by == member;
        let answered = answers.iter().filter(of_it).any(|answer| answer.day == day);
        (!answered && skipped.is_none_or(|skipped| skipped < day.as_str())).then_some(asked)
    }
}

impl Doc {
    /// Adds a question that comes again; answers with its id.
    pub fn ask_again(
        &mut self,
        stamp: &Stamp,
        question: &str,
        when: &str,
        to: &[String],
    ) -> Result<(Changes, String), ModelError> {
        bounded("a question", question, MAX_LINE_BYTES)?;
        bounded("a time", when, MAX_LINE_BYTES)?;
        if to.len() > MAX_ADDRESSED {
            return Err(ModelError::TooLarge(format!(
                "a question is asked of at most {MAX_ADDRESSED} people"
            )));
        }
        let entry = [
            (SAYS, text(question)),
            (WHEN, text(when)),
            (TO, Scalar::Str(to.join(","))),
            (AT, Scalar::Int(stamp.time_ms)),
        ];
        self.append(stamp, QUESTIONS, &entry)
    }

    /// Notes that a message answers a question for a day.
    pub fn answer_round(
        &mut self,
        stamp: &Stamp,
        question: &str,
        day: &str,
        message: &str,
    ) -> Result<Changes, ModelError> {
        let entry = [
            (QUESTION, text(question)),
            (DAY, text(day)),
            (MESSAGE, text(message)),
            (AT, Scalar::Int(stamp.time_ms)),
        ];
        Ok(self.append(stamp, ANSWERS, &entry)?.0)
    }

    pub(super) fn rounds(&self, member_of: MemberOf<'_>) -> (Vec<Question>, Vec<Answer>) {
        let questions = self.entries(QUESTIONS, &QUESTION_KEYS);
        let question = |entry: &Entry| {
            Some(Question {
                id: entry.id.clone(),
                by: entry.author(member_of)?,
                text: entry.text(SAYS)?.to_owned(),
                when: entry.text(WHEN)?.to_owned(),
                to: entry.members(TO),
                at_ms: entry.int(AT).unwrap_or(0),
            })
        };
        let answers = self.entries(ANSWERS, &ANSWER_KEYS);
        let answer = |entry: &Entry| {
            Some(Answer {
                question: entry.text(QUESTION)?.to_owned(),
                day: entry.text(DAY)?.to_owned(),
                message: entry.text(MESSAGE)?.to_owned(),
                by: entry.author(member_of)?,
            })
        };
        (questions.iter().filter_map(question).collect(), answers.iter().filter_map(answer).collect())
    }
}
